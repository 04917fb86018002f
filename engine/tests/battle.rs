//! Soldiers alone on the generated field: ways lead everywhere, the fight goes on, rounds return.

use std::sync::OnceLock;

use engine::{
    Event, Frame, House, World, WorldConfig, checkpoint,
    generate::{
        Generator,
        layout::{BANNER_COUNT, FIELD, Layout, banner_cloth},
    },
    movement::body_box,
    tick,
};
use spatial::{Block, BlockCoord, terrain::Terrain};

const SEED: u64 = 1;

/// The field of [`SEED`], made once for all tests.
fn field() -> &'static (Terrain, Layout) {
    static FIELD_MADE: OnceLock<(Terrain, Layout)> = OnceLock::new();
    FIELD_MADE.get_or_init(|| make_field(SEED))
}

fn make_field(seed: u64) -> (Terrain, Layout) {
    let generator = Generator::new(seed);
    let mut terrain = Terrain::new();
    for z in FIELD.min_z >> 4..=FIELD.max_z >> 4 {
        for x in FIELD.min_x >> 4..=FIELD.max_x >> 4 {
            for (cell, brick) in generator.column(x, z) {
                terrain.insert_brick(cell, brick);
            }
        }
    }
    (terrain, generator.layout().clone())
}

fn battle(soldiers_per_house: u32, score_to_win: u32) -> World {
    let (terrain, layout) = field();
    world_on(terrain, layout, soldiers_per_house, score_to_win)
}

fn world_on(
    terrain: &Terrain,
    layout: &Layout,
    soldiers_per_house: u32,
    score_to_win: u32,
) -> World {
    let config = WorldConfig {
        founding: 0,
        seed: SEED,
        soldiers_per_house,
        score_to_win,
        landmarks: layout.landmarks(),
    };
    World::new(config, terrain.clone())
}

fn ways_lead_everywhere(seed: u64, terrain: &Terrain, layout: &Layout) {
    let mut world = world_on(terrain, layout, 1, 1_000);
    tick(&mut world, &mut Vec::new());
    let navigation = &world.thought.navigation;
    let starts = layout.camps.into_iter().chain(layout.keep_spawns).chain(
        // Beside the pole, on the platform.
        layout
            .banners
            .map(|foot| BlockCoord::new(foot.x + 2, foot.y, foot.z + 2)),
    );
    for start in starts {
        for goal in 0..BANNER_COUNT + 2 {
            assert!(
                navigation.has_way(goal, start.position()),
                "seed {seed}: no way from {start:?} to goal {goal}"
            );
        }
    }
}

#[test]
fn ways_lead_from_everywhere_to_everywhere() {
    let (terrain, layout) = field();
    ways_lead_everywhere(SEED, terrain, layout);
    for seed in [7, 1_000_003] {
        let (terrain, layout) = make_field(seed);
        ways_lead_everywhere(seed, &terrain, &layout);
    }
}

/// What was seen of a battle.
#[derive(Default)]
struct Tale {
    deaths: [u32; 2],
    taken_count: u32,
    stuck_sum: usize,
    swum_sum: usize,
}

impl Tale {
    fn read(&mut self, frame: &Frame, world: &World) {
        for event in &frame.events {
            match *event {
                Event::Died { target, .. } => {
                    let row = frame.row(target).expect("the dead stay in the frame");
                    self.deaths[usize::from(frame.bodies.house[row])] += 1;
                }
                Event::BannerTaken { .. } => self.taken_count += 1,
                _ => {}
            }
        }
        let is_stuck = |mood| matches!(mood, 1 | 2);
        let minds = world.bodies.mind.iter();
        self.stuck_sum += minds.filter(|mind| is_stuck(mind.mood)).count();
        let is_swimming = |pose: &&u8| **pose & 15 == engine::frame::pose::SWIM;
        self.swum_sum += frame.bodies.pose.iter().filter(is_swimming).count();
    }
}

