//! What it cost the world that a region went to another shard, read off the frames of every tick.
//!
//! The tick after the seat named another owner is the last that the old shard simulates what is in the region: at
//! its end it hands the bodies over, some a tick. The move is over with the tick in which the new shard has all of
//! them. Nobody is left out of a tick on the way, so that what players feel is how much later these ticks came than
//! at their usual pace.

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};

use engine::{Frame, limits::HANDOFFS_PER_TICK_MAX};
use spatial::{
    partition::{Epoch, Owner, Partition},
    region::RegionId,
};
use world::ports::Whole;

/// A region that has another owner.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Move {
    pub region: RegionId,
    pub from: Owner,
    pub to: Owner,
    /// Of the region since.
    pub epoch: Epoch,
    /// How many went with it.
    pub bodies: u64,
    /// None while it goes on.
    pub pause: Option<Pause>,
    begun: Option<Mark>,
    has_left: bool,
}

/// From the last tick of the old shard to the first in which the new one had all of the region.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Pause {
    /// 1 is the least there is: the next tick.
    pub ticks: u32,
    pub lasted: Duration,
    /// How much longer that is than so many ticks take.
    pub late: Duration,
    pub ended_at: Instant,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Mark {
    tick: u32,
    at: Instant,
}

/// The last move of each region that there is.
#[derive(Clone, Debug, Default)]
pub struct Moves {
    /// As it holds for the next tick; none before the first.
    partition: Option<Arc<Partition>>,
    by_region: BTreeMap<RegionId, Move>,
}

impl Moves {
    /// Takes note of what was published of a tick. To be given every tick, in order.
    pub fn follow(&mut self, whole: &Whole) {
        let Some(seat) = whole.parts.iter().find(|frame| frame.is_seat) else {
            return;
        };
        let mark = Mark {
            tick: seat.tick,
            at: whole.told_at,
        };
        let open = self.by_region.values_mut().filter(|it| it.pause.is_none());
        for step in open {
            step.follow(&whole.parts, mark, whole.period);
        }
        match self.partition.replace(seat.partition.clone()) {
            Some(before) if before.epoch() != seat.partition.epoch() => self.compare(&before),
            _ => {}
        }
    }

    /// The last move of a region as it is since that epoch.
    pub fn last(&self, region: RegionId, epoch: Epoch) -> Option<&Move> {
        let last = self.by_region.get(&region)?;
        (last.epoch == epoch).then_some(last)
    }

    fn compare(&mut self, before: &Partition) {
        let Some(partition) = self.partition.clone() else {
            return;
        };
        let is_there = |region: &RegionId| partition.region(*region).is_ok();
        self.by_region.retain(|region, _| is_there(region));
        for region in partition.regions() {
            let was = before.locate(region.id.first_cell());
            let Some(from) = was.ok().map(|it| it.owner).filter(|it| *it != region.owner) else {
                continue;
            };
            let begun = Move {
                region: region.id,
                from,
                to: region.owner,
                epoch: region.epoch,
                bodies: 0,
                pause: None,
                begun: None,
                has_left: false,
            };
            self.by_region.insert(region.id, begun);
        }
    }
}

impl Move {
    fn follow(&mut self, parts: &[Arc<Frame>], now: Mark, period: Duration) {
        let begun = *self.begun.get_or_insert(now);
        if self.has_left {
            let ticks = now.tick.saturating_sub(begun.tick);
            let lasted = now.at.saturating_duration_since(begun.at);
            self.pause = Some(Pause {
                ticks,
                lasted,
                late: lasted.saturating_sub(period * ticks),
                ended_at: now.at,
            });
            return;
        }
        // Of a shard that is there no more nothing is left to come.
        let old = parts.iter().find(|frame| frame.source == self.from);
        let crossings = old.map_or(&[][..], |frame| &frame.handoffs.bodies);
        let is_ours = |crossing: &&engine::frame::Crossing| {
            let cell = crossing.body.motion.position.cell();
            crossing.to == self.to && self.region.contains(cell)
        };
        self.bodies += crossings.iter().filter(is_ours).count() as u64;
        self.has_left = crossings.len() < HANDOFFS_PER_TICK_MAX;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine::{
        body::{Body, Combat},
        frame::Crossing,
        id::BodyId,
        motion::Motion,
    };
    use spatial::{CellCoord, Position, limits::REGION_LEVEL_MIN};

    const PERIOD: Duration = Duration::from_millis(50);
    const OLD: Owner = Owner { pod: 0, shard: 0 };
    const NEW: Owner = Owner { pod: 1, shard: 0 };

    fn body(number: u32, place: Position) -> Body {
        let motion = Motion {
            position: place,
            ..Motion::default()
        };
        Body::new(BodyId::new(number, 0), motion, Combat::default())
    }

    /// A tick of both shards, in which the old one hands so many over.
    fn whole(tick: u32, at: Instant, partition: &Partition, leaving: usize) -> Whole {
        let mut old = Frame {
            tick,
            source: OLD,
            is_seat: true,
            partition: Arc::new(partition.clone()),
            ..Frame::default()
        };
        let crossing = |number| Crossing {
            to: NEW,
            body: body(number as u32 + 1, Position::new(0, 0, 0)),
            player: None,
        };
        old.handoffs.bodies = (0..leaving).map(crossing).collect();
        let new = Frame {
            tick,
            source: NEW,
            ..Frame::default()
        };
        Whole {
            parts: vec![Arc::new(old), Arc::new(new)],
            duration: Duration::ZERO,
            period: PERIOD,
            told_at: at,
        }
    }

    #[test]
    fn a_pause_is_from_the_old_shards_last_tick_to_the_new_ones_first_with_all() {
        let region = RegionId::of_cell(CellCoord::new(0, 0, 0), REGION_LEVEL_MIN);
        let region = region.expect("it is in the world");
        for (batches, ticks, late_ms) in [
            (vec![7], 1, 3),
            (vec![HANDOFFS_PER_TICK_MAX, 5], 2, 0),
            (vec![0], 1, 200),
        ] {
            let mut partition = Partition::new(&[region], OLD).expect("one region");
            let mut moves = Moves::default();
            let begun = Instant::now();
            moves.follow(&whole(10, begun, &partition, 0));
            let seen = partition.epoch();
            let epoch = partition.assign(region, NEW, seen);
            let epoch = epoch.expect("it is there");
            moves.follow(&whole(11, begun + PERIOD, &partition, 3));
            assert_eq!(moves.last(region, seen), None, "of an epoch before");
            let mut at = begun + PERIOD;
            let mut tick = 11;
            for leaving in &batches {
                (tick, at) = (tick + 1, at + PERIOD);
                let open = moves.last(region, epoch).expect("it has begun");
                assert_eq!(open.pause, None);
                moves.follow(&whole(tick, at, &partition, *leaving));
            }
            let late = Duration::from_millis(late_ms);
            let ended_at = at + PERIOD + late;
            moves.follow(&whole(tick + 1, ended_at, &partition, 0));
            let last = moves.last(region, epoch).expect("it has ended");
            assert_eq!((last.from, last.to), (OLD, NEW));
            assert_eq!(last.bodies, batches.iter().sum::<usize>() as u64);
            let pause = Pause {
                ticks,
                lasted: PERIOD * ticks + late,
                late,
                ended_at,
            };
            assert_eq!(last.pause, Some(pause));
        }
    }
}
