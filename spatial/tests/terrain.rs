//! The terrain against a map of blocks.

use std::collections::BTreeMap;

use spatial::{
    Block, BlockBox, BlockCoord, Brick, CellCoord, Position, Terrain,
    brick::{BRICK_VOXELS, voxel_index, voxel_offset},
    morton,
    random::SplitMix64,
    terrain::{diff_blocks, diff_bricks},
};

/// What the terrain should be: every loaded cell, as a plain array.
#[derive(Clone, Default)]
struct Twin(BTreeMap<CellCoord, Vec<Block>>);

impl Twin {
    fn block(&self, at: BlockCoord) -> Block {
        let cell = self.0.get(&at.cell());
        cell.map_or(Block::VOID, |voxels| voxels[voxel_index(at)])
    }

    fn insert(&mut self, cell: CellCoord, brick: &Brick) {
        self.0.insert(cell, brick.voxels().to_vec());
    }

    fn replace(&mut self, becomes: impl Fn(BlockCoord, Block) -> Block) -> u64 {
        let mut changed_count = 0;
        for (cell, voxels) in &mut self.0 {
            for (index, voxel) in voxels.iter_mut().enumerate() {
                let block = becomes(block_at(*cell, index), *voxel);
                changed_count += u64::from(block != *voxel);
                *voxel = block;
            }
        }
        changed_count
    }
}

fn block_at(cell: CellCoord, index: usize) -> BlockCoord {
    let (corner, offset) = (cell.block(), voxel_offset(index));
    BlockCoord::new(
        corner.x + offset.x,
        corner.y + offset.y,
        corner.z + offset.z,
    )
}

fn assert_same(terrain: &Terrain, twin: &Twin) {
    let mut cells: Vec<_> = twin.0.keys().copied().collect();
    cells.sort_by_key(|cell| morton::encode(*cell));
    let loaded: Vec<_> = terrain.bricks().map(|(cell, _)| cell).collect();
    assert_eq!(loaded, cells);
    assert_eq!(terrain.brick_count(), cells.len() as u64);
    let mut reader = terrain.reader();
    for (cell, voxels) in &twin.0 {
        assert_eq!(
            terrain.brick(*cell).expect("loaded").voxels()[..],
            voxels[..]
        );
        for index in (0..BRICK_VOXELS).step_by(37) {
            let at = block_at(*cell, index);
            assert_eq!(reader.block(at), voxels[index]);
            assert_eq!(terrain.block(at), voxels[index]);
        }
    }
}

/// Two by three by two cells on each side of zero, and one far away.
fn draw_cell(random: &mut SplitMix64) -> CellCoord {
    if random.chance(1, 20) {
        return CellCoord::new(32_767, -32_768, 100);
    }
    CellCoord::new(
        random.between(-1, 2),
        random.between(0, 1),
        random.between(-1, 1),
    )
}

fn draw_block(random: &mut SplitMix64) -> Block {
    Block(random.below(5) as u16)
}

fn draw_place(random: &mut SplitMix64) -> BlockCoord {
    block_at(draw_cell(random), random.below(4_096) as usize)
}

fn draw_brick(random: &mut SplitMix64) -> Brick {
    let mut brick = Brick::uniform(draw_block(random));
    if random.chance(1, 2) {
        for _ in 0..20 {
            brick.set(random.below(4_096) as usize, draw_block(random));
        }
    }
    brick
}

fn draw_sphere(random: &mut SplitMix64) -> (Position, i32) {
    let corner = draw_place(random).position();
    let offset = random.between(0, 4_095);
    (
        Position::new(corner.x + offset, corner.y, corner.z + offset),
        random.between(0, 30_000),
    )
}

fn is_in_sphere(at: BlockCoord, centre: Position, radius: i32) -> bool {
    let middle = at.position();
    let away = |corner: i32, centre: i32| i128::from(corner) + 2_048 - i128::from(centre);
    let deltas = [
        away(middle.x, centre.x),
        away(middle.y, centre.y),
        away(middle.z, centre.z),
    ];
    let squares = deltas.map(|delta| delta.pow(2));
    squares.iter().sum::<i128>() <= i128::from(radius).pow(2)
}

