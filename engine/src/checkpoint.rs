//! A world as bytes and back: a world that was loaded goes on with the same hashes as the one that
//! was saved. Writing the bytes somewhere is the host's business.
//!
//! Beside the state itself it holds the frames that attacks may still look back to, each with what
//! of the terrain was different then.

use alloc::{sync::Arc, vec::Vec};

use spatial::{
    BlockBox, BlockCoord, Brick, CellCoord, Terrain,
    codec::{decode_terrain, encode_terrain},
    terrain::diff_bricks,
};

use crate::{
    body::{Bodies, Body, Combat, Intent, Mind, NONE},
    compose::Composer,
    dialect::Dialect,
    effect::Effect,
    event::Event,
    frame::{BodyColumns, Frame, Handoffs, Roster},
    history::History,
    id::BodyId,
    limits::REWIND_TICKS_MAX,
    motion::Motion,
    player::{Player, Players},
    publish,
    record::{Input, Record, message::Fall, record},
    world::World,
};

pub(crate) mod check;

pub use crate::record::CheckpointError;

/// The first bytes of a checkpoint; the version follows.
const MAGIC: [u8; 7] = *b"VXHEIM\x00";

record!(Roster {
    version,
    appearances,
});
record!(BodyColumns {
    id,
    x,
    y,
    z,
    yaw,
    pose,
    health,
    house,
});

/// A shard between two ticks, as bytes: a world of one shard, or one of several.
pub fn save(world: &World) -> Vec<u8> {
    let mut output = Vec::new();
    MAGIC.write(&mut output);
    world.frame.dialect.checkpoint_version().write(&mut output);
    world.config.write(&mut output);
    world.owner.write(&mut output);
    world.frame.partition.write(&mut output);
    world.tick.write(&mut output);
    write_bodies(&world.bodies, &mut output);
    write_players(&world.players, &mut output);
    world.arrows.write(&mut output);
    world.bombs.write(&mut output);
    world.seat.write(&mut output);
    world.happenings.edit_sequence.write(&mut output);
    world.terrain_hash.write(&mut output);
    world.drops.write(&mut output);
    write_under_way(&world.frame, &mut output);
    write_history(world, &mut output);
    world.thought.write(&mut output);
    write_round_memory(world, &mut output);
    encode_terrain(&world.terrain, &mut output);
    output
}

/// The shard that was saved.
///
/// # Errors
/// Any [`CheckpointError`]; nothing about the bytes can make it panic, now or in a later tick, if
/// those it needs tick beside it: see [`World::is_whole`].
pub fn load(bytes: &[u8]) -> Result<World, CheckpointError> {
    let mut input = Input::new(bytes);
    if <[u8; 7]>::read(&mut input)? != MAGIC {
        return Err(CheckpointError::BadVersion);
    }
    let dialect = Dialect::of_checkpoint_version(u8::read(&mut input)?);
    let dialect = dialect.ok_or(CheckpointError::BadVersion)?;
    let config = Record::read(&mut input)?;
    let owner = Record::read(&mut input)?;
    let partition = Record::read(&mut input)?;
    let mut world = World::bare(config, owner, partition, Terrain::new());
    world.speak(dialect);
    world.tick = Record::read(&mut input)?;
    world.bodies = read_bodies(&mut input)?;
    read_players(&mut world, &mut input)?;
    read_into(&mut world.arrows, &mut input)?;
    read_into(&mut world.bombs, &mut input)?;
    world.seat = Record::read(&mut input)?;
    world.happenings.edit_sequence = Record::read(&mut input)?;
    world.terrain_hash = Record::read(&mut input)?;
    world.drops.copy(&Record::read(&mut input)?);
    let handoffs = read_under_way(&mut world, &mut input)?;
    let pasts: Vec<Past> = Record::read(&mut input)?;
    world.thought = Record::read(&mut input)?;
    world.round_memory.number = Record::read(&mut input)?;
    world.round_memory.start_tick = Record::read(&mut input)?;
    let changed: Vec<(CellCoord, Brick)> = Record::read(&mut input)?;
    world.terrain =
        decode_terrain(input.rest(), everywhere()).map_err(CheckpointError::BadTerrain)?;
    restore_pristine(&mut world, changed)?;
    check::world(&world)?;
    restore_history(&mut world, pasts)?;
    publish_again(&mut world, handoffs)?;
    Ok(world)
}

