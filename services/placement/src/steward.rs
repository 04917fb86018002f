//! The thread that looks at the world, plans and answers.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    io,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::Instant,
};

use directory::{
    PlanState,
    controller::{Action, Controller, Observation, Outcome, Plan, Policy},
};
use engine::{Command, Dialect, Frame, PartitionChange, limits::TICK_MS};
use spatial::{
    partition::{Owner, Region},
    region::RegionId,
};
use world::{EdgePort, PodStatus};

use crate::{
    control::Listener,
    fleet::{Fleet, Rules, Times, Wish},
    limits::{LOOK_PERIOD, PLAN_PERIOD, PLAN_TIMEOUT, PLANS_KEPT, RELIEF_SHOWN},
    measure::{Measurement, Meters},
    moves::Moves,
    request::{Answer, BattleRow, MoveRow, PlanRow, RegionRow, Request, ShardRow},
};

/// How it is told what edges send, in bytes since the start.
pub type Egress = Box<dyn Fn() -> u64 + Send>;

pub struct StewardOptions {
    /// Where operators ask; none answers nobody.
    pub socket: Option<PathBuf>,
    /// Whether plans are only said; in a cluster until the directory has said what holds.
    pub is_dry_run: bool,
    pub policy: Policy,
    /// The newest that this process speaks.
    pub dialect: Dialect,
    /// In a cluster.
    pub fleet: Option<Arc<Fleet>>,
}

/// See the module.
pub struct Steward {
    port: EdgePort,
    status: PodStatus,
    egress: Egress,
    egress_before: (Instant, u64),
    egress_bytes_per_second: u64,
    listener: Option<Listener>,
    controller: Controller,
    fleet: Option<Arc<Fleet>>,
    dialect: Dialect,
    /// The tick when it last looked whether that is to be raised.
    raised_at: u32,
    rules: Rules,
    draining: BTreeSet<u16>,
    silent: BTreeSet<u16>,
    plans: VecDeque<Entry>,
    blocked: Vec<String>,
    measurement: Measurement,
    moves: Moves,
    times: BTreeMap<Owner, Times>,
    begun_at: Instant,
    planned_at: Instant,
    is_relieving: Arc<AtomicBool>,
}

/// A plan and what became of it.
struct Entry {
    at: Instant,
    by: By,
    plan: Plan,
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum By {
    Controller,
    Operator,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// Sent to the seat; shows in the partition soon.
    UnderWay,
    Applied,
    Failed,
    DryRun,
}

/// A running steward.
pub struct StewardHandle {
    stop: Arc<AtomicBool>,
    is_relieving: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

impl StewardHandle {
    /// Whether regions are divided or move because a shard is full, or did a moment ago.
    pub fn relieving(&self) -> Arc<AtomicBool> {
        self.is_relieving.clone()
    }

    /// Ends the thread.
    pub fn stop(self) {
        self.stop.store(true, Ordering::Release);
        self.thread.thread().unpark();
        if self.thread.join().is_err() {
            tracing::error!("the steward's thread had panicked");
        }
    }
}

impl Steward {
    /// Starts the thread.
    ///
    /// # Errors
    /// If the socket cannot be made, or the system gives no thread.
    pub fn start(
        port: EdgePort,
        status: PodStatus,
        egress: Egress,
        options: StewardOptions,
    ) -> io::Result<StewardHandle> {
        let listener = options.socket.as_deref().map(Listener::bind).transpose()?;
        let now = Instant::now();
        let mut steward = Self {
            port,
            status,
            egress_before: (now, egress()),
            egress,
            egress_bytes_per_second: 0,
            listener,
            controller: Controller::new(options.policy),
            fleet: options.fleet,
            dialect: options.dialect,
            raised_at: 0,
            rules: Rules {
                pinned: BTreeSet::new(),
                is_dry_run: options.is_dry_run,
                configuration: Arc::default(),
            },
            draining: BTreeSet::new(),
            silent: BTreeSet::new(),
            plans: VecDeque::new(),
            blocked: Vec::new(),
            measurement: Measurement::default(),
            moves: Moves::default(),
            times: BTreeMap::new(),
            begun_at: now,
            planned_at: now,
            is_relieving: Arc::default(),
        };
        let is_relieving = steward.is_relieving.clone();
        let stop = Arc::new(AtomicBool::new(false));
        let thread = thread::Builder::new().name("steward".into()).spawn({
            let stop = stop.clone();
            move || {
                while !stop.load(Ordering::Acquire) && !steward.port.is_abandoned() {
                    steward.turn(Instant::now());
                    thread::park_timeout(LOOK_PERIOD);
                }
            }
        })?;
        Ok(StewardHandle {
            stop,
            is_relieving,
            thread,
        })
    }

