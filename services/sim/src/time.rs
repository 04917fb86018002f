//! Virtual time: what is to happen when, and the clocks of machines, which all go a little wrong.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use spatial::random::SplitMix64;

use crate::limits::CLOCK_DRIFT_PPM_MAX;

/// Microseconds since the simulation began; also a span of them.
pub type Time = u64;

pub const MS: Time = 1_000;
pub const SECOND: Time = 1_000_000;

/// What is to happen, in order of time; at one time in the order in which it was said.
#[derive(Debug)]
pub struct Schedule<E> {
    now: Time,
    count: u64,
    events: BTreeMap<(Time, u64), E>,
}

impl<E> Default for Schedule<E> {
    fn default() -> Self {
        Self {
            now: 0,
            count: 0,
            events: BTreeMap::new(),
        }
    }
}

impl<E> Schedule<E> {
    pub fn now(&self) -> Time {
        self.now
    }

    /// Something is to happen at a time, or now if that has passed.
    pub fn at(&mut self, time: Time, event: E) {
        self.count += 1;
        self.events.insert((time.max(self.now), self.count), event);
    }

    /// Goes on to what comes next.
    pub fn advance(&mut self) -> Option<E> {
        let ((time, _), event) = self.events.pop_first()?;
        self.now = time;
        Some(event)
    }

    /// Events that wait.
    pub fn count(&self) -> usize {
        self.events.len()
    }
}

/// A machine's monotonic clock: it begins anywhere and drifts.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    /// Any moment; only spans are ever looked at.
    origin: Instant,
    offset: Duration,
    drift_ppm: i32,
}

impl Clock {
    pub fn draw(random: &mut SplitMix64) -> Self {
        Self {
            origin: Instant::now(),
            offset: Duration::from_micros(random.below(1_000_000_000).into()),
            drift_ppm: random.between(-CLOCK_DRIFT_PPM_MAX, CLOCK_DRIFT_PPM_MAX),
        }
    }

    pub fn read(&self, now: Time) -> Instant {
        let drift = i64::try_from(now).expect("some minutes") * i64::from(self.drift_ppm);
        let time = now.saturating_add_signed(drift / 1_000_000);
        self.origin + self.offset + Duration::from_micros(time)
    }

    /// A canary's: it loses more than the directory's margin allows for.
    pub fn crawl(&mut self) {
        self.drift_ppm = -600_000;
    }

    /// Whether it goes more than half as wrong as any may.
    pub fn is_off(&self) -> bool {
        self.drift_ppm.abs() > CLOCK_DRIFT_PPM_MAX / 2
    }
}
