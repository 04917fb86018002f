//! The immutable frame that a tick publishes: all that edges, other shards and lag compensation read.

use alloc::{string::String, sync::Arc, vec::Vec};

use spatial::{
    Block, BlockCoord, Brick, CellCoord, Position,
    index::CellIndex,
    partition::{Owner, Partition},
    terrain::Terrain,
};

use crate::{
    body::{Body, Tally},
    dialect::Dialect,
    drops::Drops,
    effect::Effect,
    event::Event,
    id::{Attachment, BodyId, SessionId},
    input::Command,
    limits::{
        BODY_HEIGHT, BODY_HEIGHT_CROUCHED, EDITS_PER_TICK_MAX, EFFECTS_MAX, EVENTS_MAX,
        SPOILS_TOLD_ROOM,
    },
    motion::Motion,
    player::Player,
    projectile::{Arrow, Bomb},
    seat::{RosterChange, Seat},
    spoils::{Estate, Sealed},
    worn::{Dress, Worn},
};

/// One side of the battle.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[repr(u8)]
pub enum House {
    #[default]
    Red = 0,
    Blue = 1,
}

/// Bodies of a tick, rows in Morton order of their cell; 24 bytes a row.
#[derive(Clone, Debug, Default)]
pub struct BodyColumns {
    pub id: Vec<BodyId>,
    /// Middle of the feet, 1/4096 m.
    pub x: Vec<i32>,
    pub y: Vec<i32>,
    pub z: Vec<i32>,
    pub yaw: Vec<u16>,
    /// Low 4 bits: [`pose`] of the legs; high 4 bits: of the hands.
    pub pose: Vec<u8>,
    /// 0 dead .. 255 full.
    pub health: Vec<u8>,
    pub house: Vec<u8>,
}

/// Poses, for the wire and the animator.
pub mod pose {
    pub const IDLE: u8 = 0;
    pub const WALK: u8 = 1;
    pub const RUN: u8 = 2;
    pub const CROUCH: u8 = 3;
    pub const SWIM: u8 = 4;
    pub const AIR: u8 = 5;
    pub const DEAD: u8 = 6;
    pub const DASH: u8 = 7;

    pub const HANDS_REST: u8 = 0 << 4;
    pub const HANDS_SWING: u8 = 1 << 4;
    pub const HANDS_DRAW: u8 = 2 << 4;
    pub const HANDS_LOOSE: u8 = 3 << 4;
    pub const HANDS_THROW: u8 = 4 << 4;
    pub const HANDS_DIG: u8 = 5 << 4;
    pub const HANDS_HORN: u8 = 6 << 4;
    pub const HANDS_FLINCH: u8 = 7 << 4;
    /// Holding a bow at rest (archers and players with slot bow).
    pub const HANDS_BOW: u8 = 8 << 4;
}

/// A changed block, in the order of its change.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Edit {
    /// Counts every edit of the world from 1.
    pub sequence: u32,
    pub block: BlockCoord,
    pub now: Block,
}

/// What a player's own client needs beside the columns. Sorted by session in a frame.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct PlayerState {
    pub session: SessionId,
    pub body: BodyId,
    /// The connection that speaks for it.
    pub attachment: Attachment,
    /// Connections that did so far: more than one has who came back.
    pub attachments_count: u16,
    /// The last input applied; 0 before the first.
    pub input_sequence: u32,
    /// Inputs waiting, for the client's clock.
    pub input_queue_count: u8,
    pub motion: Motion,
    pub house: House,
    pub health: u16,
    pub health_max: u16,
    pub alive: bool,
    /// Ticks until it may come back; 0 when alive or free to.
    pub respawn_ticks: u16,
    /// Counts pushes from outside (knockback, death, respawn): tells a push from a misprediction.
    pub push_count: u16,
    pub slot: u8,
    /// Ticks until sword, bow, bomb, pick, dash, horn may be used again.
    pub wait_ticks: [u8; 6],
    /// Ticks the bow has been drawn.
    pub draw_ticks: u8,
    /// Progress of digging, 0..255.
    pub dig_progress: u8,
    pub bombs_count: u8,
    pub blocks_count: u8,
    pub kills: u16,
    pub deaths: u16,
    pub score: u32,
    /// What it wears and has eaten, as far as its shard has heard.
    pub dress: Dress,
}

/// A banner to hold.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BannerState {
    /// Foot of its pole.
    pub block: BlockCoord,
    /// 0 or 1, or 255 while nobody's.
    pub owner: u8,
    /// The house that is taking it, or 255.
    pub taker: u8,
    /// 0..255.
    pub progress: u8,
}

/// The round under way.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct RoundState {
    pub number: u32,
    pub score: [u32; 2],
    pub score_to_win: u32,
    /// Ticks until the next round starts; 0 while one is fought.
    pub pause_ticks: u32,
    /// Living bodies of each house.
    pub alive_count: [u32; 2],
}

/// How a body looks; changes rarely.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Appearance {
    pub id: BodyId,
    /// Empty for a soldier, whose name the client makes from its id.
    pub name: String,
    pub house: House,
    /// 0 sword and shield, 1 bow, 2 player, 3 sapper.
    pub gear: u8,
    pub worn: Worn,
}

/// Every body's appearance, by body index; `None` where nobody is. Shared copy-on-write.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Roster {
    /// Grows with every change, so that a reader sees at once that nothing changed.
    pub version: u64,
    pub appearances: Vec<Option<Appearance>>,
}

