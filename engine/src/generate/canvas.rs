//! The blocks of one column of cells while they are drawn, and the fills that draw buildings.

use alloc::{boxed::Box, vec, vec::Vec};

use spatial::{Block, CellCoord, brick::BRICK_VOXELS, brick::Brick};

use super::{
    layout::{Rectangle, WORLD_HEIGHT},
    noise::scatter,
};

/// Cells above each other in a column.
pub const CELLS_HIGH: i32 = WORLD_HEIGHT / 16;

/// Keeps the weathering of different materials apart from all other noise.
const SALT_WEATHER: u32 = 100;

/// What a wall is made of: a block, or a mixture chosen place by place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Material {
    Plain(Block),
    /// Stone with cobble here and there.
    Masonry,
    /// A block, with a second one in some per cent of the places.
    Mixed(Block, Block, u8),
    /// A block that has fallen out in some per cent of the places.
    Ruined(Block, u8),
}

impl Material {
    /// The block at a place, or `None` where nothing is to be drawn.
    fn at(self, seed: u64, [x, y, z]: [i32; 3]) -> Option<Block> {
        let chance = |percent: u8| scatter(seed, SALT_WEATHER, x, y, z) % 100 < u32::from(percent);
        match self {
            Material::Plain(block) => Some(block),
            Material::Masonry if chance(28) => Some(Block::COBBLE),
            Material::Masonry => Some(Block::STONE),
            Material::Mixed(_, second, percent) if chance(percent) => Some(second),
            Material::Mixed(first, _, _) => Some(first),
            Material::Ruined(_, percent) if chance(percent) => None,
            Material::Ruined(block, _) => Some(block),
        }
    }
}

/// A box of one material; both corners inclusive.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Fill {
    pub min: [i32; 3],
    pub max: [i32; 3],
    pub material: Material,
}

/// A column of cells, 16 × 256 × 16 blocks, in the voxel order of bricks.
pub struct Canvas {
    seed: u64,
    min_x: i32,
    min_z: i32,
    blocks: Box<[Block]>,
}

impl Canvas {
    /// An empty column; x and z of the cells.
    pub fn new(seed: u64, cell_x: i32, cell_z: i32) -> Self {
        Self {
            seed,
            min_x: cell_x * 16,
            min_z: cell_z * 16,
            blocks: vec![Block::AIR; BRICK_VOXELS * CELLS_HIGH as usize].into_boxed_slice(),
        }
    }

    /// The columns of blocks that can be drawn on.
    pub fn area(&self) -> Rectangle {
        Rectangle {
            min_x: self.min_x,
            min_z: self.min_z,
            max_x: self.min_x + 15,
            max_z: self.min_z + 15,
        }
    }

    /// Draws a block; what lies outside of the column is clipped.
    pub fn set(&mut self, [x, y, z]: [i32; 3], block: Block) {
        if self.area().contains(x, z) && (0..WORLD_HEIGHT).contains(&y) {
            let index = self.index([x, y, z]);
            self.blocks[index] = block;
        }
    }

    /// Draws a block where there is none yet.
    pub fn set_in_air(&mut self, place: [i32; 3], block: Block) {
        let [x, y, z] = place;
        if self.area().contains(x, z) && (0..WORLD_HEIGHT).contains(&y) {
            let index = self.index(place);
            if self.blocks[index] == Block::AIR {
                self.blocks[index] = block;
            }
        }
    }

    /// Draws the part of a fill that lies in the column.
    pub fn fill(&mut self, fill: &Fill) {
        let area = self.area();
        let (min_x, max_x) = (fill.min[0].max(area.min_x), fill.max[0].min(area.max_x));
        let (min_z, max_z) = (fill.min[2].max(area.min_z), fill.max[2].min(area.max_z));
        for y in fill.min[1].max(0)..=fill.max[1].min(WORLD_HEIGHT - 1) {
            for z in min_z..=max_z {
                for x in min_x..=max_x {
                    if let Some(block) = fill.material.at(self.seed, [x, y, z]) {
                        let index = self.index([x, y, z]);
                        self.blocks[index] = block;
                    }
                }
            }
        }
    }

    /// The bricks of the column, from below.
    pub fn into_bricks(self, cell_x: i32, cell_z: i32) -> Vec<(CellCoord, Brick)> {
        let bricks = self.blocks.chunks_exact(BRICK_VOXELS).enumerate();
        bricks
            .map(|(cell_y, voxels)| {
                let voxels = voxels.try_into().expect("chunks have that very length");
                let cell = CellCoord::new(cell_x, cell_y as i32, cell_z);
                (cell, Brick::from_voxels(voxels))
            })
            .collect()
    }

    fn index(&self, [x, y, z]: [i32; 3]) -> usize {
        ((x - self.min_x) + (z - self.min_z) * 16 + y * 256) as usize
    }
}
