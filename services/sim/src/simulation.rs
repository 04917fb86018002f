//! One run: the whole cluster on one thread, from one seed. Faults come for a while; then all is mended,
//! and the world must go on.

use std::collections::BTreeMap;

use engine::Dialect;
use journal::checkpoint;
use link::PeerName;
use pod::{PodState, recovery};
use spatial::random::SplitMix64;

use crate::{
    arrange::Arranger,
    canary::Canary,
    edge_life::EdgeLife,
    faults::{Kind, Profile},
    log::Log,
    machine::{Machine, Machines, Place},
    network::Network,
    occurrences::{Occurrence, Occurrences},
    players::{INPUT_PERIOD, Player},
    pod_life::{Fate, PodLife},
    registry::Registry,
    scene::{self, Scale},
    stage::{Event, Stage, Task},
    storage::Storage,
    time::{MS, SECOND, Schedule, Time},
    witness::{Counts, Witness},
    word::LifeId,
};

/// How a run is.
#[derive(Clone, Debug)]
pub struct Options {
    pub seed: u64,
    /// How long faults come, in virtual time.
    pub faults_for: Time,
    pub scale: Scale,
    /// None, of these: drawn from the seed.
    pub pod_count: Option<u16>,
    pub edge_count: Option<u16>,
    pub profile: Option<Profile>,
    /// Whatever the profile says: only these go wrong.
    pub kinds: Option<Vec<Kind>>,
    /// Whatever the profile says: all regions change hands at once, again and again.
    pub is_stormy: bool,
    pub canary: Option<Canary>,
    /// Prints the log as it goes.
    pub is_loud: bool,
}

impl Options {
    pub fn new(seed: u64) -> Self {
        Self {
            seed,
            faults_for: 8 * SECOND,
            scale: Scale::SMALL,
            pod_count: None,
            edge_count: None,
            profile: None,
            kinds: None,
            is_stormy: false,
            canary: None,
            is_loud: false,
        }
    }
}

/// Ticks that the world must do after the last fault, and within which time.
const TICKS_AFTER: u32 = 30;
const PATIENCE_AFTER: Time = 30 * SECOND;

/// See the module.
pub struct Simulation {
    pub(crate) stage: Stage,
    pub(crate) lives: BTreeMap<LifeId, Life>,
    /// By name: the life that was started last, and what it is to be started with again.
    pub(crate) processes: BTreeMap<PeerName, Process>,
    /// Processes that stand still, and until when.
    pub(crate) paused: BTreeMap<LifeId, Time>,
    pub(crate) profile: Profile,
    pub(crate) edges: Vec<PeerName>,
    pub(crate) players: Vec<Player>,
    pub(crate) arranger: Arranger,
    pub(crate) world_seed: u64,
    pub(crate) faults_until: Time,
    next_life: u32,
    machines: Machines,
    /// The world's tick when the last fault was over.
    mended_at: Option<u32>,
}

/// A process that runs.
pub enum Life {
    Pod(Box<PodLife>),
    Edge(Box<EdgeLife>),
}

impl Life {
    pub fn name(&self) -> &PeerName {
        match self {
            Life::Pod(pod) => pod.name(),
            Life::Edge(edge) => edge.name(),
        }
    }

    /// 0 before it has registered.
    pub fn incarnation(&self) -> u64 {
        match self {
            Life::Pod(pod) => pod.incarnation(),
            Life::Edge(edge) => edge.incarnation(),
        }
    }

    pub fn describe(&self) -> String {
        match self {
            Life::Pod(pod) => pod.describe(),
            Life::Edge(edge) => edge.describe(),
        }
    }
}

/// A process, whichever life it is in.
#[derive(Clone, Debug)]
pub struct Process {
    pub life: Option<LifeId>,
    pub shard_count: u16,
    machine: Machine,
}

/// What a run was like.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Summary {
    pub tick: u32,
    pub hash: u64,
    pub counts: Counts,
    pub occurrences: Occurrences,
    pub time: Time,
    /// Of all lines of the log.
    pub log_digest: u64,
}

/// Why a run failed.
#[derive(Clone, Debug)]
pub struct Failure {
    pub seed: u64,
    pub time: Time,
    pub what: String,
    pub log: Vec<String>,
}