    fn turn(&mut self, now: Instant) {
        let mut newest = None;
        while let Some(whole) = self.port.whole() {
            self.moves.follow(&whole);
            newest = Some(whole.parts);
        }
        if let Some(frames) = newest {
            self.look(&frames, now);
        }
        // No frame comes while the world waits for them.
        if let Some(fleet) = &self.fleet {
            self.silent = fleet.silent();
        }
        if let Some(listener) = self.listener.take() {
            listener.serve(|request| self.answer(request, now));
            self.listener = Some(listener);
        }
        if now.saturating_duration_since(self.planned_at) >= PLAN_PERIOD {
            self.planned_at = now;
            self.plan(now);
            self.dismiss_emptied();
            self.raise_dialect();
            self.show_relief(now);
        }
    }

    fn look(&mut self, frames: &[Arc<Frame>], now: Instant) {
        let (before, bytes_before) = self.egress_before;
        let elapsed = now.saturating_duration_since(before);
        if elapsed >= PLAN_PERIOD {
            let bytes = (self.egress)() + self.fleet.as_ref().map_or(0, |it| it.egress());
            let sent = u128::from(bytes.saturating_sub(bytes_before)) * 1_000;
            self.egress_bytes_per_second = (sent / elapsed.as_millis().max(1)) as u64;
            self.egress_before = (now, bytes);
        }
        let times = self.times(frames);
        let tick_us = times.iter().map(|(owner, it)| (*owner, it.tick_us_p50));
        let meters = Meters {
            tick_us: tick_us.collect(),
            egress_bytes_per_second: self.egress_bytes_per_second,
        };
        self.measurement = Measurement::of(frames, &meters);
        self.times = times;
        if let Some(fleet) = &self.fleet {
            fleet.note_look(self.measurement.sight());
            self.draining = fleet.draining();
            if let Some(rules) = fleet.rules() {
                self.rules = rules;
            }
        }
        self.settle(now);
    }

    /// What the ticks of all shards cost: the own ones' boards are by number.
    fn times(&self, frames: &[Arc<Frame>]) -> BTreeMap<Owner, Times> {
        let mut times = self.fleet.as_ref().map(|it| it.times()).unwrap_or_default();
        let is_own = |owner: &Owner| self.fleet.as_ref().is_none_or(|it| it.pod == owner.pod);
        let own = frames.iter().map(|frame| frame.source).filter(is_own);
        let boards = self.status.boards();
        let own = own.filter_map(|owner| Some((owner, boards.get(usize::from(owner.shard))?)));
        times.extend(own.map(|(owner, board)| (owner, Times::of(board))));
        times
    }

    /// Looks whether what is under way has shown in the partition.
    fn settle(&mut self, now: Instant) {
        let partition = &self.measurement.partition;
        for entry in &mut self.plans {
            if entry.state != State::UnderWay {
                continue;
            }
            let outcome = match is_applied(&entry.plan.action, partition) {
                true => Outcome::Done,
                false if now.saturating_duration_since(entry.at) > PLAN_TIMEOUT => Outcome::Failed,
                false => continue,
            };
            entry.state = match outcome {
                Outcome::Done => State::Applied,
                _ => State::Failed,
            };
            if let Some(fleet) = &self.fleet {
                let state = match entry.state {
                    State::Applied => PlanState::Applied,
                    _ => PlanState::Failed,
                };
                fleet.note_plan(&entry.plan, state);
            }
            let region = entry.plan.action.region();
            let action = entry.plan.action.name();
            let is_applied = outcome == Outcome::Done;
            tracing::info!(
                action,
                %region,
                is_applied,
                "plan ended"
            );
            let at_ms = now.saturating_duration_since(self.begun_at).as_millis() as u64;
            self.controller.note(at_ms, &entry.plan.action, outcome);
        }
    }

