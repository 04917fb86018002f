//! What feet can stand on and step to, on a grid of 2 m over the field.
//!
//! The survey is made anew row by row, one row a tick, for ever: walls that fell or were built are
//! found within [`ROW_COUNT`] ticks, at a cost of one row a tick at most; what `stale` knows to be as it
//! was is not looked at. Which row is next follows from the tick alone. It knows nothing of goals.

use alloc::{vec, vec::Vec};
use core::ops::Range;

use spatial::{
    Block, BlockCoord,
    brick::voxel_index,
    position::{CELL_BLOCK_BITS, CELL_EDGE_BLOCKS},
    terrain::{BlockReader, Terrain},
};

use super::stale::Parts;
use crate::{
    generate::layout::FIELD,
    record::{CheckpointError, Input, Record},
};

/// Edge of a grid square, in blocks.
pub const SQUARE_BLOCKS: i32 = 2;
/// Squares from west to east.
pub const COLUMN_COUNT: usize = ((FIELD.max_x - FIELD.min_x + 1) / SQUARE_BLOCKS) as usize;
/// Squares from north to south.
pub const ROW_COUNT: usize = ((FIELD.max_z - FIELD.min_z + 1) / SQUARE_BLOCKS) as usize;
/// From a square to the one south of it: a row and a border on each side, where nobody can stand, so
/// that every square of the field has eight neighbours.
const STRIDE: usize = COLUMN_COUNT + 2;
/// Squares with the border.
pub const SQUARE_COUNT: usize = STRIDE * (ROW_COUNT + 2);
/// Floors above each other that are told apart in a square, from the lowest: a river's bed, the
/// bridge above it, and one more.
pub const FLOOR_COUNT: usize = 3;

/// Nothing to stand on.
pub const NO_FLOOR: u8 = 0;
/// Set in a floor where feet find no ground: one has to swim.
pub const SWIM: u8 = 1 << 7;
/// The heights searched for floors: from below the river's bed to above the keeps' walls.
const FLOOR_MIN: i32 = 30;
const FLOOR_MAX: i32 = 78;
/// How far down a step goes; a deeper fall is no way.
const DROP_MAX: i32 = 3;

/// From a square to its neighbour in each of [`WAYS`].
const OFFSETS: [isize; 8] = offsets();

/// The eight ways out of a square, clockwise from north: x and z in squares.
pub const WAYS: [[i32; 2]; 8] = [
    [0, -1],
    [1, -1],
    [1, 0],
    [1, 1],
    [0, 1],
    [-1, 1],
    [-1, 0],
    [-1, -1],
];

/// Squares and the steps between them. Part of the world's state: what a row was found to be like
/// depends on when it was looked at.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Survey {
    /// By square and floor: the block that the feet are in, maybe with [`SWIM`], or [`NO_FLOOR`].
    pub floors: Vec<[u8; FLOOR_COUNT]>,
    /// By square and floor, two bits for each of [`WAYS`]: 0 for no way, else 1 + the floor of the
    /// square that it leads to.
    pub links: Vec<[u16; FLOOR_COUNT]>,
}

/// A square's place in the columns of a survey; none outside of the field.
#[inline]
pub fn square_at(x: i32, z: i32) -> Option<usize> {
    FIELD.contains(x, z).then(|| {
        let column = (x - FIELD.min_x) / SQUARE_BLOCKS + 1;
        let row = (z - FIELD.min_z) / SQUARE_BLOCKS + 1;
        row as usize * STRIDE + column as usize
    })
}

/// The square's north-western block, x and z: where the survey looks and feet are sent.
#[inline]
pub fn square_block(square: usize) -> [i32; 2] {
    let column = (square % STRIDE) as i32 - 1;
    let row = (square / STRIDE) as i32 - 1;
    [
        FIELD.min_x + column * SQUARE_BLOCKS,
        FIELD.min_z + row * SQUARE_BLOCKS,
    ]
}

/// The neighbour in one of [`WAYS`] of a square of the field; it may be of the border.
#[inline]
pub fn neighbour(square: usize, way: usize) -> usize {
    square.wrapping_add_signed(OFFSETS[way])
}

/// The block of a floor's feet.
#[inline]
pub fn height(floor: u8) -> i32 {
    i32::from(floor & !SWIM)
}

/// The squares of a row in some columns.
fn row_squares(row: usize, columns: Range<usize>) -> Range<usize> {
    let start = (row + 1) * STRIDE + 1;
    start + columns.start..start + columns.end
}

const fn offsets() -> [isize; 8] {
    let mut offsets = [0; 8];
    let mut way = 0;
    while way < WAYS.len() {
        offsets[way] = WAYS[way][1] as isize * STRIDE as isize + WAYS[way][0] as isize;
        way += 1;
    }
    offsets
}

