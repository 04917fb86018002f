//! A fight's frame and its checkpoint as bytes and back, and its ticks run again from a checkpoint.

use std::sync::Arc;

use engine::{Frame, World, checkpoint, record::frame, tick::tick};

use crate::{
    crowd,
    kernel::{Amount, Kernel, Work},
    times,
};

const SOLDIERS_COUNT: u32 = 10_000;
const BATTLE_TICKS: usize = 40;
/// Ticks that are run again.
const REPLAYED_TICKS: u64 = 5;

/// What other processes are told of a tick.
pub fn written() -> Kernel {
    let writing = Writing {
        frame: crowd::next(&mut fight()),
        bytes: Vec::new(),
    };
    Kernel::new("frame-written", per_body(), writing)
}

/// What they make of it.
pub fn read() -> Kernel {
    let mut bytes = Vec::new();
    frame::write(&crowd::next(&mut fight()), &mut bytes);
    Kernel::new("frame-read", per_body(), Reading(bytes))
}

/// Saved and loaded again.
pub fn checkpoint() -> Kernel {
    Kernel::new("checkpoint", per_body(), Checkpoint(fight()))
}

/// The engine's part of a replay: ticks from a checkpoint on.
pub fn replay() -> Kernel {
    let amount = Amount {
        count: REPLAYED_TICKS,
        unit: "tick",
    };
    let saved = checkpoint::save(&fight());
    let world = load(&saved);
    Kernel::new("replay", amount, Replay { saved, world })
}

fn fight() -> World {
    let edge = crowd::FIELD_EDGE_BLOCKS;
    crowd::fight(bodies_count(), edge, times(BATTLE_TICKS, 2))
}

fn bodies_count() -> u32 {
    times(SOLDIERS_COUNT as usize, 1_000) as u32
}

fn per_body() -> Amount {
    Amount {
        count: u64::from(bodies_count()),
        unit: "body",
    }
}

struct Writing {
    frame: Arc<Frame>,
    bytes: Vec<u8>,
}

impl Work for Writing {
    fn run(&mut self, mut tell: impl FnMut(i64)) {
        self.bytes.clear();
        frame::write(&self.frame, &mut self.bytes);
        tell(self.bytes.len() as i64);
    }
}

struct Reading(Vec<u8>);

impl Work for Reading {
    fn run(&mut self, mut tell: impl FnMut(i64)) {
        let frame = frame::read(&self.0).expect("what was written");
        tell(frame.hash as i64);
    }
}

struct Checkpoint(World);

impl Work for Checkpoint {
    fn run(&mut self, mut tell: impl FnMut(i64)) {
        let saved = checkpoint::save(&self.0);
        let loaded = load(&saved);
        tell(loaded.frame.hash as i64);
    }

    fn answer(&mut self) -> Vec<i64> {
        let saved = checkpoint::save(&self.0);
        assert_eq!(load(&saved).frame.hash, self.0.frame.hash, "the same world");
        vec![saved.len() as i64]
    }
}

struct Replay {
    saved: Vec<u8>,
    world: World,
}

impl Work for Replay {
    fn prepare(&mut self) {
        self.world = load(&self.saved);
    }

    fn run(&mut self, mut tell: impl FnMut(i64)) {
        for _ in 0..REPLAYED_TICKS {
            tell(tick(&mut self.world, &mut Vec::new()).hash as i64);
        }
    }
}

fn load(saved: &[u8]) -> World {
    checkpoint::load(saved).expect("what was saved")
}
