//! One shard's loop: it gathers what the others published of the last tick, advances its part of the
//! battle, and gives its frame to the other shards at once and to the relay, which keeps it and tells it.
//!
//! [`ShardLoop`] takes one turn after another and never waits in one; a [`crate::Runner`] decides where
//! that runs.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

use engine::{Command, Frame, World};
use link::{PeerName, reliable::Position};
use pod::{Station, Ticked, Turn as Given};
use rtrb::{Consumer, Producer};

use crate::{
    battle::Battle,
    bell::Bell,
    heap::thread_allocations_count,
    limits::{CHECKPOINT_TICKS, COMMIT_WAIT, END_WAIT, SIBLING_WAIT, STATUS_TICKS},
    overload::{Dilation, Tempo},
    pace::Pace,
    ports::ShardPort,
    queues::{Depths, Queue},
    runner::Turn,
    siblings::Siblings,
    status::{Recorder, TickReport},
};

/// What a shard did in a tick, for the relay.
pub struct Done {
    pub ticked: Ticked,
    pub duration: Duration,
    /// From this tick to the next, as all shards of the process keep it.
    pub period: Duration,
    /// A copy of its world, if one was asked for.
    pub world: Option<Box<World>>,
}

/// A command that comes to a shard through the relay.
pub enum Inward {
    /// Of an edge of another process, with the place after it on the edge's lane.
    Edge(PeerName, Position, Command),
    Own(Command),
}

/// How the shards of a process end after one tick, all of them.
#[derive(Debug)]
pub struct Stop {
    is_asked: AtomicBool,
    last_tick: AtomicU32,
}

impl Default for Stop {
    fn default() -> Self {
        Self {
            is_asked: AtomicBool::new(false),
            last_tick: AtomicU32::new(u32::MAX),
        }
    }
}

impl Stop {
    /// Asks them to.
    pub fn ask(&self) {
        self.is_asked.store(true, Ordering::Release);
    }

    /// The last tick, once it is named.
    pub fn last_tick(&self) -> Option<u32> {
        let tick = self.last_tick.load(Ordering::Acquire);
        (tick != u32::MAX).then_some(tick)
    }

    /// Called by one shard alone, after a tick whose frame it has published: others may be a tick ahead,
    /// none is two, so all know of it before they do the last.
    fn name_after(&self, tick: u32) {
        if self.is_asked.load(Ordering::Acquire) && self.last_tick().is_none() {
            self.last_tick.store(tick + 2, Ordering::Release);
        }
    }
}

/// The ends of a shard's rings.
pub struct Wiring {
    pub siblings: Siblings,
    /// To every edge of this process.
    pub ports: Vec<ShardPort>,
    pub inward: Consumer<Inward>,
    pub done: Producer<Done>,
    pub relay: Bell,
    /// Whether a copy of the world is wanted with the next tick.
    pub is_world_wanted: Arc<AtomicBool>,
    pub stop: Arc<Stop>,
    pub tempo: Tempo,
    /// Whether it is the one that names the last tick.
    pub is_first: bool,
}

/// The state of one shard's loop.
pub struct ShardLoop {
    battle: Battle,
    station: Station,
    wiring: Wiring,
    /// Taken from its ring while there was no room for it.
    early: Option<Inward>,
    given: Given,
    pace: Pace,
    dilation: Dilation,
    recorder: Recorder,
    phases: Vec<(&'static str, Duration)>,
    depths: Depths,
}

impl ShardLoop {
    /// `station` has been offered the shard's own last frame.
    pub fn new(
        battle: Battle,
        station: Station,
        wiring: Wiring,
        recorder: Recorder,
        now: Instant,
    ) -> Self {
        Self {
            battle,
            station,
            wiring,
            early: None,
            given: Given::default(),
            pace: Pace::new(now),
            dilation: Dilation::default(),
            recorder,
            phases: Vec::new(),
            depths: Depths::default(),
        }
    }

    /// Runs a tick if one is due at `now`, the others' last frames are there and the relay keeps up.
    fn turn_once(&mut self, now: Instant) -> Instant {
        if self.is_at_end() {
            return now + END_WAIT;
        }
        self.note_depths();
        // Who watches the threads sees that one is gone.
        if self.wiring.siblings.deliver(&mut self.station) {
            return now + END_WAIT;
        }
        if now < self.pace.due_at() && !self.station.is_behind() {
            return self.pace.due_at();
        }
        if self.wiring.done.is_full() || !self.wiring.siblings.has_room() {
            return now + COMMIT_WAIT;
        }
        let allocations_before = thread_allocations_count();
        self.take_commands();
        if !self.station.poll_turn(&mut self.given) {
            return now + SIBLING_WAIT;
        }
        self.phases.clear();
        self.phases.push(("take", now.elapsed()));
        self.tick(now, allocations_before);
        match self.station.is_behind() {
            true => now,
            false => self.pace.due_at().max(now),
        }
    }

