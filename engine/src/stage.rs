//! What acting may read, and where it puts what it causes.

use alloc::vec::Vec;

use spatial::{Position, terrain::Terrain};

use crate::{
    effect::Outbox,
    frame::House,
    happenings::Happenings,
    history::{History, Lag},
    id::BodyId,
    movement,
    projectile::{Arrow, Bomb},
};

/// The frames and terrain of a tick, with the outbox and the events that actions fill.
pub struct Stage<'a> {
    pub tick: u32,
    pub history: &'a History,
    /// As of this tick's edits.
    pub terrain: &'a Terrain,
    pub arrows: &'a mut Vec<Arrow>,
    pub bombs: &'a mut Vec<Bomb>,
    pub outbox: &'a mut Outbox,
    pub happenings: &'a mut Happenings,
}

/// Who acts, from where, and how old the world is that it sees.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Actor {
    pub id: BodyId,
    pub house: House,
    pub feet: Position,
    pub is_crouched: bool,
    pub yaw: u16,
    pub pitch: i16,
    pub lag: Lag,
}

impl Actor {
    pub fn eye(&self) -> Position {
        movement::eye(self.feet, self.is_crouched)
    }
}