fn operate(random: &mut SplitMix64, terrain: &mut Terrain, twin: &mut Twin) {
    match random.below(10) {
        0..4 => {
            let (at, block) = (draw_place(random), draw_block(random));
            let old = twin.block(at);
            assert_eq!(terrain.set(at, block), (old != Block::VOID).then_some(old));
            twin.replace(|other, old| if other == at { block } else { old });
        }
        4..7 => {
            let (cell, brick) = (draw_cell(random), draw_brick(random));
            terrain.insert_brick(cell, brick.clone());
            twin.insert(cell, &brick);
        }
        7 => {
            let cell = draw_cell(random);
            let removed = terrain
                .remove_brick(cell)
                .map(|brick| brick.voxels().to_vec());
            assert_eq!(removed, twin.0.remove(&cell));
        }
        8 => {
            let area = BlockBox::new(draw_place(random), draw_place(random));
            let block = draw_block(random);
            let changed_count = twin.replace(|at, old| if area.contains(at) { block } else { old });
            if area.max.x - area.min.x < 1_000 {
                assert_eq!(terrain.fill_box(area, block), changed_count);
            } else {
                // Too many cells lie between the far one and the others to visit them all.
                twin.0.keys().for_each(|cell| {
                    if let Some(part) = BlockBox::of_cell(*cell).intersection(area) {
                        terrain.fill_box(part, block);
                    }
                });
            }
        }
        _ => {
            let ((centre, radius), block) = (draw_sphere(random), draw_block(random));
            let becomes = |at, old| {
                if is_in_sphere(at, centre, radius) {
                    block
                } else {
                    old
                }
            };
            assert_eq!(
                terrain.fill_sphere(centre, radius, block),
                twin.replace(becomes)
            );
        }
    }
}

#[test]
fn random_operations_agree_with_the_twin_and_snapshots_stay() {
    for seed in 0..6 {
        let mut random = SplitMix64::new(seed);
        let (mut terrain, mut twin) = (Terrain::new(), Twin::default());
        for _ in 0..8 {
            let (snapshot, twin_then) = (terrain.clone(), twin.clone());
            for _ in 0..15 {
                operate(&mut random, &mut terrain, &mut twin);
            }
            assert_same(&terrain, &twin);
            assert_same(&snapshot, &twin_then);
            assert_diff(&snapshot, &terrain, &twin_then, &twin);
        }
    }
}

/// The diff holds exactly the blocks that differ, and only bricks that may.
#[test]
fn scattered_reads_agree_with_the_bricks_at_every_width() {
    let mut random = SplitMix64::new(5);
    let mut terrain = Terrain::new();
    for (x, kinds) in [1, 2, 4, 16, 200, 60_000].into_iter().enumerate() {
        let voxels = core::array::from_fn(|_| Block(random.below(kinds) as u16));
        let brick = Brick::from_voxels(&voxels);
        assert_eq!(brick.width_bits(), [0, 1, 2, 4, 8, 16][x]);
        terrain.insert_brick(CellCoord::new(x as i32, 7, -9), brick);
    }
    let mut reader = terrain.reader();
    for _ in 0..20_000 {
        let cell = CellCoord::new(random.between(0, 5), 7, -9);
        let index = random.below(BRICK_VOXELS as u32) as usize;
        let block = terrain.brick(cell).expect("loaded").get(index);
        assert_eq!(terrain.block(block_at(cell, index)), block);
        assert_eq!(reader.block(block_at(cell, index)), block);
    }
}

