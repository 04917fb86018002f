//! What the processes of the simulated cluster say to each other. The lanes' words are those of
//! [`link::reliable`]; the others stand for a link's greeting and its requests.

use bytes::Bytes;
use link::{
    PeerName,
    reliable::{Acknowledgement, LaneId, MessageId, Open, Resume},
};
use spatial::partition::Owner;

/// One run of a process, never used again: what an address and port are to a real one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct LifeId(pub u32);

/// Who says a word.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Speaker {
    pub life: LifeId,
    pub name: PeerName,
    pub incarnation: u64,
}

/// A word on its way.
#[derive(Clone, Debug)]
pub struct Packet {
    pub from: Speaker,
    pub to: LifeId,
    pub word: Word,
}

#[derive(Clone, Debug)]
pub enum Word {
    /// The first word to another process, and its answer.
    Greeting,
    Greeted,
    /// The receiver has heard of a later life of the speaker's.
    Stale,

    Open(LaneId, Open),
    Resume(LaneId, Resume),
    Refused(LaneId),
    /// A message is missing: open the lane anew.
    Reopen(LaneId),
    Message(LaneId, MessageId, Bytes),
    Acknowledgement(LaneId, Acknowledgement),

    /// From which tick on will a pod's frames come? Asked before a snapshot.
    Listen,
    Listening(Option<u32>),
    WantSnapshot(SnapshotWish),
    Snapshot(Bytes),
    /// A shard that follows asks to be waited for.
    Enlist(Owner),
}

/// What kind of snapshot is wanted, of which tick at the earliest.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SnapshotWish {
    pub tick_min: u32,
    pub kind: SnapshotKind,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SnapshotKind {
    /// To follow, as an edge.
    Feed,
    /// To join, with so many shards, whose lanes are of this series.
    Pod { series: u64, shard_count: u16 },
}
