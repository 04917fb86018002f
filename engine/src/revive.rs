//! The revive phase: the dead wait, then return at a camp or a banner of their house.
//!
//! It needs free ground there, so a body whose camp is not loaded or walled up tries again in the
//! next tick.

use spatial::{BlockCoord, Position, position::UNITS_PER_METRE, random::SplitMix64};

use crate::{
    balance::{RESPAWN_RADIUS_BLOCKS, SAFE_TICKS, SOLDIER_RESPAWN_RADIUS_BLOCKS},
    body::{Mind, NONE},
    event::Event,
    frame::House,
    hurt,
    motion::Motion,
    movement::body_box,
    round,
    world::World,
};

/// Places tried in one tick.
const ATTEMPT_COUNT: u32 = 4;
/// Ground is looked for this far above and below a landmark.
const SEARCH_BLOCKS: i32 = 12;

/// Counts down the waits of the dead, and lets return who may.
pub fn phase(world: &mut World) {
    for row in 0..world.bodies.count() {
        let combat = &mut world.bodies.combat[row];
        if combat.is_alive() {
            continue;
        }
        if combat.respawn_ticks > 0 {
            combat.respawn_ticks -= 1;
        } else if let Some(position) = find_place(world, row) {
            return_at(world, row, position);
        }
    }
}

/// Brings a body back whole.
fn return_at(world: &mut World, row: usize, position: Position) {
    let combat = &mut world.bodies.combat[row];
    combat.health = combat.health_max;
    combat.safe_ticks = SAFE_TICKS;
    combat.hands_ticks = 0;
    world.bodies.mind[row] = Mind::new();
    let yaw = world.bodies.motion[row].yaw;
    world.bodies.motion[row] = Motion {
        position,
        fall_from_y: position.y,
        yaw,
        ..Motion::default()
    };
    hurt::count_push(world, row);
    world.happenings.tell(Event::Respawned {
        body: world.bodies.id[row],
        position,
    });
}

/// Free ground near a landmark that the body may return to.
fn find_place(world: &World, row: usize) -> Option<Position> {
    if let Some(place) = round::muster_place(world, row) {
        return Some(place);
    }
    let id = world.bodies.id[row].0 as u64;
    let mut random = SplitMix64::keyed(&[world.config.seed, id, world.tick as u64, 1]);
    let landmark = landmark(world, row, &mut random);
    let reach = match world.bodies.player[row] {
        NONE => SOLDIER_RESPAWN_RADIUS_BLOCKS,
        _ => RESPAWN_RADIUS_BLOCKS,
    };
    (0..ATTEMPT_COUNT).find_map(|_| {
        let x = landmark.x + random.between(-reach, reach);
        let z = landmark.z + random.between(-reach, reach);
        ground_near(world, BlockCoord::new(x, landmark.y, z))
    })
}

/// A player's wish if its house holds that banner; for a soldier any banner of its house or the
/// camp, by chance.
fn landmark(world: &World, row: usize, random: &mut SplitMix64) -> BlockCoord {
    let house = world.bodies.combat[row].house;
    let camp = world.config.landmarks.camps[house as usize];
    let banners = &world.history.newest().seat().banners;
    let wish = match world.bodies.player[row] {
        NONE => random.below(banners.len() as u32 + 1) as u8,
        slot => world.players.get(slot).respawn_banner,
    };
    match banners.get(wish as usize) {
        Some(banner) if is_held(banner.owner, house) => banner.block,
        _ => camp,
    }
}

fn is_held(owner: u8, house: House) -> bool {
    owner == house as u8
}

/// Where a body can stand in a column of blocks, nearest to the landmark's height: on the ground
/// rather than on a roof or a tree above it.
fn ground_near(world: &World, middle: BlockCoord) -> Option<Position> {
    let mut reader = world.terrain.reader();
    let mut solid_at = |y: i32| {
        let block = reader.block(BlockCoord::new(middle.x, y, middle.z));
        block.is_solid().then_some(block)
    };
    let heights = (0..=SEARCH_BLOCKS).flat_map(|away| [middle.y + away, middle.y - away]);
    let y = heights.into_iter().find(|&y| {
        let bears = solid_at(y - 1).is_some_and(|below| below != spatial::Block::VOID);
        bears && solid_at(y).is_none() && solid_at(y + 1).is_none()
    })?;
    let corner = BlockCoord::new(middle.x, y, middle.z).position();
    let half = UNITS_PER_METRE / 2;
    let position = Position::new(corner.x + half, corner.y, corner.z + half);
    let is_free = body_box(false).is_free(&world.terrain, position);
    is_free.then_some(position)
}
