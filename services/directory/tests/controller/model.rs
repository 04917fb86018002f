//! A world for the controller: places with bodies, shards with limits, and a partition that its plans
//! change at once. Every plan is checked against the rules that hold for all of them.

use std::collections::{BTreeMap, BTreeSet};

use directory::controller::{
    Action, Controller, Load, Observation, Outcome, Plan, Policy, RegionLoad, ShardLimits,
    ShardLoad, Spot, Step,
};
use spatial::{
    CellCoord,
    limits::{REGION_LEVEL_MAX, REGION_LEVEL_MIN},
    morton,
    partition::{Owner, Partition},
    random::SplitMix64,
    region::{CHILD_COUNT, RegionId},
};

pub const STEP_MS: u64 = 1_000;
/// Longer than any rest.
pub const QUIET_STEPS: u32 = 40;

pub const LIMITS: ShardLimits = ShardLimits {
    tick_us: 40_000,
    egress: 100_000_000,
    regions: 64,
    bodies: 10_000,
};
/// What a body costs: 5,000 of them are half of what a shard may spend.
pub const TICK_NS_PER_BODY: u64 = 4_000;
pub const EGRESS_PER_BODY: u64 = 5_000;

pub struct Model {
    pub partition: Partition,
    pub shards: Vec<ShardLoad>,
    /// Bodies by the code of the first cell of a smallest region.
    pub spots: BTreeMap<u64, u64>,
    pub pinned: BTreeSet<RegionId>,
    pub draining: BTreeSet<u16>,
    /// Whether only what empties a pod is done.
    pub is_dry_run: bool,
    pub policy: Policy,
    pub controller: Controller,
    pub now_ms: u64,
}

impl Model {
    /// A world of one region of 1,024 m for each shard, all of the first of them.
    pub fn new(shard_count: u16) -> Self {
        let owners = (0..shard_count).map(|shard| owner(shard / 2, shard % 2));
        let ids: Vec<_> = (0..shard_count).map(|number| root(number.into())).collect();
        let shards: Vec<_> = owners
            .map(|owner| ShardLoad {
                owner,
                base: Load::default(),
                limits: LIMITS,
            })
            .collect();
        let policy = Policy::default();
        Self {
            partition: Partition::new(&ids, shards[0].owner).expect("a fair world"),
            shards,
            spots: BTreeMap::new(),
            pinned: BTreeSet::new(),
            draining: BTreeSet::new(),
            is_dry_run: false,
            policy,
            controller: Controller::new(policy),
            now_ms: 5_000,
        }
    }

    pub fn assign(&mut self, id: RegionId, owner: Owner) {
        let seen = self.partition.epoch();
        self.partition.assign(id, owner, seen).expect("a leaf");
    }

    /// Puts bodies at a cell.
    pub fn crowd(&mut self, cell: CellCoord, bodies: u64) {
        let spot = RegionId::of_cell(cell, REGION_LEVEL_MIN).expect("in range");
        *self.spots.entry(spot.codes().start).or_default() += bodies;
    }

    pub fn bodies(&self, id: RegionId) -> u64 {
        let spots = self.spots.range(id.codes());
        spots.map(|(_, bodies)| bodies).sum()
    }

    pub fn load(&self, id: RegionId) -> Load {
        let bodies = self.bodies(id);
        Load {
            tick_us: bodies * TICK_NS_PER_BODY / 1_000,
            egress: bodies * EGRESS_PER_BODY,
            bodies,
        }
    }

    pub fn regions_of(&self, owner: Owner) -> Vec<RegionId> {
        let regions = self.partition.regions().iter();
        let own = regions.filter(|region| region.owner == owner);
        own.map(|region| region.id).collect()
    }

    pub fn regions_of_pod(&self, pod: u16) -> usize {
        let regions = self.partition.regions().iter();
        regions.filter(|region| region.owner.pod == pod).count()
    }