impl std::fmt::Display for Failure {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for line in &self.log {
            writeln!(out, "{line}")?;
        }
        let Self {
            seed, time, what, ..
        } = self;
        let ms = time / MS;
        write!(out, "seed {seed}, after {ms} ms: {what}")
    }
}

impl std::fmt::Display for Summary {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            tick,
            hash,
            counts,
            occurrences,
            time,
            ..
        } = self;
        let Counts {
            crossings,
            commands,
            told,
            ..
        } = counts;
        let ms = time / MS;
        write!(
            out,
            "tick {tick}, hash {hash:016x}, {ms} ms, {crossings} crossings, {commands} commands, told \
             {told}; {occurrences}"
        )
    }
}

impl Simulation {
    pub fn new(options: &Options) -> Self {
        let mut random = SplitMix64::new(options.seed);
        let profile = options.profile.clone();
        let mut profile = profile.unwrap_or_else(|| Profile::draw(&mut random));
        profile.is_stormy |= options.is_stormy;
        if let Some(kinds) = &options.kinds {
            profile.kinds.clone_from(kinds);
        }
        let world = scene::world(options.seed, options.scale);
        let drawn = 1 + random.below(3) as u16;
        let pod_count = options.pod_count.unwrap_or(drawn);
        let pods: Vec<(u16, u16)> = (0..pod_count)
            .map(|pod| (pod, 1 + random.below(2) as u16))
            .collect();
        let states = scene::divided(world.clone(), &pods, &mut random);
        let members = states[0].members.clone();
        let drawn = 1 + random.below(2) as u16;
        let edge_count = usize::from(options.edge_count.unwrap_or(drawn));
        let edges = (0..edge_count).map(edge_name);
        let mut simulation = Self {
            stage: Stage {
                schedule: Schedule::default(),
                network: Network::default(),
                registry: Registry::default(),
                storage: Storage::new(options.seed),
                witness: Witness::new(world, members),
                is_unaware: false,
                log: Log::new(options.is_loud),
                occurrences: Occurrences::default(),
                canary: options.canary,
                blown_fuses: if profile.kinds.contains(&Kind::PodDies) {
                    30
                } else {
                    0
                },
                random,
            },
            lives: BTreeMap::new(),
            processes: BTreeMap::new(),
            paused: BTreeMap::new(),
            profile,
            edges: edges.collect(),
            players: (0..options.scale.player_count)
                .map(|number| Player::new(number, number % edge_count))
                .collect(),
            arranger: Arranger::default(),
            world_seed: options.seed,
            faults_until: options.faults_for,
            next_life: 0,
            machines: Machines::default(),
            mended_at: None,
        };
        simulation.found(&states);
        simulation
    }

    /// Writes each pod's first run, and has everything begin.
    fn found(&mut self, states: &[PodState]) {
        let kinds = &self.profile.kinds;
        let line = format!("{} pods, faults: {kinds:?}", states.len());
        self.stage.note(line);
        for state in states {
            let disk = self.stage.storage.begin(state.pod, 0, 0);
            let mut bytes = Vec::new();
            state.write(&mut bytes);
            let identity = recovery::identity(self.world_seed, state.pod);
            let written = checkpoint::write(&disk, identity, state.tick, &bytes);
            written.expect("nothing is wrong with it yet");
            let shard_count = state.shards.len() as u16;
            self.add_process(PeerName::Pod(state.pod), shard_count, 0);
        }
        for edge in self.edges.clone() {
            self.add_process(edge, 0, 5 * MS);
        }
        for number in 0..self.players.len() {
            let span = self.stage.draw_span(0, INPUT_PERIOD);
            self.stage.after(span, Event::Play(number));
        }
        self.stage.after(500 * MS, Event::Rearrange);
        self.stage.after(700 * MS, Event::Fault);
        self.stage.after(100 * MS, Event::Look);
    }

    pub(crate) fn add_process(&mut self, name: PeerName, shard_count: u16, span: Time) {
        let process = Process {
            life: None,
            shard_count,
            machine: self.machines.draw(&mut self.stage.random),
        };
        self.processes.insert(name.clone(), process);
        self.stage.after(span, Event::Start(name, Place::Same));
    }

