//! Bricks and terrains there and back, and what the decoders do with hostile bytes.

use spatial::{
    Block, BlockBox, BlockCoord, Brick, CellCoord, Terrain,
    brick::BRICK_VOXELS,
    codec::{CodecError, decode_brick, decode_terrain, encode_brick, encode_terrain},
    morton,
    random::SplitMix64,
};

fn encoded(brick: &Brick) -> Vec<u8> {
    let mut bytes = Vec::new();
    encode_brick(brick, &mut bytes);
    bytes
}

fn encoded_terrain(terrain: &Terrain) -> Vec<u8> {
    let mut bytes = Vec::new();
    encode_terrain(terrain, &mut bytes);
    bytes
}

/// Runs of up to `run_max` voxels of up to `kinds` blocks.
fn draw_brick(random: &mut SplitMix64, kinds: u32, run_max: u32) -> Brick {
    let mut voxels = [Block::AIR; BRICK_VOXELS];
    let mut index = 0;
    while index < BRICK_VOXELS {
        let length = (random.below(run_max) as usize + 1).min(BRICK_VOXELS - index);
        voxels[index..index + length].fill(Block(random.below(kinds) as u16));
        index += length;
    }
    Brick::from_voxels(&voxels)
}

fn draw_terrain(random: &mut SplitMix64) -> Terrain {
    let mut terrain = Terrain::new();
    for code in 0..512 {
        let cell = morton::decode(morton::encode(CellCoord::new(-8, 0, 8)) + code);
        terrain.insert_brick(cell, Brick::uniform(Block::STONE));
    }
    for _ in 0..30 {
        let cell = CellCoord::new(
            random.between(-5, 5),
            random.between(0, 3),
            random.between(-5, 9),
        );
        let brick = draw_brick(random, 5, 2_000);
        terrain.insert_brick(cell, brick);
    }
    terrain
}

fn everywhere() -> BlockBox {
    let far = 1 << 19;
    BlockBox::new(
        BlockCoord::new(-far, -far, -far),
        BlockCoord::new(far - 1, far - 1, far - 1),
    )
}

#[test]
fn bricks_come_back_and_tell_where_they_end() {
    let mut random = SplitMix64::new(5);
    for case in 0..150 {
        let kinds = [1, 2, 3, 16, 17, 300, 60_000][case % 7];
        let run_max = [1, 3, 500][case % 3];
        let brick = draw_brick(&mut random, kinds, run_max);
        let mut bytes = encoded(&brick);
        let length = bytes.len();
        bytes.extend([1, 2, 3]);
        assert_eq!(decode_brick(&bytes), Ok((brick, length)));
    }
}

#[test]
fn encoding_depends_on_the_voxels_only() {
    let mut brick = Brick::uniform(Block::AIR);
    for id in (0..40).rev() {
        brick.set(id, Block(id as u16));
    }
    for id in 3..40 {
        brick.set(id, Block::SAND);
    }
    let compact = Brick::from_voxels(&brick.voxels());
    assert_ne!(brick.width_bits(), compact.width_bits());
    assert_eq!(encoded(&brick), encoded(&compact));
}

#[test]
fn golden_bytes() {
    assert_eq!(encoded(&Brick::uniform(Block::STONE)), [1, 1, 0]);
    let mut brick = Brick::uniform(Block::AIR);
    brick.set(16, Block(0x0102));
    // Two entries take one bit: 16 of air, one other, 4,079 of air.
    let runs = [
        15 << 1,
        1,
        0x80 | (4_078 << 1 & 0x7f) as u8,
        (4_078 >> 6) as u8,
    ];
    assert_eq!(encoded(&brick)[..5], [2, 0, 0, 2, 1]);
    assert_eq!(encoded(&brick)[5..], runs);
}

