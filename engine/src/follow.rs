//! Follows a world from what its shards publish, without ticking it: what an edge in another process
//! does.

use alloc::{sync::Arc, vec::Vec};

use spatial::{Brick, CellCoord, Terrain, codec};

use crate::{
    checkpoint::{self, CheckpointError},
    compose::Composer,
    frame::{Frame, Roster},
    record::{Input, Record, roster::RosterKeeper},
    world::World,
};

/// See the module.
#[derive(Clone, Debug)]
pub struct Follower {
    roster: RosterKeeper,
    composer: Composer,
    tick: u32,
    terrain: Terrain,
    /// What is there from the next tick on.
    arriving: Vec<(CellCoord, Brick)>,
}

/// Where a follower begins, as bytes: before what was published of a shard's last tick, which it is
/// told next. `roster` is that of the tick before. Panics before the first tick.
///
/// The terrain is that of the tick itself: to apply a tick's edits again changes nothing.
pub fn snapshot(world: &World, roster: &Roster) -> Vec<u8> {
    let tick = world.tick.checked_sub(1).expect("a tick was done");
    let mut output = Vec::new();
    world.config.seed.write(&mut output);
    tick.write(&mut output);
    roster.write(&mut output);
    codec::encode_terrain(&world.terrain, &mut output);
    output
}

impl Follower {
    /// Begins where a snapshot was taken.
    ///
    /// # Errors
    /// Any [`CheckpointError`].
    pub fn new(snapshot: &[u8]) -> Result<Self, CheckpointError> {
        let mut input = Input::new(snapshot);
        let seed = Record::read(&mut input)?;
        let tick = Record::read(&mut input)?;
        let roster: Arc<Roster> = Record::read(&mut input)?;
        let terrain = codec::decode_terrain(input.rest(), checkpoint::everywhere())
            .map_err(CheckpointError::BadTerrain)?;
        Ok(Self {
            roster: RosterKeeper::new(roster, tick),
            composer: Composer::new(seed),
            tick,
            terrain,
            arriving: Vec::new(),
        })
    }

    /// The tick that is known already.
    pub fn tick(&self) -> u32 {
        self.tick
    }

    /// Goes on by a tick, given what all shards published of it, as it was read; returns the frame of
    /// the whole world. Panics unless they are of the next tick.
    pub fn follow(&mut self, frames: &[Arc<Frame>]) -> Frame {
        self.tick += 1;
        for (cell, brick) in self.arriving.drain(..) {
            if !self.terrain.is_loaded(cell) {
                self.terrain.insert_brick(cell, brick);
            }
        }
        for frame in frames {
            assert_eq!(frame.tick, self.tick, "frames of ticks in a row");
            self.arriving.extend_from_slice(&frame.arriving);
        }
        let seat = frames.iter().find(|frame| frame.is_seat);
        let seat = seat.expect("some shard keeps the seat");
        for edit in &seat.edits {
            self.terrain.set(edit.block, edit.now);
        }
        let mut whole = Frame::default();
        self.composer.compose(frames, &mut whole);
        whole.roster = self.roster.follow(seat);
        whole.terrain = self.terrain.clone();
        whole
    }
}
