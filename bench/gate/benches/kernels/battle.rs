//! The tick of a fight, and how it is kept and told to other shards.

use std::sync::Arc;

use bench::crowd;
use engine::{Frame, World, checkpoint, record::frame, tick::tick};
use gungraun::{library_benchmark, library_benchmark_group};
use journal::{Block, block::BlockHeader};

/// Of a journal's segment.
const SEED: u64 = 1;
const SOLDIERS_COUNT: u32 = 1_000;
/// As dense as 10,000 in a field of 256 m.
const FIELD_EDGE_BLOCKS: i32 = 80;
/// Until fights are under way and every buffer has its size.
const WARM_UP_TICKS: usize = 40;
const TICKS_COUNT: usize = 16;
/// Inputs of a tick, and what one takes in a journal.
const RECORDS_COUNT: usize = 1_000;
const RECORD: [u8; 40] = [7; 40];

fn fight() -> World {
    crowd::fight(SOLDIERS_COUNT, FIELD_EDGE_BLOCKS, WARM_UP_TICKS)
}

/// A frame, and room for it: a buffer that grows is copied or not as the heap happens to lie, which differs
/// with no more than the folder that this is built in.
fn frame_and_room() -> (Arc<Frame>, Vec<u8>) {
    let frame = crowd::next(&mut fight());
    let mut bytes = Vec::new();
    frame::write(&frame, &mut bytes);
    bytes.clear();
    (frame, bytes)
}

fn frame_bytes() -> Vec<u8> {
    let (frame, mut bytes) = frame_and_room();
    frame::write(&frame, &mut bytes);
    bytes
}

#[library_benchmark]
#[bench::of_1_000(setup = fight)]
fn ticks(mut world: World) -> u32 {
    let mut commands = Vec::new();
    let frames = (0..TICKS_COUNT).map(|_| tick(&mut world, &mut commands).tick);
    frames.last().expect("there were ticks")
}

#[library_benchmark]
#[bench::of_1_000(setup = frame_and_room)]
fn frame_written((frame, mut bytes): (Arc<Frame>, Vec<u8>)) -> usize {
    frame::write(&frame, &mut bytes);
    bytes.len()
}

#[library_benchmark]
#[bench::of_1_000(setup = frame_bytes)]
fn frame_read(bytes: Vec<u8>) -> u32 {
    frame::read(&bytes).expect("what was written").tick
}

#[library_benchmark]
#[bench::of_1_000(setup = fight)]
fn checkpoint_saved_and_loaded(world: World) -> u32 {
    checkpoint::load(&checkpoint::save(&world))
        .expect("what was saved")
        .tick
}

#[library_benchmark]
#[bench::of_1_000_inputs()]
fn journal_block_sealed_and_read() -> usize {
    let mut block = Block::default();
    block.begin(1);
    for _ in 0..RECORDS_COUNT {
        block.push(&RECORD).expect("it fits");
    }
    block.seal(SEED, 0);
    let header = BlockHeader::decode(block.bytes(), SEED).expect("it was sealed");
    let records = header.records(block.bytes(), SEED).expect("it was sealed");
    records.map(<[u8]>::len).sum()
}

library_benchmark_group!(
    name = in_battle,
    benchmarks = [
        ticks,
        frame_written,
        frame_read,
        checkpoint_saved_and_loaded,
        journal_block_sealed_and_read
    ]
);
