//! The thread that reads frames and publishes what they showed.

use std::{
    collections::VecDeque,
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
};

use backends::{
    backoff::Backoff,
    broker::{Broker, BrokerError, Event},
};
use events::{Body, battle::Happenings};
use ring::rand::{SecureRandom, SystemRandom};
use tokio::time;
use web::{Clock, Counter, Metrics};
use world::{EdgePort, PodStatus};

use crate::{
    aggregate::{Aggregator, Origin},
    limits::{
        LOOK_PERIOD, PUBLISH_EVENTS_MAX, QUEUE_EVENTS_MAX, RETRY_MAX, RETRY_MIN, STOP_PATIENCE,
    },
    load::Load,
};

/// Where it tells, what it counts with, and what time it is.
#[derive(Clone)]
pub struct Options {
    pub origin: Origin,
    pub broker: Broker,
    pub metrics: Metrics,
    pub clock: Clock,
}

/// What the thread has.
pub struct Teller {
    port: EdgePort,
    status: PodStatus,
    aggregator: Aggregator,
    load: Load,
    clock: Clock,
    outbound: Outbound,
    /// Events by what became of them, and frames that were missed.
    frames: Counter,
    frames_skipped: u64,
}

/// Events on their way to the broker: a bounded queue.
struct Outbound {
    broker: Broker,
    queue: VecDeque<Event>,
    events: Counter,
    /// By which the events of this life differ from those of others.
    life: String,
    number: u64,
}

/// A running teller.
pub struct TellerHandle {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

impl TellerHandle {
    /// Ends the thread, once what was seen last is told or the broker does not take it.
    pub fn stop(self) {
        self.stop.store(true, Ordering::Release);
        if self.thread.join().is_err() {
            tracing::error!("the herald's thread had panicked");
        }
    }
}

impl Teller {
    /// Starts the thread.
    ///
    /// # Errors
    /// If the system gives no thread.
    pub fn start(port: EdgePort, status: PodStatus, options: Options) -> io::Result<TellerHandle> {
        let mut teller = Self::new(port, status, options);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = stop.clone();
        let thread = thread::Builder::new().name("herald".into());
        let thread = thread.spawn(move || {
            runtime.block_on(teller.run(&stopped));
            runtime.shutdown_background();
        })?;
        Ok(TellerHandle { stop, thread })
    }

    fn new(port: EdgePort, status: PodStatus, options: Options) -> Self {
        let metrics = &options.metrics;
        Self {
            port,
            status,
            aggregator: Aggregator::new(options.origin.clone()),
            load: Load::new(options.origin),
            clock: options.clock,
            outbound: Outbound {
                broker: options.broker,
                queue: VecDeque::new(),
                events: metrics.counter(
                    "herald_events_total",
                    "Events of the battle for statistics, by what became of them.",
                    "outcome",
                ),
                life: life(),
                number: 0,
            },
            frames: metrics.counter(
                "herald_frames_total",
                "Ticks by whether the herald saw them.",
                "outcome",
            ),
            frames_skipped: 0,
        }
    }

    async fn run(&mut self, stopped: &AtomicBool) {
        let mut backoff = Backoff::new(RETRY_MIN, RETRY_MAX);
        let mut looks = time::interval(LOOK_PERIOD);
        let mut quiet_until = time::Instant::now();
        while !stopped.load(Ordering::Acquire) && !self.port.is_abandoned() {
            looks.tick().await;
            self.look();
            if time::Instant::now() < quiet_until {
                continue;
            }
            match self.publish().await {
                true => backoff.reset(),
                false => quiet_until = time::Instant::now() + backoff.next_span(),
            }
        }
        self.look();
        let last = self.aggregator.tell(self.clock.now_ms());
        self.outbound.put_all(&last);
        let _ = time::timeout(STOP_PATIENCE, self.publish()).await;
    }

    /// Takes all frames that wait.
    fn look(&mut self) {
        while let Some(frames) = self.port.parts() {
            let at_ms = self.clock.now_ms();
            let happenings = self.aggregator.see(&frames, at_ms);
            self.outbound.put_all(&happenings);
            let boards = self.status.boards();
            let status = |shard: u16| boards.get(usize::from(shard)).map(|it| it.read());
            for ticks in self.load.see(&frames, at_ms, status) {
                self.outbound.put(&ticks);
            }
            self.frames.add_one("seen");
        }
        for _ in self.frames_skipped..self.aggregator.frames_skipped() {
            self.frames.add_one("skipped");
        }
        self.frames_skipped = self.aggregator.frames_skipped();
    }

