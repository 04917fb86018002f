//! Generates terrain off the tick path: the field at once before the first tick, the rest of the
//! world column by column where players come near it.
//!
//! The results are commands like any other, so a journal of commands replays a battle without this
//! loader. It never touches the world itself, and nothing it does makes a tick wait.

use std::{
    sync::{
        Arc,
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread::available_parallelism,
};

use engine::{
    Command, Frame,
    generate::{
        Generator,
        layout::{FIELD, Rectangle, WORLD_EDGE},
    },
};
use rayon::{ThreadPool, ThreadPoolBuilder, prelude::*};
use spatial::{Brick, CellCoord};

/// Cells with their voxels.
type Bricks = Vec<(CellCoord, Brick)>;

/// Columns of cells along the world's edge.
pub(crate) const COLUMN_EDGE: i32 = WORLD_EDGE / 16;
/// Columns handed to threads and not yet drained; a column takes about half a millisecond. What is
/// wanted on top is refused, and wanted again by the next look around.
const COLUMNS_IN_FLIGHT_MAX: usize = 32;
/// Columns that one tick takes in at most: 16 bricks each.
const COLUMNS_PER_TICK_MAX: usize = 8;
/// How far around each player the world is generated, in columns: 256 m.
const VIEW_COLUMNS: i32 = 16;
/// Players whose surroundings are looked over in one tick: 3 µs each.
const PLAYERS_PER_TICK_MAX: usize = 32;

/// Whether a column was taken to be generated.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Want {
    /// It comes with one of the next ticks.
    Taken,
    /// It is there, on its way, or outside of the world.
    Known,
    /// Too many are on their way: want it again later.
    Full,
}

/// Generates the terrain of one world, or of one shard's part of it, each column once.
pub struct Loader {
    generator: Arc<Generator>,
    pool: Arc<ThreadPool>,
    sender: SyncSender<Bricks>,
    receiver: Receiver<Bricks>,
    /// By column, row after row along x: whether it was ever taken.
    known: Box<[bool]>,
    known_count: usize,
    in_flight_count: usize,
    /// Where among the players the next look around begins.
    player_next: usize,
}

impl Loader {
    /// Threads of its own, half of the machine's: ticks and edges need the others.
    pub fn new(seed: u64) -> Self {
        let (sender, receiver) = sync_channel(COLUMNS_IN_FLIGHT_MAX);
        let threads = available_parallelism().map_or(1, |count| count.get().div_ceil(2));
        Self {
            generator: Arc::new(Generator::new(seed)),
            pool: Arc::new(pool(threads)),
            sender,
            receiver,
            known: vec![false; (COLUMN_EDGE * COLUMN_EDGE) as usize].into(),
            known_count: 0,
            in_flight_count: 0,
            player_next: 0,
        }
    }

    /// Another that generates in the same threads and knows the same columns.
    pub fn share(&self) -> Self {
        let (sender, receiver) = sync_channel(COLUMNS_IN_FLIGHT_MAX);
        Self {
            generator: self.generator.clone(),
            pool: self.pool.clone(),
            sender,
            receiver,
            known: self.known.clone(),
            known_count: self.known_count,
            in_flight_count: 0,
            player_next: 0,
        }
    }

    /// The generator, for whoever needs the places of its layout.
    pub fn generator(&self) -> &Arc<Generator> {
        &self.generator
    }

    /// Generates all of the field with every core and waits for it: what a world starts with.
    pub fn load_field(&mut self) -> Command {
        let threads = available_parallelism().map_or(1, std::num::NonZero::get);
        let columns: Vec<[i32; 2]> = columns_of(FIELD).collect();
        for &[x, z] in &columns {
            self.know((z * COLUMN_EDGE + x) as usize);
        }
        let generate = |&[x, z]: &[i32; 2]| self.generator.column(x, z).collect::<Bricks>();
        let bricks = pool(threads).install(|| columns.par_iter().flat_map_iter(generate).collect());
        Command::Terrain { bricks }
    }

