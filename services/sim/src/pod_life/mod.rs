//! One life of a pod's process: it registers, greets the others, comes back from the pod's folder or
//! joins, does ticks, and ends.

mod running;
mod shard;

use std::collections::BTreeSet;

use engine::checkpoint;
use journal::{checkpoint as checkpoint_file, simulated::SimulatedDisk};
use link::{
    PeerName,
    reliable::{LaneId, Position},
};
use pod::{
    Admission, PodState, SaidTicks,
    recovery::{self, Recovered},
    state::say,
};
use spatial::partition::Owner;

use crate::{
    canary::Canary,
    disk::Fused,
    limits::{ASK_PATIENCE, TEND_PERIOD},
    machine::Machine,
    occurrences::Occurrence,
    peers::{Heard, Host, Message, Peers},
    scene::Land,
    stage::{Event, Stage, Task},
    storage::SeenRun,
    tenure::Tenure,
    time::{MS, Time},
    word::{LifeId, Packet, SnapshotKind, SnapshotWish, Speaker, Word},
};
use running::{Desk, Running};

/// What becomes of a life.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fate {
    Lives,
    /// It ends by itself, and somebody starts another.
    Ends,
    /// The machine's power failed.
    LosesPower,
    /// It never came to own anything and begins from nothing.
    GivesUp,
    /// It was discharged.
    Leaves,
}

/// See the module.
pub struct PodLife {
    own: Speaker,
    pod: u16,
    shard_count: u16,
    world_seed: u64,
    machine: u32,
    tenure: Tenure,
    peers: Peers,
    phase: Phase,
    woken: BTreeSet<Task>,
    asked_at: Time,
}

enum Phase {
    Registering,
    /// Until all who may hear an earlier life of this pod have heard of this one.
    Greeting,
    Reading,
    /// About to be written to a run of its own: read from the run of an earlier incarnation, or given by
    /// another pod.
    Beginning {
        state: Box<PodState>,
        writer: Option<u64>,
    },
    Joining(Admission),
    Running(Box<Running>),
}

impl PodLife {
    pub fn new(
        life: LifeId,
        (pod, shard_count): (u16, u16),
        world_seed: u64,
        machine: Machine,
    ) -> Self {
        Self {
            own: Speaker {
                life,
                name: PeerName::Pod(pod),
                incarnation: 0,
            },
            pod,
            shard_count,
            world_seed,
            machine: machine.number,
            tenure: Tenure::new(machine.clock),
            peers: Peers::default(),
            phase: Phase::Registering,
            woken: BTreeSet::new(),
            asked_at: 0,
        }
    }

    pub fn name(&self) -> &PeerName {
        &self.own.name
    }

    pub fn incarnation(&self) -> u64 {
        self.own.incarnation
    }

    pub fn running(&self) -> Option<&Running> {
        match &self.phase {
            Phase::Running(running) => Some(running),
            _ => None,
        }
    }

    /// The most messages that any of its lanes keeps.
    pub fn outbox_count_max(&self) -> usize {
        self.peers.outbox_count_max()
    }

    /// What it does, for the log.
    pub fn describe(&self) -> String {
        match &self.phase {
            Phase::Registering => "registers".into(),
            Phase::Greeting => "greets".into(),
            Phase::Reading => "reads".into(),
            Phase::Beginning { state, .. } => format!("begins at tick {}", state.tick),
            Phase::Joining(admission) => {
                let unanswered: Vec<u16> = admission.unanswered().collect();
                format!("joins, unanswered by {unanswered:?}")
            }
            Phase::Running(running) => {
                let (tick, missing) = running.missing();
                let durable = running.durable_tick();
                format!("has durable tick {durable}, lacks of tick {tick} {missing:?}")
            }
        }
    }

    /// Has a task come round.
    pub fn wake(&mut self, task: Task, span: Time, stage: &mut Stage) {
        if self.woken.insert(task) {
            stage.after(span, Event::Wake(self.own.life, task));
        }
    }

    /// A task comes round.
    pub fn turn(&mut self, task: Task, stage: &mut Stage) -> Fate {
        self.woken.remove(&task);
        if !self.may_act(stage) {
            return Fate::Ends;
        }
        let fate = match task {
            Task::Tend => self.tend(stage),
            task => self.work(task, stage),
        };
        self.wake_due(stage);
        fate
    }

