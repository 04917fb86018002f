//! The land from above, for the map: the colour of each column's topmost block, shaded as if light
//! came from the north-west.

use alloc::vec::Vec;

use engine::generate::CELLS_HIGH;
use spatial::{
    Block, BlockCoord, CellCoord, brick::voxel_index, position::CELL_EDGE_BLOCKS, terrain::Terrain,
};

/// Brightness of level land, of 256, and how much a block of slope changes it.
const LEVEL: i32 = 205;
const SLOPE: i32 = 13;
const SHADE_MIN: i32 = 120;
const SHADE_MAX: i32 = 256;

/// A square of `edge` × `edge` samples from its north-west corner, `step` blocks apart, rows from
/// north to south. A pixel is red, green, blue and opacity, lowest byte first; 0 where nothing is
/// loaded.
pub fn paint(terrain: &Terrain, corner: [i32; 2], edge: i32, step: i32, pixels: &mut Vec<u32>) {
    pixels.clear();
    for row in 0..edge {
        let z = corner[1] + row * step;
        let mut west = None;
        for column in 0..edge {
            let x = corner[0] + column * step;
            let Some((height, block)) = top(terrain, x, z) else {
                pixels.push(0);
                west = None;
                continue;
            };
            let rise = height - west.unwrap_or(height);
            west = Some(height);
            let shade = (LEVEL + rise * SLOPE).clamp(SHADE_MIN, SHADE_MAX);
            pixels.push(pixel(block, shade.cast_unsigned()));
        }
    }
}

/// The topmost block that is not air, and its height.
fn top(terrain: &Terrain, x: i32, z: i32) -> Option<(i32, Block)> {
    (0..CELLS_HIGH).rev().find_map(|cell_y| {
        let floor = cell_y * CELL_EDGE_BLOCKS;
        let cell = BlockCoord::new(x, floor, z).cell();
        let brick = terrain.brick(CellCoord::new(cell.x, cell_y, cell.z))?;
        if brick.as_uniform() == Some(Block::AIR) {
            return None;
        }
        (floor..floor + CELL_EDGE_BLOCKS).rev().find_map(|y| {
            let block = brick.get(voxel_index(BlockCoord::new(x, y, z)));
            (block != Block::AIR).then_some((y, block))
        })
    })
}

fn pixel(block: Block, shade: u32) -> u32 {
    let [blue, green, red, _] = block.kind().colour.to_le_bytes();
    let shaded = |channel: u8| (u32::from(channel) * shade / 256).min(255) as u8;
    u32::from_le_bytes([shaded(red), shaded(green), shaded(blue), 255])
}

#[cfg(test)]
mod tests {
    use super::*;
    use spatial::Brick;

    fn land() -> Terrain {
        let mut terrain = Terrain::new();
        terrain.insert_brick(CellCoord::new(0, 0, 0), Brick::uniform(Block::STONE));
        terrain.insert_brick(CellCoord::new(0, 1, 0), Brick::uniform(Block::AIR));
        terrain
    }

    #[test]
    fn the_topmost_block_gives_the_colour_and_its_slope_the_shade() {
        let mut terrain = land();
        terrain.set(BlockCoord::new(1, 18, 0), Block::SAND);
        let mut pixels = Vec::new();
        paint(&terrain, [0, 0], 3, 1, &mut pixels);
        assert_eq!(pixels.len(), 9);
        let level = pixel(Block::STONE, 205);
        assert_eq!(pixels[0], level);
        assert_eq!(pixels[1], pixel(Block::SAND, 205 + 3 * 13));
        assert_eq!(pixels[2], pixel(Block::STONE, 205 - 3 * 13));
        assert_eq!(pixels[3..], [level; 6]);
    }

    #[test]
    fn what_is_not_loaded_is_left_open() {
        let mut pixels = Vec::new();
        paint(&land(), [-1, 0], 2, 1, &mut pixels);
        assert_eq!(pixels[0], 0);
        assert_ne!(pixels[1], 0);
    }
}
