//! What the shards tell of themselves, once a second: read by the edges' `/status` and `/metrics`.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use engine::{Dialect, Frame, body::Tally};

use crate::{
    limits::TICK,
    queues::Depths,
    refusals::Refusals,
    relay_loop::Progress,
    timings::{Spread, Timing},
};

/// Statuses that the measured tick rate spans.
const RATE_STATUSES: usize = 5;

/// A second's summary of the shard.
#[derive(Clone, Debug, Default)]
pub struct ShardStatus {
    pub tick: u32,
    /// Ticks a second, measured over the last [`RATE_STATUSES`] seconds.
    pub tick_rate_hz: f64,
    pub tick_us: Spread,
    /// By phase, in the order they run.
    pub phases_us: Vec<(&'static str, Spread)>,
    /// How late ticks start.
    pub lateness_us: Spread,
    /// From tick to tick, as the shards of this process want it.
    pub period: Duration,
    /// The share of an undilated tick that ticks take, of nine in ten of the last second's.
    pub load_permille: u32,
    /// Simulated time given up because the machine was too slow.
    pub stretched: Duration,
    pub bodies_count: usize,
    pub players_count: usize,
    pub alive_count: [u32; 2],
    /// Of the shard's copy; copies share what nobody edited.
    pub terrain_bytes: usize,
    /// What the world speaks, as far as the shard has heard.
    pub dialect: Dialect,
    /// Bodies that came and went since the world began (R4).
    pub tally: Tally,
    /// Frames that edges were too slow for.
    pub frames_skipped: u64,
    /// What the simulation counted since its start, by name.
    pub counts: Vec<(&'static str, u64)>,
    /// Allocations in ticks since the start, and ticks that allocated (R7).
    pub allocations_count: u64,
    pub allocating_ticks_count: u64,
    /// Of the last second; of one shard, not of all together.
    pub depths: Depths,
}

/// Where the shard's thread puts its status and others read it.
#[derive(Clone, Default)]
pub struct StatusBoard(Arc<Mutex<ShardStatus>>);

impl StatusBoard {
    pub fn read(&self) -> ShardStatus {
        self.0.lock().expect("no holder panics").clone()
    }

    /// Never waits: while somebody reads, this second's status is left out.
    fn publish(&self, status: ShardStatus) {
        if let Ok(mut board) = self.0.try_lock() {
            *board = status;
        }
    }
}

/// The boards of all shards of a process, and what it refused of others.
#[derive(Clone)]
pub struct PodStatus {
    boards: Vec<StatusBoard>,
    refusals: Refusals,
    progress: Arc<Progress>,
    link_certificate_end_s: Option<i64>,
}

impl PodStatus {
    /// Empty boards.
    pub fn new(shard_count: usize) -> Self {
        Self {
            boards: (0..shard_count).map(|_| StatusBoard::default()).collect(),
            refusals: Refusals::default(),
            progress: Arc::default(),
            link_certificate_end_s: None,
        }
    }

    /// The same with when its links' certificate ends, in seconds since 1970.
    #[must_use]
    pub fn with_link_certificate_end(self, end_s: i64) -> Self {
        let link_certificate_end_s = Some(end_s);
        Self {
            link_certificate_end_s,
            ..self
        }
    }

    /// None of a process without links.
    pub fn link_certificate_end_s(&self) -> Option<i64> {
        self.link_certificate_end_s
    }

    /// The same with how far its relay is.
    pub(crate) fn with_progress(self, progress: Arc<Progress>) -> Self {
        Self { progress, ..self }
    }

    /// Ticks that its shards did and its relay has not told, for they are not durable yet; at most what
    /// the journal has room for.
    pub fn backlog_ticks(&self) -> u32 {
        self.progress.backlog_ticks()
    }

    /// The same with what its links refuse.
    pub(crate) fn with_refusals(self, refusals: Refusals) -> Self {
        Self { refusals, ..self }
    }

    /// Frames of other processes that were refused.
    pub fn refusals(&self) -> &Refusals {
        &self.refusals
    }

    /// One for each shard.
    pub fn boards(&self) -> &[StatusBoard] {
        &self.boards
    }

    /// All shards as one: what counts is summed, what takes time is that of the slowest.
    pub fn read(&self) -> ShardStatus {
        let mut boards = self.boards.iter().map(StatusBoard::read);
        let first = boards.next().expect("a process of shards has one");
        boards.fold(first, ShardStatus::beside)
    }
}

impl ShardStatus {
    fn beside(mut self, other: Self) -> Self {
        self.tick = self.tick.min(other.tick);
        self.tick_rate_hz = self.tick_rate_hz.min(other.tick_rate_hz);
        self.tick_us = self.tick_us.or_slower(other.tick_us);
        for ((_, spread), (_, spread_other)) in self.phases_us.iter_mut().zip(&other.phases_us) {
            *spread = spread.or_slower(*spread_other);
        }
        self.lateness_us = self.lateness_us.or_slower(other.lateness_us);
        self.period = self.period.max(other.period);
        self.load_permille = self.load_permille.max(other.load_permille);
        self.stretched = self.stretched.max(other.stretched);
        self.bodies_count += other.bodies_count;
        self.players_count += other.players_count;
        self.alive_count = [0, 1].map(|house| self.alive_count[house] + other.alive_count[house]);
        self.dialect = self.dialect.min(other.dialect);
        self.tally.add(&other.tally);
        self.frames_skipped += other.frames_skipped;
        for ((_, count), (_, count_other)) in self.counts.iter_mut().zip(&other.counts) {
            *count += count_other;
        }
        self.allocations_count += other.allocations_count;
        self.allocating_ticks_count += other.allocating_ticks_count;
        self
    }
}

/// Gathers durations on the shard's thread.
pub struct Recorder {
    board: StatusBoard,
    total: Timing,
    lateness: Timing,
    phases: Vec<(&'static str, Timing)>,
    frames_skipped: Vec<Arc<AtomicU64>>,
    stretched: Duration,
    period: Duration,
    load_permille: u32,
    allocations_count: u64,
    allocating_ticks_count: u64,
    /// When the last statuses were made, and of which tick.
    marks: VecDeque<(Instant, u32)>,
}

/// One tick as the host saw it.
pub struct TickReport<'a> {
    pub duration: Duration,
    pub lateness: Duration,
    pub stretched: Duration,
    pub period: Duration,
    pub load_permille: u32,
    pub phases: &'a [(&'static str, Duration)],
    pub allocations_count: u64,
}

