//! Our own server, driven by our bots.

use std::{
    io::{self, BufRead, BufReader},
    net::SocketAddr,
    process::{Command, Stdio},
    thread::sleep,
    time::Duration,
};

use serde_json::Value;

use super::{
    Options,
    metrics::Metrics,
    outcome::{Outcome, load},
};
use crate::process::{Program, Usage};

/// The server as it is at rest, before anybody joins.
const REST: Duration = Duration::from_secs(2);
/// As many as a server lets in from one address.
const JOINS_PER_SECOND: &str = "50";
/// Bots that measure staleness: enough to see a broken promise, and few enough that the bots, who share the
/// machine with the server, are not the load.
const WITNESSES: &str = "50";
/// What a bot's report lacks.
const NO_FIELD: &str = "the bots' report has changed";

/// One run.
///
/// # Errors
/// If the server or the bots do not start or end too early.
pub fn measure(options: &Options, clients: usize) -> io::Result<Outcome> {
    let (server, address) = start(options, clients)?;
    sleep(REST);
    let rest = server.usage()?;
    let mut bots = Bots::start(options, address, clients)?;
    bots.wait_for("measuring")?;
    let before = Look::at(&server, address)?;
    bots.wait_for("measured")?;
    let after = Look::at(&server, address)?;
    let report = bots.report()?;
    outcome(clients, rest, (&before, &after), &report)
}

fn start(options: &Options, clients: usize) -> io::Result<(Program, SocketAddr)> {
    let mut server = Program::start(
        Command::new(&options.voxelheim)
            .args(["--listen", "127.0.0.1:0"])
            .args(["--edges", &options.edges.to_string()])
            .args(["--soldiers", &options.soldiers.to_string()])
            .args(["--sessions-max", &(clients + 1).to_string()]),
    )?;
    let line = server.line()?;
    let address = line.rsplit('/').find(|part| !part.is_empty());
    let address = address.and_then(|address| address.parse().ok());
    Ok((server, address.ok_or_else(|| io::Error::other(line))?))
}

/// The server at one moment.
struct Look {
    usage: Usage,
    metrics: Metrics,
}

impl Look {
    fn at(server: &Program, address: SocketAddr) -> io::Result<Self> {
        Ok(Self {
            usage: server.usage()?,
            metrics: Metrics::fetch(address)?,
        })
    }
}

/// The load.
struct Bots {
    program: Program,
    milestones: BufReader<std::process::ChildStderr>,
}

impl Bots {
    fn start(options: &Options, address: SocketAddr, clients: usize) -> io::Result<Self> {
        let mut program = Program::start(
            Command::new(&options.voxelheim)
                .arg("bots")
                .args(["--url", &format!("http://{address}")])
                .args(["--count", &clients.to_string()])
                .args(["--joins-per-second", JOINS_PER_SECOND])
                .args(["--settle-seconds", &options.settle_seconds.to_string()])
                .args(["--seconds", &options.seconds.to_string()])
                .args(["--witnesses", WITNESSES])
                .args(["--milestones", "--json"])
                .stderr(Stdio::piped()),
        )?;
        let milestones = BufReader::new(program.errors().expect("it is piped"));
        Ok(Self {
            program,
            milestones,
        })
    }

    fn wait_for(&mut self, milestone: &str) -> io::Result<()> {
        let mut line = String::new();
        while line.trim_end() != milestone {
            line.clear();
            if self.milestones.read_line(&mut line)? == 0 {
                return Err(io::Error::other(format!("bots ended before '{milestone}'")));
            }
        }
        Ok(())
    }

    fn report(mut self) -> io::Result<Value> {
        Ok(serde_json::from_str(&self.program.rest()?)?)
    }
}

fn outcome(
    clients: usize,
    rest: Usage,
    (before, after): (&Look, &Look),
    report: &Value,
) -> io::Result<Outcome> {
    let grown = |name: &str| -> io::Result<u64> {
        Ok((after.metrics.value(name)? - before.metrics.value(name)?) as u64)
    };
    let number = |pointer: &str| {
        let value = report.pointer(pointer).and_then(Value::as_f64);
        value.ok_or_else(|| io::Error::other(NO_FIELD))
    };
    if number("/joined")? != clients as f64 || number("/dropped")? != 0.0 {
        return Err(io::Error::other(format!("not all bots stayed: {report}")));
    }
    let tick_ms = |quantile| {
        let name = format!("tick_us{{phase=\"whole\",quantile=\"{quantile}\"}}");
        after.metrics.value(&name).map(|us| us / 1_000.0)
    };
    let seconds = number("/seconds")?;
    let datagram_bytes = number("/datagram_bytes")? as u64;
    Ok(Outcome {
        server: "voxelheim",
        clients,
        ticks: grown("tick_total")?,
        seconds,
        cpu: Outcome::cpu_between(before.usage, after.usage),
        resident_bytes_before: rest.resident_bytes,
        resident_bytes: after.usage.resident_bytes,
        sent: grown("datagrams_out_total")?,
        received: number("/datagrams")? as u64,
        received_bytes: datagram_bytes,
        stream_bytes: grown("bytes_out_total")?.saturating_sub(datagram_bytes),
        updates: (number("/updates_per_second")? * seconds * clients as f64) as u64,
        tick_ms: Some([tick_ms("0.5")?, tick_ms("0.99")?]),
        visible_ms: Some([number("/input_ack_ms/p50")?, number("/input_ack_ms/p99")?]),
        load: load(),
    })
}