    /// Players are shown a plan of the controller against overload until its bodies have followed.
    fn show_relief(&self, now: Instant) {
        let is_relief = |entry: &Entry| {
            let action = &entry.plan.action;
            let is_fresh = now.saturating_duration_since(entry.at) < RELIEF_SHOWN;
            let is_done = matches!(entry.state, State::UnderWay | State::Applied);
            let relieves = matches!(action, Action::Split { .. } | Action::Move { .. });
            entry.by == By::Controller && relieves && is_done && is_fresh
        };
        let is_relieving = self.plans.iter().any(is_relief);
        self.is_relieving.store(is_relieving, Ordering::Relaxed);
    }

    fn is_busy(&self) -> bool {
        self.plans
            .iter()
            .any(|entry| entry.state == State::UnderWay)
    }

    /// Asks the controller, and does what it says.
    fn plan(&mut self, now: Instant) {
        let is_leading = self.fleet.as_ref().is_none_or(|fleet| fleet.is_leading());
        if !is_leading || self.is_busy() || self.measurement.members.len() < 2 {
            return;
        }
        let observation = Observation {
            partition: &self.measurement.partition,
            regions: &self.measurement.regions,
            shards: &self.measurement.shards,
            spots: &self.measurement.spots,
            pinned: &self.rules.pinned,
            draining: &self.draining,
        };
        let now_ms = now.saturating_duration_since(self.begun_at).as_millis() as u64;
        let step = self.controller.step(now_ms, &observation);
        self.blocked = step.blocked;
        let Some(plan) = step.plan else { return };
        let partition = &self.measurement.partition;
        let is_order = plan.action.empties_a_pod(partition, &self.draining);
        let is_dry_run = self.rules.is_dry_run && !is_order;
        tracing::info!(
            action = plan.action.name(),
            region = %plan.action.region(),
            gain_permille = plan.gain_permille,
            reasons = plan.reasons.join("; "),
            is_dry_run,
            "plan"
        );
        if is_dry_run {
            self.controller.note(now_ms, &plan.action, Outcome::DryRun);
            if let Some(fleet) = &self.fleet {
                fleet.note_plan(&plan, PlanState::DryRun);
            }
            self.log(now, By::Controller, plan, State::DryRun);
        } else {
            self.carry_out(now, By::Controller, plan);
        }
    }

    /// Has the world speak what all processes do, once the last of the version before has left.
    fn raise_dialect(&mut self) {
        let spoken = match &self.fleet {
            Some(fleet) if fleet.is_leading() => fleet.dialect(),
            Some(_) => None,
            None => Some(self.dialect),
        };
        // A word that waits for a world that stands still would be heard when it is not true any more.
        let is_moving = self.measurement.tick != self.raised_at;
        self.raised_at = self.measurement.tick;
        let is_newer = |dialect: &Dialect| *dialect > self.measurement.dialect;
        if let Some(dialect) = spoken.filter(is_newer).filter(|_| is_moving) {
            tracing::info!(
                dialect = dialect.number(),
                "all processes speak a newer dialect: so does the world from now on"
            );
            // A full ring, or a word that was lost, shows as a world that still speaks the older one.
            let _ = self.port.send(Command::Speak { dialect });
        }
    }

    /// Has the world wait no more for shards of this pod that were emptied.
    fn dismiss_emptied(&mut self) {
        let Some(fleet) = &self.fleet else { return };
        if !self.draining.contains(&fleet.pod) {
            return;
        }
        let regions = self.measurement.partition.regions();
        let members = self.measurement.members.iter();
        let is_emptied = |owner: &&Owner| {
            owner.pod == fleet.pod && regions.iter().all(|region| region.owner != **owner)
        };
        for &owner in members.filter(is_emptied) {
            // A full ring, or a word that was lost, shows as a shard that is still a member.
            let discharge = PartitionChange::Discharge { owner };
            let _ = self.port.send(Command::Partition(discharge));
        }
    }

    fn carry_out(&mut self, now: Instant, by: By, plan: Plan) {
        let seen = self.measurement.partition.epoch();
        let change = match plan.action {
            Action::Split { region } => PartitionChange::Split { region, seen },
            Action::Merge { region } => PartitionChange::Merge { region, seen },
            Action::Move { region, to, .. } | Action::Drain { region, to, .. } => {
                PartitionChange::Assign {
                    region,
                    owner: to,
                    seen,
                }
            }
        };
        // A full ring shows as a plan that failed.
        let _ = self.port.send(Command::Partition(change));
        self.log(now, by, plan, State::UnderWay);
    }

    fn log(&mut self, at: Instant, by: By, plan: Plan, state: State) {
        if self.plans.len() == PLANS_KEPT {
            self.plans.pop_front();
        }
        self.plans.push_back(Entry {
            at,
            by,
            plan,
            state,
        });
    }

