//! Bricks against a plain array.

use spatial::{
    Block, BlockCoord,
    brick::{BRICK_VOXELS, Brick, voxel_index, voxel_offset},
    random::SplitMix64,
};

fn assert_same(brick: &Brick, voxels: &[Block; BRICK_VOXELS]) {
    assert_eq!(&brick.voxels(), voxels);
    for (index, &block) in voxels.iter().enumerate() {
        assert_eq!(brick.get(index), block, "at {index}");
    }
    let solid_count = voxels.iter().filter(|block| block.is_solid()).count();
    assert_eq!(brick.solid_count(), solid_count);
}

/// A block out of `kinds`, spread over the ids up to `id_max`.
fn draw(random: &mut SplitMix64, kinds: u32, id_max: u32) -> Block {
    let kind = random.below(kinds);
    Block((kind * id_max / kinds) as u16)
}

#[test]
fn index_and_offset_are_inverse() {
    for index in 0..BRICK_VOXELS {
        assert_eq!(voxel_index(voxel_offset(index)), index);
    }
    assert_eq!(
        voxel_index(BlockCoord::new(-15, 34, 3)),
        1 + 2 * 256 + 3 * 16
    );
}

#[test]
fn random_writes_agree_with_an_array_at_every_width() {
    let widths = [
        (2, 20, 1),
        (4, 20, 2),
        (16, 20, 4),
        (100, 200, 8),
        (100, 60_000, 16),
    ];
    for (seed, (kinds, id_max, width)) in widths.into_iter().enumerate() {
        let mut random = SplitMix64::new(seed as u64);
        let mut brick = Brick::uniform(Block::AIR);
        let mut voxels = [Block::AIR; BRICK_VOXELS];
        for _ in 0..6_000 {
            let index = random.below(BRICK_VOXELS as u32) as usize;
            let block = draw(&mut random, kinds, id_max);
            assert_eq!(brick.set(index, block), voxels[index]);
            voxels[index] = block;
        }
        assert_same(&brick, &voxels);
        assert_eq!(brick.width_bits(), width);
        assert_eq!(Brick::from_voxels(&voxels), brick);
    }
}

#[test]
fn clones_are_snapshots() {
    let mut random = SplitMix64::new(9);
    let mut brick = Brick::uniform(Block::STONE);
    brick.set(7, Block::SAND);
    let voxels_old = brick.voxels();
    let snapshot = brick.clone();
    assert!(snapshot.is_same(&brick));
    for _ in 0..500 {
        brick.set(random.below(4_096) as usize, draw(&mut random, 20, 20));
    }
    assert!(!snapshot.is_same(&brick));
    assert_same(&snapshot, &voxels_old);
}

#[test]
fn becomes_uniform_when_the_last_other_voxel_goes() {
    let mut brick = Brick::uniform(Block::STONE);
    brick.set(0, Block::AIR);
    brick.set(4_095, Block::SAND);
    assert_eq!(brick.as_uniform(), None);
    brick.set(0, Block::STONE);
    brick.set(4_095, Block::STONE);
    assert_eq!(brick.as_uniform(), Some(Block::STONE));
    assert_eq!(brick.bytes_count(), 0);
}

#[test]
fn compaction_narrows_and_keeps_the_voxels() {
    let mut brick = Brick::uniform(Block::AIR);
    for id in 0..300 {
        brick.set(id, Block(id as u16));
    }
    assert_eq!(brick.width_bits(), 16);
    for id in 3..300 {
        brick.set(id, Block::AIR);
    }
    let voxels = brick.voxels();
    brick.compact();
    assert_eq!(brick.width_bits(), 2);
    assert_same(&brick, &voxels);
    brick.fill(Block::SNOW);
    assert_same(&brick, &[Block::SNOW; BRICK_VOXELS]);
}

#[test]
fn freed_palette_entries_are_used_again() {
    let mut brick = Brick::uniform(Block::AIR);
    for id in 1..20 {
        brick.set(0, Block(id));
        assert_eq!(brick.get(0), Block(id));
        assert_eq!(brick.width_bits(), 1, "one other block needs one bit");
    }
}
