//! What regions and shards cost, from what they publish.

use std::{collections::BTreeMap, sync::Arc};

use directory::controller::{Load, RegionLoad, ShardLimits, ShardLoad, Spot};
use engine::{Dialect, Frame, frame::RoundState};
use spatial::{
    limits::REGION_LEVEL_MIN,
    partition::{Owner, Partition},
    region::RegionId,
};

use crate::{
    fleet::Sight,
    limits::{EGRESS_BYTES_PER_SECOND_MAX, REGIONS_MAX, SHARD_BODIES_MAX, TICK_US_MAX},
};

/// One look at the world.
#[derive(Clone, Debug, Default)]
pub struct Measurement {
    pub tick: u32,
    pub partition: Arc<Partition>,
    pub members: Vec<Owner>,
    /// The shard that keeps the seat.
    pub seat: Owner,
    pub regions: Vec<RegionLoad>,
    pub players: BTreeMap<RegionId, u64>,
    pub shards: Vec<ShardLoad>,
    pub spots: Vec<Spot>,
    pub round: RoundState,
    /// What the world speaks.
    pub dialect: Dialect,
}

/// What the frames do not say.
#[derive(Clone, Debug, Default)]
pub struct Meters {
    /// By shard: the median of its ticks.
    pub tick_us: BTreeMap<Owner, u64>,
    /// Of all edges together.
    pub egress_bytes_per_second: u64,
}

impl Measurement {
    /// From the frames that all shards published of one tick. Time and bytes are shared out by where
    /// bodies and players are, as if each cost the same.
    pub fn of(frames: &[Arc<Frame>], meters: &Meters) -> Self {
        let seat = frames.iter().find(|frame| frame.is_seat);
        let seat = seat.expect("some shard keeps the seat");
        let partition = seat.partition.clone();
        let spots = spots(frames);
        let bodies = by_region(&partition, spots.iter().map(|spot| (spot.id, spot.bodies)));
        let places = frames.iter().flat_map(|frame| &frame.players);
        let places = places.filter_map(|player| {
            RegionId::of_cell(player.motion.position.cell(), REGION_LEVEL_MIN)
        });
        let players = by_region(&partition, places.map(|id| (id, 1)));
        let mut measurement = Self {
            tick: seat.tick,
            members: seat.members.clone(),
            seat: seat.source,
            regions: Vec::new(),
            shards: shards(&seat.members),
            players,
            spots,
            round: seat.round,
            dialect: seat.dialect,
            partition,
        };
        measurement.regions = measurement.loads(&bodies, meters);
        measurement
    }

    fn loads(&self, bodies: &BTreeMap<RegionId, u64>, meters: &Meters) -> Vec<RegionLoad> {
        let count = |of: &BTreeMap<RegionId, u64>, id| of.get(&id).copied().unwrap_or(0);
        let mut bodies_by_owner: BTreeMap<Owner, u64> = BTreeMap::new();
        for region in self.partition.regions() {
            *bodies_by_owner.entry(region.owner).or_default() += count(bodies, region.id);
        }
        let players_total: u64 = self.players.values().sum();
        let load = |region: &spatial::partition::Region| {
            let own = count(bodies, region.id);
            let tick_us = meters.tick_us.get(&region.owner).copied().unwrap_or(0);
            let here = count(&self.players, region.id);
            RegionLoad {
                id: region.id,
                load: Load {
                    tick_us: tick_us * own / bodies_by_owner[&region.owner].max(1),
                    egress: meters.egress_bytes_per_second * here / players_total.max(1),
                    bodies: own,
                },
            }
        };
        self.partition.regions().iter().map(load).collect()
    }

    /// What of it does not depend on what anything costs.
    pub fn sight(&self) -> Sight {
        Sight {
            tick: self.tick,
            partition: self.partition.clone(),
            members: self.members.clone(),
            seat: self.seat,
        }
    }

    /// What a region costs; nothing where nobody is.
    pub fn load(&self, id: RegionId) -> Load {
        let region = self.regions.iter().find(|region| region.id == id);
        region.map_or(Load::default(), |region| region.load)
    }
}

/// Bodies by region of the smallest size.
fn spots(frames: &[Arc<Frame>]) -> Vec<Spot> {
    let mut counts: BTreeMap<RegionId, u64> = BTreeMap::new();
    for cell in frames.iter().flat_map(|frame| frame.cells.cells()) {
        if let Some(id) = RegionId::of_cell(cell.cell(), REGION_LEVEL_MIN) {
            *counts.entry(id).or_default() += cell.count() as u64;
        }
    }
    let spot = |(id, bodies)| Spot { id, bodies };
    counts.into_iter().map(spot).collect()
}

/// Sums up counts by the region of the partition that they are in; those outside are left out.
fn by_region(
    partition: &Partition,
    counts: impl Iterator<Item = (RegionId, u64)>,
) -> BTreeMap<RegionId, u64> {
    let mut sums = BTreeMap::new();
    for (id, count) in counts {
        if let Ok(region) = partition.locate(id.first_cell()) {
            *sums.entry(region.id).or_default() += count;
        }
    }
    sums
}

fn shards(members: &[Owner]) -> Vec<ShardLoad> {
    let shard = |&owner: &Owner| ShardLoad {
        owner,
        base: Load::default(),
        limits: ShardLimits {
            tick_us: TICK_US_MAX,
            egress: EGRESS_BYTES_PER_SECOND_MAX,
            regions: REGIONS_MAX,
            bodies: SHARD_BODIES_MAX,
        },
    };
    members.iter().map(shard).collect()
}
