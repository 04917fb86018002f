//! The loop between a process's shards and all that is outside of them: it has the journal keep what
//! each tick was given, hands out what the shards did once that is durable, and carries the frames of
//! other processes in. The decisions are [`pod::Relay`]'s; here are its rings, its journal and its links.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    task::Waker,
    time::{Duration, Instant},
};

use engine::{Frame, World};
use pod::Relay;
use rtrb::{Consumer, Producer};

use crate::{
    bell::Bell,
    chronicle::Chronicle,
    limits::{COMMIT_WAIT, END_WAIT},
    links::Links,
    overload::Pulse,
    ports::{Whole, WholePort},
    runner::Turn,
    shard_loop::{Done, Inward},
    siblings::FrameLane,
};

/// The relay's ends of the rings to a shard.
pub struct ShardSide {
    pub done: Consumer<Done>,
    pub frames: FrameLane,
    pub inward: Producer<Inward>,
    pub is_world_wanted: Arc<AtomicBool>,
    /// Whether it has the seat, as of its last tick.
    pub has_seat: bool,
}

/// How far the relay is, for other threads.
#[derive(Debug, Default)]
pub struct Progress {
    durable_tick: AtomicU32,
    backlog_ticks: AtomicU32,
    is_over: AtomicBool,
}

impl Progress {
    /// All up to this tick is durable and handed out.
    pub fn durable_tick(&self) -> u32 {
        self.durable_tick.load(Ordering::Acquire)
    }

    /// Ticks that were done and are not handed out, as of the relay's last turn.
    pub fn backlog_ticks(&self) -> u32 {
        self.backlog_ticks.load(Ordering::Relaxed)
    }

    /// Whether the process may not act any more: no later tick will be durable.
    pub fn is_over(&self) -> bool {
        self.is_over.load(Ordering::Acquire)
    }
}

/// See the module.
pub struct RelayLoop {
    relay: Relay,
    shards: Vec<ShardSide>,
    edges: Vec<WholePort>,
    /// None for a world that nobody keeps.
    chronicle: Option<Chronicle>,
    /// None for a process that is the whole world.
    links: Option<Links>,
    /// How long the slowest shard worked on each tick that is not durable yet, and the period after it.
    times: BTreeMap<u32, (Duration, Duration)>,
    pulse: Pulse,
    /// The newest copy of a world that was asked for.
    world: Option<Box<World>>,
    progress: Arc<Progress>,
    /// Rings for the next turn.
    waker: Waker,
}

impl RelayLoop {
    pub fn new(
        relay: Relay,
        shards: Vec<ShardSide>,
        edges: Vec<WholePort>,
        chronicle: Option<Chronicle>,
        links: Option<Links>,
        bell: &Bell,
    ) -> Self {
        let progress = Arc::new(Progress::default());
        let durable = relay.durable_tick();
        progress.durable_tick.store(durable, Ordering::Release);
        Self {
            relay,
            shards,
            edges,
            chronicle,
            links,
            times: BTreeMap::new(),
            pulse: Pulse::default(),
            world: None,
            progress,
            waker: bell.waker(),
        }
    }

    pub fn progress(&self) -> Arc<Progress> {
        self.progress.clone()
    }

    fn take_done(&mut self) {
        for (number, shard) in (0..).zip(&mut self.shards) {
            while self.relay.has_room(number)
                && let Ok(done) = shard.done.pop()
            {
                let tick = done.ticked.frame.tick;
                let (duration, period) = self.times.entry(tick).or_default();
                *duration = done.duration.max(*duration);
                *period = done.period.max(*period);
                shard.has_seat = done.ticked.frame.is_seat;
                self.world = done.world.or(self.world.take());
                self.relay.handle_ticked(done.ticked);
            }
        }
    }

    /// Whether a shard did more than the relay had room for: each makes room in its own time.
    fn has_left_some(&self) -> bool {
        self.shards.iter().any(|shard| !shard.done.is_empty())
    }

    /// What a shard has no room for stays with the relay until it has taken some.
    fn deliver(&mut self) {
        while self.shards.iter().all(|shard| shard.frames.has_room())
            && let Some(frame) = self.relay.poll_delivery()
        {
            for shard in &mut self.shards {
                let pushed = shard.frames.push(frame.clone());
                pushed.expect("room was there");
            }
        }
    }

    fn commit(&mut self) {
        let Some(chronicle) = &mut self.chronicle else {
            // What nobody keeps is as durable as it will ever be.
            while let Some(commit) = self.relay.poll_commit() {
                self.relay.handle_durable(commit.tick);
            }
            return;
        };
        // First of all, so that what changes meanwhile rings.
        let durable = chronicle.poll_durable_tick(&self.waker);
        self.relay.handle_durable(durable);
        while chronicle.has_room()
            && let Some(commit) = self.relay.poll_commit()
        {
            chronicle.record(&commit);
        }
        if let Some(state) = self.relay.poll_checkpoint() {
            chronicle.offer(state);
        }
    }

