//! Our own server, driven by our bots.

use std::{io, net::SocketAddr, thread::sleep, time::Duration};

use serde_json::Value;

use super::{
    metrics::Metrics,
    outcome::{Outcome, load},
    table::OURS,
};
use crate::{
    battle::Battle,
    process::{Program, Usage},
};

/// The server as it is at rest, before anybody joins.
const REST: Duration = Duration::from_secs(2);
/// What a bot's report lacks.
const NO_FIELD: &str = "the bots' report has changed";

/// One run.
///
/// # Errors
/// If the server or the bots do not start or end too early.
pub fn measure(battle: &Battle, clients: usize) -> io::Result<Outcome> {
    let (server, address) = battle.start(clients)?;
    sleep(REST);
    let rest = server.usage()?;
    let mut bots = battle.join(address, clients)?;
    bots.wait_for("measuring")?;
    let before = Look::at(&server, address)?;
    bots.wait_for("measured")?;
    let after = Look::at(&server, address)?;
    let report = bots.report()?;
    outcome(clients, rest, (&before, &after), &report)
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

    fn is_short_of_time(&self) -> io::Result<bool> {
        for step in ["far_slower", "near_slower", "time_dilation"] {
            let name = format!("overload_step{{step=\"{step}\"}}");
            if self.metrics.value(&name)? > 0.0 {
                return Ok(true);
            }
        }
        Ok(false)
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
        server: OURS,
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
        is_short_of_time: before.is_short_of_time()? || after.is_short_of_time()?,
        tick_ms: Some([tick_ms("0.5")?, tick_ms("0.99")?]),
        visible_ms: Some([number("/input_ack_ms/p50")?, number("/input_ack_ms/p99")?]),
        load: load(),
    })
}