#[test]
fn refusals_name_their_reason() {
    let refused = |bytes: &[u8]| decode_brick(bytes).expect_err("must be refused");
    assert_eq!(refused(&[]), CodecError::Truncated);
    assert_eq!(refused(&[1, 1]), CodecError::Truncated);
    assert_eq!(refused(&[0]), CodecError::BadPalette);
    assert_eq!(refused(&[0x81, 0x00, 1, 0]), CodecError::BadNumber);
    assert_eq!(refused(&[0xff; 40]), CodecError::BadNumber);
    assert_eq!(refused(&[1, 0xff, 0xff]), CodecError::BadPalette);
    assert_eq!(refused(&[2, 1, 0, 1, 0, 0]), CodecError::BadPalette);
    // 4,096 voxels of the first entry leave the second unused; the second cannot come first.
    assert_eq!(
        refused(&[2, 1, 0, 2, 0, 0xfe, 0x3f]),
        CodecError::BadPalette
    );
    assert_eq!(refused(&[2, 1, 0, 2, 0, 1]), CodecError::BadPalette);
    assert_eq!(refused(&[2, 1, 0, 2, 0, 0, 0]), CodecError::BadRun);
    assert_eq!(refused(&[2, 1, 0, 2, 0, 0x80, 0x40]), CodecError::BadRun);
}

#[test]
fn damaged_bricks_are_refused_or_canonical() {
    let mut random = SplitMix64::new(11);
    let mut accepted_count = 0;
    for case in 0..3_000 {
        let brick = draw_brick(&mut random, [2, 5, 20][case % 3], 700);
        let mut bytes = encoded(&brick);
        match random.below(3) {
            0 => bytes.truncate(random.below(bytes.len() as u32) as usize),
            1 => {
                let place = random.below(bytes.len() as u32) as usize;
                bytes[place] ^= 1 << random.below(8);
            }
            _ => bytes
                .iter_mut()
                .for_each(|byte| *byte = random.next_u32() as u8),
        }
        if let Ok((brick, length)) = decode_brick(&bytes) {
            assert_eq!(encoded(&brick), bytes[..length]);
            accepted_count += 1;
        }
    }
    assert!(
        accepted_count > 10,
        "some damage gives another brick: {accepted_count}"
    );
}

#[test]
fn terrains_come_back() {
    for seed in 0..5 {
        let terrain = draw_terrain(&mut SplitMix64::new(seed));
        let bytes = encoded_terrain(&terrain);
        let back = decode_terrain(&bytes, everywhere()).expect("just encoded");
        assert!(terrain.bricks().eq(back.bricks()));
        assert_eq!(terrain.leaves().count(), back.leaves().count());
        assert_eq!(encoded_terrain(&back), bytes);
    }
    let empty = decode_terrain(&encoded_terrain(&Terrain::new()), everywhere());
    assert_eq!(empty.expect("nothing is a terrain").brick_count(), 0);
}

#[test]
fn terrains_outside_the_area_or_damaged_are_refused() {
    let mut random = SplitMix64::new(2);
    let terrain = draw_terrain(&mut random);
    let bytes = encoded_terrain(&terrain);
    let small = BlockBox::new(BlockCoord::new(0, 0, 0), BlockCoord::new(31, 31, 31));
    let refused = |bytes: &[u8], area| decode_terrain(bytes, area).expect_err("must be refused");
    assert_eq!(refused(&bytes, small), CodecError::OutsideArea);
    assert_eq!(refused(&[], small), CodecError::Truncated);
    assert_eq!(refused(&[9], small), CodecError::BadVersion);
    assert_eq!(refused(&[2, 9, 1, 0, 0], small), CodecError::BadLeaf);
    assert_eq!(refused(&[2, 0x11, 1, 0, 0], small), CodecError::BadLeaf);
    let area = BlockBox::new(BlockCoord::new(-128, 0, -80), BlockCoord::new(95, 127, 255));
    assert!(decode_terrain(&bytes, area).is_ok());
    for _ in 0..300 {
        let mut damaged = bytes.clone();
        let place = random.below(bytes.len() as u32) as usize;
        damaged[place] ^= 1 << random.below(8);
        if let Ok(terrain) = decode_terrain(&damaged, area) {
            assert!(terrain.brick_count() <= 14 * 8 * 21);
        }
    }
}
