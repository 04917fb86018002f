//! What comes into the world: commands from edges and from the loader of terrain.

use alloc::{string::String, vec::Vec};

use spatial::{
    BlockCoord, CellCoord,
    brick::Brick,
    partition::{Epoch, Owner},
    region::RegionId,
};

use crate::{
    dialect::Dialect,
    id::{Attachment, SessionId},
    worn::Dress,
};

/// The keys held during one movement step, as bits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub struct Buttons(pub u16);

impl Buttons {
    pub const FORWARD: u16 = 1 << 0;
    pub const BACK: u16 = 1 << 1;
    pub const LEFT: u16 = 1 << 2;
    pub const RIGHT: u16 = 1 << 3;
    pub const JUMP: u16 = 1 << 4;
    pub const CROUCH: u16 = 1 << 5;
    pub const RUN: u16 = 1 << 6;
    /// Swing, draw and loose, throw, dig or place: whatever the slot in hand does.
    pub const PRIMARY: u16 = 1 << 7;
    /// Lower the bow without loosing.
    pub const SECONDARY: u16 = 1 << 8;
    pub const DASH: u16 = 1 << 9;
    pub const HORN: u16 = 1 << 10;
    /// Every bit that has a meaning; an input with another is refused.
    pub const ALL: u16 = (1 << 11) - 1;

    pub const fn has(self, bit: u16) -> bool {
        self.0 & bit != 0
    }
}

/// What a player holds in hand. Slots from [`Slot::PLACE_FIRST`] on place a block.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub struct Slot(pub u8);

impl Slot {
    pub const SWORD: Slot = Slot(0);
    pub const BOW: Slot = Slot(1);
    pub const BOMB: Slot = Slot(2);
    pub const PICK: Slot = Slot(3);
    pub const PLACE_FIRST: Slot = Slot(4);
    /// Slots in all; also the length of the hotbar.
    pub const COUNT: u8 = 10;
    /// What the slots from [`Slot::PLACE_FIRST`] on place.
    pub const PLACED: [spatial::Block; 6] = [
        spatial::Block::PLANK,
        spatial::Block::COBBLE,
        spatial::Block::BRICK,
        spatial::Block::TIMBER,
        spatial::Block::GLASS,
        spatial::Block::THATCH,
    ];
}

/// The block under the crosshair, as the player saw it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct BlockTarget {
    pub block: BlockCoord,
    /// The face looked at: 0 +x, 1 -x, 2 +y, 3 -y, 4 +z, 5 -z. A block is placed beyond it.
    pub face: u8,
}

/// One movement step and what the hands do in it. A client makes 20 a second, numbered from 1.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub struct PlayerInput {
    pub sequence: u32,
    /// The older of the two frames that the player saw blended; 0 before the first.
    pub view_tick: u32,
    /// How far towards the next frame, in 1/256.
    pub view_fraction: u8,
    pub buttons: Buttons,
    /// 65,536 is a full turn; 0 looks to -z, growing clockwise seen from above.
    pub yaw: u16,
    /// Same unit as `yaw`, up is positive; beyond ±16,384 is refused.
    pub pitch: i16,
    pub slot: Slot,
    pub target: Option<BlockTarget>,
    /// Where a dead player wants to come back: a banner's index, or 255 for the own keep.
    pub respawn_banner: u8,
}

/// One message to the world. The inbox is applied in canonical order (R2), not order of arrival.
#[derive(Clone, Debug)]
pub enum Command {
    /// A player enters; `house` 0 or 1, or 255 for the smaller one. For a session that is in the
    /// world already: from now on this attachment speaks for it, and its inputs count from 1 again.
    Join {
        session: SessionId,
        attachment: Attachment,
        name: String,
        house: u8,
    },
    /// A player's body leaves the world for good.
    Leave { session: SessionId },
    Input {
        session: SessionId,
        attachment: Attachment,
        input: PlayerInput,
    },
    /// A player is still there, whether it does anything or not. Who is silent for
    /// [`RESUME_GRACE_TICKS`](crate::limits::RESUME_GRACE_TICKS) leaves the world.
    Present {
        session: SessionId,
        attachment: Attachment,
    },
    /// What a session's spoils were when they were sealed under this number is put down for good.
    SpoilsKept { session: SessionId, seal: u32 },
    /// What a session's character wears and has eaten. A word that is no news to the one that is known
    /// ([`Dress::is_news_to`]) changes nothing: so it does not matter how often or in which order they come.
    Wear { session: SessionId, dress: Dress },
    /// Terrain generated or loaded off the tick path; a shard takes of it the cells it owns.
    Terrain { bricks: Vec<(CellCoord, Brick)> },
    /// Another division of the world among shards.
    Partition(PartitionChange),
    /// The round of this number is over, whatever its score; one that is over already stays so.
    EndRound { number: u32 },
    /// All processes of the world speak this; one that is not newer than what is spoken changes nothing.
    Speak { dialect: Dialect },
}

/// A change of the partition, as [`spatial::partition::Partition`] knows it, or of who takes part.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PartitionChange {
    /// A shard that follows the world ticks with the others from the next tick on.
    Enlist {
        owner: Owner,
    },
    /// A shard that owns nothing and holds nothing is waited for no more.
    Discharge {
        owner: Owner,
    },
    Split {
        region: RegionId,
        seen: Epoch,
    },
    Merge {
        region: RegionId,
        seen: Epoch,
    },
    Assign {
        region: RegionId,
        owner: Owner,
        seen: Epoch,
    },
}