    fn answer(&mut self, request: Request, now: Instant) -> Answer {
        let answered = match request {
            Request::Regions => Ok(self.regions(now)),
            Request::Shards => Ok(self.shards()),
            Request::Plan => Ok(self.plans(now)),
            Request::Why { region } => self.why(&region, now),
            Request::Split { region } => self.split(&region, now),
            Request::Merge { region } => self.merge(&region, now),
            Request::Move { region, to } => self.give(&region, &to, now),
            Request::Pin { region, is_pinned } => self.pin(&region, is_pinned),
            Request::Drain { pod, is_draining } => self.drain(pod, is_draining),
            Request::DryRun { is_on } => self.set_dry_run(is_on),
            Request::Configuration => self.configuration(),
            Request::Configure { before, text } => self.configure(&before, &text),
            Request::Battle => Ok(self.battle()),
            Request::EndBattle { number } => self.end_battle(number),
        };
        answered.unwrap_or_else(|why| Answer::Refused { why })
    }

    fn regions(&self, now: Instant) -> Answer {
        let regions = self.measurement.partition.regions();
        Answer::Regions {
            regions: regions
                .iter()
                .map(|region| self.region_row(region, now))
                .collect(),
        }
    }

    fn region_row(&self, region: &Region, now: Instant) -> RegionRow {
        let load = self.measurement.load(region.id);
        let low = region.id.blocks().min;
        RegionRow {
            region: region.id.to_string(),
            edge_m: region.id.edge_metres(),
            at: [low.x, low.y, low.z],
            owner: name_of(region.owner),
            epoch: region.epoch.0,
            bodies: load.bodies,
            players: self
                .measurement
                .players
                .get(&region.id)
                .copied()
                .unwrap_or(0),
            tick_us: load.tick_us,
            egress_bytes_per_second: load.egress,
            is_pinned: self.is_pinned(region),
            moved: self.move_row(region, now),
        }
    }

    /// How its last move went, once that is over.
    fn move_row(&self, region: &Region, now: Instant) -> Option<MoveRow> {
        let last = self.moves.last(region.id, region.epoch)?;
        let pause = last.pause?;
        Some(MoveRow {
            age_s: now.saturating_duration_since(pause.ended_at).as_secs(),
            from: name_of(last.from),
            to: name_of(last.to),
            bodies: last.bodies,
            pause_ticks: pause.ticks,
            pause_ms: pause.lasted.as_millis() as u64,
            late_ms: pause.late.as_millis() as u64,
        })
    }

    fn is_pinned(&self, region: &Region) -> bool {
        self.rules.pinned.contains(&region.id)
    }

    fn shards(&self) -> Answer {
        let shards = self.measurement.shards.iter();
        Answer::Shards {
            tick: self.measurement.tick,
            dialect: match self.measurement.tick {
                0 => 0,
                _ => self.measurement.dialect.number(),
            },
            shards: shards.map(|shard| self.shard_row(shard)).collect(),
        }
    }

    fn shard_row(&self, shard: &directory::controller::ShardLoad) -> ShardRow {
        let times = self.times.get(&shard.owner).cloned().unwrap_or_default();
        let regions = self.measurement.partition.regions().iter();
        let own: Vec<&Region> = regions.filter(|it| it.owner == shard.owner).collect();
        let mut load = shard.base;
        own.iter()
            .for_each(|region| load += self.measurement.load(region.id));
        let players = own.iter().map(|it| self.measurement.players.get(&it.id));
        ShardRow {
            shard: name_of(shard.owner),
            regions: own.len(),
            pinned: own.iter().filter(|it| self.is_pinned(it)).count(),
            bodies: load.bodies,
            players: players.flatten().sum(),
            tick_us_p50: times.tick_us_p50,
            tick_us_p99: times.tick_us_p99,
            egress_bytes_per_second: load.egress,
            load_permille: shard.limits.permille(load),
            handoffs: times.handoffs,
            is_draining: self.draining.contains(&shard.owner.pod),
            is_silent: self.silent.contains(&shard.owner.pod),
            phases: times.phases,
        }
    }

    fn plans(&self, now: Instant) -> Answer {
        Answer::Plans {
            is_dry_run: self.rules.is_dry_run,
            pinned: self.rules.pinned.iter().map(RegionId::to_string).collect(),
            plans: self.plans.iter().rev().map(|it| it.row(now)).collect(),
            blocked: self.blocked.clone(),
        }
    }