/// What one shard says to another: bodies that cross to it, with all that is theirs. Whoever is
/// named as owner takes them in at the start of the next tick.
#[derive(Clone, Debug, Default)]
pub struct Handoffs {
    pub bodies: Vec<Crossing>,
    /// Only from a shard that owns nothing any more; else what flies stays with who let it fly.
    pub arrows: Vec<(Owner, Arrow)>,
    pub bombs: Vec<(Owner, Bomb)>,
}

/// A body on its way to another shard.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Crossing {
    pub to: Owner,
    pub body: Body,
    pub player: Option<Player>,
}

impl Handoffs {
    /// Whether anything goes to a shard.
    pub fn are_for(&self, owner: Owner) -> bool {
        self.bodies.iter().any(|it| it.to == owner)
            || self.arrows.iter().any(|(to, _)| *to == owner)
            || self.bombs.iter().any(|(to, _)| *to == owner)
    }

    pub fn are_none(&self) -> bool {
        self.bodies.is_empty() && self.arrows.is_empty() && self.bombs.is_empty()
    }

    pub fn clear(&mut self) {
        self.bodies.clear();
        self.arrows.clear();
        self.bombs.clear();
    }
}

/// All of a tick that one shard publishes: what anybody may read of it, and all it says to other
/// shards. Never changed after it is published; the last `limits::FRAMES_KEPT` are kept.
#[derive(Clone, Debug, Default)]
pub struct Frame {
    pub tick: u32,
    pub source: Owner,
    /// What it is written in; the seat's is also what the world speaks from the next tick on.
    pub dialect: Dialect,
    /// Whether banners, round, roster and partition are those of the world: the seat's shard says
    /// them, the frames of all others leave them empty.
    pub is_seat: bool,
    pub bodies: BodyColumns,
    /// By body index: its row in `bodies`, or `u32::MAX`. See [`Frame::row`].
    pub rows: Vec<u32>,
    /// Occupied cells: a cell's `start..end` are its rows in `bodies`, in order of body index.
    pub cells: CellIndex,
    /// As of the end of this tick; the same in the frames of all shards.
    pub terrain: Terrain,
    /// What lies around at the end of this tick; the same in the frames of all shards.
    pub drops: Drops,
    /// Of this tick; the same in the frames of all shards.
    pub edits: Vec<Edit>,
    /// Cells that are there since this tick.
    pub loaded: Vec<CellCoord>,
    /// Terrain that this shard took in and that is there for all from the next tick on.
    pub arriving: Vec<(CellCoord, Brick)>,
    /// What this shard wants done; each is applied in the next tick by who owns its target.
    pub effects: Vec<Effect>,
    pub handoffs: Handoffs,
    /// Commands that came to the wrong shard: whoever has the session takes them in the next tick.
    pub forwarded: Vec<Command>,
    /// What players had who left in this tick: the seat takes it in the next one.
    pub estates: Vec<Estate>,
    /// Spoils to be put down, in order of their sessions: those whose turn it is to be told.
    pub spoils: Vec<Sealed>,
    pub events: Vec<Event>,
    pub players: Vec<PlayerState>,
    pub banners: Vec<BannerState>,
    pub round: RoundState,
    pub roster: Arc<Roster>,
    /// What became of the roster in this tick.
    pub roster_changes: Vec<RosterChange>,
    /// Who owns what in the next tick.
    pub partition: Arc<Partition>,
    /// Who ticks in the next tick, in order.
    pub members: Vec<Owner>,
    /// The seat itself, when it goes to another shard.
    pub seat: Option<Arc<Seat>>,
    /// Arrows and bombs of this shard in flight.
    pub projectiles_count: u32,
    /// Of this shard, since the world began, after those who cross have left.
    pub tally: Tally,
    /// What this shard adds to the world's hash.
    pub hash_sum: u64,
    /// Over all that the rules read (see `hash.rs`), if this frame is of the whole world; equal on
    /// any number of shards.
    pub hash: u64,
}

impl Frame {
    /// An empty frame with room for the happenings of the busiest tick. Memory that is never
    /// written is never taken from the system.
    pub fn with_room() -> Self {
        Self {
            drops: Drops::with_room(),
            edits: Vec::with_capacity(EDITS_PER_TICK_MAX),
            events: Vec::with_capacity(EVENTS_MAX),
            effects: Vec::with_capacity(EFFECTS_MAX),
            spoils: Vec::with_capacity(SPOILS_TOLD_ROOM),
            ..Self::default()
        }
    }

    /// Whether the shard had nothing and sends nothing away.
    pub fn is_empty_handed(&self) -> bool {
        self.bodies.count() == 0 && self.projectiles_count == 0 && self.handoffs.are_none()
    }

    /// The row of a body; none if it was not there.
    #[inline]
    pub fn row(&self, id: BodyId) -> Option<usize> {
        let row = *self.rows.get(id.index() as usize)? as usize;
        (*self.bodies.id.get(row)? == id).then_some(row)
    }
}

impl BodyColumns {
    pub fn count(&self) -> usize {
        self.id.len()
    }

    /// The middle of a row's feet.
    #[inline]
    pub fn position(&self, row: usize) -> Position {
        Position::new(self.x[row], self.y[row], self.z[row])
    }

    /// Height of a row's box: crouching bodies are harder to hit.
    #[inline]
    pub fn height(&self, row: usize) -> i32 {
        if self.pose[row] & 0x0f == pose::CROUCH {
            BODY_HEIGHT_CROUCHED
        } else {
            BODY_HEIGHT
        }
    }
}
