//! All timers of an endpoint: a wheel of slots, each a millisecond. A connection's deadline moves with
//! every packet, mostly to later; then nothing is done until the earlier time comes, and only then is
//! looked where the deadline went.

use std::time::{Duration, Instant};

use crate::limits::{WHEEL_SLOT, WHEEL_SLOTS};

/// Slots since the wheel began.
pub type WheelTime = u64;

/// Where the wheel has one connection: at the earliest time that it needs, and at a later one that was
/// needed before. Deadlines swing between soon (an answer is due) and late (the peer is silent); with the
/// late one remembered, a swing puts nothing new into the wheel.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Timers {
    first: Option<WheelTime>,
    second: Option<WheelTime>,
}

impl Timers {
    /// Whether it must be put into the wheel to be looked at by this time.
    pub fn needs(&self, time: WheelTime) -> bool {
        self.first.is_none_or(|first| time < first)
    }

    /// It was put there, earlier than all it had.
    pub fn insert(&mut self, time: WheelTime) {
        // A third one is forgotten; that the wheel still has it does no harm.
        self.second = self.first;
        self.first = Some(time);
    }

    /// It came out of the wheel; whether that is to be looked at.
    pub fn expire(&mut self, time: WheelTime) -> bool {
        let is_known = self.first == Some(time);
        if is_known {
            self.first = self.second.take();
        }
        is_known
    }
}

/// See the module. Keys are the caller's; a key may be in it more than once.
pub struct Wheel {
    began_at: Instant,
    /// The first slot that has not been emptied yet.
    next: WheelTime,
    /// The place in `entries` of what was put last into each slot. Lists through one slab: a vector for
    /// each slot would keep room for the most that ever was in it, thousands of times.
    slots: Vec<Option<u32>>,
    entries: Vec<Entry>,
    /// The first place in `entries` that holds nothing.
    free: Option<u32>,
    /// A bit for each slot that has something in it.
    occupied: Vec<u64>,
}

/// A key in a slot, or an empty place.
struct Entry {
    key: usize,
    time: WheelTime,
    /// The one behind it in its slot, or the next empty place.
    next: Option<u32>,
}

impl Wheel {
    pub fn new(now: Instant) -> Self {
        Self {
            began_at: now,
            next: 0,
            slots: vec![None; WHEEL_SLOTS],
            entries: Vec::new(),
            free: None,
            occupied: vec![0; WHEEL_SLOTS / 64],
        }
    }

    /// The slot in which a deadline is due: the first one that ends behind it.
    pub fn time(&self, deadline: Instant) -> WheelTime {
        let nanoseconds = deadline.saturating_duration_since(self.began_at).as_nanos();
        (nanoseconds / WHEEL_SLOT.as_nanos()) as WheelTime + 1
    }

    /// Puts a key where its deadline is due, or as far away as the wheel reaches; says where.
    pub fn insert(&mut self, key: usize, time: WheelTime) -> WheelTime {
        let last = self.next + WHEEL_SLOTS as WheelTime - 1;
        let time = time.clamp(self.next, last);
        let slot = time as usize % WHEEL_SLOTS;
        let next = self.slots[slot];
        self.slots[slot] = Some(self.keep(Entry { key, time, next }));
        self.occupied[slot / 64] |= 1 << (slot % 64);
        time
    }

    /// Takes out all keys that are due, with where each had been put.
    pub fn expire(&mut self, now: Instant, due: &mut Vec<(usize, WheelTime)>) {
        let elapsed = now.saturating_duration_since(self.began_at).as_nanos();
        let end = (elapsed / WHEEL_SLOT.as_nanos()) as WheelTime + 1;
        while self.next < end {
            let Some(time) = self.first_occupied().filter(|time| *time < end) else {
                self.next = end;
                return;
            };
            let slot = time as usize % WHEEL_SLOTS;
            self.empty(slot, due);
            self.occupied[slot / 64] &= !(1 << (slot % 64));
            self.next = time + 1;
        }
    }

    /// When the next key is due.
    pub fn deadline(&self) -> Option<Instant> {
        let time = self.first_occupied()?;
        let since = Duration::from_nanos(WHEEL_SLOT.as_nanos() as u64 * time);
        Some(self.began_at + since)
    }

    fn keep(&mut self, entry: Entry) -> u32 {
        let Some(place) = self.free else {
            self.entries.push(entry);
            return u32::try_from(self.entries.len() - 1).expect("some timers a connection");
        };
        let empty = std::mem::replace(&mut self.entries[place as usize], entry);
        self.free = empty.next;
        place
    }

    fn empty(&mut self, slot: usize, due: &mut Vec<(usize, WheelTime)>) {
        let mut place = self.slots[slot].take();
        while let Some(at) = place {
            let entry = &mut self.entries[at as usize];
            due.push((entry.key, entry.time));
            place = entry.next;
            entry.next = self.free.replace(at);
        }
    }