    fn why(&self, name: &str, now: Instant) -> Result<Answer, String> {
        let region = *self.region(name)?;
        let is_about = |entry: &&Entry| {
            let about = entry.plan.action.region();
            about == region.id || about.contains(region.id.first_cell())
        };
        Ok(Answer::Why {
            region: self.region_row(&region, now),
            plans: self
                .plans
                .iter()
                .rev()
                .filter(is_about)
                .map(|it| it.row(now))
                .collect(),
        })
    }

    fn split(&mut self, name: &str, now: Instant) -> Result<Answer, String> {
        let region = self.region(name)?.id;
        region
            .children()
            .ok_or("it is of the smallest size already")?;
        Ok(self.order(Action::Split { region }, now))
    }

    fn merge(&mut self, name: &str, now: Instant) -> Result<Answer, String> {
        let region = parse_region(name)?;
        let mut trial = self.measurement.partition.as_ref().clone();
        let seen = trial.epoch();
        trial
            .merge(region, seen)
            .map_err(|error| error.to_string())?;
        Ok(self.order(Action::Merge { region }, now))
    }

    fn give(&mut self, name: &str, to: &str, now: Instant) -> Result<Answer, String> {
        let region = *self.region(name)?;
        let to = parse_owner(to)?;
        if !self.measurement.members.contains(&to) {
            return Err(format!(
                "{} is no shard of this world; see ctl shards",
                name_of(to)
            ));
        }
        if region.owner == to {
            return Err(format!("{} has it already", name_of(to)));
        }
        let action = Action::Move {
            region: region.id,
            from: region.owner,
            to,
        };
        Ok(self.order(action, now))
    }

    /// What an operator wants is done at once, pinned or not.
    fn order(&mut self, action: Action, now: Instant) -> Answer {
        let plan = Plan {
            action,
            reasons: vec!["an operator wants it".into()],
            gain_permille: 0,
        };
        let what = format!("{} of region {} begun", action.name(), action.region());
        self.carry_out(now, By::Operator, plan);
        Answer::Done { what }
    }

    fn pin(&mut self, name: &str, is_pinned: bool) -> Result<Answer, String> {
        let region = self.region(name)?.id;
        let still = match self.rules.pinned.contains(&region) == is_pinned {
            true => " as before",
            false => "",
        };
        self.obey(Wish::Pin { region, is_pinned })?;
        let word = if is_pinned { "pinned" } else { "free to move" };
        Ok(Answer::Done {
            what: format!("region {name} is {word}{still}"),
        })
    }

    fn drain(&mut self, pod: u16, is_draining: bool) -> Result<Answer, String> {
        let members = &self.measurement.members;
        if !members.iter().any(|owner| owner.pod == pod) {
            return Err(format!("there is no pod {pod}; see ctl shards"));
        }
        if !is_draining {
            self.obey(Wish::Drain { pod, is_draining })?;
            let what = format!("pod {pod} takes regions again");
            return Ok(Answer::Done { what });
        }
        let is_left = |owner: &Owner| owner.pod != pod && !self.draining.contains(&owner.pod);
        if !members.iter().any(is_left) {
            return Err(format!(
                "pod {pod} is the only one that takes regions: start another first"
            ));
        }
        self.obey(Wish::Drain { pod, is_draining })?;
        Ok(Answer::Done {
            what: format!("pod {pod} is being emptied, and then it ends"),
        })
    }

    fn set_dry_run(&mut self, is_on: bool) -> Result<Answer, String> {
        self.obey(Wish::DryRun { is_on })?;
        let word = if is_on { "only said" } else { "carried out" };
        Ok(Answer::Done {
            what: format!("plans are {word}"),
        })
    }

    fn configuration(&self) -> Result<Answer, String> {
        match self.fleet.as_ref().map(|fleet| fleet.rules()) {
            None => Err(ITS_OWN_FILE.into()),
            Some(None) => Err("the directory does not answer: try again later".into()),
            Some(Some(rules)) => Ok(Answer::Configuration {
                text: rules.configuration.to_string(),
            }),
        }
    }

    fn configure(&mut self, before: &str, text: &str) -> Result<Answer, String> {
        if self.fleet.is_none() {
            return Err(ITS_OWN_FILE.into());
        }
        let (before, text) = (before.into(), text.into());
        self.obey(Wish::Configure { before, text })?;
        Ok(Answer::Done {
            what: "the directory is told".into(),
        })
    }

