//! What every side of the comparison does, and how the sides take turns.

use std::{array, time::Duration};

use bench::{
    ROUNDS_COUNT, cpu_time, median, percentile,
    swarm::Swarm,
    telling::{Telling, Told},
    times,
};

/// A server and its clients.
pub trait Side {
    /// Takes in what all bodies have become.
    fn change(&mut self, swarm: &Swarm);

    /// Tells every client, to the bytes of messages handed to the transport.
    fn send(&mut self);

    /// What was sent last.
    fn told(&self) -> Told;

    /// Gives clients what was sent last. Panics unless each is told of all that every body has become.
    fn deliver(&mut self, swarm: &Swarm);

    /// Takes in what clients answered, where they do.
    fn hear(&mut self) {}
}

impl Side for Telling {
    fn change(&mut self, swarm: &Swarm) {
        Telling::change(self, swarm);
    }

    fn send(&mut self) {
        Telling::send(self);
    }

    fn told(&self) -> Told {
        Telling::told(self)
    }

    fn deliver(&mut self, swarm: &Swarm) {
        self.assert_told(swarm);
    }
}

/// The CPU times of one side's rounds.
#[derive(Default)]
pub struct Times {
    /// Only this is compared.
    pub send: Vec<Duration>,
    pub change: Vec<Duration>,
    pub hear: Vec<Duration>,
    pub told: Told,
}

impl Times {
    pub fn send_median(&self) -> Duration {
        median(self.send.clone())
    }

    /// For the reader: median, spread, and what else the side takes for a tick.
    pub fn detail(&self) -> String {
        let milliseconds = |time: Duration| time.as_secs_f64() * 1e3;
        let median = |times: &[Duration]| milliseconds(median(times.to_vec()));
        format!(
            "{:.3} ms ({:.3} to {:.3}), taking changes in {:.2}, hearing clients {:.2}; {} messages, {:.2} B an update",
            milliseconds(self.send_median()),
            milliseconds(percentile(&self.send, 10)),
            milliseconds(percentile(&self.send, 90)),
            median(&self.change),
            median(&self.hear),
            self.told.messages,
            bytes_per_update(self.told),
        )
    }
}

pub fn bytes_per_update(told: Told) -> f64 {
    told.bytes as f64 / told.updates as f64
}

/// Rounds in which the sides take turns, after some that do not count; all are checked in each.
pub fn measure<const SIDES: usize>(mut sides: [&mut dyn Side; SIDES]) -> [Times; SIDES] {
    const WARM_UP_ROUNDS: usize = 3;
    let mut swarm = Swarm::default();
    let mut all: [Times; SIDES] = array::from_fn(|_| Times::default());
    for round in 0..WARM_UP_ROUNDS + times(ROUNDS_COUNT, 1) {
        swarm.advance();
        if round == WARM_UP_ROUNDS {
            all = array::from_fn(|_| Times::default());
        }
        for (side, times) in sides.iter_mut().zip(&mut all) {
            times.change.push(cpu_time(|| side.change(&swarm)));
            times.send.push(cpu_time(|| side.send()));
            times.told = side.told();
            side.deliver(&swarm);
            times.hear.push(cpu_time(|| side.hear()));
        }
    }
    all
}
