//! The peers' servers and clients. Each is a process of its own that says a line when it is ready and
//! then, for each line that it gets, what it has counted; it ends when its input does.

mod certificate;
mod clients;
mod colyseus;
mod counts;
mod link;
mod loop_link;
mod quinn_link;
mod server;
mod traffic;
mod wtransport_link;

use std::{error::Error, future::Future};

use clap::{Args, Subcommand};
use tokio::task::LocalSet;

pub use traffic::Traffic;

/// Which end of which peer.
#[derive(Subcommand)]
pub enum Role {
    /// Its clients are quinn's
    LoopServer(Traffic),
    QuinnServer(Traffic),
    QuinnClients(Drivers),
    WtransportServer(Traffic),
    WtransportClients(Drivers),
    ColyseusClients(Drivers),
}

/// Clients of a peer.
#[derive(Args)]
pub struct Drivers {
    /// Port on loopback
    #[arg(long)]
    pub port: u16,
    #[arg(long)]
    pub count: usize,
    /// The server's certificate in hexadecimal, where clients check it
    #[arg(long, default_value = "")]
    pub certificate: String,
}

pub type Failure = Box<dyn Error>;

/// Plays the role until the standard input ends.
pub fn run(role: &Role) -> Result<(), Failure> {
    counts::answer();
    match role {
        Role::LoopServer(traffic) => on_one_thread(loop_link::serve(*traffic)),
        Role::QuinnServer(traffic) => on_one_thread(quinn_link::serve(*traffic)),
        Role::QuinnClients(drivers) => on_one_thread(quinn_link::drive(drivers)),
        Role::WtransportServer(traffic) => on_one_thread(wtransport_link::serve(*traffic)),
        Role::WtransportClients(drivers) => on_one_thread(wtransport_link::drive(drivers)),
        Role::ColyseusClients(drivers) => on_one_thread(colyseus::drive(drivers)),
    }
}

fn on_one_thread(work: impl Future<Output = Result<(), Failure>>) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    LocalSet::new().block_on(&runtime, work)
}