    /// Runs until the world has gone on after the last fault.
    ///
    /// # Errors
    /// The first thing that does not hold.
    pub fn run(mut self) -> Result<Summary, Failure> {
        while !self.is_done() && self.stage.witness.failure().is_none() {
            let event = self.stage.schedule.advance();
            self.handle(event.expect("something always happens"));
        }
        if let Some(what) = self.stage.witness.failure() {
            return Err(Failure {
                seed: self.world_seed,
                time: self.stage.now(),
                what: what.into(),
                log: self.stage.log.tail(),
            });
        }
        let world = self.stage.witness.world();
        let is_raised = world.dialect > Dialect::OLDEST;
        self.stage
            .occurrences
            .note_many(Occurrence::Raise, is_raised.into());
        Ok(Summary {
            tick: world.tick,
            hash: world.hash,
            counts: self.stage.witness.counts,
            occurrences: self.stage.occurrences.clone(),
            time: self.stage.now(),
            log_digest: self.stage.log.digest(),
        })
    }

    /// All is mended, the world has gone on, and every edge has followed.
    fn is_done(&mut self) -> bool {
        let now = self.stage.now();
        if now < self.faults_until {
            return false;
        }
        let Some(mended_at) = self.mended_at else {
            self.mend();
            self.mended_at = Some(self.stage.witness.tick());
            return false;
        };
        let goal = mended_at + TICKS_AFTER;
        let edges = self.edges.iter().map(|name| self.edge(name));
        let mut wholes = edges.map(|edge| edge.and_then(|edge| edge.whole()));
        let follows = wholes.all(|whole| whole.is_some_and(|whole| whole.tick >= goal));
        if self.stage.witness.tick() >= goal && follows {
            return true;
        }
        if now > self.faults_until + PATIENCE_AFTER {
            self.describe_all();
            let tick = self.stage.witness.tick();
            let what = format!("the world does not go on: tick {tick}, {goal} is due");
            self.stage.witness.fail(what);
            return true;
        }
        false
    }

    pub(crate) fn describe_all(&mut self) {
        for (id, life) in &self.lives {
            let (name, line) = (life.name(), life.describe());
            self.stage.note(format_args!("{name}, {id:?} {line}"));
        }
        let members = self.stage.witness.members().to_vec();
        self.stage.note(format_args!("members: {members:?}"));
    }

    pub(crate) fn edge(&self, name: &PeerName) -> Option<&EdgeLife> {
        match self.lives.get(&self.processes.get(name)?.life?)? {
            Life::Edge(edge) => Some(edge),
            Life::Pod(_) => None,
        }
    }

    pub(crate) fn edge_mut(&mut self, number: usize) -> Option<(&mut EdgeLife, &mut Stage)> {
        let id = self.processes.get(&self.edges[number])?.life?;
        if self.paused.contains_key(&id) {
            return None;
        }
        match self.lives.get_mut(&id)? {
            Life::Edge(edge) => Some((edge, &mut self.stage)),
            Life::Pod(_) => None,
        }
    }

    fn handle(&mut self, event: Event) {
        match event {
            Event::Arrival(ref packet) => {
                if let Some(event) = self.defer(packet.to, event) {
                    self.deliver(event);
                }
            }
            Event::Wake(id, task) => {
                if let Some(Event::Wake(..)) = self.defer(id, event) {
                    self.wake(id, task);
                }
            }
            Event::Start(name, place) => self.start(name, place),
            Event::Play(number) => self.play(number),
            Event::Rearrange => self.rearrange(),
            Event::Fault => self.begin_fault(),
            Event::Relief(relief) => self.relieve(&relief),
            Event::Look => self.look(),
        }
        self.stage.is_unaware = false;
    }

    /// What is for a process that stands still comes when it goes on. Each of its threads may have been
    /// stopped right after it asked for the lease.
    fn defer(&mut self, id: LifeId, event: Event) -> Option<Event> {
        let now = self.stage.now();
        match self.paused.get(&id) {
            Some(&until) if until > now => {
                self.stage.schedule.at(until, event);
                None
            }
            Some(&until) if until == now => {
                self.stage.is_unaware = self.stage.random.chance(1, 2);
                Some(event)
            }
            Some(_) => {
                self.paused.remove(&id);
                Some(event)
            }
            None => Some(event),
        }
    }

