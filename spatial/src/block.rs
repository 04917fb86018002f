//! What a voxel is made of: an id and the table that says how that material behaves and looks.

/// A block id; an index into [`TABLE`], or [`Block::VOID`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Default)]
pub struct Block(pub u16);

impl Block {
    pub const AIR: Block = Block(0);
    pub const STONE: Block = Block(1);
    pub const SOIL: Block = Block(2);
    pub const GRASS: Block = Block(3);
    pub const SAND: Block = Block(4);
    pub const TIMBER: Block = Block(5);
    pub const PLANK: Block = Block(6);
    pub const BRICK: Block = Block(7);
    pub const GLASS: Block = Block(8);
    pub const CLOTH_RED: Block = Block(9);
    pub const CLOTH_BLUE: Block = Block(10);
    pub const CLOTH_WHITE: Block = Block(11);
    pub const WATER: Block = Block(12);
    pub const LEAVES: Block = Block(13);
    pub const COBBLE: Block = Block(14);
    pub const GRAVEL: Block = Block(15);
    pub const SNOW: Block = Block(16);
    pub const THATCH: Block = Block(17);
    pub const LAMP: Block = Block(18);
    pub const BEDROCK: Block = Block(19);
    /// What is not loaded: solid, unbreakable, drawn by nobody.
    pub const VOID: Block = Block(u16::MAX);

    /// The row of the table; foreign ids beyond it behave as [`Block::VOID`].
    pub const fn kind(self) -> &'static BlockKind {
        if (self.0 as usize) < TABLE.len() {
            &TABLE[self.0 as usize]
        } else {
            &VOID_KIND
        }
    }

    /// Whether bodies and arrows stop at it.
    #[inline]
    pub const fn is_solid(self) -> bool {
        let bit = if self.0 < SOLID_BIT_LAST {
            self.0
        } else {
            SOLID_BIT_LAST
        };
        SOLID >> bit & 1 != 0
    }

    /// Whether faces behind it show.
    pub const fn is_see_through(self) -> bool {
        self.kind().see_through
    }
}

/// How a material behaves and looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BlockKind {
    pub name: &'static str,
    /// Bodies and arrows stop at it.
    pub solid: bool,
    /// Faces behind it show.
    pub see_through: bool,
    /// Swings of a pick to break it, in ticks at 20 Hz; [`UNBREAKABLE`] never breaks.
    pub hardness_ticks: u16,
    /// Base colour, 0xRRGGBB.
    pub colour: u32,
    /// Accent colour that textures mix in, 0xRRGGBB.
    pub colour_accent: u32,
}

/// The hardness of what no pick and no bomb breaks.
pub const UNBREAKABLE: u16 = u16::MAX;

const fn kind(
    name: &'static str,
    solid: bool,
    see_through: bool,
    hardness_ticks: u16,
    colours: (u32, u32),
) -> BlockKind {
    BlockKind {
        name,
        solid,
        see_through,
        hardness_ticks,
        colour: colours.0,
        colour_accent: colours.1,
    }
}

const VOID_KIND: BlockKind = kind("void", true, false, UNBREAKABLE, (0, 0));

/// Whether a block is solid, by id, which is asked more often than anything else: a bit of a number that
/// stays in a register. The last bit stands for all ids from there on.
const SOLID: u64 = solid_bits();
const SOLID_BIT_LAST: u16 = 63;

const _: () = assert!(TABLE.len() <= SOLID_BIT_LAST as usize);

const fn solid_bits() -> u64 {
    let mut bits = 0;
    let mut id = 0;
    while id <= SOLID_BIT_LAST {
        bits |= (Block(id).kind().solid as u64) << id;
        id += 1;
    }
    bits
}

/// Every material, by id.
pub static TABLE: [BlockKind; 20] = [
    kind("air", false, true, 0, (0, 0)),
    kind("stone", true, false, 30, (0x83868b, 0x6b6e74)),
    kind("soil", true, false, 8, (0x7a5a3c, 0x66492f)),
    kind("grass", true, false, 8, (0x6d9b45, 0x588438)),
    kind("sand", true, false, 6, (0xd9c68f, 0xc8b27a)),
    kind("timber", true, false, 16, (0x6b4f33, 0x54402b)),
    kind("plank", true, false, 10, (0xb08a56, 0x97744a)),
    kind("brick", true, false, 36, (0x9c5a46, 0xc0ac9c)),
    kind("glass", true, true, 4, (0xcfe6ee, 0xffffff)),
    kind("red cloth", true, false, 4, (0xb0322b, 0x8d2520)),
    kind("blue cloth", true, false, 4, (0x2f56a8, 0x244488)),
    kind("white cloth", true, false, 4, (0xe8e4da, 0xcfcabd)),
    kind("water", false, true, UNBREAKABLE, (0x2f6f9f, 0x3f86b5)),
    kind("leaves", true, true, 3, (0x4c7a34, 0x3a6228)),
    kind("cobble", true, false, 30, (0x74777a, 0x55585c)),
    kind("gravel", true, false, 7, (0x8f8a83, 0x77726c)),
    kind("snow", true, false, 4, (0xf1f5f8, 0xdfe7ee)),
    kind("thatch", true, false, 6, (0xb59a4d, 0x97803c)),
    kind("lamp", true, false, 6, (0xffd98a, 0xfff1c8)),
    kind("bedrock", true, false, UNBREAKABLE, (0x3a3b3f, 0x2a2b2e)),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_solid_the_table_says() {
        for id in 0..=u16::MAX {
            assert_eq!(Block(id).is_solid(), Block(id).kind().solid, "{id}");
        }
    }
}