/// Every square; the border's hold nothing, or a step could leave the columns.
impl Record for Survey {
    fn write(&self, output: &mut Vec<u8>) {
        self.floors.write(output);
        self.links.write(output);
    }

    fn read(input: &mut Input) -> Result<Self, CheckpointError> {
        let survey = Self {
            floors: Record::read(input)?,
            links: Record::read(input)?,
        };
        let is_whole = survey.floors.len() == SQUARE_COUNT && survey.links.len() == SQUARE_COUNT;
        let is_fit = |square: usize| {
            let [x, z] = square_block(square);
            let is_empty = survey.floors[square] == [NO_FLOOR; FLOOR_COUNT]
                && survey.links[square] == [0; FLOOR_COUNT];
            FIELD.contains(x, z) || is_empty
        };
        if !is_whole || !(0..SQUARE_COUNT).all(is_fit) {
            return Err(CheckpointError::Inconsistent);
        }
        Ok(survey)
    }
}

impl Default for Survey {
    fn default() -> Self {
        Self {
            floors: vec![[NO_FLOOR; FLOOR_COUNT]; SQUARE_COUNT],
            links: vec![[0; FLOOR_COUNT]; SQUARE_COUNT],
        }
    }
}

impl Survey {
    /// Looks at everything: a start, some 40 ms.
    pub fn survey_all(&mut self, terrain: &Terrain) {
        for row in 0..ROW_COUNT {
            self.find_floors(row, Parts::ALL, terrain);
        }
        for row in 0..ROW_COUNT {
            self.find_links(row, Parts::ALL, terrain);
        }
    }

    /// Looks at parts of one row again: its steps, and the floors of the row after it.
    pub fn survey_row(&mut self, row: usize, parts: Parts, terrain: &Terrain) {
        self.find_floors((row + 1) % ROW_COUNT, parts, terrain);
        self.find_links(row, parts, terrain);
    }

    /// The floor of a square that is nearest to a height, if any is within a few blocks.
    #[inline]
    pub fn floor_near(&self, square: usize, y: i32) -> Option<usize> {
        let floors = &self.floors[square];
        let distance = |floor: usize| (height(floors[floor]) - y).abs();
        (0..FLOOR_COUNT)
            .filter(|&floor| floors[floor] != NO_FLOOR && distance(floor) <= DROP_MAX)
            .min_by_key(|&floor| distance(floor))
    }

    /// The square and floor that a way leads to.
    #[inline]
    pub fn follow(&self, square: usize, floor: usize, way: usize) -> Option<(usize, usize)> {
        let link = self.links[square][floor] >> (2 * way) & 3;
        (link != 0).then(|| (neighbour(square, way), link as usize - 1))
    }

    fn find_floors(&mut self, row: usize, parts: Parts, terrain: &Terrain) {
        let mut reader = terrain.reader();
        for square in parts.columns().flat_map(|it| row_squares(row, it)) {
            self.floors[square] = floors_at(&mut reader, square_block(square));
        }
    }

    fn find_links(&mut self, row: usize, parts: Parts, terrain: &Terrain) {
        let mut reader = terrain.reader();
        for square in parts.columns().flat_map(|it| row_squares(row, it)) {
            for floor in 0..FLOOR_COUNT {
                let y = self.floors[square][floor];
                self.links[square][floor] = if y == NO_FLOOR {
                    0
                } else {
                    self.links_of(&mut reader, square, height(y))
                };
            }
        }
    }

    /// All ways out of a floor: the straight ones, and diagonals where nothing stands at the corner.
    fn links_of(&self, reader: &mut BlockReader, square: usize, y: i32) -> u16 {
        let mut links = 0;
        let mut straight = [false; 8];
        for way in [0, 2, 4, 6, 1, 3, 5, 7] {
            let is_diagonal = way % 2 == 1;
            if is_diagonal && !(straight[way - 1] && straight[(way + 1) % 8]) {
                continue;
            }
            if let Some(floor) = self.link(reader, square, y, way) {
                straight[way] = true;
                links |= (floor as u16 + 1) << (2 * way);
            }
        }
        links
    }

    /// The floor of the neighbour that two steps along a way end on.
    fn link(&self, reader: &mut BlockReader, square: usize, y: i32, way: usize) -> Option<usize> {
        let [x, z] = square_block(square);
        let [step_x, step_z] = WAYS[way];
        let start = BlockCoord::new(x, y, z);
        let half = step(reader, start, [x + step_x, z + step_z])?;
        let end = step(reader, half, [x + 2 * step_x, z + 2 * step_z])?;
        let floors = &self.floors[neighbour(square, way)];
        floors.iter().position(|&floor| height(floor) == end.y)
    }
}

