//! What the shard tells of itself, once a second: read by the edges' `/status` and `/metrics`.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use engine::Frame;

use crate::{
    limits::STATUS_TICKS,
    timings::{Spread, Timing},
};

/// A second's summary of the shard.
#[derive(Clone, Debug, Default)]
pub struct ShardStatus {
    pub tick: u32,
    pub tick_us: Spread,
    /// By phase, in the order they run.
    pub phases_us: Vec<(&'static str, Spread)>,
    /// How late ticks start.
    pub lateness_us: Spread,
    /// Simulated time given up because the machine was too slow.
    pub stretched: Duration,
    pub bodies_count: usize,
    pub players_count: usize,
    pub alive_count: [u32; 2],
    pub terrain_bytes: usize,
    /// Frames that edges were too slow for.
    pub frames_skipped: u64,
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

/// Gathers durations on the shard's thread.
pub(crate) struct Recorder {
    board: StatusBoard,
    total: Timing,
    lateness: Timing,
    phases: Vec<(&'static str, Timing)>,
    frames_skipped: Vec<Arc<AtomicU64>>,
}

/// One tick as the host saw it.
pub(crate) struct TickReport<'a> {
    pub frame: &'a Frame,
    pub duration: Duration,
    pub lateness: Duration,
    pub stretched: Duration,
    pub phases: &'a [(&'static str, Duration)],
}

impl Recorder {
    pub fn new(board: StatusBoard, frames_skipped: Vec<Arc<AtomicU64>>) -> Self {
        Self {
            board,
            total: Timing::new(),
            lateness: Timing::new(),
            phases: Vec::new(),
            frames_skipped,
        }
    }

    pub fn record(&mut self, report: &TickReport) {
        self.total.record(report.duration.as_micros() as u64);
        self.lateness.record(report.lateness.as_micros() as u64);
        for (name, duration) in report.phases {
            self.phase(name).record(duration.as_micros() as u64);
        }
        if report.frame.tick.is_multiple_of(STATUS_TICKS) {
            self.board.publish(self.status(report));
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

    fn status(&self, report: &TickReport) -> ShardStatus {
        let frame = report.frame;
        let skipped = |counter: &Arc<AtomicU64>| counter.load(Ordering::Relaxed);
        ShardStatus {
            tick: frame.tick,
            tick_us: self.total.spread(),
            phases_us: self
                .phases
                .iter()
                .map(|(name, timing)| (*name, timing.spread()))
                .collect(),
            lateness_us: self.lateness.spread(),
            stretched: report.stretched,
            bodies_count: frame.bodies.id.len(),
            players_count: frame.players.len(),
            alive_count: frame.round.alive_count,
            terrain_bytes: frame.terrain.bytes_count(),
            frames_skipped: self.frames_skipped.iter().map(skipped).sum(),
        }
    }
}