    fn is_at_end(&self) -> bool {
        let tick = self.battle.world().tick;
        if self.wiring.is_first {
            self.wiring.stop.name_after(tick);
        }
        self.wiring
            .stop
            .last_tick()
            .is_some_and(|last| tick >= last)
    }

    fn note_depths(&mut self) {
        let wiring = &self.wiring;
        let edges = wiring.ports.iter().map(ShardPort::waiting_count);
        let done = wiring.done.buffer().capacity() - wiring.done.slots();
        for (queue, count) in [
            (Queue::EdgeCommands, edges.max().unwrap_or(0)),
            (Queue::RelayCommands, wiring.inward.slots()),
            (Queue::SiblingFrames, wiring.siblings.waiting_max()),
            (Queue::Done, done),
        ] {
            self.depths.note(queue, count);
        }
    }

    fn take_commands(&mut self) {
        for port in &mut self.wiring.ports {
            port.deliver(&mut self.station);
        }
        while let Some(inward) = self.early.take().or_else(|| self.wiring.inward.pop().ok()) {
            if let Err(inward) = take_inward(&mut self.station, inward) {
                self.early = Some(inward);
                break;
            }
        }
        // Terrain that finds no room is generated for nothing, and wanted again by nobody: so it goes
        // first where it may be late.
        if self.station.has_room_for_own()
            && let Some(terrain) = self.battle.loaded()
        {
            let taken = self.station.handle_own(terrain);
            taken.expect("there is room");
        }
    }

    fn tick(&mut self, now: Instant, allocations_before: u64) {
        let given = &mut self.given;
        let frame = self
            .battle
            .tick(&mut given.commands, &given.siblings, &mut self.phases);
        given.siblings.clear();
        self.station.handle_frame(frame.clone());
        self.wiring.siblings.publish(&frame);
        let duration = now.elapsed();
        let period = self.wiring.tempo.agree(self.dilation.record(duration));
        self.hand_over(&frame, duration, period);
        self.phases.push(("hand_over", now.elapsed() - duration));
        self.report(&frame, now, period, allocations_before);
    }

    /// Gives the relay what was done.
    fn hand_over(&mut self, frame: &Arc<Frame>, duration: Duration, period: Duration) {
        let is_last = self.wiring.stop.last_tick() == Some(frame.tick);
        let is_checkpoint = is_last || frame.tick.is_multiple_of(CHECKPOINT_TICKS);
        let world = || Box::new(self.battle.world().clone());
        let is_wanted = self.wiring.is_world_wanted.swap(false, Ordering::AcqRel);
        let done = Done {
            ticked: Ticked {
                frame: frame.clone(),
                places: std::mem::take(&mut self.given.places),
                record: std::mem::take(&mut self.given.record),
                world: is_checkpoint.then(world),
            },
            duration,
            period,
            world: is_wanted.then(world),
        };
        let pushed = self.wiring.done.push(done);
        pushed.unwrap_or_else(|_| unreachable!("room was there before the tick"));
        self.wiring.relay.ring();
    }

    fn report(&mut self, frame: &Frame, now: Instant, period: Duration, allocations_before: u64) {
        let ended_at = Instant::now();
        self.recorder.record(&TickReport {
            duration: ended_at.saturating_duration_since(now),
            lateness: self.pace.lateness(now),
            stretched: self.pace.stretched(),
            period,
            load_permille: self.dilation.load_permille(),
            phases: &self.phases,
            allocations_count: thread_allocations_count() - allocations_before,
        });
        if frame.tick.is_multiple_of(STATUS_TICKS) {
            let counts = self.battle.counts();
            self.recorder
                .publish(frame, counts, self.depths.take(), ended_at);
        }
        self.pace.advance(ended_at, period);
    }

    /// The battle as it is between two ticks.
    pub fn into_battle(self) -> Battle {
        self.battle
    }
}

fn take_inward(station: &mut Station, inward: Inward) -> Result<(), Inward> {
    match inward {
        Inward::Own(command) => station.handle_own(command).map_err(Inward::Own),
        Inward::Edge(edge, place, command) if station.has_room(&edge) => {
            station.handle_command(&edge, place, command);
            Ok(())
        }
        full @ Inward::Edge(..) => Err(full),
    }
}

impl Turn for ShardLoop {
    fn turn(&mut self, now: Instant) -> Instant {
        self.turn_once(now)
    }
}
