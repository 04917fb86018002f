//! Players in the middle of a fight: one behind the eyes of every soldier.

use std::sync::Arc;

use edge::interest::{ClientInterest, View};
use engine::{Frame, World, arena, tick::tick};
use protocol::{limits, own::OWN_BYTES};

/// Edge of the field that all are in, where nothing else is said.
pub const FIELD_EDGE_BLOCKS: i32 = 256;
pub const VIEW_DISTANCE_BLOCKS: u16 = limits::VIEW_DISTANCE_BLOCKS_DEFAULT;
pub const BUDGET_BYTES_PER_SECOND: u32 = limits::BUDGET_BYTES_PER_SECOND_DEFAULT;

const SEED: u64 = 1;
const OWN: [u8; OWN_BYTES] = [7; OWN_BYTES];

/// A fight of so many soldiers of both houses in a field, which has gone on for some ticks.
pub fn fight(soldiers_count: u32, edge_blocks: i32, ticks_count: usize) -> World {
    let mut world = arena::melee(SEED, soldiers_count / 2, edge_blocks);
    for _ in 0..ticks_count {
        next(&mut world);
    }
    world
}

/// The frame of the next tick.
pub fn next(world: &mut World) -> Arc<Frame> {
    tick(world, &mut Vec::new())
}

/// What an edge remembers of a client.
pub fn client() -> ClientInterest {
    ClientInterest::new(BUDGET_BYTES_PER_SECOND, VIEW_DISTANCE_BLOCKS)
}

/// The view of the client with this number: its body has the index behind it. Clients come in no order of
/// space, as sessions do.
pub fn view(frame: &Frame, number: usize) -> View<'static> {
    let row = frame.rows[number + 1] as usize;
    View {
        body: frame.bodies.id[row],
        position: frame.bodies.position(row),
        yaw: frame.bodies.yaw[row],
        own: Some(&OWN),
        datagram_bytes: limits::DATAGRAM_BYTES_DEFAULT,
    }
}
