//! Real backends for tests, which ops/dev starts, and databases that nobody else uses. Only with the
//! feature `testing`, for `[dev-dependencies]`.
//!
//! A server that all tests share ([`server_url`]) is started once and left running: tests keep apart in it by
//! names of their own ([`unique_name`], [`TestDatabase`]). A test that stops a server has its
//! [own](OwnServer).

mod database;
#[cfg(feature = "objects")]
mod place;
mod server;

use std::{
    env,
    path::PathBuf,
    process,
    sync::atomic::{AtomicU32, Ordering},
    time::{SystemTime, UNIX_EPOCH},
};

#[cfg(feature = "cache")]
pub use database::on_each_pair;
pub use database::{TestDatabase, on_each_database};
#[cfg(feature = "objects")]
pub use place::on_each_place;
pub use server::{OwnServer, Server, server_url};

#[cfg(feature = "broker")]
use crate::{
    broker::Broker,
    sql::{Database, Dialect},
};

/// Of letters, digits and `_`, beginning with `prefix`; no other test and no other run has it.
pub fn unique_name(prefix: &str) -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let nanoseconds = now.expect("after 1970").as_nanos();
    format!("{prefix}_{}_{nanoseconds}_{count}", process::id())
}

/// The broker that goes with a database: within the process beside SQLite, and beside PostgreSQL RabbitMQ, under a name
/// of its own.
#[cfg(feature = "broker")]
pub fn broker_beside(database: &Database) -> Broker {
    match database.dialect() {
        Dialect::Sqlite => Broker::open("memory:").expect("within the process"),
        Dialect::Postgres => {
            let broker = Broker::open(&server_url(Server::RabbitMq)).expect("a URL");
            broker.namespace(&unique_name("test"))
        }
    }
}

/// Runs a test's future on one thread.
pub fn block_on<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.expect("a runtime").block_on(future)
}

/// A new folder in the system's folder for such.
fn new_folder(prefix: &str) -> PathBuf {
    let folder = env::temp_dir().join(unique_name(prefix));
    std::fs::create_dir(&folder).expect("a new folder");
    folder
}
