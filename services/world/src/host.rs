//! The shard's thread: drains the edges' commands, advances the simulation 20 times a second and
//! hands every edge the frame. It knows nothing of sessions or bytes on a wire.
//!
//! [`ShardLoop::turn`] is one turn of the loop and never waits; who calls it decides where it runs
//! (a plain thread here).

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use engine::{Command, Frame};

use crate::{
    limits::{COMMANDS_PER_TICK_MAX, STATUS_TICKS},
    pace::Pace,
    ports::ShardPort,
    status::{Recorder, StatusBoard, TickReport},
};

/// What a shard advances: the engine's world with what feeds it, or a twin in tests.
pub trait Simulation: Send + 'static {
    /// Applies the commands (and takes them), advances one tick and publishes its frame.
    /// `phases` gets the name and duration of every phase.
    fn tick(
        &mut self,
        commands: &mut Vec<Command>,
        phases: &mut Vec<(&'static str, Duration)>,
    ) -> Arc<Frame>;

    /// What it counted since its start, by name.
    fn counts(&self) -> Vec<(&'static str, u64)>;
}

/// A running shard.
pub struct ShardHandle<S> {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<S>,
    status: StatusBoard,
}

/// Starts a shard on a thread of its own, serving the edges at the other ends of `ports`.
///
/// # Errors
/// If the system gives no thread.
pub fn start<S: Simulation>(simulation: S, ports: Vec<ShardPort>) -> io::Result<ShardHandle<S>> {
    let stop = Arc::new(AtomicBool::new(false));
    let status = StatusBoard::default();
    let mut shard = ShardLoop::new(simulation, ports, status.clone(), Instant::now());
    let thread = thread::Builder::new().name("shard-0".into()).spawn({
        let stop = stop.clone();
        move || {
            while !stop.load(Ordering::Acquire) {
                let due_at = shard.turn(Instant::now());
                thread::park_timeout(due_at.saturating_duration_since(Instant::now()));
            }
            shard.simulation
        }
    })?;
    Ok(ShardHandle {
        stop,
        thread,
        status,
    })
}

impl<S> ShardHandle<S> {
    pub fn status(&self) -> StatusBoard {
        self.status.clone()
    }

    /// Whether the shard's thread ended by itself, which only a bug of ours does.
    pub fn is_finished(&self) -> bool {
        self.thread.is_finished()
    }

    /// Ends the loop between two ticks and gives the simulation back, for a checkpoint.
    ///
    /// # Errors
    /// If the shard's thread panicked.
    pub fn stop(self) -> thread::Result<S> {
        self.stop.store(true, Ordering::Release);
        self.thread.thread().unpark();
        self.thread.join()
    }
}

/// The state of one shard's loop.
pub struct ShardLoop<S> {
    simulation: S,
    ports: Vec<ShardPort>,
    pace: Pace,
    recorder: Recorder,
    inbox: Vec<Command>,
    phases: Vec<(&'static str, Duration)>,
}

impl<S: Simulation> ShardLoop<S> {
    pub fn new(simulation: S, ports: Vec<ShardPort>, status: StatusBoard, now: Instant) -> Self {
        let frames_skipped = ports.iter().map(ShardPort::frames_skipped).collect();
        Self {
            simulation,
            ports,
            pace: Pace::new(now),
            recorder: Recorder::new(status, frames_skipped),
            inbox: Vec::new(),
            phases: Vec::new(),
        }
    }

    /// Runs a tick if one is due at `now`; returns when the next is. Never waits.
    pub fn turn(&mut self, now: Instant) -> Instant {
        if now < self.pace.due_at() {
            return self.pace.due_at();
        }
        for port in &mut self.ports {
            port.drain(&mut self.inbox, COMMANDS_PER_TICK_MAX);
        }
        self.phases.clear();
        let frame = self.simulation.tick(&mut self.inbox, &mut self.phases);
        self.inbox.clear();
        let simulated = now.elapsed();
        for port in &mut self.ports {
            port.publish(&frame, simulated);
        }
        let ended_at = Instant::now();
        self.recorder.record(&TickReport {
            duration: ended_at.saturating_duration_since(now),
            lateness: self.pace.lateness(now),
            stretched: self.pace.stretched(),
            phases: &self.phases,
        });
        if frame.tick.is_multiple_of(STATUS_TICKS) {
            self.recorder
                .publish(&frame, self.simulation.counts(), ended_at);
        }
        self.pace.advance(ended_at);
        self.pace.due_at()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{limits::TICK, ports};
    use engine::SessionId;
    use std::sync::mpsc;

    /// Counts ticks and remembers who joined.
    #[derive(Default)]
    struct Twin {
        tick: u32,
        joined: Vec<SessionId>,
    }

    impl Simulation for Twin {
        fn tick(
            &mut self,
            commands: &mut Vec<Command>,
            phases: &mut Vec<(&'static str, Duration)>,
        ) -> Arc<Frame> {
            self.tick += 1;
            phases.push(("count", Duration::from_micros(7)));
            for command in commands.drain(..) {
                if let Command::Join { session, .. } = command {
                    self.joined.push(session);
                }
            }
            Arc::new(Frame {
                tick: self.tick,
                ..Frame::default()
            })
        }

        fn counts(&self) -> Vec<(&'static str, u64)> {
            vec![("joined", self.joined.len() as u64)]
        }
    }

    fn join(session: u64) -> Command {
        Command::Join {
            session: SessionId(session),
            name: "Bera".into(),
            house: 255,
        }
    }

    #[test]
    fn every_edge_gets_every_frame_and_every_command_arrives() {
        let (mut first, first_shard) = ports::connect(Box::new(|| ()));
        let (mut second, second_shard) = ports::connect(Box::new(|| ()));
        let mut now = Instant::now();
        let ports = vec![first_shard, second_shard];
        let mut shard = ShardLoop::new(Twin::default(), ports, StatusBoard::default(), now);
        first.send(join(1)).expect("there is room");
        second.send(join(2)).expect("there is room");
        for _ in 0..3 {
            now = shard.turn(now);
        }
        assert_eq!(shard.simulation.joined, [SessionId(1), SessionId(2)]);
        for edge in [&mut first, &mut second] {
            let ticks: Vec<u32> = std::iter::from_fn(|| edge.frame())
                .map(|frame| frame.tick)
                .collect();
            assert_eq!(ticks, [1, 2, 3]);
        }
    }

    #[test]
    fn no_tick_runs_before_it_is_due() {
        let start = Instant::now();
        let mut shard = ShardLoop::new(Twin::default(), Vec::new(), StatusBoard::default(), start);
        let due_at = shard.turn(start);
        assert_eq!(due_at, start + TICK);
        assert_eq!(shard.turn(due_at - Duration::from_nanos(1)), due_at);
        assert_eq!(shard.simulation.tick, 1);
    }

    #[test]
    fn the_thread_wakes_edges_publishes_its_status_and_stops() {
        let (woken, wakes) = mpsc::channel();
        let wake = Box::new(move || woken.send(()).unwrap_or(()));
        let (mut edge, port) = ports::connect(wake);
        let shard = start(Twin::default(), vec![port]).expect("a thread");
        let status = shard.status();
        let patience = Duration::from_secs(20);
        while status.read().tick == 0 {
            wakes
                .recv_timeout(patience)
                .expect("the shard wakes its edge");
            edge.frame().expect("a wake brings a frame");
        }
        assert_eq!(status.read().phases_us[0].0, "count");
        assert_eq!(status.read().counts, [("joined", 0)]);
        let twin = shard.stop().expect("the thread did not panic");
        assert!(twin.tick >= 20);
        while edge.frame().is_some() {}
        assert!(edge.is_abandoned());
    }
}