    fn may_act(&self, stage: &mut Stage) -> bool {
        if stage.is_unaware {
            let is_late = !self.tenure.is_held(stage.now());
            stage
                .occurrences
                .note_many(Occurrence::Unaware, is_late.into());
            return true;
        }
        let is_held = self.tenure.is_held(stage.now());
        if !is_held && stage.canary != Some(Canary::OutlivesLease) {
            stage.occurrences.note(Occurrence::LeaseLost);
            stage.note(format_args!("{} lost its lease and ends", self.own.name));
            return false;
        }
        true
    }

    fn work(&mut self, task: Task, stage: &mut Stage) -> Fate {
        let Phase::Running(running) = &mut self.phase else {
            return Fate::Lives;
        };
        match task {
            Task::Shard(number) => {
                if let Some(time) = running.turn_shard(number, stage) {
                    let span = time - stage.now();
                    self.wake(task, span, stage);
                }
            }
            Task::Relay => running.turn_relay(&mut self.peers, stage),
            Task::Writer => {
                if let Some(span) = running.turn_writer(stage) {
                    self.wake(task, span, stage);
                }
            }
            Task::Keeper => {
                if !running.turn_keeper(stage) {
                    return Fate::LosesPower;
                }
            }
            Task::Tend => unreachable!("it is none of the work's"),
        }
        Fate::Lives
    }

    /// Threads come round some time after there is something to do.
    fn wake_due(&mut self, stage: &mut Stage) {
        if let Phase::Running(running) = &mut self.phase {
            for task in std::mem::take(&mut running.due) {
                let span = stage.draw_span(20, MS);
                self.wake(task, span, stage);
            }
        }
    }

    /// A packet comes.
    pub fn handle(&mut self, packet: Packet, stage: &mut Stage) -> Fate {
        if self.own.incarnation == 0 {
            return Fate::Lives;
        }
        if !self.may_act(stage) {
            return Fate::Ends;
        }
        let heard = match &mut self.phase {
            Phase::Running(running) => {
                self.peers
                    .handle(&self.own, packet, running.as_mut(), stage)
            }
            _ => self.peers.handle(&self.own, packet, &mut Deaf, stage),
        };
        let fate = match heard {
            Heard::Done => Fate::Lives,
            Heard::Fenced if stage.canary == Some(Canary::AdmitsStale) => Fate::Lives,
            Heard::Fenced => {
                stage.note(format_args!("{} is fenced off and ends", self.own.name));
                Fate::Ends
            }
            Heard::Linked(name) => {
                if let Phase::Running(running) = &self.phase {
                    running.begin_lanes(&name, &mut self.peers);
                }
                Fate::Lives
            }
            Heard::Word(from, word) => {
                self.handle_word(&from, word, stage);
                Fate::Lives
            }
        };
        self.wake_due(stage);
        fate
    }

    fn handle_word(&mut self, from: &PeerName, word: Word, stage: &mut Stage) {
        match (&mut self.phase, word) {
            (Phase::Running(running), Word::Listen) => {
                running.begin_lanes(from, &mut self.peers);
                let first_tick = running.first_tick(from, &self.peers);
                self.peers
                    .ask(&self.own, from, Word::Listening(first_tick), stage);
            }
            (Phase::Joining(_), Word::Listen) => {
                self.peers
                    .ask(&self.own, from, Word::Listening(None), stage);
            }
            (Phase::Running(running), Word::WantSnapshot(wish)) => running.wish(from, wish),
            (Phase::Running(running), Word::Enlist(owner)) => running.enlist(owner),
            (Phase::Joining(admission), Word::Listening(first_tick)) => {
                if let PeerName::Pod(pod) = from {
                    admission.handle_answer(*pod, first_tick);
                }
            }
            (Phase::Joining(admission), Word::Snapshot(bytes)) => {
                let state = PodState::read(&bytes).expect("pods of the simulation write well");
                let is_new_enough = admission.poll_tick().is_some_and(|tick| state.tick >= tick);
                let (life, incarnation) = (self.own.life, self.own.incarnation);
                if is_new_enough && state.series == incarnation {
                    stage.witness.note_reading(life, incarnation, &state);
                    self.phase = Phase::Beginning {
                        state: Box::new(state),
                        writer: None,
                    };
                }
            }
            _ => {}
        }
    }
}

