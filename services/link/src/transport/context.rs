//! What all tasks of one endpoint share.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::{
    runtime::Handle,
    sync::{mpsc, watch},
    time::Instant,
};

use crate::{
    name::PeerName,
    transport::{bell::Switchboard, requests::Request},
};

/// Says whether this process may still speak: its lease holds. Asked before anything goes out, often
/// and from any thread, so it should only look at a clock and a number.
pub type Gate = Arc<dyn Fn() -> bool + Send + Sync>;

/// See the module.
pub struct Context {
    pub name: PeerName,
    pub incarnation: u64,
    pub may_send: Gate,
    pub random: Mutex<Box<dyn FnMut() -> u64 + Send>>,
    pub board: Switchboard,
    pub runtime: Handle,
    pub quinn: quinn::Endpoint,
    pub client: Mutex<quinn::ClientConfig>,
    pub silence_max: Duration,
    pub requests: mpsc::Sender<Request>,
    pub started_at: Instant,
    pub is_closed: watch::Sender<bool>,
}

impl Context {
    pub fn random(&self) -> u64 {
        (self.random.lock().expect("no holder panics"))()
    }
}