    pub fn permille(&self, owner: Owner) -> u64 {
        let shard = self.shard(owner);
        let regions = self.regions_of(owner).into_iter();
        let load = regions.fold(shard.base, |sum, id| sum + self.load(id));
        shard.limits.permille(load)
    }

    pub fn permille_max(&self) -> u64 {
        let shares = self.shards.iter().map(|shard| self.permille(shard.owner));
        shares.max().expect("shards")
    }

    /// Shows the world to the controller, and a second later does what it said.
    pub fn step(&mut self) -> Step {
        let loads = self.loads();
        self.step_measuring(&loads)
    }

    /// The same with measurements that are not those of the world.
    pub fn step_measuring(&mut self, loads: &[RegionLoad]) -> Step {
        let step = self.ask(loads);
        if let Some(plan) = &step.plan {
            self.check(plan);
            let is_order = plan.action.empties_a_pod(&self.partition, &self.draining);
            let outcome = match self.is_dry_run && !is_order {
                true => Outcome::DryRun,
                false => {
                    self.apply(&plan.action);
                    Outcome::Done
                }
            };
            self.controller.note(self.now_ms, &plan.action, outcome);
        }
        self.now_ms += STEP_MS;
        step
    }

    /// Only asks.
    pub fn ask(&mut self, loads: &[RegionLoad]) -> Step {
        let spots = self.spots.iter().map(|(&code, &bodies)| Spot {
            id: RegionId::of_cell(morton::decode(code), REGION_LEVEL_MIN).expect("in range"),
            bodies,
        });
        let spots: Vec<_> = spots.collect();
        let observation = Observation {
            partition: &self.partition,
            regions: loads,
            shards: &self.shards,
            spots: &spots,
            pinned: &self.pinned,
            draining: &self.draining,
        };
        self.controller.step(self.now_ms, &observation)
    }

    pub fn loads(&self) -> Vec<RegionLoad> {
        let regions = self.partition.regions().iter();
        let loads = regions.map(|region| RegionLoad {
            id: region.id,
            load: self.load(region.id),
        });
        loads.collect()
    }

    /// Steps until nothing was said for [`QUIET_STEPS`]; what was said before. Panics when it goes on
    /// for longer than `count_max`.
    pub fn settle(&mut self, count_max: usize) -> Vec<Plan> {
        let mut plans = Vec::new();
        let mut quiet_steps = 0;
        while quiet_steps < QUIET_STEPS {
            match self.step().plan {
                Some(plan) => {
                    plans.push(plan);
                    quiet_steps = 0;
                }
                None => quiet_steps += 1,
            }
            let last = plans.last();
            assert!(plans.len() <= count_max, "no rest, at last {last:?}");
        }
        plans
    }

    /// What is said in so many steps.
    pub fn settle_for(&mut self, steps: u32) -> Vec<Plan> {
        (0..steps).filter_map(|_| self.step().plan).collect()
    }

    fn shard(&self, owner: Owner) -> &ShardLoad {
        let found = self.shards.iter().find(|shard| shard.owner == owner);
        found.expect("a shard of the model")
    }

    pub fn apply(&mut self, action: &Action) {
        let seen = self.partition.epoch();
        let result = match *action {
            Action::Split { region } => self.partition.split(region, seen),
            Action::Merge { region } => self.partition.merge(region, seen),
            Action::Move { region, to, .. } | Action::Drain { region, to, .. } => {
                self.partition.assign(region, to, seen)
            }
        };
        result.expect("plans are of what is there");
    }

