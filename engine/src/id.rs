//! Typed ids. None depends on how the world is partitioned (R2).

/// A body: index in the low 24 bits, generation of that index in the high 8. Index 0 is nobody.
/// Snapshots carry the index alone: an index rests for a while before its next generation.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Default)]
pub struct BodyId(pub u32);

/// log2 of the indices a [`BodyId`] can name.
pub const BODY_INDEX_BITS: u32 = 24;

impl BodyId {
    /// No body: the killer of one who fell, the owner of a bomb whose thrower left.
    pub const NOBODY: BodyId = BodyId(0);

    pub const fn new(index: u32, generation: u8) -> Self {
        assert!(index < 1 << BODY_INDEX_BITS, "a body index has 24 bits");
        Self(index | (generation as u32) << BODY_INDEX_BITS)
    }

    pub const fn index(self) -> u32 {
        self.0 & ((1 << BODY_INDEX_BITS) - 1)
    }

    pub const fn generation(self) -> u8 {
        (self.0 >> BODY_INDEX_BITS) as u8
    }
}

/// A player's session, given by the edge that admitted it; survives a reconnect.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Default)]
pub struct SessionId(pub u64);

impl SessionId {
    /// Set in the number of a session that is no character's: of one who plays without a ticket. All
    /// others are their characters' numbers.
    pub const STRANGER_BIT: u64 = 1 << 63;

    /// Whether nothing that it gains is anybody's to keep.
    pub const fn is_stranger(self) -> bool {
        self.0 & Self::STRANGER_BIT != 0
    }
}

/// One connection of a session, by a number that its edge draws. Of several the one that joined last
/// holds the session; what others still say is not heard.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Default)]
pub struct Attachment(pub u32);

const _: () = assert!(size_of::<Option<BodyId>>() == 8 && size_of::<BodyId>() == 4);
