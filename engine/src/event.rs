//! What happened in a tick, for edges to tell and for statistics to count.

use spatial::{Block, BlockCoord, Position};

use crate::{
    drops::Loot,
    id::{BodyId, SessionId},
};

/// What a wound came from; its number is on the wire.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Weapon {
    Sword = 0,
    Arrow = 1,
    Bomb = 2,
    Fall = 3,
    Drown = 4,
}

/// Why an input or a part of it was refused; its number is on the wire.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[repr(u8)]
pub enum RefusalReason {
    /// Inputs come faster than 20 a second.
    TooFast = 0,
    /// A number out of its range.
    OutOfRange = 1,
    /// An input sequence that was already applied.
    Replayed = 2,
    /// The block is beyond reach.
    OutOfReach = 3,
    /// Something stands between eye and block.
    NoLineOfSight = 4,
    /// A body stands there, or nothing to build on, or the block cannot break.
    Blocked = 5,
    /// Nothing left to throw or place.
    Empty = 6,
    /// Older than the frames kept (500 ms), or in the future.
    ViewTooOld = 7,
    /// The world takes no more bodies.
    WorldFull = 8,
}

impl RefusalReason {
    /// By number.
    pub const ALL: [RefusalReason; 9] = [
        RefusalReason::TooFast,
        RefusalReason::OutOfRange,
        RefusalReason::Replayed,
        RefusalReason::OutOfReach,
        RefusalReason::NoLineOfSight,
        RefusalReason::Blocked,
        RefusalReason::Empty,
        RefusalReason::ViewTooOld,
        RefusalReason::WorldFull,
    ];
}

/// One happening. Those with a position are told by interest, the rest to all or to whom they name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Event {
    /// An arrow flies from here: each tick the position moves by velocity, then velocity falls by
    /// `limits::ARROW_GRAVITY`.
    ArrowLoosed {
        arrow: u32,
        shooter: BodyId,
        position: Position,
        velocity: [i32; 3],
    },
    ArrowStopped {
        arrow: u32,
        position: Position,
        hit: BodyId,
    },
    /// Like an arrow, with `limits::BOMB_GRAVITY`; bounces are told as a new throw of the same id;
    /// one without velocity lies still.
    BombThrown {
        bomb: u32,
        thrower: BodyId,
        position: Position,
        velocity: [i32; 3],
    },
    Explosion {
        bomb: u32,
        position: Position,
    },
    Hurt {
        target: BodyId,
        attacker: BodyId,
        weapon: Weapon,
        damage: u16,
        position: Position,
    },
    Healed {
        target: BodyId,
        healer: BodyId,
        amount: u16,
        position: Position,
    },
    HornBlown {
        body: BodyId,
        position: Position,
    },
    Died {
        target: BodyId,
        killer: BodyId,
        weapon: Weapon,
        position: Position,
    },
    Respawned {
        body: BodyId,
        position: Position,
    },
    BlockBroken {
        block: BlockCoord,
        was: Block,
        by: BodyId,
    },
    BlockPlaced {
        block: BlockCoord,
        now: Block,
        by: BodyId,
    },
    BannerTaken {
        banner: u8,
        house: u8,
    },
    RoundEnded {
        winner: u8,
    },
    RoundStarted {
        round: u32,
    },
    Refused {
        session: SessionId,
        sequence: u32,
        reason: RefusalReason,
    },
    /// What a session's player took up.
    Found {
        session: SessionId,
        loot: Loot,
    },
}