    fn deliver(&mut self, event: Event) {
        let Event::Arrival(packet) = event else {
            unreachable!("it is deferred as what it is")
        };
        let id = packet.to;
        let fate = match self.lives.get_mut(&id) {
            Some(Life::Pod(pod)) => pod.handle(packet, &mut self.stage),
            Some(Life::Edge(edge)) => edge.handle(packet, &mut self.stage),
            None => return,
        };
        self.end(id, fate);
    }

    fn wake(&mut self, id: LifeId, task: Task) {
        self.drop_superseded(id);
        let fate = match self.lives.get_mut(&id) {
            Some(Life::Pod(pod)) => pod.turn(task, &mut self.stage),
            Some(Life::Edge(edge)) => edge.turn(&mut self.stage),
            None => return,
        };
        self.end(id, fate);
    }

    /// Whoever stood still before it had registered, and has been replaced, is not let in any more.
    fn drop_superseded(&mut self, id: LifeId) {
        let Some(life) = self.lives.get(&id) else {
            return;
        };
        let current = self.processes.get(life.name()).and_then(|it| it.life);
        if life.incarnation() == 0 && current != Some(id) {
            self.lives.remove(&id);
        }
    }

    /// Starts a process, where it was or elsewhere.
    fn start(&mut self, name: PeerName, place: Place) {
        let Some(process) = self.processes.get_mut(&name) else {
            return;
        };
        // Another one may have been started meanwhile, and go on.
        let is_up = |id: &LifeId| self.lives.contains_key(id) && !self.paused.contains_key(id);
        if process.life.as_ref().is_some_and(is_up) {
            return;
        }
        let id = LifeId(self.next_life);
        self.next_life += 1;
        process.life = Some(id);
        if place == Place::Other {
            process.machine = self.machines.draw(&mut self.stage.random);
        }
        let mut machine = process.machine;
        if self.stage.canary == Some(Canary::ClockCrawls) {
            machine.clock.crawl();
        }
        let life = match &name {
            PeerName::Pod(pod) => {
                let pod = (*pod, process.shard_count);
                let mut life = PodLife::new(id, pod, self.world_seed, machine);
                life.wake(Task::Tend, 0, &mut self.stage);
                Life::Pod(Box::new(life))
            }
            PeerName::Edge(_) => {
                self.stage.after(0, Event::Wake(id, Task::Tend));
                Life::Edge(Box::new(EdgeLife::new(id, name.clone(), machine.clock)))
            }
        };
        self.stage.note(format_args!("{name} is started as {id:?}"));
        self.lives.insert(id, life);
    }

    /// A life comes to its end, or not yet.
    fn end(&mut self, id: LifeId, fate: Fate) {
        if fate == Fate::Lives {
            return;
        }
        let Some(life) = self.lives.remove(&id) else {
            return;
        };
        let (name, incarnation) = (life.name().clone(), life.incarnation());
        self.stage.note(format_args!("{name}, {id:?}: {fate:?}"));
        let is_current = self.processes.get(&name).and_then(|it| it.life) == Some(id);
        if !is_current {
            return;
        }
        if fate == Fate::LosesPower {
            self.fail_power(&name);
        }
        if fate == Fate::Leaves {
            self.stage.occurrences.note(Occurrence::Leave);
            self.depart(&name);
            return;
        }
        if let (Fate::GivesUp, PeerName::Pod(pod)) = (fate, &name) {
            self.stage.occurrences.note(Occurrence::GiveUp);
            self.stage.storage.forget(*pod);
            self.stage.witness.note_departure(*pod);
        }
        // Whoever ended by itself knows that it is dead, and need not wait for its own lease.
        self.stage.registry.release(&name, incarnation);
        let span = self.stage.draw_span(20 * MS, 300 * MS);
        self.stage.after(span, Event::Start(name, Place::Same));
    }

    fn depart(&mut self, name: &PeerName) {
        self.stage.registry.leave(name);
        self.processes.remove(name);
        if let PeerName::Pod(pod) = name {
            self.arranger.leaving.remove(pod);
            self.stage.storage.forget(*pod);
            self.stage.witness.note_departure(*pod);
        }
    }
}

/// An edge by number.
pub fn edge_name(number: usize) -> PeerName {
    PeerName::edge(&format!("e{number}")).expect("a good name")
}
