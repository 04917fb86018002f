//! The shards' threads: each drains the edges' commands, advances its part of the world 20 times a
//! second, in step with the others, and hands every edge its frame. They know nothing of sessions or
//! bytes on a wire.
//!
//! [`ShardLoop`] takes one turn after another and never waits in one; a [`Runner`] decides where that
//! runs: on io_uring executors, or on plain threads.

use std::{
    collections::VecDeque,
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use engine::{Command, Frame};
use journal::checkpointer::Content;
use spatial::partition::Owner;

use crate::{
    bell::Bell,
    chronicle::Chronicle,
    limits::{COMMANDS_PER_TICK_MAX, COMMIT_WAIT, END_WAIT, SIBLING_WAIT, STATUS_TICKS},
    pace::Pace,
    pin::Pinning,
    ports::ShardPort,
    runner::{Runner, Running, Seat, Turn},
    siblings::{self, Gathered, Siblings},
    status::{PodStatus, Recorder, StatusBoard, TickReport},
};

/// What a shard advances: its part of the engine's world with what feeds it, or a twin in tests.
pub trait Simulation: Send + 'static {
    /// The last tick that was done.
    fn tick_count(&self) -> u32;

    /// What was published of that tick.
    fn frame(&self) -> Arc<Frame>;

    /// Applies the commands, advances one tick beside what the other shards published of the last
    /// one, and publishes its frame. Leaves in `commands` those it took. `phases` gets the name and duration of
    /// every phase.
    fn tick(
        &mut self,
        commands: &mut Vec<Command>,
        siblings: &[Arc<Frame>],
        phases: &mut Vec<(&'static str, Duration)>,
    ) -> Arc<Frame>;

    /// Its state, to be made into bytes on another thread.
    fn checkpoint(&self) -> Content;

    /// What it counted since its start, by name.
    fn counts(&self) -> Vec<(&'static str, u64)>;
}

/// One shard, with what it is connected to.
pub struct Shard<S> {
    pub simulation: S,
    /// To every edge.
    pub ports: Vec<ShardPort>,
    /// None for a world that nobody keeps.
    pub chronicle: Option<Chronicle>,
}

/// The running shards of a process.
pub struct PodHandle<S> {
    stop: Arc<Stop>,
    shards: Vec<Running<ShardLoop<S>>>,
    status: PodStatus,
}

/// How shards end after one tick, all of them: the first one names it when it is asked to, before it
/// publishes the frame that the others need to go beyond.
struct Stop {
    is_asked: AtomicBool,
    last_tick: AtomicU32,
    /// How many have done it.
    done_count: AtomicUsize,
}

/// Starts a loop for every shard, each on a thread of its own.
///
/// # Errors
/// If the system gives no thread.
pub fn start<S: Simulation>(
    shards: Vec<Shard<S>>,
    runner: Runner,
    pinning: Pinning,
) -> io::Result<PodHandle<S>> {
    let stop = Arc::new(Stop {
        is_asked: AtomicBool::new(false),
        last_tick: AtomicU32::new(u32::MAX),
        done_count: AtomicUsize::new(0),
    });
    let frames: Vec<Arc<Frame>> = shards.iter().map(|it| it.simulation.frame()).collect();
    let names = frames.iter().map(|it| (it.source, Bell::default()));
    let names: Vec<(Owner, Bell)> = names.collect();
    let mut siblings = siblings::connect(&names, frames[0].tick);
    for (frame, siblings) in frames.iter().zip(&mut siblings) {
        siblings.publish(frame);
    }
    let status = PodStatus::new(shards.len());
    let now = Instant::now();
    let mut running = Vec::new();
    for (place, (mut shard, siblings)) in shards.into_iter().zip(siblings).enumerate() {
        let writing = shard.chronicle.as_mut().and_then(Chronicle::take_writing);
        let mut shard = ShardLoop::new(shard, siblings, status.boards()[place].clone(), now);
        shard.stop = Some((stop.clone(), place == 0));
        let seat = Seat {
            name: format!("shard-{place}"),
            core: pinning.core_of(place, names.len()),
            bell: names[place].1.clone(),
        };
        running.push(runner.start(seat, shard, writing)?);
    }
    Ok(PodHandle {
        stop,
        shards: running,
        status,
    })
}

impl<S: Simulation> PodHandle<S> {
    pub fn status(&self) -> PodStatus {
        self.status.clone()
    }

    /// Whether a shard's thread ended by itself, which only a bug of ours does.
    pub fn is_finished(&self) -> bool {
        self.shards.iter().any(Running::is_finished)
    }

    /// Ends all loops after one tick, keeps and tells what is left, and gives the simulations back.
    ///
    /// # Errors
    /// If a shard's thread panicked.
    pub fn stop(self) -> thread::Result<Vec<S>> {
        self.stop.is_asked.store(true, Ordering::Release);
        self.shards.iter().for_each(|shard| shard.bell().ring());
        while self.stop.done_count.load(Ordering::Acquire) < self.shards.len()
            && !self.is_finished()
        {
            thread::sleep(COMMIT_WAIT);
        }
        let ended: thread::Result<Vec<_>> = self.shards.into_iter().map(Running::stop).collect();
        Ok(ended?.into_iter().map(ShardLoop::end).collect())
    }
}

/// The state of one shard's loop.
pub struct ShardLoop<S> {
    simulation: S,
    ports: Vec<ShardPort>,
    siblings: Siblings,
    chronicle: Option<Chronicle>,
    /// Frames whose ticks are not durable yet: nobody outside may hear of what a crash would undo
    /// (R9). With how long the ticks took.
    unreleased: VecDeque<(Arc<Frame>, Duration)>,
    pace: Pace,
    recorder: Recorder,
    inbox: Vec<Command>,
    /// What the others published of the last tick.
    frames: Vec<Arc<Frame>>,
    phases: Vec<(&'static str, Duration)>,
    /// How it ends, and whether it is the one that names the last tick; none in tests of a turn.
    stop: Option<(Arc<Stop>, bool)>,
    is_done: bool,
}

impl<S: Simulation> ShardLoop<S> {
    pub fn new(shard: Shard<S>, siblings: Siblings, status: StatusBoard, now: Instant) -> Self {
        let frames_skipped = shard.ports.iter().map(ShardPort::frames_skipped).collect();
        Self {
            simulation: shard.simulation,
            ports: shard.ports,
            siblings,
            chronicle: shard.chronicle,
            unreleased: VecDeque::new(),
            pace: Pace::new(now),
            recorder: Recorder::new(status, frames_skipped),
            inbox: Vec::new(),
            frames: Vec::new(),
            phases: Vec::new(),
            stop: None,
            is_done: false,
        }
    }

    /// Whether the last tick was named and is done.
    fn is_at_end(&mut self) -> bool {
        let tick_count = self.simulation.tick_count();
        let Some((stop, is_first)) = &self.stop else {
            return false;
        };
        if *is_first && stop.is_asked.load(Ordering::Acquire) {
            // Others may be a tick ahead; none is two, for that takes this one's next frame.
            stop.last_tick.fetch_min(tick_count + 1, Ordering::AcqRel);
        }
        let is_at_end = tick_count >= stop.last_tick.load(Ordering::Acquire);
        if is_at_end && !self.is_done {
            self.is_done = true;
            stop.done_count.fetch_add(1, Ordering::AcqRel);
        }
        is_at_end
    }

    /// Runs a tick if one is due at `now`, the others' last frames are there and the disk keeps up.
    fn turn_once(&mut self, now: Instant) -> Instant {
        self.release();
        if self.is_at_end() {
            return now + END_WAIT;
        }
        if now < self.pace.due_at() {
            return self.next_turn_at(now);
        }
        if let Some(chronicle) = &mut self.chronicle
            && !chronicle.has_room()
        {
            return now + COMMIT_WAIT;
        }
        let own = self.simulation.frame();
        match self.siblings.gather(&own, &mut self.frames) {
            Gathered::All => self.tick(now),
            Gathered::Waiting => return (now + SIBLING_WAIT).min(self.next_turn_at(now)),
            // Who watches the threads sees that one is gone.
            Gathered::Abandoned => return now + END_WAIT,
        }
        self.release();
        self.next_turn_at(now)
    }

    /// When the next tick is due, or before that, when frames may have become durable.
    fn next_turn_at(&self, now: Instant) -> Instant {
        match self.unreleased.is_empty() {
            true => self.pace.due_at().max(now),
            false => now + COMMIT_WAIT,
        }
    }

    fn tick(&mut self, now: Instant) {
        for port in &mut self.ports {
            port.drain(&mut self.inbox, COMMANDS_PER_TICK_MAX);
        }
        self.phases.clear();
        let frame = self
            .simulation
            .tick(&mut self.inbox, &self.frames, &mut self.phases);
        self.siblings.publish(&frame);
        self.keep(frame.tick);
        self.inbox.clear();
        self.frames.clear();
        self.unreleased.push_back((frame.clone(), now.elapsed()));
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
    }

    /// Gives what the tick took to the journal, and now and then the state beside it.
    fn keep(&mut self, tick: u32) {
        if let Some(chronicle) = &mut self.chronicle {
            chronicle.record(tick, &self.inbox);
            if chronicle.is_checkpoint_due(tick) {
                chronicle.offer(tick, self.simulation.checkpoint());
            }
        }
    }

    /// Hands the edges what is durable.
    fn release(&mut self) {
        let durable_tick = match &self.chronicle {
            Some(chronicle) => chronicle.durable_tick(),
            None => u32::MAX,
        };
        while let Some((frame, duration)) = self.unreleased.front()
            && frame.tick <= durable_tick
        {
            for port in &mut self.ports {
                port.publish(frame, *duration);
            }
            self.unreleased.pop_front();
        }
    }

    /// Ends between two ticks, with everything kept and told; the journal's writer has ended.
    fn end(mut self) -> S {
        if let Some(chronicle) = self.chronicle.take() {
            let tick = self.simulation.tick_count();
            chronicle.end(tick, self.simulation.checkpoint());
        }
        self.release();
        self.simulation
    }
}

impl<S: Simulation> Turn for ShardLoop<S> {
    fn turn(&mut self, now: Instant) -> Instant {
        self.turn_once(now)
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
        frame: Arc<Frame>,
        joined: Vec<SessionId>,
        siblings_seen: Vec<usize>,
    }

    impl Twin {
        fn new(place: usize, shard_count: u16) -> Self {
            Self {
                frame: Arc::new(Frame {
                    is_seat: place == 0,
                    source: owners(shard_count)[place],
                    members: owners(shard_count),
                    ..Frame::default()
                }),
                ..Self::default()
            }
        }
    }

    impl Simulation for Twin {
        fn tick_count(&self) -> u32 {
            self.frame.tick
        }

        fn frame(&self) -> Arc<Frame> {
            self.frame.clone()
        }

        fn tick(
            &mut self,
            commands: &mut Vec<Command>,
            siblings: &[Arc<Frame>],
            phases: &mut Vec<(&'static str, Duration)>,
        ) -> Arc<Frame> {
            let last = self.frame.tick;
            assert!(siblings.iter().all(|frame| frame.tick == last));
            self.siblings_seen.push(siblings.len());
            phases.push(("count", Duration::from_micros(7)));
            for command in commands.iter() {
                if let Command::Join { session, .. } = command {
                    self.joined.push(*session);
                }
            }
            self.frame = Arc::new(Frame {
                tick: last + 1,
                is_seat: self.frame.is_seat,
                source: self.frame.source,
                members: self.frame.members.clone(),
                ..Frame::default()
            });
            self.frame.clone()
        }

        fn checkpoint(&self) -> Content {
            Box::new(|_| ())
        }

        fn counts(&self) -> Vec<(&'static str, u64)> {
            vec![("joined", self.joined.len() as u64)]
        }
    }

    fn join(session: u64) -> Command {
        Command::Join {
            session: SessionId(session),
            attachment: engine::Attachment::default(),
            name: "Bera".into(),
            house: 255,
        }
    }

    fn owners(count: u16) -> Vec<Owner> {
        (0..count).map(|shard| Owner { pod: 0, shard }).collect()
    }

    fn alone(ports: Vec<ShardPort>, now: Instant) -> ShardLoop<Twin> {
        let shard = Shard {
            simulation: Twin::new(0, 1),
            ports,
            chronicle: None,
        };
        let name = (owners(1)[0], Bell::default());
        let siblings = siblings::connect(&[name], 0).remove(0);
        ShardLoop::new(shard, siblings, StatusBoard::default(), now)
    }

    #[test]
    fn every_edge_gets_every_frame_and_every_command_arrives() {
        let wakes = vec![Arc::new(|| ()) as ports::Wake, Arc::new(|| ())];
        let (mut edges, mut shards) = ports::connect(&owners(1), 1, wakes);
        let mut now = Instant::now();
        let mut shard = alone(shards.remove(0), now);
        for (session, edge) in (1..).zip(&mut edges) {
            edge.send(join(session)).expect("there is room");
        }
        for _ in 0..3 {
            now = shard.turn(now);
        }
        assert_eq!(shard.simulation.joined, [SessionId(1), SessionId(2)]);
        for edge in &mut edges {
            let ticks: Vec<u32> = std::iter::from_fn(|| edge.frame())
                .map(|frame| frame.tick)
                .collect();
            assert_eq!(ticks, [1, 2, 3]);
        }
    }

    #[test]
    fn no_tick_runs_before_it_is_due() {
        let start = Instant::now();
        let mut shard = alone(Vec::new(), start);
        let due_at = shard.turn(start);
        assert_eq!(due_at, start + TICK);
        assert_eq!(shard.turn(due_at - Duration::from_nanos(1)), due_at);
        assert_eq!(shard.simulation.frame.tick, 1);
    }

    #[test]
    fn threads_tick_in_step_wake_edges_publish_their_status_and_stop_at_one_tick() {
        let runners = [Runner::Plain, Runner::choose(None)];
        for (shard_count, runner) in [1_u16, 3].into_iter().zip(runners) {
            let (woken, wakes) = mpsc::channel();
            let wake: ports::Wake = Arc::new(move || woken.send(()).unwrap_or(()));
            let (mut edges, ports) = ports::connect(&owners(shard_count), 1, vec![wake]);
            let shard = |(place, ports)| Shard {
                simulation: Twin::new(place, shard_count),
                ports,
                chronicle: None,
            };
            let shards = ports.into_iter().enumerate().map(shard).collect();
            let pod = start(shards, runner, Pinning::Off).expect("threads");
            let status = pod.status();
            let patience = Duration::from_secs(20);
            while status.read().tick == 0 {
                wakes
                    .recv_timeout(patience)
                    .expect("the shards wake their edge");
                edges[0].frame();
            }
            assert_eq!(status.read().phases_us[0].0, "count");
            assert_eq!(status.read().counts, [("joined", 0)]);
            let twins = pod.stop().expect("no thread panicked");
            let tick_last = twins[0].frame.tick;
            assert!(tick_last >= 20);
            for twin in twins {
                assert_eq!(twin.frame.tick, tick_last);
                let others = usize::from(shard_count) - 1;
                assert!(twin.siblings_seen.iter().all(|&count| count == others));
            }
            while edges[0].frame().is_some() {}
            assert!(edges[0].is_abandoned());
        }
    }
}
