//! Snapshots for those who begin to listen: who wants one of which tick, and what was made and is being
//! fetched. Who makes them is not its part.

use std::collections::BTreeMap;

use bytes::Bytes;
use link::PeerName;
use pod::word::{Piece, Wish};

use crate::limits::SNAPSHOT_AHEAD_MAX;

/// A snapshot for one who asked.
pub struct Snapshot {
    pub name: PeerName,
    pub number: u64,
    pub tick: u32,
    pub bytes: Bytes,
}

/// See the module. Of each process it has one wish and one snapshot at most.
#[derive(Default)]
pub struct Snapshots {
    wishes: BTreeMap<PeerName, Wish>,
    made: BTreeMap<PeerName, Snapshot>,
}

/// A tick that this process will not have for long, if ever.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TooFarAhead;

impl Snapshots {
    /// The piece that is wanted; notes the wish if there is no snapshot of that number. `gathered` is the
    /// tick whose frames are being gathered here, `durable` the last that no crash undoes.
    ///
    /// # Errors
    /// [`TooFarAhead`]; another process may have what is wanted.
    pub fn piece(
        &mut self,
        from: PeerName,
        wish: Wish,
        (gathered, durable): (u32, u32),
    ) -> Result<Piece, TooFarAhead> {
        if wish.tick_min > gathered + SNAPSHOT_AHEAD_MAX {
            return Err(TooFarAhead);
        }
        let is_wanted = |it: &&Snapshot| it.number == wish.number && it.tick >= wish.tick_min;
        let Some(snapshot) = self.made.get(&from).filter(is_wanted) else {
            self.made.remove(&from);
            self.wishes.insert(from, wish);
            return Ok(Piece::NotYet);
        };
        // Nobody hears of a tick that a crash could undo (R9).
        if snapshot.tick > durable {
            return Ok(Piece::NotYet);
        }
        let piece = Piece::of(&snapshot.bytes, wish.offset);
        if let Piece::Part { total, bytes } = &piece
            && wish.offset + bytes.len() as u64 >= *total
        {
            self.made.remove(&from);
        }
        Ok(piece)
    }

    /// Whether anybody wants a world of this tick or an earlier one: it is copied for that, which costs.
    pub fn is_world_wanted(&self, tick: u32) -> bool {
        self.wishes.values().any(|wish| wish.tick_min <= tick)
    }

    /// Takes the wishes that a world of this tick fulfils.
    pub fn take_wishes(&mut self, tick: u32) -> Vec<(PeerName, Wish)> {
        let is_fulfilled = |_: &PeerName, wish: &mut Wish| wish.tick_min <= tick;
        self.wishes.extract_if(.., is_fulfilled).collect()
    }

    pub fn keep(&mut self, snapshot: Snapshot) {
        self.made.insert(snapshot.name.clone(), snapshot);
    }

    /// Of a process that is gone.
    pub fn forget(&mut self, name: &PeerName) {
        self.wishes.remove(name);
        self.made.remove(name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pod::word::SnapshotKind;

    const ASKER: PeerName = PeerName::Pod(2);

    fn wish(number: u64, tick_min: u32) -> Wish {
        Wish {
            number,
            tick_min,
            kind: SnapshotKind::Feed,
            offset: 0,
        }
    }

    #[test]
    fn no_world_is_copied_for_a_tick_that_never_comes() {
        let mut snapshots = Snapshots::default();
        let refused = snapshots.piece(ASKER, wish(1, u32::MAX), (100, 99));
        assert_eq!(refused, Err(TooFarAhead));
        assert!(!snapshots.is_world_wanted(u32::MAX));
        let last = 100 + SNAPSHOT_AHEAD_MAX;
        let noted = snapshots.piece(ASKER, wish(1, last), (100, 99));
        assert_eq!(noted, Ok(Piece::NotYet));
        assert!(
            !snapshots.is_world_wanted(last - 1),
            "not before it is of use"
        );
        assert!(snapshots.is_world_wanted(last));
        assert!(snapshots.take_wishes(last - 1).is_empty());
        assert_eq!(snapshots.take_wishes(last), [(ASKER, wish(1, last))]);
        assert!(!snapshots.is_world_wanted(last));
    }

    #[test]
    fn a_snapshot_is_given_once_it_is_durable_and_forgotten_when_all_was_fetched() {
        let mut snapshots = Snapshots::default();
        snapshots.keep(Snapshot {
            name: ASKER,
            number: 3,
            tick: 100,
            bytes: Bytes::from_static(b"world"),
        });
        let early = snapshots.piece(ASKER, wish(3, 90), (101, 99));
        assert_eq!(early, Ok(Piece::NotYet));
        let whole = snapshots.piece(ASKER, wish(3, 90), (101, 100));
        let whole = whole.expect("it is no far tick");
        assert!(matches!(whole, Piece::Part { total: 5, .. }));
        let again = snapshots.piece(ASKER, wish(3, 90), (101, 100));
        assert_eq!(again, Ok(Piece::NotYet), "it is made again");
        snapshots.forget(&ASKER);
        assert!(!snapshots.is_world_wanted(u32::MAX));
    }
}
