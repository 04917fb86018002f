//! Follows a world from what its shards publish, without ticking it: what an edge in another process
//! does.

use alloc::{sync::Arc, vec::Vec};

use spatial::{Brick, CellCoord, Terrain, codec};

use crate::{
    checkpoint::{self, CheckpointError},
    compose::Composer,
    frame::{Frame, Roster},
    record::{Input, Record, frame::Reader},
    world::World,
};

/// See the module.
#[derive(Clone, Debug)]
pub struct Follower {
    reader: Reader,
    composer: Composer,
    tick: u32,
    terrain: Terrain,
    /// What is there from the next tick on.
    arriving: Vec<(CellCoord, Brick)>,
}

/// Where a follower begins: terrain and roster as of a tick, as bytes.
pub fn snapshot(world: &World, frames: &[Arc<Frame>]) -> Vec<u8> {
    let mut output = Vec::new();
    world.config.seed.write(&mut output);
    world.tick.write(&mut output);
    let seat = frames.iter().find(|frame| frame.is_seat);
    let seat = seat.expect("some shard keeps the seat");
    seat.roster.write(&mut output);
    let arriving = frames
        .iter()
        .flat_map(|frame| frame.arriving.iter().cloned());
    arriving.collect::<Vec<_>>().write(&mut output);
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
        let arriving: Vec<(CellCoord, Brick)> = Record::read(&mut input)?;
        checkpoint::check::arriving(&arriving)?;
        let terrain = codec::decode_terrain(input.rest(), checkpoint::everywhere())
            .map_err(CheckpointError::BadTerrain)?;
        Ok(Self {
            reader: Reader::new(roster),
            composer: Composer::new(seed),
            tick,
            terrain,
            arriving,
        })
    }

    /// The tick that is known already.
    pub fn tick(&self) -> u32 {
        self.tick
    }

    /// Reads what one shard published of a later tick.
    ///
    /// # Errors
    /// Any [`CheckpointError`].
    pub fn read(&mut self, bytes: &[u8]) -> Result<Frame, CheckpointError> {
        self.reader.read(bytes)
    }

    /// Goes on by a tick, given what all shards published of it; returns the frame of the whole world.
    /// Panics unless they are of the next tick.
    pub fn follow(&mut self, mut frames: Vec<Frame>) -> Frame {
        self.tick += 1;
        for (cell, brick) in self.arriving.drain(..) {
            if !self.terrain.is_loaded(cell) {
                self.terrain.insert_brick(cell, brick);
            }
        }
        for frame in &mut frames {
            assert_eq!(frame.tick, self.tick, "frames of ticks in a row");
            self.arriving.append(&mut frame.arriving);
        }
        let seat = frames.iter_mut().find(|frame| frame.is_seat);
        let seat = seat.expect("some shard keeps the seat");
        for edit in &seat.edits {
            self.terrain.set(edit.block, edit.now);
        }
        seat.terrain = self.terrain.clone();
        let frames: Vec<Arc<Frame>> = frames.into_iter().map(Arc::new).collect();
        let mut whole = Frame::default();
        self.composer.compose(&frames, &mut whole);
        whole
    }
}