/// What the last tick's frame has on its way to the next tick.
fn write_under_way(frame: &Frame, output: &mut Vec<u8>) {
    frame.effects.write(output);
    frame.arriving.write(output);
    frame.forwarded.write(output);
    frame.estates.write(output);
    frame.handoffs.write(output);
    let falls = frame.events.iter().filter_map(|event| match *event {
        Event::Died {
            target,
            killer,
            weapon,
            position,
        } => Some(Fall {
            target,
            killer,
            weapon,
            position,
        }),
        _ => None,
    });
    falls.collect::<Vec<_>>().write(output);
}

fn read_under_way(world: &mut World, input: &mut Input) -> Result<Handoffs, CheckpointError> {
    let effects: Vec<Effect> = Record::read(input)?;
    effects.iter().for_each(|effect| world.outbox.push(*effect));
    let happenings = &mut world.happenings;
    happenings.arriving = Record::read(input)?;
    check::arriving(&happenings.arriving)?;
    happenings.forwarded = Record::read(input)?;
    happenings.estates = Record::read(input)?;
    let handoffs = Record::read(input)?;
    for fall in Vec::<Fall>::read(input)? {
        happenings.tell(Event::Died {
            target: fall.target,
            killer: fall.killer,
            weapon: fall.weapon,
            position: fall.position,
        });
    }
    Ok(handoffs)
}

/// Makes the last frame anew. Who was crossing is in it, as in the first one, and then leaves.
fn publish_again(world: &mut World, handoffs: Handoffs) -> Result<(), CheckpointError> {
    check::handoffs(world, &handoffs)?;
    let tally = world.bodies.tally;
    for crossing in &handoffs.bodies {
        world.bring_in(crossing.body, crossing.player.clone());
    }
    let counts = (world.arrows.len(), world.bombs.len());
    let arrows = handoffs.arrows.iter().map(|(_, arrow)| *arrow);
    world.arrows.extend(arrows);
    let bombs = handoffs.bombs.iter().map(|(_, bomb)| *bomb);
    world.bombs.extend(bombs);
    publish::restart(world);
    world.arrows.truncate(counts.0);
    world.bombs.truncate(counts.1);
    for crossing in &handoffs.bodies {
        world.bodies.depart(crossing.body.id);
        if let Some(player) = &crossing.player {
            world.players.remove(player.session);
        }
    }
    world.bodies.tally = tally;
    let frame = Arc::get_mut(&mut world.frame).expect("nobody has seen it yet");
    frame.handoffs = handoffs;
    frame.tally = tally;
    Ok(())
}

fn write_bodies(bodies: &Bodies, output: &mut Vec<u8>) {
    bodies.id.write(output);
    bodies.motion.write(output);
    bodies.intent.write(output);
    bodies.combat.write(output);
    bodies.mind.write(output);
    bodies.tally.write(output);
}

fn read_bodies(input: &mut Input) -> Result<Bodies, CheckpointError> {
    let id: Vec<BodyId> = Record::read(input)?;
    let motion: Vec<Motion> = Record::read(input)?;
    let intent: Vec<Intent> = Record::read(input)?;
    let combat: Vec<Combat> = Record::read(input)?;
    let mind: Vec<Mind> = Record::read(input)?;
    let lengths = [motion.len(), intent.len(), combat.len(), mind.len()];
    check::ids(&id, &lengths)?;
    let mut bodies = Bodies::new();
    for row in 0..id.len() {
        let body = Body {
            id: id[row],
            motion: motion[row],
            intent: intent[row],
            combat: combat[row],
            mind: mind[row],
        };
        check::body(&body)?;
        bodies.arrive(body, NONE);
    }
    bodies.tally = Record::read(input)?;
    check::tally(&bodies)?;
    Ok(bodies)
}

/// Keeps the room that a column was made with.
fn read_into<T: Record>(column: &mut Vec<T>, input: &mut Input) -> Result<(), CheckpointError> {
    column.extend(Vec::<T>::read(input)?);
    Ok(())
}

