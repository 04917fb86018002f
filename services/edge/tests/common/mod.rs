//! A server in this process and clients to it, for the tests of sessions.
#![allow(dead_code)]

pub mod client;
pub mod http;
pub mod relay;
pub mod server;

use std::time::Duration;

/// How long a test waits for what must come; generous, since the machine may be busy.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Waits for a future; a test that waits in vain fails by name.
pub async fn within<T>(what: &str, future: impl Future<Output = T>) -> T {
    match tokio::time::timeout(PATIENCE, future).await {
        Ok(value) => value,
        Err(_) => panic!("waited {PATIENCE:?} in vain for {what}"),
    }
}
