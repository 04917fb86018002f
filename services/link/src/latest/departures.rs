//! The sender's end: what waits, what is on its way, and what of that is too late to be worth it.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use crate::{
    latest::Waiting,
    limits::{FLIGHT_MAX, FLIGHTS_MAX, KEYS_MAX},
};

/// At most one message of a key is on its way, and [`FLIGHTS_MAX`] of all keys. While one is, the
/// newest of its key waits. A flight that takes longer than [`FLIGHT_MAX`] is given up for the one that
/// waits; that one is then let through however long it takes, so that a slow path still tells some.
///
/// Messages are cheap to clone: they share their bytes.
#[derive(Debug)]
pub struct Departures<M> {
    waiting: Waiting<Numbered<M>>,
    flights: BTreeMap<u32, Flight<M>>,
    /// Keys whose last flight was given up.
    patient: BTreeSet<u32>,
    published_count: u64,
}

#[derive(Clone, Debug)]
struct Numbered<M> {
    number: u64,
    message: M,
}

#[derive(Debug)]
struct Flight<M> {
    numbered: Numbered<M>,
    began_at: Duration,
    may_be_given_up: bool,
}

/// A message to be sent now.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Departure<M> {
    pub key: u32,
    pub number: u64,
    pub message: M,
}

/// The message was not taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PublishError {
    /// Too many keys wait already.
    TooManyKeys,
}

impl<M: Clone> Departures<M> {
    pub fn new() -> Self {
        Self {
            waiting: Waiting::new(),
            flights: BTreeMap::new(),
            patient: BTreeSet::new(),
            published_count: 0,
        }
    }

    /// Takes a message in; true if an elder that waited was dropped for it.
    ///
    /// # Errors
    /// When [`KEYS_MAX`] keys wait and this is of none of them.
    pub fn publish(&mut self, key: u32, message: M) -> Result<bool, PublishError> {
        if self.waiting.len() >= KEYS_MAX && !self.waiting.contains(key) {
            return Err(PublishError::TooManyKeys);
        }
        self.published_count += 1;
        let number = self.published_count;
        let replaced = self.waiting.put(key, Numbered { number, message });
        Ok(replaced.is_some())
    }

    /// The next message to send, if one may go now.
    pub fn depart(&mut self, now: Duration) -> Option<Departure<M>> {
        if self.flights.len() >= FLIGHTS_MAX {
            return None;
        }
        let flights = &self.flights;
        let (key, numbered) = self.waiting.take(|key| !flights.contains_key(&key))?;
        let departure = Departure {
            key,
            number: numbered.number,
            message: numbered.message.clone(),
        };
        let flight = Flight {
            numbered,
            began_at: now,
            may_be_given_up: !self.patient.remove(&key),
        };
        self.flights.insert(key, flight);
        Some(departure)
    }

    /// The message has arrived.
    pub fn on_arrived(&mut self, key: u32) {
        self.flights.remove(&key).expect("only what flies arrives");
    }

    /// The connection broke under the message: it waits again, unless a newer does.
    pub fn on_lost(&mut self, key: u32) {
        let flight = self.flights.remove(&key).expect("only what flies is lost");
        if !self.waiting.contains(key) {
            self.waiting.put(key, flight.numbered);
        }
    }

    /// The message was given up on the word of [`Self::give_up`].
    pub fn on_given_up(&mut self, key: u32) {
        self.flights
            .remove(&key)
            .expect("only what flies is given up");
        self.patient.insert(key);
    }

    /// The keys of the flights to give up now; each is told once.
    pub fn give_up(&mut self, now: Duration) -> Vec<u32> {
        let overdue = self.replaceable().filter(|(_, ends_at)| *ends_at <= now);
        let keys: Vec<u32> = overdue.map(|(key, _)| key).collect();
        for key in &keys {
            let flight = self.flights.get_mut(key).expect("just found");
            flight.may_be_given_up = false;
        }
        keys
    }

    /// When the next flight will be overdue, as things are.
    pub fn overdue_at(&self) -> Option<Duration> {
        self.replaceable().map(|(_, ends_at)| ends_at).min()
    }

