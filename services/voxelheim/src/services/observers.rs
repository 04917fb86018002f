//! Who watches the battle of this process, for statistics.

use backends::broker::Broker;
use herald::{Options, Origin, Teller, TellerHandle};
use web::{Clock, Metrics};
use world::{EdgePort, PodStatus};

use crate::{
    Failure,
    services::{runtime_failure, stores::open_broker},
};

/// What a herald needs beside what it watches.
#[derive(Clone)]
pub struct Telling {
    broker: Broker,
    metrics: Metrics,
    clock: Clock,
}

impl Telling {
    pub fn new(broker: Broker, metrics: Metrics, clock: Clock) -> Self {
        Self {
            broker,
            metrics,
            clock,
        }
    }

    /// Of a process of its own, which tells `metrics`.
    pub fn to(broker_url: &str, metrics: &Metrics) -> Result<Self, Failure> {
        let broker = open_broker(broker_url)?;
        Ok(Self::new(broker, metrics.clone(), Clock::system()))
    }

    /// Watches from now on.
    pub fn begin(
        self,
        port: EdgePort,
        status: PodStatus,
        origin: Origin,
    ) -> Result<TellerHandle, Failure> {
        let options = Options {
            origin,
            broker: self.broker,
            metrics: self.metrics,
            clock: self.clock,
        };
        Teller::start(port, status, options).map_err(runtime_failure)
    }
}