/// The lowest floors of a column of blocks. Whole cells of air bear nothing and are skipped.
fn floors_at(reader: &mut BlockReader, [x, z]: [i32; 2]) -> [u8; FLOOR_COUNT] {
    let mut floors = [NO_FLOOR; FLOOR_COUNT];
    let mut count = 0;
    let mut below = reader.block(BlockCoord::new(x, FLOOR_MIN - 1, z));
    let mut feet = reader.block(BlockCoord::new(x, FLOOR_MIN, z));
    for cell_y in FLOOR_MIN >> CELL_BLOCK_BITS..=(FLOOR_MAX >> CELL_BLOCK_BITS) {
        let corner = BlockCoord::new(x, cell_y << CELL_BLOCK_BITS, z);
        let brick = reader.brick(corner.cell());
        let is_air = brick.as_uniform() == Some(Block::AIR);
        if is_air && feet == Block::AIR && !below.is_solid() {
            (below, feet) = (Block::AIR, Block::AIR);
            continue;
        }
        let first = corner.y.max(FLOOR_MIN + 1);
        for head_y in first..corner.y + CELL_EDGE_BLOCKS {
            let head = brick.get(voxel_index(BlockCoord::new(x, head_y, z)));
            let has_room = !head.is_solid() && head != Block::WATER;
            if let Some(floor) = floor(head_y - 1, below, feet).filter(|_| has_room) {
                floors[count] = floor;
                count += 1;
                if count == FLOOR_COUNT {
                    return floors;
                }
            }
            (below, feet) = (feet, head);
        }
    }
    floors
}

/// The floor whose feet are in a block: on ground, wading, or afloat at the water's top.
fn floor(y: i32, below: Block, feet: Block) -> Option<u8> {
    match feet {
        Block::WATER if below.is_solid() => Some(y as u8),
        Block::WATER => Some(y as u8 | SWIM),
        _ => (below.is_solid() && !feet.is_solid()).then_some(y as u8),
    }
}

/// One step of one block: up one, level, or down a few. `from` and the result are the feet's block.
fn step(reader: &mut BlockReader, from: BlockCoord, [x, z]: [i32; 2]) -> Option<BlockCoord> {
    let mut solid_at = |x, y, z| reader.block(BlockCoord::new(x, y, z)).is_solid();
    if solid_at(x, from.y + 1, z) {
        return None;
    }
    if solid_at(x, from.y, z) {
        let has_room = !solid_at(x, from.y + 2, z) && !solid_at(from.x, from.y + 2, from.z);
        return has_room.then(|| BlockCoord::new(x, from.y + 1, z));
    }
    (from.y - DROP_MAX..=from.y)
        .rev()
        .map(|y| BlockCoord::new(x, y, z))
        .find(|&feet| {
            let below = reader.block(BlockCoord::new(x, feet.y - 1, z));
            reader.block(feet) == Block::WATER || below.is_solid()
        })
}

#[cfg(test)]
mod tests {
    use spatial::{BlockBox, random::SplitMix64};

    use super::*;
    use crate::{arena, think::stale::Stale};

    /// Somewhere near the middle of the row that is looked at, where what is seen depends on the tick,
    /// or around a corner of the field.
    fn place(row: usize, random: &mut SplitMix64) -> BlockCoord {
        let (x, z) = (random.between(-3, 6), random.between(-8, 8));
        let y = arena::GROUND + random.between(0, 2);
        let row_z = FIELD.min_z + row as i32 * SQUARE_BLOCKS;
        match random.between(0, 3) {
            0 => BlockCoord::new(FIELD.min_x + x, y, FIELD.min_z + z),
            1 => BlockCoord::new(FIELD.max_x - x, y, FIELD.max_z - z),
            _ => BlockCoord::new(FIELD.min_x + 31 + x, y, row_z + z),
        }
    }

    #[test]
    fn what_is_not_looked_at_again_is_as_it_was() {
        let mut terrain = arena::flat_terrain(512);
        let (mut survey, mut stale) = (Survey::default(), Stale::default());
        survey.survey_all(&terrain);
        let mut twin = survey.clone();
        let mut random = SplitMix64::keyed(&[7]);
        let (mut skipped_count, mut changed_count) = (0, 0);
        for tick in 0..12 * ROW_COUNT {
            if random.between(0, 1) == 0 {
                let at = place(tick % ROW_COUNT, &mut random);
                let block = [Block::AIR, Block::STONE][random.between(0, 1) as usize];
                terrain.set(at, block);
                stale.touch(BlockBox::new(at, at));
            }
            let row = tick % ROW_COUNT;
            let parts = stale.take(row);
            skipped_count += usize::from(parts != Parts::ALL);
            survey.survey_row(row, parts, &terrain);
            let before = twin.clone();
            twin.survey_row(row, Parts::ALL, &terrain);
            changed_count += usize::from(twin != before);
            assert!(survey == twin, "tick {tick}");
        }
        assert!(skipped_count > 3 * ROW_COUNT, "{skipped_count} rows");
        assert!(changed_count > 50, "{changed_count} rows");
    }
}