    fn battle(&self) -> Answer {
        let round = self.measurement.round;
        let battle = BattleRow {
            number: round.number,
            score: round.score,
            score_to_win: round.score_to_win,
            pause_ms: u64::from(round.pause_ticks * TICK_MS),
        };
        Answer::Battle { battle }
    }

    /// Said again it does nothing more: the battle of that number is over then.
    fn end_battle(&mut self, number: u32) -> Result<Answer, String> {
        let sent = self.port.send(Command::EndRound { number });
        sent.map_err(|_| "the world takes no orders now: try again later")?;
        Ok(Answer::Done {
            what: format!("battle {number} ends"),
        })
    }

    /// In a cluster all have to know, whoever leads: the directory is told, and what it has holds.
    fn obey(&mut self, wish: Wish) -> Result<(), String> {
        if let Some(fleet) = &self.fleet {
            let is_taken = fleet.wish(wish);
            return is_taken.then_some(()).ok_or_else(|| NOT_TAKEN.into());
        }
        let Rules {
            pinned,
            is_dry_run,
            configuration,
        } = &mut self.rules;
        match wish {
            Wish::Drain { pod, is_draining } => set(&mut self.draining, pod, is_draining),
            Wish::Pin { region, is_pinned } => set(pinned, region, is_pinned),
            Wish::DryRun { is_on } => *is_dry_run = is_on,
            Wish::Configure { text, .. } => *configuration = text,
        }
        Ok(())
    }

    fn region(&self, name: &str) -> Result<&Region, String> {
        let id = parse_region(name)?;
        let region = self.measurement.partition.region(id);
        region.map_err(|_| format!("{name} is no region now; see ctl regions"))
    }
}

/// What an operator is told whose order finds no room.
const NOT_TAKEN: &str =
    "the directory does not answer, and too many orders wait for it: try again later";

/// What an operator is told who asks a process that shares its world with no other.
const ITS_OWN_FILE: &str = "this process is the whole world: it goes by its own file";

fn set<T: Ord>(set: &mut BTreeSet<T>, item: T, is_in: bool) {
    match is_in {
        true => drop(set.insert(item)),
        false => drop(set.remove(&item)),
    }
}

impl Entry {
    fn row(&self, now: Instant) -> PlanRow {
        let owners = self.plan.action.owners();
        let state = match self.state {
            State::UnderWay => "under way",
            State::Applied => "applied",
            State::Failed => "failed",
            State::DryRun => "dry run",
        };
        let by = match self.by {
            By::Controller => "controller",
            By::Operator => "operator",
        };
        PlanRow {
            age_s: now.saturating_duration_since(self.at).as_secs(),
            by: by.into(),
            action: self.plan.action.name().into(),
            region: self.plan.action.region().to_string(),
            from: owners.map(|(from, _)| name_of(from)),
            to: owners.map(|(_, to)| name_of(to)),
            state: state.into(),
            gain_permille: self.plan.gain_permille,
            reasons: self.plan.reasons.clone(),
        }
    }
}

/// Whether the partition is as an action wants it.
fn is_applied(action: &Action, partition: &spatial::partition::Partition) -> bool {
    match *action {
        Action::Split { region } => {
            let children = region.children().unwrap_or([region; 8]);
            children
                .iter()
                .all(|child| partition.region(*child).is_ok())
        }
        Action::Merge { region } => partition.region(region).is_ok(),
        Action::Move { region, to, .. } | Action::Drain { region, to, .. } => partition
            .region(region)
            .is_ok_and(|region| region.owner == to),
    }
}

pub(crate) fn name_of(owner: Owner) -> String {
    format!("{}/{}", owner.pod, owner.shard)
}

fn parse_owner(text: &str) -> Result<Owner, String> {
    let (pod, shard) = text.split_once('/').unwrap_or(("0", text));
    match (pod.parse(), shard.parse()) {
        (Ok(pod), Ok(shard)) => Ok(Owner { pod, shard }),
        _ => Err(format!(
            "{text} is no shard: write POD/SHARD, as ctl shards does"
        )),
    }
}

fn parse_region(text: &str) -> Result<RegionId, String> {
    let bits = u64::from_str_radix(text, 16).ok();
    let id = bits.and_then(RegionId::from_bits);
    id.ok_or_else(|| format!("{text} is no region's name: copy one from ctl regions"))
}