    /// The first slot from `next` on, around the wheel, that has something in it.
    fn first_occupied(&self) -> Option<WheelTime> {
        let first = self.next as usize % WHEEL_SLOTS;
        let words_count = self.occupied.len();
        // The word of `next` is looked at twice: its later bits at first, its earlier ones at last.
        for step in 0..=words_count {
            let word = (first / 64 + step) % words_count;
            let mask = match step {
                0 => u64::MAX << (first % 64),
                step if step == words_count => !(u64::MAX << (first % 64)),
                _ => u64::MAX,
            };
            let bits = self.occupied[word] & mask;
            if bits != 0 {
                let slot = word * 64 + bits.trailing_zeros() as usize;
                let ahead = (slot + WHEEL_SLOTS - first) % WHEEL_SLOTS;
                return Some(self.next + ahead as WheelTime);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys_due(wheel: &mut Wheel, now: Instant) -> Vec<usize> {
        let mut due = Vec::new();
        wheel.expire(now, &mut due);
        let mut keys: Vec<_> = due.into_iter().map(|(key, _)| key).collect();
        keys.sort_unstable();
        keys
    }

    #[test]
    fn a_key_is_due_at_its_deadline_and_not_before() {
        let began = Instant::now();
        let at = |microseconds| began + Duration::from_micros(microseconds);
        let mut wheel = Wheel::new(began);
        assert_eq!(wheel.deadline(), None);
        for (key, microseconds) in [(1, 500), (2, 2_500), (3, 70_000), (4, 3_999_000)] {
            let time = wheel.time(at(microseconds));
            wheel.insert(key, time);
        }
        assert_eq!(keys_due(&mut wheel, at(400)), []);
        assert_eq!(wheel.deadline(), Some(at(1_000)));
        assert_eq!(keys_due(&mut wheel, at(1_000)), [1]);
        assert_eq!(keys_due(&mut wheel, at(2_499)), []);
        assert_eq!(keys_due(&mut wheel, at(69_999)), [2]);
        assert_eq!(keys_due(&mut wheel, at(71_000)), [3]);
        assert_eq!(wheel.deadline(), Some(at(4_000_000)));
        assert_eq!(keys_due(&mut wheel, at(60_000_000)), [4]);
        assert_eq!(wheel.deadline(), None);
    }

    #[test]
    fn what_is_farther_than_the_wheel_reaches_comes_early_to_be_looked_at_again() {
        let began = Instant::now();
        let mut wheel = Wheel::new(began);
        let time = wheel.time(began + Duration::from_secs(10));
        let placed = wheel.insert(7, time);
        assert!(placed < time);
        let mut due = Vec::new();
        wheel.expire(began + Duration::from_secs(5), &mut due);
        assert_eq!(due, [(7, placed)]);
    }

    #[test]
    fn deadlines_that_swing_leave_little_in_the_wheel() {
        let began = Instant::now();
        let mut wheel = Wheel::new(began);
        let (mut timers, mut due) = (Timers::default(), Vec::new());
        for millisecond in 0..20_000 {
            let now = began + Duration::from_millis(millisecond);
            wheel.expire(now, &mut due);
            for (_, time) in due.drain(..) {
                timers.expire(time);
            }
            // An answer is due soon after each tick, then nothing for long.
            let distance = if millisecond % 50 < 10 { 30 } else { 3_300 };
            let time = wheel.time(now + Duration::from_millis(distance));
            if timers.needs(time) {
                timers.insert(wheel.insert(1, time));
            }
            let count = wheel.entries.len();
            assert!(count <= 3, "{count} at {millisecond} ms");
        }
    }

    #[test]
    fn every_key_comes_out_once_in_order_over_many_turns() {
        let began = Instant::now();
        let mut wheel = Wheel::new(began);
        let mut random = 1_u64;
        let mut expected: Vec<(u64, usize)> = Vec::new();
        let (mut now, mut found) = (0_u64, Vec::new());
        for key in 0..5_000 {
            random = random
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            let deadline = now + (random >> 33) % 4_000_000;
            let time = wheel.time(began + Duration::from_micros(deadline));
            wheel.insert(key, time);
            expected.push((time, key));
            now += (random >> 50) % 5_000;
            wheel.expire(began + Duration::from_micros(now), &mut found);
        }
        wheel.expire(began + Duration::from_secs(3_600), &mut found);
        assert!(found.is_sorted_by_key(|(_, time)| *time));
        let mut found: Vec<_> = found.into_iter().map(|(key, time)| (time, key)).collect();
        found.sort_unstable();
        expected.sort_unstable();
        assert_eq!(found, expected);
    }
}
