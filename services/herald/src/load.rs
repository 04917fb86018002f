//! How the ticks of each own shard went, every ten seconds of the world's time.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use engine::Frame;
use events::battle::{Character, Region, Ticks};
use spatial::{
    partition::{Owner, Partition},
    region::RegionId,
};
use world::status::ShardStatus;

use crate::{
    aggregate::Origin,
    limits::{CHARACTERS_PER_EVENT_MAX, LOAD_TICKS, REGIONS_PER_EVENT_MAX},
    sight::character_of,
};

/// See the module.
#[derive(Debug)]
pub struct Load {
    origin: Origin,
    /// Ticks of each shard since it was told of last.
    counts: BTreeMap<Owner, u32>,
    partition: Arc<Partition>,
}

impl Load {
    pub fn new(origin: Origin) -> Self {
        Self {
            origin,
            counts: BTreeMap::new(),
            partition: Arc::default(),
        }
    }

    /// Takes the frames that all shards published of one tick. `status` tells of the own shard of that number,
    /// whose durations are those of the last minute.
    pub fn see(
        &mut self,
        frames: &[Arc<Frame>],
        at_ms: i64,
        status: impl Fn(u16) -> Option<ShardStatus>,
    ) -> Vec<Ticks> {
        if let Some(seat) = frames.iter().find(|frame| frame.is_seat) {
            self.partition = seat.partition.clone();
        }
        let own = frames.iter().filter(|it| it.source.pod == self.origin.pod);
        let mut told = Vec::new();
        for frame in own {
            let count = self.counts.entry(frame.source).or_default();
            *count += 1;
            if *count < LOAD_TICKS {
                continue;
            }
            let count = std::mem::take(count);
            let status = status(frame.source.shard);
            told.extend(status.map(|status| self.ticks(frame, (count, at_ms), &status)));
        }
        told
    }

    fn ticks(&self, frame: &Frame, (count, at_ms): (u32, i64), status: &ShardStatus) -> Ticks {
        Ticks {
            world: self.origin.world.clone(),
            pod: self.origin.pod,
            shard: frame.source.shard,
            at_ms,
            count,
            p50_us: saturating(status.tick_us.p50),
            p99_us: saturating(status.tick_us.p99),
            max_us: saturating(status.tick_us.max),
            period_us: micros(status.period),
            bodies: saturating(frame.bodies.count() as u64),
            players: saturating(frame.players.len() as u64),
            regions: self.regions(frame),
            present: characters(frame),
        }
    }

    /// Those that the shard owns, and who of its own is in each.
    fn regions(&self, frame: &Frame) -> Vec<Region> {
        let own = self.partition.regions().iter();
        let own = own.filter(|region| region.owner == frame.source);
        let mut regions: BTreeMap<RegionId, Region> = own
            .map(|region| (region.id, nobody_in(region.id)))
            .collect();
        for cell in frame.cells.cells() {
            if let Some(region) = self.region_at(&mut regions, cell.cell()) {
                region.cells += 1;
                region.bodies += saturating(cell.count() as u64);
            }
        }
        for player in &frame.players {
            let cell = player.motion.position.cell();
            if let Some(region) = self.region_at(&mut regions, cell) {
                region.players += 1;
            }
        }
        regions.into_values().take(REGIONS_PER_EVENT_MAX).collect()
    }

    /// None in another's region, a step beyond the border.
    fn region_at<'a>(
        &self,
        regions: &'a mut BTreeMap<RegionId, Region>,
        cell: spatial::CellCoord,
    ) -> Option<&'a mut Region> {
        let region = self.partition.locate(cell).ok()?;
        regions.get_mut(&region.id)
    }
}

/// Those that the shard has, soldiers and who has no account aside.
fn characters(frame: &Frame) -> Vec<Character> {
    let players = frame.players.iter();
    let characters = players.filter_map(|player| character_of(player.session));
    characters.take(CHARACTERS_PER_EVENT_MAX).collect()
}

fn nobody_in(id: RegionId) -> Region {
    Region {
        region: id.to_string(),
        cells: 0,
        bodies: 0,
        players: 0,
    }
}

fn micros(span: Duration) -> u32 {
    u32::try_from(span.as_micros()).unwrap_or(u32::MAX)
}

fn saturating(count: u64) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