/// What it does every so often.
impl PodLife {
    fn tend(&mut self, stage: &mut Stage) -> Fate {
        self.wake(Task::Tend, TEND_PERIOD, stage);
        self.tenure.tend(&self.own, stage);
        if self.own.incarnation > 0 {
            self.peers.tend(&self.own, stage);
            self.forget_gone(stage);
        }
        match &mut self.phase {
            Phase::Registering => self.register(stage),
            Phase::Greeting => self.greet(stage),
            Phase::Reading => return self.read(stage),
            Phase::Beginning { .. } => return self.begin(stage),
            Phase::Joining(_) => self.join(stage),
            Phase::Running(_) => return self.look_around(stage),
        }
        Fate::Lives
    }

    fn forget_gone(&mut self, stage: &Stage) {
        for name in self.peers.names() {
            if stage.registry.entry(&name).is_none() {
                self.peers.forget(&name);
                if let (Phase::Joining(admission), PeerName::Pod(pod)) = (&mut self.phase, &name) {
                    admission.handle_gone(*pod);
                }
            }
        }
    }

    fn register(&mut self, stage: &mut Stage) {
        let registered = self.tenure.register(&self.own.name, self.own.life, stage);
        if let Some(incarnation) = registered {
            self.own.incarnation = incarnation;
            stage.note(format_args!(
                "{} lives in life {incarnation}",
                self.own.name
            ));
            self.phase = Phase::Greeting;
        }
    }

    /// Whoever holds a lease may still hear an earlier life of this pod. Edges are greeted, too, but not
    /// waited for: the world goes on without them.
    fn greet(&mut self, stage: &mut Stage) {
        let now = stage.now();
        let mut others = stage.registry.entries().filter(|(name, entry)| {
            let is_pod = matches!(name, PeerName::Pod(_));
            is_pod && entry.is_held(now) && **name != self.own.name
        });
        if others.all(|(name, _)| self.peers.is_linked(name)) {
            self.phase = Phase::Reading;
        }
    }

    fn read(&mut self, stage: &mut Stage) -> Fate {
        let identity = recovery::identity(self.world_seed, self.pod);
        for run in stage.storage.runs(self.pod, self.machine) {
            match recovery::recover(&run.disk, identity, &Land) {
                Ok(None) => {}
                Ok(Some(recovered)) => {
                    self.come_back(recovered, &run, stage);
                    return Fate::Lives;
                }
                Err(error) => {
                    let failure = format!("{} does not come back: {error}", self.own.name);
                    stage.witness.fail(failure);
                    return Fate::Ends;
                }
            }
        }
        let pods = stage.registry.entries().filter_map(|(name, _)| match name {
            PeerName::Pod(pod) if *pod != self.pod => Some(*pod),
            _ => None,
        });
        self.phase = Phase::Joining(Admission::new(pods));
        Fate::Lives
    }

    fn come_back(&mut self, recovered: Recovered, run: &SeenRun, stage: &mut Stage) {
        let Recovered {
            mut state,
            remarks,
            ending,
        } = recovered;
        let is_torn = ending.torn.is_some();
        stage
            .occurrences
            .note_many(Occurrence::TornWrite, is_torn.into());
        if run.writer > 0 {
            stage.occurrences.note(match run.is_foreign {
                true => Occurrence::Takeover,
                false => Occurrence::Restart,
            });
        }
        for remark in remarks {
            stage.note(format_args!("{}: {remark}", self.own.name));
        }
        if stage.canary == Some(Canary::SaysLessAgain) {
            say_less(&mut state);
        }
        let (life, incarnation) = (self.own.life, self.own.incarnation);
        stage.witness.note_reading(life, incarnation, &state);
        self.phase = Phase::Beginning {
            state: Box::new(state),
            writer: Some(run.writer),
        };
    }