fn assert_diff(old: &Terrain, new: &Terrain, twin_old: &Twin, twin_new: &Twin) {
    let mut changes = BTreeMap::new();
    diff_blocks(old, new, |change| {
        assert!(
            changes
                .insert(change.at, (change.old, change.new))
                .is_none()
        );
    });
    let mut expected = BTreeMap::new();
    for cell in twin_old.0.keys().chain(twin_new.0.keys()) {
        for index in 0..BRICK_VOXELS {
            let at = block_at(*cell, index);
            let pair = (twin_old.block(at), twin_new.block(at));
            if pair.0 != pair.1 {
                expected.insert(at, pair);
            }
        }
    }
    assert_eq!(changes, expected);
}

#[test]
fn diff_of_a_clone_visits_nothing() {
    let mut terrain = Terrain::new();
    terrain.insert_brick(CellCoord::new(1, 2, 3), Brick::uniform(Block::STONE));
    terrain.set(BlockCoord::new(17, 33, 50), Block::AIR);
    diff_bricks(&terrain, &terrain.clone(), |change| panic!("{change:?}"));
}

#[test]
fn uniform_cubes_collapse_and_split_again() {
    let mut terrain = Terrain::new();
    for code in 0..512 {
        let corner = morton::encode(CellCoord::new(0, 0, 0));
        terrain.insert_brick(morton::decode(corner + code), Brick::uniform(Block::STONE));
    }
    assert_eq!(terrain.leaves().count(), 1);
    assert_eq!(terrain.leaf(CellCoord::new(7, 7, 7)).1, 1);
    assert_eq!(
        terrain.set(BlockCoord::new(0, 0, 0), Block::AIR),
        Some(Block::STONE)
    );
    assert_eq!(terrain.leaves().count(), 512);
    assert_eq!(
        terrain.set(BlockCoord::new(0, 0, 0), Block::STONE),
        Some(Block::AIR)
    );
    assert_eq!(terrain.leaves().count(), 1);
    assert_eq!(terrain.brick_count(), 512);
}

#[test]
fn what_is_not_loaded_is_void_and_cannot_be_edited() {
    let mut terrain = Terrain::new();
    for far in [i32::MIN, -1, 0, i32::MAX] {
        let at = BlockCoord::new(far, 0, far);
        assert_eq!(terrain.block(at), Block::VOID);
        assert_eq!(terrain.set(at, Block::STONE), None);
    }
    let everywhere = BlockBox::new(
        BlockCoord::new(i32::MIN, i32::MIN, i32::MIN),
        BlockCoord::new(i32::MAX, i32::MAX, i32::MAX),
    );
    assert_eq!(terrain.fill_box(everywhere, Block::STONE), 0);
    terrain.insert_brick(CellCoord::new(5, 5, 5), Brick::uniform(Block::AIR));
    assert_eq!(terrain.fill_box(everywhere, Block::STONE), 4_096);
}

#[test]
fn land_takes_little_memory() {
    let mut terrain = Terrain::new();
    for code in 0..4_096 {
        let cell = morton::decode(morton::encode(CellCoord::new(0, 0, 0)) + code);
        terrain.insert_brick(cell, land(cell));
    }
    let voxel_count = terrain.brick_count() as usize * BRICK_VOXELS;
    assert!(
        terrain.bytes_count() * 10 <= voxel_count * 6,
        "{}",
        terrain.bytes_count()
    );
}

/// Slopes of stone, soil and grass with scattered trees of noise.
fn land(cell: CellCoord) -> Brick {
    let mut voxels = [Block::AIR; BRICK_VOXELS];
    for (index, voxel) in voxels.iter_mut().enumerate() {
        let at = block_at(cell, index);
        let height = 100 + (at.x + at.z * 2) % 40;
        *voxel = match at.y - height {
            ..-3 => Block::STONE,
            -3..0 => Block::SOIL,
            0 => Block::GRASS,
            1..12 if (at.x * 7 + at.z * 13 + at.y * 5) % 9 == 0 => Block::LEAVES,
            _ => Block::AIR,
        };
    }
    Brick::from_voxels(&voxels)
}