    /// Takes columns as known that a checkpoint brought.
    pub fn mark_known(&mut self, cells: impl Iterator<Item = CellCoord>) {
        for cell in cells {
            if let Some(index) = column_index(cell.x, cell.z) {
                self.know(index);
            }
        }
    }

    /// Has a column of cells generated, once.
    pub fn want(&mut self, x: i32, z: i32) -> Want {
        let Some(index) = column_index(x, z).filter(|&index| !self.known[index]) else {
            return Want::Known;
        };
        if self.in_flight_count == COLUMNS_IN_FLIGHT_MAX {
            return Want::Full;
        }
        self.know(index);
        self.in_flight_count += 1;
        let (generator, sender) = (self.generator.clone(), self.sender.clone());
        self.pool.spawn(move || {
            // Only a loader that is gone does not take it, and then nobody needs it.
            let _ = sender.send(generator.column(x, z).collect());
        });
        Want::Taken
    }

    /// Wants what lies around some of the players of all shards, near first, taking turns; only
    /// columns with a cell that is missing and `is_ours` to load.
    pub fn look_around(&mut self, frames: &[Arc<Frame>], is_ours: impl Fn(CellCoord) -> bool) {
        if self.known_count == self.known.len() {
            return;
        }
        let count: usize = frames.iter().map(|frame| frame.players.len()).sum();
        for _ in 0..count.min(PLAYERS_PER_TICK_MAX) {
            self.player_next %= count;
            let mut players = frames.iter().flat_map(|frame| &frame.players);
            let player = players.nth(self.player_next).expect("as many as counted");
            let cell = player.motion.position.cell();
            if self.want_around(cell, &is_ours) == Want::Full {
                return;
            }
            self.player_next += 1;
        }
    }

    /// What was generated since the last call, a bounded part of it; none when nothing was.
    pub fn drain(&mut self) -> Option<Command> {
        let columns = self.receiver.try_iter().take(COLUMNS_PER_TICK_MAX);
        let mut bricks = Bricks::new();
        for column in columns {
            self.in_flight_count -= 1;
            bricks.extend(column);
        }
        (!bricks.is_empty()).then_some(Command::Terrain { bricks })
    }

    /// Columns on their way.
    pub fn in_flight_count(&self) -> usize {
        self.in_flight_count
    }

    fn is_wanted(&self, x: i32, z: i32, is_ours: &impl Fn(CellCoord) -> bool) -> bool {
        let is_unknown = column_index(x, z).is_some_and(|index| !self.known[index]);
        is_unknown && (0..COLUMN_EDGE).any(|y| is_ours(CellCoord::new(x, y, z)))
    }

    fn know(&mut self, index: usize) {
        self.known_count += usize::from(!self.known[index]);
        self.known[index] = true;
    }

    /// Square rings around a cell, until the view ends or no more is taken.
    fn want_around(&mut self, middle: CellCoord, is_ours: &impl Fn(CellCoord) -> bool) -> Want {
        for radius in 0..=VIEW_COLUMNS {
            for along in -radius..=radius {
                let places = [
                    [along, -radius],
                    [along, radius],
                    [-radius, along],
                    [radius, along],
                ];
                for [x, z] in places {
                    let [x, z] = [middle.x + x, middle.z + z];
                    if self.is_wanted(x, z, is_ours) && self.want(x, z) == Want::Full {
                        return Want::Full;
                    }
                }
            }
        }
        Want::Known
    }
}

/// Columns that a rectangle of blocks touches.
fn columns_of(area: Rectangle) -> impl Iterator<Item = [i32; 2]> {
    let columns = area.min_x >> 4..=area.max_x >> 4;
    (area.min_z >> 4..=area.max_z >> 4).flat_map(move |z| columns.clone().map(move |x| [x, z]))
}

fn column_index(x: i32, z: i32) -> Option<usize> {
    let edge = 0..COLUMN_EDGE;
    (edge.contains(&x) && edge.contains(&z)).then_some((z * COLUMN_EDGE + x) as usize)
}

fn pool(threads: usize) -> ThreadPool {
    ThreadPoolBuilder::new()
        .num_threads(threads)
        .thread_name(|index| format!("loader-{index}"))
        .build()
        .expect("a system that runs a shard has threads")
}