/// In order of sessions; slots are given anew.
fn write_players(players: &Players, output: &mut Vec<u8>) {
    let sorted = players.order().iter().map(|(_, slot)| players.get(*slot));
    let sorted: Vec<Player> = sorted.cloned().collect();
    sorted.write(output);
}

fn read_players(world: &mut World, input: &mut Input) -> Result<(), CheckpointError> {
    let players = Vec::<Player>::read(input)?;
    check::players(&players)?;
    for player in players {
        let row = world.bodies.row(player.body);
        let row = row.ok_or(CheckpointError::Inconsistent)?;
        let slot = world.players.add(player);
        world.bodies.player[row] = slot;
    }
    Ok(())
}

/// The land as it was loaded, as what differs from the land as it is.
fn write_round_memory(world: &World, output: &mut Vec<u8>) {
    world.round_memory.number.write(output);
    world.round_memory.start_tick.write(output);
    let mut changed: Vec<(CellCoord, Brick)> = Vec::new();
    diff_bricks(&world.terrain, &world.round_memory.pristine, |change| {
        changed.push((change.cell, change.new.clone()));
    });
    changed.write(output);
}

fn restore_pristine(
    world: &mut World,
    changed: Vec<(CellCoord, Brick)>,
) -> Result<(), CheckpointError> {
    world.round_memory.pristine = world.terrain.clone();
    for (cell, brick) in changed {
        if spatial::morton::try_encode(cell).is_none() {
            return Err(CheckpointError::BadNumber);
        }
        world.round_memory.pristine.insert_brick(cell, brick);
    }
    Ok(())
}

/// What a frame that attacks may look back to was like.
struct Past {
    tick: u32,
    bodies: BodyColumns,
    /// Cells that were different from the next newer frame; none where nothing was loaded.
    cells: Vec<(CellCoord, Option<Brick>)>,
}

record!(Past {
    tick,
    bodies,
    cells,
});

/// From the newest backwards; the last tick itself follows from the shard.
fn write_history(world: &World, output: &mut Vec<u8>) {
    let mut composer = Composer::new(world.config.seed);
    let mut newer = &world.frame.terrain;
    let mut pasts = Vec::new();
    for ticks_ago in 1..REWIND_TICKS_MAX {
        let tick = world.tick.checked_sub(ticks_ago);
        let Some(sight) = tick.and_then(|tick| world.history.sight(tick)) else {
            break;
        };
        let mut cells = Vec::new();
        diff_bricks(sight.terrain(), newer, |change| {
            let is_loaded = change.old.as_uniform() != Some(spatial::Block::VOID);
            cells.push((change.cell, is_loaded.then(|| change.old.clone())));
        });
        pasts.push(Past {
            tick: sight.tick(),
            bodies: composer.bodies(sight.frames()),
            cells,
        });
        newer = sight.terrain();
    }
    pasts.write(output);
}

fn restore_history(world: &mut World, pasts: Vec<Past>) -> Result<(), CheckpointError> {
    let mut terrain = world.terrain.clone();
    let mut frames = Vec::new();
    for (count, past) in pasts.into_iter().enumerate() {
        check::past(&past.bodies)?;
        if past.tick + 1 + count as u32 != world.tick {
            return Err(CheckpointError::Inconsistent);
        }
        for (cell, brick) in past.cells {
            if spatial::morton::try_encode(cell).is_none() {
                return Err(CheckpointError::BadNumber);
            }
            match brick {
                Some(brick) => terrain.insert_brick(cell, brick),
                None => drop(terrain.remove_brick(cell)),
            }
        }
        frames.push(publish::past_frame(past.tick, past.bodies, terrain.clone()));
    }
    world.history = History::new(world.tick - frames.len() as u32);
    for frame in frames.into_iter().rev() {
        world.history.see(Arc::new(frame), &[]);
    }
    Ok(())
}

/// All that a terrain can hold.
pub(crate) fn everywhere() -> BlockBox {
    let corner = |cell: i32| CellCoord::new(cell, cell, cell).block();
    let low = corner(i16::MIN as i32);
    let high = corner(i16::MAX as i32 + 1);
    BlockBox::new(low, BlockCoord::new(high.x - 1, high.y - 1, high.z - 1))
}
