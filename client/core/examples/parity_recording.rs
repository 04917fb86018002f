//! Writes a recording of native prediction to the path given, for `src/world/core.test.ts` to run
//! the same through the WebAssembly module: it must come to the same bytes.
//!
//! The file, little-endian: counts (u32) of cells, compressed bytes, plain bytes and walks; then the
//! columns of a Bricks message; then the walks. A walk is a first motion (36 bytes), steps of
//! buttons (u16) and yaw (u16), the last motion (36 bytes) and the FNV-1a hash (u32) of all motions.

use std::{env, fs};

use client_core::{ClientCore, MOTION_BYTES, decode_motion, encode_motion};
use engine::{Buttons, Motion};
use spatial::{
    Block, BlockCoord, Position,
    brick::{BRICK_VOXELS, Brick, voxel_offset},
    codec::encode_brick,
    position::UNITS_PER_METRE,
    random::SplitMix64,
};

const SEED: u64 = 2;
/// Cells along each edge of the terrain: 64 m, so that walks seldom leave it.
const EDGE_CELLS: i32 = 4;
const HEIGHT_CELLS: i32 = 2;
const WALKS_COUNT: usize = 3_000;
const STEPS_PER_WALK: usize = 80;
/// Ticks that a random key is held, at most.
const HOLD_TICKS_MAX: u32 = 20;

fn main() {
    let path = env::args().nth(1).expect("usage: parity_recording FILE");
    let mut random = SplitMix64::new(SEED);
    let mut core = ClientCore::new();
    let mut recording = Vec::new();
    load_terrain(&mut core, &mut random, &mut recording);
    for _ in 0..WALKS_COUNT {
        walk(&mut core, &mut random, &mut recording);
    }
    fs::write(path, recording).expect("the recording is written");
}

/// Makes hills, pits, water and floating blocks, and loads them the way the page does.
fn load_terrain(core: &mut ClientCore, random: &mut SplitMix64, recording: &mut Vec<u8>) {
    let (mut cells, mut sizes, mut plain) = (Vec::new(), Vec::new(), Vec::new());
    let mut cell_count = 0;
    for y in 0..HEIGHT_CELLS {
        for z in 0..EDGE_CELLS {
            for x in 0..EDGE_CELLS {
                let before = plain.len();
                encode_brick(&random_brick(random, y), &mut plain);
                let size = u16::try_from(plain.len() - before).expect("a brick is below 64 KB");
                sizes.extend(size.to_le_bytes());
                for axis in [x, y, z] {
                    cells.extend((axis as i16).to_le_bytes());
                }
                cell_count += 1;
            }
        }
    }
    let bytes = lz4_flex::block::compress(&plain);
    for count in [cell_count, bytes.len(), plain.len(), WALKS_COUNT] {
        recording.extend((count as u32).to_le_bytes());
    }
    let columns = [cells, sizes, bytes.clone()].concat();
    core.apply_bricks(&columns, cell_count, bytes.len(), plain.len())
        .expect("our own message is sound");
    recording.extend(columns);
}

/// Land up to some height in the lower layer, scattered blocks above.
fn random_brick(random: &mut SplitMix64, layer: i32) -> Brick {
    const MATERIALS: [Block; 5] = [
        Block::STONE,
        Block::GRASS,
        Block::WATER,
        Block::GLASS,
        Block::LEAVES,
    ];
    let ground = if layer == 0 {
        6 + random.below(6) as i32
    } else {
        0
    };
    let scatter = random.below(40);
    let mut voxels = [Block::AIR; BRICK_VOXELS];
    for (index, voxel) in voxels.iter_mut().enumerate() {
        let BlockCoord { y, .. } = voxel_offset(index);
        if y < ground || random.below(400) < scatter {
            *voxel = MATERIALS[random.below(MATERIALS.len() as u32) as usize];
        }
    }
    Brick::from_voxels(&voxels)
}

fn walk(core: &mut ClientCore, random: &mut SplitMix64, recording: &mut Vec<u8>) {
    core.set_motion(random_motion(random));
    recording.extend(encode_motion(core.motion()));
    let mut hash = 0x811c_9dc5;
    let (mut buttons, mut yaw, mut hold_ticks) = (0, 0, 0);
    for _ in 0..STEPS_PER_WALK {
        if hold_ticks == 0 {
            buttons = random.next_u32() as u16 & Buttons::ALL;
            hold_ticks = random.below(HOLD_TICKS_MAX);
        }
        hold_ticks = hold_ticks.saturating_sub(1);
        yaw = u16::wrapping_add(yaw, random.between(-1_900, 2_100) as u16);
        core.step(Buttons(buttons), yaw);
        recording.extend(buttons.to_le_bytes());
        recording.extend(yaw.to_le_bytes());
        hash = fnv(hash, &encode_motion(core.motion()));
    }
    recording.extend(encode_motion(core.motion()));
    recording.extend(hash.to_le_bytes());
}

/// Anywhere above the ground, moving anyhow.
fn random_motion(random: &mut SplitMix64) -> Motion {
    let mut motion = decode_motion(&[0; MOTION_BYTES]);
    let edge = (EDGE_CELLS * 16 * UNITS_PER_METRE) as u32;
    let mut speed = || random.between(-1_000, 1_000);
    motion.velocity = [speed(), speed(), speed()];
    motion.position = Position::new(
        random.below(edge) as i32,
        (8 + random.below(20) as i32) * UNITS_PER_METRE,
        random.below(edge) as i32,
    );
    motion.fall_from_y = motion.position.y;
    motion
}

fn fnv(hash: u32, bytes: &[u8]) -> u32 {
    bytes.iter().fold(hash, |hash, &byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    })
}