    /// Publishes while frames go on being read; whether the broker took all.
    async fn publish(&mut self) -> bool {
        while let Some(events) = self.outbound.next() {
            let broker = self.outbound.broker.clone();
            let publishing = broker.publish(&events);
            tokio::pin!(publishing);
            let mut looks = time::interval(LOOK_PERIOD);
            let result = loop {
                tokio::select! {
                    result = &mut publishing => break result,
                    _ = looks.tick() => self.look(),
                }
            };
            if !self.outbound.settle(events.len(), &result) {
                return false;
            }
        }
        true
    }
}

impl Outbound {
    fn put_all(&mut self, happenings: &[Happenings]) {
        happenings.iter().for_each(|it| self.put(it));
    }

    fn put<B: Body>(&mut self, body: &B) {
        self.number += 1;
        if self.queue.len() >= QUEUE_EVENTS_MAX {
            self.events.add_one("dropped_full");
            return;
        }
        self.queue.push_back(Event {
            id: format!("herald-{}-{}", self.life, self.number),
            topic: B::TOPIC.to_owned(),
            body: body.to_bytes(),
        });
    }

    /// The oldest, which stay in the queue until they are settled.
    fn next(&self) -> Option<Vec<Event>> {
        let events = self.queue.iter().take(PUBLISH_EVENTS_MAX).cloned();
        let events: Vec<_> = events.collect();
        (!events.is_empty()).then_some(events)
    }

    /// Takes those out that need not be tried again; whether to go on at once.
    fn settle(&mut self, count: usize, result: &Result<(), BrokerError>) -> bool {
        let outcome = match result {
            Ok(()) => "told",
            Err(error) if error.is_retryable() => {
                tracing::warn!(%error, waiting = self.queue.len(), "nobody hears of the battle");
                return false;
            }
            Err(error) => {
                tracing::error!(%error, "events of the battle are not as they must be");
                "dropped_refused"
            }
        };
        for _ in self.queue.drain(..count) {
            self.events.add_one(outcome);
        }
        true
    }
}

fn life() -> String {
    let mut bytes = [0; 8];
    let filled = SystemRandom::new().fill(&mut bytes);
    filled.expect("the system has random numbers");
    format!("{:016x}", u64::from_le_bytes(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outbound(events: &Counter) -> Outbound {
        Outbound {
            broker: Broker::open("memory:").expect("a URL"),
            queue: VecDeque::new(),
            events: events.clone(),
            life: life(),
            number: 0,
        }
    }

    #[test]
    fn a_full_queue_drops_the_newest_and_a_broker_that_is_away_nothing() {
        let events = Metrics::default().counter("events_total", "", "outcome");
        let mut outbound = outbound(&events);
        let told = vec![Happenings::default(); QUEUE_EVENTS_MAX + 3];
        outbound.put_all(&told);
        assert_eq!(events.read("dropped_full"), 3);
        let first = outbound.next().expect("it is full");
        let away = BrokerError::Unavailable("away".to_owned());
        assert!(!outbound.settle(first.len(), &Err(away)));
        assert_eq!(outbound.next().expect("it still is"), first);
        assert!(outbound.settle(first.len(), &Ok(())));
        assert_ne!(outbound.next().expect("the next"), first);
        let refused = BrokerError::TooLarge("an event");
        assert!(outbound.settle(1, &Err(refused)));
        let counts = ["told", "dropped_refused"].map(|it| events.read(it));
        assert_eq!(counts, [PUBLISH_EVENTS_MAX as u64, 1]);
    }

    #[test]
    fn no_two_events_have_the_same_id() {
        let events = Metrics::default().counter("events_total", "", "outcome");
        let mut ids = std::collections::BTreeSet::new();
        for _ in 0..2 {
            let mut outbound = outbound(&events);
            outbound.put_all(&[Happenings::default(), Happenings::default()]);
            ids.extend(outbound.queue.into_iter().map(|it| it.id));
        }
        assert_eq!(ids.len(), 4);
    }
}
