//! The world from a seed: the same blocks in any order, at the places that the layout promises.

use engine::House;
use engine::generate::{
    Generator,
    layout::{
        BANNER_COUNT, BRIDGE_DECK, BRIDGE_STONE, KEEP_FLOOR, KEEP_HALF, WORLD_EDGE, banner_cloth,
        facing, keep_middle,
    },
};
use spatial::{
    Block, BlockCoord, Brick, CellCoord, codec::encode_brick, random::SplitMix64, terrain::Terrain,
};

/// FNV-1a, only to have one number for many bytes.
fn digest<'a>(bricks: impl IntoIterator<Item = &'a (CellCoord, Brick)>) -> u64 {
    let mut bytes = Vec::new();
    for (_, brick) in bricks {
        encode_brick(brick, &mut bytes);
    }
    let step = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3);
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, step)
}

/// Columns of cells: a keep, a banner, the bridge, woods, the rim, a corner of the world.
const COLUMNS: [[i32; 2]; 6] = [[20, 32], [27, 30], [31, 32], [40, 18], [60, 5], [0, 63]];

fn columns(generator: &Generator, places: impl IntoIterator<Item = [i32; 2]>) -> Terrain {
    let mut terrain = Terrain::new();
    for [x, z] in places {
        for (cell, brick) in generator.column(x, z) {
            terrain.insert_brick(cell, brick);
        }
    }
    terrain
}

fn columns_around(generator: &Generator, [x, z]: [i32; 2]) -> Terrain {
    let (x, z) = (x >> 4, z >> 4);
    let places = (-3..=3).flat_map(move |row| (-3..=3).map(move |column| [x + column, z + row]));
    columns(generator, places)
}

#[test]
fn a_seed_gives_the_same_blocks_for_ever() {
    let golden = [(1, 0x3421874c8f8a15a1), (2, 0x298e4ef3b377694d)];
    for (seed, expected) in golden {
        let generator = Generator::new(seed);
        let bricks: Vec<_> = COLUMNS
            .into_iter()
            .flat_map(|[x, z]| generator.column(x, z))
            .collect();
        let found = digest(&bricks);
        assert_eq!(found, expected, "seed {seed} gives {found:#x} now");
    }
}

#[test]
fn cells_do_not_depend_on_the_order_they_are_made_in() {
    let generator = Generator::new(77);
    let mut random = SplitMix64::new(5);
    for _ in 0..40 {
        let [x, z] = [random.below(64) as i32, random.below(64) as i32];
        let (cell, brick) = generator
            .column(x, z)
            .nth(random.below(16) as usize)
            .expect("a column has 16 cells");
        let twin = Generator::new(77).brick(cell);
        assert!(brick.voxels() == twin.voxels(), "{cell:?}");
    }
}

#[test]
fn trees_and_buildings_go_on_across_cells() {
    let generator = Generator::new(3);
    let terrain = columns_around(&generator, [600, 300]);
    let mut trunk_count = 0;
    for x in 560..640 {
        for z in 260..340 {
            let ground = generator.ground_height(x, z);
            let foot = BlockCoord::new(x, ground + 1, z);
            if terrain.block(foot) == Block::TIMBER {
                trunk_count += 1;
                let leaves = (-4..=4).flat_map(|dx| (-4..=4).map(move |dz| [dx, dz]));
                let has_leaves = leaves.into_iter().any(|[dx, dz]| {
                    (0..16).any(|up| {
                        let near = BlockCoord::new(x + dx, ground + up, z + dz);
                        matches!(terrain.block(near), Block::LEAVES | Block::TIMBER)
                    })
                });
                assert!(has_leaves, "{foot:?} stands alone");
            }
        }
    }
    assert!(trunk_count > 10, "only {trunk_count} trees in the woods");
}

#[test]
fn outside_of_the_world_is_void() {
    let generator = Generator::new(1);
    let edge = WORLD_EDGE / 16;
    for cell in [
        CellCoord::new(-1, 3, 0),
        CellCoord::new(0, 3, edge),
        CellCoord::new(0, 16, 0),
        CellCoord::new(0, -1, 0),
    ] {
        assert_eq!(generator.brick(cell).as_uniform(), Some(Block::VOID));
    }
    assert_eq!(generator.column(edge, 0).count(), 0);
    assert_eq!(generator.column(edge - 1, edge - 1).count(), 16);
}

#[test]
fn gates_are_open_and_five_wide_and_high() {
    for seed in 1..6 {
        let generator = Generator::new(seed);
        for house in [House::Red, House::Blue] {
            let [x, z] = keep_middle(house);
            let wall = x + facing(house) * KEEP_HALF;
            let terrain = columns_around(&generator, [wall, z]);
            for step in -8..12 {
                for aside in -2..=2 {
                    for up in 1..=5 {
                        let x = wall + facing(house) * step;
                        let place = BlockCoord::new(x, KEEP_FLOOR + up, z + aside);
                        assert_eq!(terrain.block(place), Block::AIR, "seed {seed} {place:?}");
                    }
                }
            }
        }
    }
}

#[test]
fn banners_fly_white_on_poles_that_reach_the_ground() {
    for seed in 1..6 {
        let generator = Generator::new(seed);
        for banner in 0..BANNER_COUNT {
            let foot = generator.layout().banners[banner];
            let terrain = columns_around(&generator, [foot.x, foot.z]);
            let below = BlockCoord::new(foot.x, foot.y - 1, foot.z);
            assert_eq!(terrain.block(foot), Block::TIMBER);
            assert!(terrain.block(below).is_solid());
            assert!(banner_cloth(foot).count() > 20);
            for block in banner_cloth(foot) {
                assert_eq!(
                    terrain.block(block),
                    Block::CLOTH_WHITE,
                    "seed {seed} {block:?}"
                );
            }
        }
    }
}

#[test]
fn the_stone_bridge_is_wide_and_level_from_bank_to_bank() {
    for seed in 1..6 {
        let generator = Generator::new(seed);
        let terrain = columns_around(&generator, [512, BRIDGE_STONE.z]);
        for x in 490..=534 {
            let clear_count = (-BRIDGE_STONE.half_width..=BRIDGE_STONE.half_width)
                .filter(|aside| {
                    let at = |y| terrain.block(BlockCoord::new(x, y, BRIDGE_STONE.z + aside));
                    let is_floor = at(BRIDGE_DECK).is_solid() || at(BRIDGE_DECK + 1).is_solid();
                    is_floor && !at(BRIDGE_DECK + 2).is_solid() && !at(BRIDGE_DECK + 3).is_solid()
                })
                .count();
            assert!(clear_count >= 7, "seed {seed}: {clear_count} wide at x {x}");
        }
    }
}

#[test]
fn camps_and_yards_have_room_to_stand() {
    for seed in 1..6 {
        let generator = Generator::new(seed);
        let layout = generator.layout();
        for place in layout.camps.into_iter().chain(layout.keep_spawns) {
            let terrain = columns_around(&generator, [place.x, place.z]);
            let above = BlockCoord::new(place.x, place.y + 1, place.z);
            let below = BlockCoord::new(place.x, place.y - 1, place.z);
            assert!(!terrain.block(place).is_solid() && !terrain.block(above).is_solid());
            assert!(terrain.block(below).is_solid(), "seed {seed} {place:?}");
        }
    }
}