    /// Hands out what is durable.
    fn release(&mut self, now: Instant) {
        while let Some(said) = self.relay.poll_said() {
            if let Some(links) = &mut self.links {
                links.say(&said, &self.relay);
            }
        }
        while let Some(word) = self.relay.poll_acknowledgement() {
            if let Some(links) = &mut self.links {
                links.acknowledge(&word);
            }
        }
        while let Some(parts) = self.relay.poll_whole() {
            self.tell(parts, now);
        }
        let durable = self.relay.durable_tick();
        self.progress.durable_tick.store(durable, Ordering::Release);
        let backlog_ticks = self.times.len() as u32;
        self.progress
            .backlog_ticks
            .store(backlog_ticks, Ordering::Relaxed);
    }

    fn tell(&mut self, parts: Vec<Arc<Frame>>, now: Instant) {
        let tick = parts[0].tick;
        let later = self.times.split_off(&(tick + 1));
        let (duration, period) = self.times.remove(&tick).unwrap_or_default();
        self.times = later;
        self.pulse.note(tick, now);
        let period = self.pulse.period(period);
        for edge in &mut self.edges {
            edge.publish(Whole {
                parts: parts.clone(),
                duration,
                period,
                told_at: now,
            });
        }
    }

    /// Whether the process's lease holds: without one it keeps nothing and tells nobody anything (H6 of
    /// docs/invariants/handoff.md).
    fn may_act(&self) -> bool {
        let may_act = self.links.as_ref().is_none_or(Links::may_act);
        if !may_act {
            self.progress.is_over.store(true, Ordering::Release);
        }
        may_act
    }

    /// Everything kept and told, if that is still this process's to do; shards and the journal's writer
    /// have ended.
    pub fn end(mut self) {
        if self.may_act() {
            self.take_done();
            self.commit();
            self.release(Instant::now());
        }
        if let Some(chronicle) = self.chronicle.take() {
            chronicle.end();
        }
    }
}

impl Turn for RelayLoop {
    fn turn(&mut self, now: Instant) -> Instant {
        if !self.may_act() {
            return now + END_WAIT;
        }
        self.take_done();
        if let Some(links) = &mut self.links {
            links.receive(&mut self.relay, &mut self.shards);
        }
        self.deliver();
        self.commit();
        self.release(now);
        if let Some(links) = &mut self.links {
            links.attend(&self.relay, &mut self.shards, self.world.take(), now);
        }
        // Shards, links and the journal ring when there is something to do; only what was left for want
        // of room is looked at again unasked.
        match self.has_left_some() {
            true => now + COMMIT_WAIT,
            false => now + END_WAIT,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Battle, BattleConfig, battle::divided, bell::Bell, ports, siblings};
    use pod::{PodState, Ticked};
    use rtrb::RingBuffer;

    /// A process of one shard that did one tick, with one edge.
    fn process(may_act: bool) -> (RelayLoop, ports::EdgePort) {
        let config = BattleConfig {
            founding: 0,
            seed: 3,
            soldiers_per_house: 1,
        };
        let state = divided(Battle::new(config).into_world(), (1, 1), 1);
        let (mut done, done_out) = RingBuffer::new(1);
        assert!(done.push(tick(&state)).is_ok());
        let (_, mut lanes) = siblings::connect(&[Bell::default()]);
        let side = ShardSide {
            done: done_out,
            frames: lanes.remove(0),
            inward: RingBuffer::new(1).0,
            is_world_wanted: Arc::default(),
            has_seat: false,
        };
        let mut ports = ports::connect(&state.owners(), 3, vec![Arc::new(|| ())]);
        let links = Links::new(&state, Arc::new(move || may_act));
        let relay = Relay::new(&state);
        let relay = RelayLoop::new(
            relay,
            vec![side],
            ports.wholes,
            None,
            Some(links),
            &Bell::default(),
        );
        (relay, ports.edges.remove(0))
    }

    fn tick(state: &PodState) -> Done {
        let mut world = state.shards[0].world.clone();
        engine::tick(&mut world, &mut Vec::new());
        Done {
            ticked: Ticked {
                frame: world.frame.clone(),
                places: pod::record::Places::new(),
                record: Vec::new(),
                world: None,
            },
            duration: Duration::ZERO,
            period: Duration::ZERO,
            world: None,
        }
    }

    #[test]
    fn the_last_tick_is_told_only_while_the_lease_holds() {
        for may_act in [true, false] {
            let (relay, mut edge) = process(may_act);
            let (progress, before) = (relay.progress(), relay.progress().durable_tick());
            relay.end();
            assert_eq!(progress.durable_tick() > before, may_act);
            assert_eq!(edge.frame().is_some(), may_act);
            assert_eq!(progress.is_over(), !may_act);
        }
    }
}
