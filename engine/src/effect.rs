//! Effects: what a tick wants done to what it may not write itself (R1).
//!
//! A frame carries those of its shard to all shards, its own included; in the next tick each applies
//! those whose target it owns, in canonical order: target, source, sequence (R2). So an effect need
//! not know where its target is, and cannot miss one that crosses a border.

use alloc::vec::Vec;

use spatial::{Block, BlockCoord, CellCoord, Position, morton};

use crate::{
    drops::Loot,
    event::Weapon,
    id::{BodyId, SessionId},
    limits::EFFECTS_MAX,
    spoils::Thing,
    worn::Worn,
};

/// A change to a body or to the terrain of a cell.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Effect {
    pub target: EffectTarget,
    /// Who causes it; [`BodyId::NOBODY`] if its thrower left.
    pub source: BodyId,
    /// Tells the effects of a source on a target in one tick apart: made by [`sequence`].
    pub sequence: u64,
    pub change: Change,
}

/// Whose owner an effect goes to. Bodies come before cells, by id and by Morton code, the seat last.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum EffectTarget {
    Body(BodyId),
    /// The Morton code of a cell.
    Cell(u64),
    /// What the world has one of: see [`crate::seat`].
    Seat,
}

/// What an effect does: the first four to bodies, the next six to cells, the last two to the seat.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Change {
    Hurt {
        damage: u16,
        weapon: Weapon,
        /// Added to the velocity, 1/4096 m per tick.
        push: [i32; 3],
    },
    Heal {
        amount: u16,
    },
    /// The source's death is the target's doing.
    Credit {
        score: u32,
        /// Where it fell.
        at: Position,
    },
    /// What became of the work of a hand.
    Grant {
        work: Work,
    },
    Break {
        block: BlockCoord,
    },
    Place {
        block: BlockCoord,
        now: Block,
    },
    /// Breaks what it can of one cell around an explosion.
    Blast {
        centre: Position,
    },
    /// Puts a block there whatever was there, unless that walls somebody in.
    Restore {
        block: BlockCoord,
        now: Block,
    },
    /// What one of the fallen had lies there, the source's for a while. The sequence's number names it.
    Lay {
        loot: Loot,
        at: Position,
    },
    /// The source takes up what lies there.
    Take {
        drop: u32,
    },
    /// A session and its body are gone.
    Forget {
        session: SessionId,
    },
    /// The source wears something else.
    Dress {
        worn: Worn,
    },
}

/// Work of a hand on a block, done or not.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Work {
    /// The block is in the bag, and so is what it yields.
    Dug {
        thing: Option<Thing>,
    },
    Placed,
    /// It could not be placed, and is in the bag again.
    GivenBack,
    /// What lay at its feet is in the bag.
    Found {
        loot: Loot,
    },
}

/// What an effect comes from. A source has at most one of each on a target in a tick, or numbers
/// them: arrows, bombs and what lies around by their id, hands by the input's sequence, what is worn by its
/// revision.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Origin {
    Sword = 0,
    Arrow = 1,
    Bomb = 2,
    Fall = 3,
    Drown = 4,
    Horn = 5,
    Hand = 6,
    Death = 7,
    Answer = 8,
    Banner = 9,
    Healing = 10,
    Leave = 11,
    Dress = 12,
    Loot = 13,
}

/// The sequence of an effect: where it comes from, then its number there.
pub const fn sequence(origin: Origin, number: u32) -> u64 {
    (origin as u64) << 32 | number as u64
}

impl EffectTarget {
    pub fn of_cell(cell: CellCoord) -> Self {
        Self::Cell(morton::encode(cell))
    }
}

impl Effect {
    /// The canonical order of an inbox.
    fn order(&self) -> (EffectTarget, BodyId, u64) {
        (self.target, self.source, self.sequence)
    }
}

/// Effects being collected: at most [`EFFECTS_MAX`]; what comes on top is dropped and counted.
#[derive(Clone, Debug, Default)]
pub struct Outbox {
    effects: Vec<Effect>,
    /// Since the last [`Self::clear`].
    pub dropped_count: u64,
}

impl Outbox {
    pub fn new() -> Self {
        Self {
            effects: Vec::with_capacity(EFFECTS_MAX),
            dropped_count: 0,
        }
    }

    pub fn push(&mut self, effect: Effect) {
        if self.effects.len() < EFFECTS_MAX {
            self.effects.push(effect);
        } else {
            self.dropped_count += 1;
        }
    }

    /// All of a tick, in canonical order.
    pub fn sorted(&mut self) -> &[Effect] {
        self.effects.sort_unstable_by_key(Effect::order);
        &self.effects
    }

    pub fn effects(&self) -> &[Effect] {
        &self.effects
    }

    /// Swaps all, in canonical order, with a frame's storage, which is emptied and collects the next. The
    /// order in which they were collected depends on how the past is divided into frames, which is
    /// another after a restart; but a shard then has to say the same frame again.
    pub fn hand_over(&mut self, frame: &mut Vec<Effect>) {
        frame.clear();
        self.effects.sort_unstable_by_key(Effect::order);
        core::mem::swap(frame, &mut self.effects);
        self.dropped_count = 0;
    }

    pub fn clear(&mut self) {
        self.effects.clear();
        self.dropped_count = 0;
    }
}