    /// Flights for which a newer message waits, and until when they may go on.
    fn replaceable(&self) -> impl Iterator<Item = (u32, Duration)> + '_ {
        let flights = self.flights.iter();
        flights
            .filter(|(key, flight)| flight.may_be_given_up && self.waiting.contains(**key))
            .map(|(&key, flight)| (key, flight.began_at + FLIGHT_MAX))
    }

    pub fn waiting_count(&self) -> usize {
        self.waiting.len()
    }

    pub fn flights_count(&self) -> usize {
        self.flights.len()
    }
}

impl<M: Clone> Default for Departures<M> {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Duration = Duration::ZERO;

    fn sent(departures: &mut Departures<char>, now: Duration) -> Vec<(u32, char)> {
        std::iter::from_fn(|| departures.depart(now))
            .map(|departure| (departure.key, departure.message))
            .collect()
    }

    #[test]
    fn of_each_key_the_newest_goes() {
        let mut departures = Departures::new();
        assert_eq!(departures.publish(1, 'a'), Ok(false));
        assert_eq!(departures.publish(2, 'b'), Ok(false));
        assert_eq!(departures.publish(1, 'c'), Ok(true));
        assert_eq!(sent(&mut departures, START), [(1, 'c'), (2, 'b')]);
        assert_eq!(departures.publish(1, 'd'), Ok(false));
        assert_eq!(sent(&mut departures, START), [], "one of a key at a time");
        departures.on_arrived(1);
        let next = departures.depart(START).expect("may go");
        assert_eq!((next.key, next.number, next.message), (1, 4, 'd'));
    }

    #[test]
    fn flights_are_bounded() {
        let mut departures = Departures::new();
        for key in 0..100 {
            departures.publish(key, 'a').expect("room");
        }
        assert_eq!(sent(&mut departures, START).len(), FLIGHTS_MAX);
        departures.on_arrived(0);
        assert_eq!(sent(&mut departures, START), [(FLIGHTS_MAX as u32, 'a')]);
    }

    #[test]
    fn what_was_lost_goes_again_unless_something_newer_waits() {
        let mut departures = Departures::new();
        departures.publish(1, 'a').expect("room");
        departures.publish(2, 'b').expect("room");
        sent(&mut departures, START);
        departures.publish(2, 'c').expect("room");
        departures.on_lost(1);
        departures.on_lost(2);
        assert_eq!(sent(&mut departures, START), [(2, 'c'), (1, 'a')]);
    }

    #[test]
    fn a_late_flight_is_given_up_for_a_newer_message_but_never_twice_running() {
        let mut departures = Departures::new();
        departures.publish(1, 'a').expect("room");
        sent(&mut departures, START);
        assert_eq!(departures.overdue_at(), None, "nothing newer waits");
        departures.publish(1, 'b').expect("room");
        assert_eq!(departures.overdue_at(), Some(FLIGHT_MAX));
        assert_eq!(departures.give_up(FLIGHT_MAX / 2), []);
        assert_eq!(departures.give_up(FLIGHT_MAX), [1]);
        assert_eq!(departures.give_up(FLIGHT_MAX), [], "told once");
        departures.on_given_up(1);
        assert_eq!(sent(&mut departures, FLIGHT_MAX), [(1, 'b')]);
        departures.publish(1, 'c').expect("room");
        assert_eq!(departures.give_up(FLIGHT_MAX * 100), []);
        departures.on_arrived(1);
        sent(&mut departures, FLIGHT_MAX);
        departures.publish(1, 'd').expect("room");
        assert_eq!(departures.give_up(FLIGHT_MAX * 100), [1]);
    }

    #[test]
    fn keys_are_bounded() {
        let mut departures = Departures::new();
        for key in 0..KEYS_MAX as u32 {
            departures.publish(key, 'a').expect("room");
        }
        let refused = departures.publish(u32::MAX, 'b');
        assert_eq!(refused, Err(PublishError::TooManyKeys));
        assert_eq!(departures.publish(0, 'c'), Ok(true), "a known key may");
    }
}
