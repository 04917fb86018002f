//! The observation, added up: shards with their regions, places in order.

use std::collections::{BTreeMap, BTreeSet};

use spatial::{
    partition::{Owner, Partition, Region},
    region::RegionId,
};

use super::{
    Policy,
    load::{Load, ShardLimits},
    observation::{Observation, Spot},
};

/// A shard with all that it carries.
pub struct Shard {
    pub owner: Owner,
    pub limits: ShardLimits,
    pub load: Load,
    /// In Morton order.
    pub regions: Vec<RegionId>,
    pub is_draining: bool,
}

impl Shard {
    pub fn permille(&self) -> u64 {
        self.limits.permille(self.load)
    }

    pub fn permille_with(&self, part: Load) -> u64 {
        self.limits.permille(self.load + part)
    }

    pub fn permille_without(&self, part: Load) -> u64 {
        self.limits.permille(self.load.less(part))
    }

    /// Whether one more region, of this load, passes no wall.
    pub fn has_room(&self, part: Load) -> bool {
        self.region_room() >= 1
            && self.load.bodies.saturating_add(part.bodies) <= self.limits.bodies
    }

    /// Regions that there is room for.
    pub fn region_room(&self) -> usize {
        let region_count_max = usize::try_from(self.limits.regions).unwrap_or(usize::MAX);
        region_count_max.saturating_sub(self.regions.len())
    }
}

pub struct View<'a> {
    pub policy: &'a Policy,
    pub partition: &'a Partition,
    /// By owner.
    pub shards: Vec<Shard>,
    pinned: &'a BTreeSet<RegionId>,
    loads: BTreeMap<RegionId, Load>,
    /// By the code of the first cell.
    spots: Vec<(u64, Spot)>,
}

impl<'a> View<'a> {
    pub fn new(observation: &Observation<'a>, policy: &'a Policy) -> Self {
        let regions = observation.regions.iter();
        let loads = regions.map(|region| (region.id, region.load)).collect();
        let spots = observation.spots.iter();
        let mut spots: Vec<_> = spots.map(|spot| (spot.id.codes().start, *spot)).collect();
        spots.sort_unstable();
        let mut view = Self {
            policy,
            partition: observation.partition,
            shards: Vec::new(),
            pinned: observation.pinned,
            loads,
            spots,
        };
        view.shards = view.shards_loaded(observation);
        view
    }

    pub fn load(&self, id: RegionId) -> Load {
        self.loads.get(&id).copied().unwrap_or_default()
    }

    pub fn is_pinned(&self, id: RegionId) -> bool {
        self.pinned.contains(&id)
    }

    pub fn shard(&self, owner: Owner) -> Option<&Shard> {
        let found = self
            .shards
            .binary_search_by_key(&owner, |shard| shard.owner);
        found.ok().map(|index| &self.shards[index])
    }

    /// The parts of a region at a lower level that hold bodies, with what these would cost alone.
    pub fn parts(&self, id: RegionId, level: u8) -> impl Iterator<Item = (RegionId, Load)> {
        let whole = self.load(id);
        let spots = self.spots_in(id);
        let part_of = move |spot: &Spot| RegionId::of_cell(spot.id.first_cell(), level);
        spots
            .chunk_by(move |(_, one), (_, other)| part_of(one) == part_of(other))
            .filter_map(move |spots| {
                let part = part_of(&spots[0].1)?;
                let bodies = spots.iter().map(|(_, spot)| spot.bodies).sum();
                (bodies > 0).then(|| (part, whole.of_bodies(bodies)))
            })
    }

    fn spots_in(&self, id: RegionId) -> &[(u64, Spot)] {
        let codes = id.codes();
        let start = self.spots.partition_point(|(code, _)| *code < codes.start);
        let end = self.spots.partition_point(|(code, _)| *code < codes.end);
        &self.spots[start..end]
    }

    fn shards_loaded(&self, observation: &Observation) -> Vec<Shard> {
        let mut owned: BTreeMap<Owner, Vec<&Region>> = BTreeMap::new();
        for region in observation.partition.regions() {
            owned.entry(region.owner).or_default().push(region);
        }
        let mut shards: Vec<Shard> = Vec::new();
        for shard in observation.shards {
            let regions = owned.remove(&shard.owner).unwrap_or_default();
            let mut load = shard.base;
            for region in &regions {
                load += self.load(region.id);
            }
            shards.push(Shard {
                owner: shard.owner,
                limits: shard.limits,
                load,
                regions: regions.iter().map(|region| region.id).collect(),
                is_draining: observation.draining.contains(&shard.owner.pod),
            });
        }
        shards.sort_unstable_by_key(|shard| shard.owner);
        shards
    }
}