impl Recorder {
    pub fn new(board: StatusBoard, frames_skipped: Vec<Arc<AtomicU64>>) -> Self {
        Self {
            board,
            total: Timing::new(),
            lateness: Timing::new(),
            phases: Vec::new(),
            frames_skipped,
            stretched: Duration::ZERO,
            period: TICK,
            load_permille: 0,
            allocations_count: 0,
            allocating_ticks_count: 0,
            marks: VecDeque::new(),
        }
    }

    pub fn record(&mut self, report: &TickReport) {
        self.total.record(report.duration.as_micros() as u64);
        self.lateness.record(report.lateness.as_micros() as u64);
        for (name, duration) in report.phases {
            self.phase(name).record(duration.as_micros() as u64);
        }
        self.stretched = report.stretched;
        self.period = report.period;
        self.load_permille = report.load_permille;
        self.allocations_count += report.allocations_count;
        self.allocating_ticks_count += u64::from(report.allocations_count > 0);
    }

    /// Puts the status on the board; a second's work, not a tick's.
    pub fn publish(
        &mut self,
        frame: &Frame,
        counts: Vec<(&'static str, u64)>,
        depths: Depths,
        now: Instant,
    ) {
        let tick_rate_hz = self.tick_rate_hz(frame.tick, now);
        let skipped = |counter: &Arc<AtomicU64>| counter.load(Ordering::Relaxed);
        let phases = self.phases.iter();
        self.board.publish(ShardStatus {
            tick: frame.tick,
            tick_rate_hz,
            tick_us: self.total.spread(),
            phases_us: phases
                .map(|(name, timing)| (*name, timing.spread()))
                .collect(),
            lateness_us: self.lateness.spread(),
            stretched: self.stretched,
            period: self.period,
            load_permille: self.load_permille,
            bodies_count: frame.bodies.id.len(),
            players_count: frame.players.len(),
            alive_count: frame.round.alive_count,
            terrain_bytes: frame.terrain.bytes_count(),
            dialect: frame.dialect,
            tally: frame.tally,
            frames_skipped: self.frames_skipped.iter().map(skipped).sum(),
            counts,
            allocations_count: self.allocations_count,
            allocating_ticks_count: self.allocating_ticks_count,
            depths,
        });
    }

    fn tick_rate_hz(&mut self, tick: u32, now: Instant) -> f64 {
        if self.marks.len() > RATE_STATUSES {
            self.marks.pop_front();
        }
        self.marks.push_back((now, tick));
        let (since, first) = self.marks[0];
        let seconds = now.saturating_duration_since(since).as_secs_f64();
        if seconds > 0.0 {
            f64::from(tick - first) / seconds
        } else {
            0.0
        }
    }

    fn phase(&mut self, name: &'static str) -> &mut Timing {
        let index = match self.phases.iter().position(|(known, _)| *known == name) {
            Some(index) => index,
            None => {
                self.phases.push((name, Timing::new()));
                self.phases.len() - 1
            }
        };
        &mut self.phases[index].1
    }
}
