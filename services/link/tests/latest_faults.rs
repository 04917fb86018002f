//! The latest-wins channel under faults: flights that arrive late or never, connections lost, senders
//! killed and brought back, earlier lives that go on speaking. What is received of a key only ever
//! gets newer, and in the end the newest has arrived. All from a seed: a failure names it.

mod support;

use std::{collections::BTreeMap, time::Duration};

use link::{
    fence::Fence,
    latest::{Arrivals, Departure, Departures, Version},
    limits::{FLIGHT_MAX, FLIGHTS_MAX},
};
use support::Random;

const SEEDS_COUNT: u64 = 500;
const STEPS_COUNT: usize = 2_000;
const KEYS_COUNT: u64 = 12;

#[test]
fn what_is_received_only_gets_newer_and_the_newest_arrives() {
    let mut given_up_count = 0;
    let mut stale_count = 0;
    let mut outdated_count = 0;
    for seed in 0..SEEDS_COUNT {
        let mut world = World::new(seed);
        for _ in 0..STEPS_COUNT {
            world.step();
        }
        world.heal();
        world.check_newest_arrived();
        given_up_count += world.given_up_count;
        stale_count += world.stale_count;
        outdated_count += world.outdated_count;
    }
    for count in [given_up_count, stale_count, outdated_count] {
        assert!(count > 1_000, "the faults must happen: {count}");
    }
}

/// Where every flight takes longer than one may, still at least every other arrives.
#[test]
fn a_path_slower_than_the_frames_still_tells_some() {
    let mut departures = Departures::new();
    let mut arrived_count = 0;
    let flight_takes = FLIGHT_MAX * 3;
    let mut flying: Option<(Duration, u64)> = None;
    for tick in 0..10_000_u64 {
        let now = Duration::from_millis(50 * tick);
        departures.publish(1, tick).expect("one key");
        if departures.give_up(now) == [1] {
            departures.on_given_up(1);
            flying = None;
        }
        if flying.is_some_and(|(lands_at, _)| lands_at <= now) {
            departures.on_arrived(1);
            flying = None;
            arrived_count += 1;
        }
        if let Some(departure) = departures.depart(now) {
            flying = Some((now + flight_takes, departure.message));
        }
    }
    // A pair of flights, one given up and one let through, takes 1 s of the 500.
    assert!(arrived_count >= 400, "only {arrived_count}");
}

/// A sender's life. Its messages are their own numbers over all lives, so that newer is greater.
struct Life {
    incarnation: u64,
    departures: Departures<u64>,
    /// Sent and not landed: by key, with what was sent.
    flights: BTreeMap<u32, Departure<u64>>,
}

struct World {
    random: Random,
    now: Duration,
    life: Life,
    published_count: u64,
    /// The newest of each key that this life has published.
    newest: BTreeMap<u32, u64>,
    /// On the path, from whichever life.
    packets: Vec<(u64, Departure<u64>)>,
    fence: Fence,
    arrivals: Arrivals,
    received: BTreeMap<u32, u64>,
    given_up_count: u64,
    stale_count: u64,
    outdated_count: u64,
}

impl Life {
    fn new(incarnation: u64) -> Self {
        Self {
            incarnation,
            departures: Departures::new(),
            flights: BTreeMap::new(),
        }
    }
}

impl World {
    fn new(seed: u64) -> Self {
        let fence = Fence::default();
        fence.admit(1).expect("the first");
        Self {
            random: Random::new(seed),
            now: Duration::ZERO,
            life: Life::new(1),
            published_count: 0,
            newest: BTreeMap::new(),
            packets: Vec::new(),
            fence,
            arrivals: Arrivals::default(),
            received: BTreeMap::new(),
            given_up_count: 0,
            stale_count: 0,
            outdated_count: 0,
        }
    }

    fn step(&mut self) {
        self.now += Duration::from_millis(self.random.below(20));
        match self.random.below(100) {
            0..35 => self.publish(),
            35..60 => self.depart(),
            60..92 => self.deliver(),
            92..96 => self.give_up(),
            96..99 => self.lose_connection(),
            _ => self.restart(),
        }
    }

    fn publish(&mut self) {
        let key = self.random.below(KEYS_COUNT) as u32;
        let message = self.published_count;
        self.published_count += 1;
        self.life
            .departures
            .publish(key, message)
            .expect("few keys");
        self.newest.insert(key, message);
    }

    fn depart(&mut self) {
        while let Some(departure) = self.life.departures.depart(self.now) {
            let elder = self.life.flights.insert(departure.key, departure.clone());
            assert!(elder.is_none(), "one of a key flies");
            self.packets.push((self.life.incarnation, departure));
        }
        assert!(self.life.flights.len() <= FLIGHTS_MAX);
        assert_eq!(
            self.life.flights.len(),
            self.life.departures.flights_count()
        );
    }

    fn give_up(&mut self) {
        for key in self.life.departures.give_up(self.now) {
            self.life.flights.remove(&key).expect("it flies");
            self.life.departures.on_given_up(key);
            self.given_up_count += 1;
        }
    }

    /// Any packet arrives, perhaps not for the last time; its sender may not learn of it.
    fn deliver(&mut self) {
        if self.packets.is_empty() {
            return;
        }
        let index = self.random.below(self.packets.len() as u64) as usize;
        let (incarnation, departure) = match self.random.below(10) {
            0 => self.packets[index].clone(),
            _ => self.packets.swap_remove(index),
        };
        if self.random.below(10) == 0 {
            return;
        }
        self.receive(incarnation, &departure);
        let flight = self.life.flights.get(&departure.key);
        let is_known = flight == Some(&departure) && incarnation == self.life.incarnation;
        if is_known && self.random.below(10) > 0 {
            self.life.flights.remove(&departure.key);
            self.life.departures.on_arrived(departure.key);
        }
    }

    fn receive(&mut self, incarnation: u64, departure: &Departure<u64>) {
        if self.fence.check(incarnation).is_err() {
            self.stale_count += 1;
            return;
        }
        let version = Version {
            incarnation,
            number: departure.number,
        };
        if !self.arrivals.on_arrival(departure.key, version) {
            self.outdated_count += 1;
            return;
        }
        let elder = self.received.insert(departure.key, departure.message);
        let seed = self.random.seed;
        assert!(
            elder < Some(departure.message),
            "seed {seed}: {elder:?}, then {} of key {}",
            departure.message,
            departure.key
        );
    }

    /// All flights are lost to the sender, whether or not they arrive yet.
    fn lose_connection(&mut self) {
        for key in std::mem::take(&mut self.life.flights).into_keys() {
            self.life.departures.on_lost(key);
        }
    }

    /// The sender begins a new life, of which the receiver may hear before its first message.
    fn restart(&mut self) {
        self.life = Life::new(self.life.incarnation + 1);
        self.newest.clear();
        self.fence.admit(self.life.incarnation).expect("the latest");
    }

    /// No more faults: everything that waits or flies arrives on a last connection.
    fn heal(&mut self) {
        self.lose_connection();
        loop {
            self.depart();
            let flights = std::mem::take(&mut self.life.flights);
            if flights.is_empty() {
                return;
            }
            for departure in flights.into_values() {
                self.receive(self.life.incarnation, &departure);
                self.life.departures.on_arrived(departure.key);
            }
        }
    }

    fn check_newest_arrived(&self) {
        let seed = self.random.seed;
        for (key, newest) in &self.newest {
            assert_eq!(
                self.received.get(key),
                Some(newest),
                "seed {seed}, key {key}"
            );
        }
        assert_eq!(self.life.departures.waiting_count(), 0);
    }
}