    /// Walls hold for all plans, pins for all but those that empty a pod, and each does what its kind promises.
    fn check(&self, plan: &Plan) {
        assert!(!plan.reasons.is_empty());
        match plan.action {
            Action::Split { region } => {
                let owner = self.partition.region(region).expect("a leaf").owner;
                let is_emptied = self.draining.contains(&owner.pod);
                assert!(is_emptied || !self.pinned.contains(&region));
                let count = self.regions_of(owner).len() + CHILD_COUNT - 1;
                assert!(count <= self.shard(owner).limits.regions as usize);
            }
            Action::Merge { region } => {
                assert!(region.level() <= REGION_LEVEL_MAX.min(self.policy.merge_level_max));
                let children = region.children().expect("of parts");
                assert!(children.iter().all(|child| !self.pinned.contains(child)));
            }
            Action::Move { region, from, to } => {
                assert!(!self.pinned.contains(&region));
                self.check_transfer(region, from, to);
                let [before, after] = self.shares_around(region, from, to);
                assert!(before > self.policy.high_permille, "only the busy");
                assert!(after + self.policy.gain_permille_min <= before, "{plan:?}");
                assert!(before - after == plan.gain_permille);
                assert!(!self.draining.contains(&from.pod), "that is a drain");
            }
            Action::Drain { region, from, to } => {
                self.check_transfer(region, from, to);
                assert!(self.draining.contains(&from.pod));
            }
        }
    }

    fn check_transfer(&self, region: RegionId, from: Owner, to: Owner) {
        assert_eq!(self.partition.region(region).expect("a leaf").owner, from);
        assert_ne!(from, to);
        assert!(!self.draining.contains(&to.pod));
        let there = self.regions_of(to);
        let bodies: u64 = there.iter().map(|id| self.bodies(*id)).sum();
        let limits = self.shard(to).limits;
        assert!(bodies + self.bodies(region) <= limits.bodies);
        assert!(there.len() < limits.regions as usize);
    }

    /// The share of the giver, and the larger of both shares after the move.
    fn shares_around(&self, region: RegionId, from: Owner, to: Owner) -> [u64; 2] {
        let sum = |owner: Owner| {
            let regions = self.regions_of(owner).into_iter();
            regions.fold(self.shard(owner).base, |sum, id| sum + self.load(id))
        };
        let part = self.load(region);
        let left = self.shard(from).limits.permille(sum(from).less(part));
        let joined = self.shard(to).limits.permille(sum(to) + part);
        [self.permille(from), left.max(joined)]
    }
}

pub const fn owner(pod: u16, shard: u16) -> Owner {
    Owner { pod, shard }
}

/// The regions of the model lie in a row along x.
pub fn root(number: i32) -> RegionId {
    let edge = 1 << REGION_LEVEL_MAX;
    RegionId::of_cell(CellCoord::new(number * edge, 0, 0), REGION_LEVEL_MAX).expect("in range")
}

/// A cell of a region.
pub fn draw_cell(random: &mut SplitMix64, region: RegionId) -> CellCoord {
    let first = region.first_cell();
    let last = (1 << region.level()) - 1;
    let mut axis = |start: i32| start + random.between(0, last);
    CellCoord::new(axis(first.x), axis(first.y), axis(first.z))
}

/// A world with crowds and lone bodies here and there, its regions split and dealt out at random.
pub fn draw_model(random: &mut SplitMix64) -> Model {
    let shard_count = 2 + random.below(5) as u16;
    let mut model = Model::new(shard_count);
    for _ in 0..random.below(12) {
        let regions = model.partition.regions();
        let id = regions[random.below(regions.len() as u32) as usize].id;
        if id.level() > REGION_LEVEL_MIN && random.chance(2, 3) {
            let seen = model.partition.epoch();
            model.partition.split(id, seen).expect("a leaf");
        }
    }
    let ids: Vec<_> = model.partition.regions().iter().map(|r| r.id).collect();
    for id in ids {
        let shard = model.shards[random.below(shard_count.into()) as usize].owner;
        model.assign(id, shard);
    }
    for _ in 0..u32::from(shard_count) * (1 + random.below(40)) {
        let number = random.below(shard_count.into()) as i32;
        let cell = draw_cell(random, root(number));
        let bits = random.below(13);
        let bodies = 1 + u64::from(random.below(1 << bits));
        model.crowd(cell, bodies);
    }
    model
}
