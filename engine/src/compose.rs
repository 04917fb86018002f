//! One frame of the whole world from the frames that its shards published of one tick: what an edge
//! tells clients of, and what a test compares. It holds the same as the frame of a world of one shard
//! would, events in another order.

use alloc::{sync::Arc, vec::Vec};

use crate::{
    body::NONE,
    frame::{BodyColumns, Frame},
    hash,
};

/// Makes frames of the whole world; holds the storage for it.
#[derive(Clone, Debug)]
pub struct Composer {
    seed: u64,
    /// By body index: in which frame, and in which of its rows; [`NONE`] where nobody is.
    places: Vec<(u32, u32)>,
    /// Of those that are somewhere, in order of their index.
    found: Vec<(u32, u32)>,
    axes: [Vec<i32>; 3],
}

impl Composer {
    /// For worlds of this seed.
    pub fn new(seed: u64) -> Self {
        Self {
            seed,
            places: Vec::new(),
            found: Vec::new(),
            axes: Default::default(),
        }
    }

    /// Fills a frame with what the frames of all shards say of one tick. Panics unless there is one
    /// and they are of the same tick.
    pub fn compose(&mut self, frames: &[Arc<Frame>], whole: &mut Frame) {
        let first = frames.first().expect("a world has a shard");
        assert!(
            frames.iter().all(|frame| frame.tick == first.tick),
            "frames of one tick"
        );
        whole.tick = first.tick;
        whole.source = first.source;
        self.fill_bodies(frames, whole);
        fill_happenings(frames, whole);
        fill_seat(frames, whole);
        let sums = frames.iter().map(|frame| frame.hash_sum);
        whole.hash_sum = sums.fold(0, u64::wrapping_add);
        whole.hash = hash::of_sum(whole.tick, self.seed, whole.hash_sum);
    }

    /// The bodies alone.
    pub(crate) fn bodies(&mut self, frames: &[Arc<Frame>]) -> BodyColumns {
        let mut whole = Frame::default();
        self.fill_bodies(frames, &mut whole);
        whole.bodies
    }

    /// The same order of rows as `publish` gives: by cell, then by index.
    fn fill_bodies(&mut self, frames: &[Arc<Frame>], whole: &mut Frame) {
        self.find(frames);
        let found = &self.found;
        let bodies = |&(frame, row): &(u32, u32)| (&frames[frame as usize].bodies, row as usize);
        let position = |place| {
            let (bodies, row) = bodies(place);
            bodies.position(row)
        };
        let [x, y, z] = &mut self.axes;
        [&mut *x, y, z].into_iter().for_each(Vec::clear);
        for place in found {
            let position = position(place);
            x.push(position.x);
            y.push(position.y);
            z.push(position.z);
        }
        whole.cells.rebuild(x, y, z);
        whole.bodies.clear();
        for &place in whole.cells.rows() {
            let (from, row) = bodies(&found[place as usize]);
            whole.bodies.push_row(from, row);
        }
        whole.cells.renumber();
        whole.index_rows();
    }

    fn find(&mut self, frames: &[Arc<Frame>]) {
        self.places.clear();
        for (frame, number) in frames.iter().zip(0..) {
            for (id, row) in frame.bodies.id.iter().zip(0..) {
                let index = id.index() as usize;
                if self.places.len() <= index {
                    self.places.resize(index + 1, (NONE, NONE));
                }
                assert!(
                    self.places[index].1 == NONE,
                    "a body is in one frame of a tick (R4)"
                );
                self.places[index] = (number, row);
            }
        }
        self.found.clear();
        let found = self.places.iter().filter(|(_, row)| *row != NONE);
        self.found.extend(found);
    }
}

fn fill_happenings(frames: &[Arc<Frame>], whole: &mut Frame) {
    whole.events.clear();
    whole.players.clear();
    whole.effects.clear();
    whole.arriving.clear();
    whole.forwarded.clear();
    whole.handoffs.clear();
    whole.estates.clear();
    whole.spoils.clear();
    for frame in frames {
        whole.events.extend_from_slice(&frame.events);
        whole.players.extend_from_slice(&frame.players);
        whole.spoils.extend_from_slice(&frame.spoils);
    }
    whole.players.sort_unstable_by_key(|player| player.session);
    whole.spoils.sort_unstable_by_key(|it| it.session);
}

fn fill_seat(frames: &[Arc<Frame>], whole: &mut Frame) {
    let seat = frames.iter().find(|frame| frame.is_seat);
    let seat = seat.expect("some shard keeps the seat");
    whole.dialect = seat.dialect;
    whole.is_seat = true;
    whole.seat = None;
    whole.terrain = seat.terrain.clone();
    whole.drops.copy(&seat.drops);
    whole.edits.clone_from(&seat.edits);
    whole.loaded.clone_from(&seat.loaded);
    whole.members.clone_from(&seat.members);
    whole.roster_changes.clone_from(&seat.roster_changes);
    whole.banners.clone_from(&seat.banners);
    whole.roster = seat.roster.clone();
    whole.partition = seat.partition.clone();
    whole.round = seat.round;
    whole.round.alive_count = [0, 1].map(|house| {
        let counts = frames.iter().map(|frame| frame.round.alive_count[house]);
        counts.sum()
    });
}

impl BodyColumns {
    fn push_row(&mut self, from: &BodyColumns, row: usize) {
        self.id.push(from.id[row]);
        self.x.push(from.x[row]);
        self.y.push(from.y[row]);
        self.z.push(from.z[row]);
        self.yaw.push(from.yaw[row]);
        self.pose.push(from.pose[row]);
        self.health.push(from.health[row]);
        self.house.push(from.house[row]);
    }
}