    /// Writes what was read to a run of its own, and begins from there.
    fn begin(&mut self, stage: &mut Stage) -> Fate {
        let Phase::Beginning { state, writer } = &self.phase else {
            unreachable!("this is its phase")
        };
        let incarnation = self.own.incarnation;
        let disk = stage.storage.begin(self.pod, incarnation, self.machine);
        let mut bytes = Vec::new();
        state.write(&mut bytes);
        let identity = recovery::identity(self.world_seed, self.pod);
        let fused = Fused::draw(disk.clone(), stage.blown_fuses, &mut stage.random);
        let written = checkpoint_file::write(&fused, identity, state.tick, &bytes);
        if fused.is_blown() {
            return Fate::LosesPower;
        }
        if written.is_ok() {
            stage.storage.forget_old(self.pod, self.own.incarnation);
            match writer {
                Some(writer) => {
                    let lives = (incarnation, *writer);
                    stage.witness.note_recovery(lives, state);
                }
                None => {
                    stage.occurrences.note(Occurrence::Join);
                    stage.witness.note_birth(state);
                }
            }
            let state = state.clone();
            self.run(&state, disk, stage);
        }
        Fate::Lives
    }

    fn run(&mut self, state: &PodState, disk: SimulatedDisk, stage: &mut Stage) {
        stage.note(format_args!(
            "{} goes on from tick {}",
            self.own.name, state.tick
        ));
        let desk = Desk {
            own: self.own.clone(),
            life: self.own.life,
            pod: self.pod,
            series: state.series,
        };
        let running = Running::new(desk, state, disk, stage);
        for name in self.peers.names() {
            running.begin_lanes(&name, &mut self.peers);
        }
        self.phase = Phase::Running(Box::new(running));
    }

    fn join(&mut self, stage: &mut Stage) {
        let now = stage.now();
        if now < self.asked_at + ASK_PATIENCE {
            return;
        }
        self.asked_at = now;
        let Phase::Joining(admission) = &self.phase else {
            unreachable!("this is its phase")
        };
        for pod in admission.unanswered() {
            let name = PeerName::Pod(pod);
            self.peers.ask(&self.own, &name, Word::Listen, stage);
        }
        if let Some(tick_min) = admission.poll_tick() {
            let kind = SnapshotKind::Pod {
                series: self.own.incarnation,
                shard_count: self.shard_count,
            };
            self.ask_any_pod(Word::WantSnapshot(SnapshotWish { tick_min, kind }), stage);
        }
    }

    fn ask_any_pod(&self, word: Word, stage: &mut Stage) {
        let names = self.peers.names().into_iter();
        let pods = names.filter(|it| matches!(it, PeerName::Pod(_)) && self.peers.is_linked(it));
        let pods: Vec<PeerName> = pods.collect();
        if !pods.is_empty() {
            let place = stage.random.below(pods.len() as u32) as usize;
            self.peers.ask(&self.own, &pods[place], word, stage);
        }
    }

    /// Whether it is waited for, wants to be, may leave, or cannot go on.
    fn look_around(&mut self, stage: &mut Stage) -> Fate {
        let now = stage.now();
        let Phase::Running(running) = &mut self.phase else {
            unreachable!("this is its phase")
        };
        running.look_at_members(now);
        if running.is_left_behind(&self.peers) {
            return Fate::GivesUp;
        }
        if running.may_leave(now, &self.peers) {
            return Fate::Leaves;
        }
        let volunteers: Vec<Owner> = running.volunteers();
        if now >= self.asked_at + ASK_PATIENCE {
            self.asked_at = now;
            for owner in volunteers {
                self.ask_any_pod(Word::Enlist(owner), stage);
            }
        }
        Fate::Lives
    }
}

/// A canary's: what was said last is made anew from the checkpoint alone.
fn say_less(state: &mut PodState) {
    let said = state.said.iter().filter(|said| said.tick < state.tick);
    let mut less = SaidTicks::default();
    said.for_each(|said| less.push(said.clone()));
    for shard in &state.shards {
        let loaded = checkpoint::load(&checkpoint::save(&shard.world));
        less.push(say(&loaded.expect("it was just saved").frame));
    }
    state.said = less;
}

/// Takes nothing up yet.
pub struct Deaf;

impl Host for Deaf {
    fn takes_up(&self, _: &PeerName, _: LaneId) -> bool {
        false
    }

    fn place_of(&self, _: &PeerName, _: LaneId) -> Option<Position> {
        None
    }

    fn has_room(&self, _: &PeerName, _: LaneId, _: u64) -> bool {
        false
    }

    fn take(&mut self, _: Message, _: &mut Stage) {
        unreachable!("it has no lane")
    }

    fn handle_gap(&mut self, _: u64) {}
}
