//! Bodies that stand in another shard's cells go to that shard at the end of the tick. They are still
//! in this tick's frame, and from the next tick on in the other shard's: never in both, never in none
//! (R4). Which shard a body is on is nobody's business but this file's and `gather`'s.

use spatial::{CellCoord, Position, partition::Owner};

use crate::{
    body::NONE,
    frame::{Crossing, Frame, Handoffs},
    id::BodyId,
    limits::{HANDOFF_DEPTH, HANDOFFS_PER_TICK_MAX},
    seat::SEAT_CELL,
    world::World,
};

/// Moves who crosses from the columns to the frame, which holds this tick's bodies already.
pub fn phase(world: &mut World, frame: &mut Frame) {
    frame.handoffs.clear();
    // By cells, of which there are a few hundred, to look only at bodies in others' cells.
    for number in 0..frame.cells.cells().len() {
        let cell = frame.cells.cells()[number];
        let Some(to) = other_owner(world, cell.cell()) else {
            continue;
        };
        for row in cell.start as usize..cell.end as usize {
            if frame.handoffs.bodies.len() == HANDOFFS_PER_TICK_MAX {
                return;
            }
            if is_deep(world, frame.bodies.position(row)) {
                let crossing = depart(world, frame.bodies.id[row], to);
                frame.handoffs.bodies.push(crossing);
            }
        }
    }
    if owns_nothing(world) {
        hand_over_projectiles(world, &mut frame.handoffs);
    }
}

/// Who owns a cell, if that is another shard.
fn other_owner(world: &World, cell: CellCoord) -> Option<Owner> {
    let region = world.partition.locate(cell).ok()?;
    (region.owner != world.owner).then_some(region.owner)
}

/// Whether no own cell is near a place in another's: a body that goes to and fro on a border is not
/// handed to and fro.
fn is_deep(world: &World, place: Position) -> bool {
    let by = HANDOFF_DEPTH;
    let Position { x, y, z } = place;
    let around = [
        Position::new(x - by, y, z),
        Position::new(x + by, y, z),
        Position::new(x, y - by, z),
        Position::new(x, y + by, z),
        Position::new(x, y, z - by),
        Position::new(x, y, z + by),
    ];
    let cell = place.cell();
    let mut cells = around.iter().map(|near| near.cell());
    !cells.any(|near| near != cell && world.owns(near))
}

fn depart(world: &mut World, id: BodyId, to: Owner) -> Crossing {
    let row = world.bodies.row(id).expect("the frame was just made");
    let player = match world.bodies.player[row] {
        NONE => None,
        slot => {
            let session = world.players.get(slot).session;
            world.players.remove(session)
        }
    };
    Crossing {
        to,
        body: world.bodies.depart(id),
        player,
    }
}

/// Whether this shard is being emptied.
fn owns_nothing(world: &World) -> bool {
    let regions = world.partition.regions();
    regions.iter().all(|region| region.owner != world.owner)
}

/// What flies outside of the world goes to the seat.
fn hand_over_projectiles(world: &mut World, handoffs: &mut Handoffs) {
    let partition = &world.partition;
    let owner_at = |place: Position| {
        let region = partition.locate_position(place);
        let region = region.or_else(|_| partition.locate(SEAT_CELL));
        region.expect("the seat's cell is in the world").owner
    };
    let arrows = world.arrows.drain(..);
    handoffs
        .arrows
        .extend(arrows.map(|arrow| (owner_at(arrow.position), arrow)));
    let bombs = world.bombs.drain(..);
    handoffs
        .bombs
        .extend(bombs.map(|bomb| (owner_at(bomb.position), bomb)));
}
