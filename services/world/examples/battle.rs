//! Fights a battle of soldiers alone and tells how it goes:
//! `cargo run --release -p world --example battle -- SOLDIERS_PER_HOUSE SECONDS FOLDER`.
//!
//! For whoever tunes the battle: figures every few seconds, and with a folder a map of who stands
//! where. Not part of the game.
#![allow(clippy::print_stdout)]

use std::{
    fs,
    io::Write,
    path::Path,
    time::{Duration, Instant},
};

use engine::{
    Event, Frame, Phase, World, WorldConfig,
    generate::layout::{FIELD, Layout},
    tick_beside,
};
use spatial::{Block, BlockCoord, terrain::Terrain};
use world::loader::Loader;

const SEED: u64 = 1;
const REPORT_TICKS: u32 = 100;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let mut number = |default| {
        arguments
            .next()
            .map_or(default, |text| text.parse().expect("a number"))
    };
    let (soldiers_per_house, seconds): (u32, u32) = (number(500), number(60));
    let folder = arguments.next();
    let mut loader = Loader::new(SEED);
    let layout = loader.generator().layout().clone();
    let mut world = World::new(config(soldiers_per_house, &layout), Terrain::new());
    let mut commands = vec![loader.load_field()];
    let mut report = Report::default();
    for tick in 1..=seconds * 20 {
        let mut started = Instant::now();
        let frame = tick_beside(&mut world, &mut commands, &[], |phase| {
            report.phase(phase, started.elapsed());
            started = Instant::now();
        });
        commands.clear();
        report.read(&frame);
        if tick % REPORT_TICKS == 0 {
            report.print(&frame, &world);
            if let Some(folder) = &folder {
                draw(
                    &frame,
                    &Path::new(folder).join(format!("battle-{tick:05}.ppm")),
                );
            }
            report = Report::default();
        }
    }
}

fn config(soldiers_per_house: u32, layout: &Layout) -> WorldConfig {
    WorldConfig {
        founding: 0,
        seed: SEED,
        soldiers_per_house,
        score_to_win: engine::balance::score_to_win(soldiers_per_house),
        landmarks: layout.landmarks(),
    }
}

/// Sums over some ticks.
#[derive(Default)]
struct Report {
    phases: [Vec<Duration>; Phase::ALL.len()],
    deaths: [u32; 2],
    arrows: u32,
    bombs: u32,
    broken: u32,
    taken: Vec<(u8, u8)>,
}

impl Report {
    fn phase(&mut self, phase: Phase, duration: Duration) {
        self.phases[phase as usize].push(duration);
    }

    fn read(&mut self, frame: &Frame) {
        for event in &frame.events {
            match event {
                Event::Died { target, .. } => {
                    let row = frame.row(*target).expect("the dead stay in the frame");
                    self.deaths[usize::from(frame.bodies.house[row])] += 1;
                }
                Event::ArrowLoosed { .. } => self.arrows += 1,
                Event::BombThrown { .. } => self.bombs += 1,
                Event::BlockBroken { .. } => self.broken += 1,
                Event::BannerTaken { banner, house } => self.taken.push((*banner, *house)),
                Event::RoundEnded { .. } | Event::RoundStarted { .. } => println!("{event:?}"),
                _ => {}
            }
        }
    }

    fn print(&mut self, frame: &Frame, world: &World) {
        let owners: Vec<u8> = frame.banners.iter().map(|banner| banner.owner).collect();
        println!(
            "tick {} alive {:?} deaths {:?} arrows {} bombs {} broken {} owners {owners:?} taken {:?} score {:?} swimming {} idle {} stuck {} arrows in air {}",
            frame.tick,
            frame.round.alive_count,
            self.deaths,
            self.arrows,
            self.bombs,
            self.broken,
            self.taken,
            frame.round.score,
            count_pose(frame, 4),
            count_pose(frame, 0),
            world
                .bodies
                .mind
                .iter()
                .filter(|mind| matches!(mind.mood, 1 | 2))
                .count(),
            world.arrows.len(),
        );
        for phase in Phase::ALL {
            let durations = &mut self.phases[phase as usize];
            durations.sort();
            if let (Some(worst), false) = (durations.last(), durations.is_empty()) {
                print!(
                    "  {} {:?}/{:?}",
                    phase.name(),
                    durations[durations.len() / 2],
                    worst
                );
            }
        }
        println!();
    }
}

fn count_pose(frame: &Frame, legs: u8) -> usize {
    frame
        .bodies
        .pose
        .iter()
        .filter(|&&pose| pose & 15 == legs)
        .count()
}

/// The field from above, two pixels a metre, red and blue dots.
fn draw(frame: &Frame, path: &Path) {
    let (width, height) = (FIELD.max_x - FIELD.min_x + 1, FIELD.max_z - FIELD.min_z + 1);
    let mut pixels = vec![[0_u8; 3]; (width * height * 4) as usize];
    for z in 0..height * 2 {
        for x in 0..width * 2 {
            pixels[(z * width * 2 + x) as usize] = ground_colour(frame, x / 2, z / 2);
        }
    }
    for row in 0..frame.bodies.count() {
        let (x, z) = (frame.bodies.x[row] >> 11, frame.bodies.z[row] >> 11);
        let (x, z) = (x - FIELD.min_x * 2, z - FIELD.min_z * 2);
        let colour = match (frame.bodies.health[row], frame.bodies.house[row]) {
            (0, _) => [40, 30, 30],
            (_, 0) => [255, 40, 30],
            _ => [40, 80, 255],
        };
        if (0..width * 2).contains(&x) && (0..height * 2).contains(&z) {
            pixels[(z * width * 2 + x) as usize] = colour;
        }
    }
    let mut file = fs::File::create(path).expect("a file that can be written");
    writeln!(file, "P6 {} {} 255", width * 2, height * 2).expect("room on the disk");
    file.write_all(pixels.as_flattened())
        .expect("room on the disk");
}

fn ground_colour(frame: &Frame, x: i32, z: i32) -> [u8; 3] {
    let mut reader = frame.terrain.reader();
    let mut block_at = |y| reader.block(BlockCoord::new(FIELD.min_x + x, y, FIELD.min_z + z));
    let y = (30..90)
        .rev()
        .find(|&y| block_at(y) != Block::AIR)
        .unwrap_or(30);
    let colour = block_at(y).kind().colour;
    [16, 8, 0].map(|bits| ((colour >> bits & 255) as i32 * (y + 20) / 110).clamp(0, 255) as u8)
}
