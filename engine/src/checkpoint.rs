//! A world as bytes and back: a world that was loaded goes on with the same hashes as the one that
//! was saved. Writing the bytes somewhere is the host's business.
//!
//! Beside the state itself it holds the frames that attacks may still look back to, each with what
//! of the terrain was different then.

use alloc::{collections::VecDeque, sync::Arc, vec::Vec};

use spatial::{
    BlockBox, BlockCoord, Brick, CellCoord, Terrain,
    codec::{decode_brick, decode_terrain, encode_brick, encode_terrain},
    partition::Owner,
    terrain::diff_bricks,
};

use crate::{
    body::{Bodies, Indices},
    effect::Outbox,
    frame::{BodyColumns, Frame, Roster},
    happenings::Happenings,
    history::History,
    limits::{ARROWS_MAX, BOMBS_MAX, REWIND_TICKS_MAX},
    player::{Player, Players},
    publish,
    record::{Input, Record, record},
    round::RoundMemory,
    think::Thought,
    world::{World, whole_world},
};

mod check;

pub use crate::record::CheckpointError;

/// The first bytes of a checkpoint; the last one is the version.
const MAGIC: [u8; 8] = *b"VXHEIM\x00\x01";

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

/// A world between two ticks, as bytes.
pub fn save(world: &World) -> Vec<u8> {
    let mut output = Vec::new();
    MAGIC.write(&mut output);
    world.config.write(&mut output);
    world.tick.write(&mut output);
    write_bodies(&world.bodies, &mut output);
    write_players(&world.players, &mut output);
    world.arrows.write(&mut output);
    world.bombs.write(&mut output);
    world.banners.write(&mut output);
    world.round.write(&mut output);
    world.roster.write(&mut output);
    world.outbox.effects().to_vec().write(&mut output);
    world.happenings.edit_sequence.write(&mut output);
    world.terrain_hash.write(&mut output);
    write_history(&world.history, &mut output);
    world.thought.write(&mut output);
    write_round_memory(world, &mut output);
    encode_terrain(&world.terrain, &mut output);
    output
}

/// The world that was saved.
///
/// # Errors
/// Any [`CheckpointError`]; nothing about the bytes can make it panic, now or in a later tick.
pub fn load(bytes: &[u8]) -> Result<World, CheckpointError> {
    let mut input = Input::new(bytes);
    if <[u8; 8]>::read(&mut input)? != MAGIC {
        return Err(CheckpointError::BadVersion);
    }
    let mut world = World {
        config: Record::read(&mut input)?,
        partition: whole_world(),
        owner: Owner::default(),
        tick: Record::read(&mut input)?,
        bodies: read_bodies(&mut input)?,
        players: Players::new(),
        arrows: Vec::new(),
        bombs: Vec::new(),
        banners: Vec::new(),
        round: Default::default(),
        roster: Arc::default(),
        inbox: Outbox::new(),
        outbox: Outbox::new(),
        happenings: Happenings::new(),
        history: History::new(Frame::default()),
        terrain: Terrain::new(),
        terrain_hash: 0,
        thought: Thought::default(),
        round_memory: RoundMemory::default(),
    };
    read_players(&mut world, &mut input)?;
    read_battle(&mut world, &mut input)?;
    let pasts: Vec<Past> = Record::read(&mut input)?;
    world.thought = Record::read(&mut input)?;
    world.round_memory.start_tick = Record::read(&mut input)?;
    let changed: Vec<(CellCoord, Brick)> = Record::read(&mut input)?;
    world.terrain =
        decode_terrain(input.rest(), everywhere()).map_err(CheckpointError::BadTerrain)?;
    restore_pristine(&mut world, changed)?;
    check::world(&world)?;
    restore_history(&mut world, pasts)?;
    Ok(world)
}

fn write_bodies(bodies: &Bodies, output: &mut Vec<u8>) {
    bodies.id.write(output);
    bodies.motion.write(output);
    bodies.intent.write(output);
    bodies.combat.write(output);
    bodies.mind.write(output);
    bodies.created_count.write(output);
    bodies.destroyed_count.write(output);
    let indices = bodies.indices();
    indices.generation.write(output);
    let resting: Vec<(u32, u32)> = indices.resting.iter().copied().collect();
    resting.write(output);
}

fn read_bodies(input: &mut Input) -> Result<Bodies, CheckpointError> {
    let mut bodies = Bodies::new();
    read_into(&mut bodies.id, input)?;
    read_into(&mut bodies.motion, input)?;
    read_into(&mut bodies.intent, input)?;
    read_into(&mut bodies.combat, input)?;
    read_into(&mut bodies.mind, input)?;
    bodies.created_count = Record::read(input)?;
    bodies.destroyed_count = Record::read(input)?;
    let indices = Indices {
        row: Vec::new(),
        generation: Record::read(input)?,
        resting: VecDeque::from(Vec::<(u32, u32)>::read(input)?),
    };
    check::bodies(&bodies, &indices)?;
    bodies.restore_indices(indices);
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

fn read_battle(world: &mut World, input: &mut Input) -> Result<(), CheckpointError> {
    world.arrows = Vec::with_capacity(ARROWS_MAX);
    read_into(&mut world.arrows, input)?;
    world.bombs = Vec::with_capacity(BOMBS_MAX);
    read_into(&mut world.bombs, input)?;
    world.banners = Record::read(input)?;
    world.round = Record::read(input)?;
    world.roster = Arc::new(Record::read(input)?);
    let effects = Vec::read(input)?;
    effects
        .into_iter()
        .for_each(|effect| world.outbox.push(effect));
    world.happenings.edit_sequence = Record::read(input)?;
    world.terrain_hash = Record::read(input)?;
    Ok(())
}

/// The land as it was loaded, as what differs from the land as it is.
fn write_round_memory(world: &World, output: &mut Vec<u8>) {
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

impl Record for Brick {
    fn write(&self, output: &mut Vec<u8>) {
        encode_brick(self, output);
    }

    fn read(input: &mut Input) -> Result<Self, CheckpointError> {
        let decoded = decode_brick(input.rest()).map_err(CheckpointError::BadTerrain)?;
        let (brick, bytes_count) = decoded;
        input.skip(bytes_count);
        Ok(brick)
    }
}

/// From the newest backwards; the newest itself follows from the world.
fn write_history(history: &History, output: &mut Vec<u8>) {
    let mut newer = history.newest();
    let mut pasts = Vec::new();
    for _ in 1..REWIND_TICKS_MAX {
        let Some(older) = newer
            .tick
            .checked_sub(1)
            .and_then(|tick| history.frame(tick))
        else {
            break;
        };
        let mut cells = Vec::new();
        diff_bricks(&older.terrain, &newer.terrain, |change| {
            let is_loaded = change.old.as_uniform() != Some(spatial::Block::VOID);
            cells.push((change.cell, is_loaded.then(|| change.old.clone())));
        });
        pasts.push(Past {
            tick: older.tick,
            bodies: older.bodies.clone(),
            cells,
        });
        newer = older;
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
    let newest = publish::first_frame(world);
    world.history = History::of_frames(frames.into_iter().rev().chain([newest]));
    Ok(())
}

/// All that a terrain can hold.
fn everywhere() -> BlockBox {
    let corner = |cell: i32| CellCoord::new(cell, cell, cell).block();
    let low = corner(i16::MIN as i32);
    let high = corner(i16::MAX as i32 + 1);
    BlockBox::new(low, BlockCoord::new(high.x - 1, high.y - 1, high.z - 1))
}
