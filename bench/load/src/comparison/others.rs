//! The peers' servers, driven by their own clients.

use std::{env, io, process::Command, thread::sleep};

use serde_json::Value;

use super::{
    Options, Peer,
    outcome::{Outcome, load},
};
use crate::{
    peers::Traffic,
    process::{Program, Usage},
};

/// Patches that the witness of the Colyseus peer checks, before all others join.
const PATCHES_CHECKED: &str = "40";

/// One run of a peer with this traffic; of Colyseus, with so many bodies told to each client in a tick.
///
/// # Errors
/// If one of its programs does not start or ends too early, or does not tell what it should.
pub fn measure(
    options: &Options,
    peer: Peer,
    clients: usize,
    traffic: Traffic,
    updates: f64,
) -> io::Result<Outcome> {
    let seen = (updates.round() as usize).clamp(1, clients);
    let mut server = start_server(options, peer, clients, traffic, seen)?;
    let ready = server.line()?;
    let (port, certificate) = ready.split_once(' ').unwrap_or((&ready, ""));
    if peer == Peer::Colyseus {
        bear_witness(options, port, seen)?;
    }
    let rest = server.usage()?;
    let mut driver = start_clients(peer, clients, port, certificate)?;
    driver.line()?;
    sleep(options.settling());
    let before = Look::at(&mut server, &mut driver)?;
    sleep(options.window());
    let after = Look::at(&mut server, &mut driver)?;
    outcome(options, peer, clients, rest, (&before, &after))
}

fn start_server(
    options: &Options,
    peer: Peer,
    clients: usize,
    traffic: Traffic,
    seen: usize,
) -> io::Result<Program> {
    let role = match peer {
        Peer::Loop => "loop-server",
        Peer::Quinn => "quinn-server",
        Peer::Wtransport => "wtransport-server",
        Peer::Colyseus => {
            return Program::start(
                Command::new("node")
                    .arg(options.colyseus.join("server.mjs"))
                    .args([clients.to_string(), seen.to_string()])
                    .env("NODE_ENV", "production"),
            );
        }
    };
    let Traffic {
        datagrams_per_tick,
        datagram_bytes,
        stream_bytes_per_tick,
    } = traffic;
    Program::start(
        Command::new(env::current_exe()?)
            .args(["peer", role])
            .args(["--datagrams-per-tick", &datagrams_per_tick.to_string()])
            .args(["--datagram-bytes", &datagram_bytes.to_string()])
            .args([
                "--stream-bytes-per-tick",
                &stream_bytes_per_tick.to_string(),
            ]),
    )
}

fn start_clients(peer: Peer, clients: usize, port: &str, certificate: &str) -> io::Result<Program> {
    let role = match peer {
        Peer::Loop | Peer::Quinn => "quinn-clients",
        Peer::Wtransport => "wtransport-clients",
        Peer::Colyseus => "colyseus-clients",
    };
    Program::start(
        Command::new(env::current_exe()?)
            .args(["peer", role])
            .args(["--port", port])
            .args(["--count", &clients.to_string()])
            .args(["--certificate", certificate]),
    )
}

/// Has a client with Colyseus' own library check what patches hold.
fn bear_witness(options: &Options, port: &str, seen: usize) -> io::Result<()> {
    let status = Command::new("node")
        .arg(options.colyseus.join("witness.mjs"))
        .args([port, &seen.to_string(), PATCHES_CHECKED])
        .status()?;
    match status.success() {
        true => Ok(()),
        false => Err(io::Error::other("the witness of the Colyseus peer fails")),
    }
}

/// Both ends at one moment.
struct Look {
    usage: Usage,
    server: Value,
    clients: Value,
}

impl Look {
    fn at(server: &mut Program, driver: &mut Program) -> io::Result<Self> {
        Ok(Self {
            usage: server.usage()?,
            server: server.counts()?,
            clients: driver.counts()?,
        })
    }
}

fn outcome(
    options: &Options,
    peer: Peer,
    clients: usize,
    rest: Usage,
    (before, after): (&Look, &Look),
) -> io::Result<Outcome> {
    let connected = count(&after.server, "connections");
    if connected != clients as u64 {
        return Err(io::Error::other(format!(
            "{connected} of {clients} clients stayed"
        )));
    }
    let of_server = |name| count(&after.server, name) - count(&before.server, name);
    let of_clients = |name| count(&after.clients, name) - count(&before.clients, name);
    Ok(Outcome {
        server: peer.name(),
        clients,
        ticks: of_server("ticks"),
        seconds: options.window().as_secs_f64(),
        cpu: Outcome::cpu_between(before.usage, after.usage),
        resident_bytes_before: rest.resident_bytes,
        resident_bytes: after.usage.resident_bytes,
        sent: of_server("sent"),
        received: of_clients("received"),
        received_bytes: of_clients("received_bytes"),
        stream_bytes: of_clients("stream_bytes"),
        updates: of_server("updates"),
        is_short_of_time: false,
        tick_ms: None,
        visible_ms: None,
        load: load(),
    })
}

/// A peer without such a count has none.
fn count(counts: &Value, name: &str) -> u64 {
    counts[name].as_u64().unwrap_or_default()
}