fn assert_nobody_is_inside_blocks(world: &World) {
    for (row, motion) in world.bodies.motion.iter().enumerate() {
        let is_free = body_box(false).is_free(&world.terrain, motion.position);
        let is_dead = !world.bodies.combat[row].is_alive();
        assert!(
            is_free || is_dead,
            "{:?} is inside a block",
            motion.position
        );
    }
}

#[test]
fn a_minute_of_battle_has_deaths_on_both_sides_and_banners_taken() {
    const SECONDS: u32 = 60;
    let mut world = battle(200, 100_000);
    let mut tale = Tale::default();
    for _ in 0..SECONDS * 20 {
        let frame = tick(&mut world, &mut Vec::new());
        tale.read(&frame, &world);
        if frame.tick.is_multiple_of(50) {
            assert_nobody_is_inside_blocks(&world);
        }
    }
    assert!(
        tale.deaths.iter().all(|&count| count > 40),
        "{:?} deaths",
        tale.deaths
    );
    assert!(tale.taken_count >= 3, "{} banners taken", tale.taken_count);
    let body_ticks = 400 * 20 * SECONDS as usize;
    assert!(tale.stuck_sum * 20 < body_ticks, "more than 5 % are stuck");
    assert!(
        tale.swum_sum * 10 < body_ticks,
        "more than 10 % are in the water"
    );
    let score = world.frame.round.score;
    assert!(score.iter().all(|&score| score > 50), "score {score:?}");
}

#[test]
fn a_round_ends_pauses_heals_the_land_and_starts_anew() {
    let mut world = battle(100, 60);
    let camp = world.config.landmarks.camps[0];
    let crater = BlockCoord::new(camp.x, camp.y - 1, camp.z);
    let was = world.terrain.block(crater);
    world.terrain.set(crater, Block::AIR);
    let (mut ended, mut paused_ticks) = (None, 0);
    let started = (0..6_000).find_map(|_| {
        let frame = tick(&mut world, &mut Vec::new());
        paused_ticks += u32::from(frame.round.pause_ticks > 0);
        frame.events.iter().find_map(|event| match *event {
            Event::RoundEnded { winner } => {
                ended = Some((winner, frame.round.score));
                None
            }
            Event::RoundStarted { round } => Some(round),
            _ => None,
        })
    });
    assert_eq!(started, Some(2));
    let (winner, score) = ended.expect("a round ends before the next starts");
    assert!(score[usize::from(winner)] >= 60 && paused_ticks == 200);
    assert_eq!(world.frame.round.score, [0, 0]);
    assert!(
        world
            .frame
            .banners
            .iter()
            .all(|banner| banner.owner == u8::MAX)
    );
    assert_eq!(world.terrain.block(crater), was);
    for _ in 0..30 {
        tick(&mut world, &mut Vec::new());
    }
    assert_ranks_face_each_other(&world);
    for banner in world
        .frame
        .banners
        .iter()
        .filter(|banner| banner.owner == u8::MAX)
    {
        for block in banner_cloth(banner.block) {
            assert_eq!(world.terrain.block(block), Block::CLOTH_WHITE, "{block:?}");
        }
    }
}

fn assert_ranks_face_each_other(world: &World) {
    for row in 0..world.bodies.count() {
        let x = world.bodies.motion[row].position.block().x;
        let is_on_its_side = match world.bodies.combat[row].house {
            House::Red => (420..500).contains(&x),
            House::Blue => (524..604).contains(&x),
        };
        assert!(
            world.bodies.combat[row].is_alive() && is_on_its_side,
            "x {x}"
        );
    }
}

#[test]
fn a_battle_that_was_saved_goes_on_with_the_same_hashes() {
    let mut world = battle(60, 100_000);
    for _ in 0..500 {
        tick(&mut world, &mut Vec::new());
    }
    let mut twin = checkpoint::load(&checkpoint::save(&world)).expect("it was just saved");
    for _ in 0..300 {
        let frame = tick(&mut world, &mut Vec::new());
        let frame_twin = tick(&mut twin, &mut Vec::new());
        assert_eq!(frame.hash, frame_twin.hash, "tick {}", frame.tick);
    }
}
