//! Our own server on loopback, and our bots in it.

use std::{
    io::{self, BufRead, BufReader},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{ChildStderr, Command, Stdio},
};

use clap::Args;
use serde_json::Value;

use crate::process::Program;

/// As many as a server lets in from one address.
const JOINS_PER_SECOND: &str = "50";
/// Bots that measure staleness: enough to see a broken promise, and few enough that the bots, who share the
/// machine with the server, are not the load.
const WITNESSES: &str = "50";

/// Our server and how long bots play in it.
#[derive(Args, Clone)]
pub struct Battle {
    /// Our server's binary, built for release
    #[arg(long, value_name = "FILE")]
    pub voxelheim: PathBuf,
    /// Threads that serve clients
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub edges: usize,
    /// Soldiers of each house
    #[arg(long, value_name = "N", default_value_t = 500)]
    pub soldiers: u32,
    /// What carries its QUIC: `loop` or `quinn`; see voxelheim --help
    #[arg(long, value_name = "DRIVER", default_value = "loop")]
    pub quic: String,
    /// How long is measured
    #[arg(long, value_name = "S", default_value_t = 20)]
    pub seconds: u64,
    /// How long is played before, once all have joined: land streams in meanwhile
    #[arg(long, value_name = "S", default_value_t = 15)]
    pub settle_seconds: u64,
}

impl Battle {
    /// Starts the server; it takes so many clients.
    pub fn start(&self, clients: usize) -> io::Result<(Program, SocketAddr)> {
        self.start_with(clients, None)
    }

    /// The same with a folder that keeps it, and so with all services.
    pub fn start_with(
        &self,
        clients: usize,
        data: Option<&Path>,
    ) -> io::Result<(Program, SocketAddr)> {
        let mut command = Command::new(&self.voxelheim);
        command
            .args(["--listen", "127.0.0.1:0"])
            .args(["--edges", &self.edges.to_string()])
            .args(["--soldiers", &self.soldiers.to_string()])
            .args(["--quic", &self.quic])
            .args(["--sessions-max", &(clients + 1).to_string()]);
        if let Some(data) = data {
            command.arg("--data").arg(data);
        }
        let mut server = Program::start(&mut command)?;
        let line = server.line()?;
        let address = line.rsplit('/').find(|part| !part.is_empty());
        let address = address.and_then(|address| address.parse().ok());
        Ok((server, address.ok_or_else(|| io::Error::other(line))?))
    }

    /// Has so many bots join the server.
    pub fn join(&self, address: SocketAddr, clients: usize) -> io::Result<Bots> {
        let mut program = Program::start(
            Command::new(&self.voxelheim)
                .arg("bots")
                .args(["--url", &format!("http://{address}")])
                .args(["--count", &clients.to_string()])
                .args(["--joins-per-second", JOINS_PER_SECOND])
                .args(["--settle-seconds", &self.settle_seconds.to_string()])
                .args(["--seconds", &self.seconds.to_string()])
                .args(["--witnesses", WITNESSES])
                .args(["--milestones", "--json"])
                .stderr(Stdio::piped()),
        )?;
        let milestones = BufReader::new(program.errors().expect("it is piped"));
        Ok(Bots {
            program,
            milestones,
        })
    }
}

/// The load.
pub struct Bots {
    program: Program,
    milestones: BufReader<ChildStderr>,
}

impl Bots {
    /// Waits until the bots say this; see `voxelheim bots --milestones`.
    pub fn wait_for(&mut self, milestone: &str) -> io::Result<()> {
        let mut line = String::new();
        while line.trim_end() != milestone {
            line.clear();
            if self.milestones.read_line(&mut line)? == 0 {
                return Err(io::Error::other(format!("bots ended before '{milestone}'")));
            }
        }
        Ok(())
    }

    /// What they report in the end.
    pub fn report(mut self) -> io::Result<Value> {
        Ok(serde_json::from_str(&self.program.rest()?)?)
    }
}
