//! Room for messages, in bytes and count, shared by whoever fills and whoever empties it. A claim is
//! held with its message wherever that goes, and gives the room back when it is dropped.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

use bytes::Bytes;

/// See the module. Lock-free: its ends may be threads that never wait.
#[derive(Debug)]
pub struct Room {
    bytes_max: usize,
    count_max: usize,
    bytes: AtomicUsize,
    count: AtomicUsize,
    /// Whether somebody waits for room.
    is_wanted: AtomicBool,
}

/// There is no room now.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Full;

/// The room of one message.
#[derive(Debug)]
pub struct Claim {
    room: Arc<Room>,
    bytes: usize,
}

/// A message with the room it takes.
#[derive(Debug)]
pub struct Parcel {
    pub bytes: Bytes,
    pub claim: Claim,
}

impl Room {
    pub fn new(bytes_max: usize, count_max: usize) -> Arc<Self> {
        Arc::new(Self {
            bytes_max,
            count_max,
            bytes: AtomicUsize::new(0),
            count: AtomicUsize::new(0),
            is_wanted: AtomicBool::new(false),
        })
    }

    /// # Errors
    /// When the message does not fit beside those that are there.
    pub fn claim(self: &Arc<Self>, bytes: usize) -> Result<Claim, Full> {
        let add = |used: usize, more: usize, max: usize| {
            used.checked_add(more).filter(|&total| total <= max)
        };
        self.count
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, |used| {
                add(used, 1, self.count_max)
            })
            .map_err(|_| Full)?;
        let claimed = self
            .bytes
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, |used| {
                add(used, bytes, self.bytes_max)
            });
        if claimed.is_err() {
            self.count.fetch_sub(1, Ordering::AcqRel);
            return Err(Full);
        }
        Ok(Claim {
            room: self.clone(),
            bytes,
        })
    }

    /// # Errors
    /// The message comes back when it does not fit.
    pub fn wrap(self: &Arc<Self>, bytes: Bytes) -> Result<Parcel, Bytes> {
        match self.claim(bytes.len()) {
            Ok(claim) => Ok(Parcel { bytes, claim }),
            Err(Full) => Err(bytes),
        }
    }

    /// Says that somebody waits for room; claim again after this before waiting.
    pub fn want(&self) {
        self.is_wanted.store(true, Ordering::SeqCst);
    }

    /// Whether somebody waits for room; asked once it was given back, and then no more.
    pub fn take_want(&self) -> bool {
        self.is_wanted.load(Ordering::SeqCst) && self.is_wanted.swap(false, Ordering::SeqCst)
    }

    pub fn bytes_used(&self) -> usize {
        self.bytes.load(Ordering::Acquire)
    }

    pub fn count_used(&self) -> usize {
        self.count.load(Ordering::Acquire)
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        // SeqCst, with `want`: who waits either sees this room or is seen waiting.
        self.room.bytes.fetch_sub(self.bytes, Ordering::SeqCst);
        self.room.count.fetch_sub(1, Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_and_count_are_bounded_and_given_back() {
        let room = Room::new(100, 3);
        let first = room.claim(60).expect("room");
        assert!(room.claim(41).is_err(), "too many bytes");
        assert_eq!((room.bytes_used(), room.count_used()), (60, 1));
        let others = [room.claim(0).expect("room"), room.claim(40).expect("room")];
        assert!(room.claim(0).is_err(), "too many messages");
        drop(others);
        drop(first);
        assert_eq!((room.bytes_used(), room.count_used()), (0, 0));
        assert!(room.claim(100).is_ok());
        assert!(room.claim(usize::MAX).is_err());
    }

    #[test]
    fn a_message_that_does_not_fit_comes_back() {
        let room = Room::new(4, 1);
        let parcel = room.wrap(Bytes::from_static(b"1234")).expect("room");
        assert_eq!(room.wrap(Bytes::from_static(b"5")).expect_err("full"), "5");
        drop(parcel);
        assert!(room.wrap(Bytes::from_static(b"5")).is_ok());
    }

    #[test]
    fn a_want_is_told_once() {
        let room = Room::new(1, 1);
        assert!(!room.take_want());
        room.want();
        assert!(room.take_want() && !room.take_want());
    }
}
