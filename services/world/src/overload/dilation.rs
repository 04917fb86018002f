//! Time dilation: when ticks take longer than there is time for them, all ticks become longer alike, so
//! that the world slows and does not stutter.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use super::{
    PERMILLE, Window,
    stair::{Stair, StairLimits},
};
use crate::limits::{
    DILATION_CLIMB_TICKS, DILATION_DESCEND_TICKS, DILATION_ENTER_PERMILLE, DILATION_FILL_PERMILLE,
    DILATION_LEAVE_PERMILLE, DILATION_LONGER_SHARE, DILATION_SHORTER_SHARE, PERIOD_MAX, TICK,
};

const TICK_US: u32 = TICK.as_micros() as u32;
const PERIOD_US_MAX: u32 = PERIOD_MAX.as_micros() as u32;

/// One shard's wish for the period of ticks, by how long its own take.
#[derive(Clone, Debug)]
pub struct Dilation {
    durations_us: Window,
    stair: Stair,
    period_us: u32,
}

impl Default for Dilation {
    fn default() -> Self {
        Self {
            durations_us: Window::default(),
            stair: Stair::new(StairLimits {
                level_max: 1,
                enter_permille: DILATION_ENTER_PERMILLE,
                leave_permille: DILATION_LEAVE_PERMILLE,
                climb_time: DILATION_CLIMB_TICKS,
                descend_time: DILATION_DESCEND_TICKS,
            }),
            period_us: TICK_US,
        }
    }
}

impl Dilation {
    /// A tick took so long; the period that is wanted from now on.
    pub fn record(&mut self, duration: Duration) -> Duration {
        let duration_us = duration.as_micros().min(u128::from(PERIOD_US_MAX) * 2);
        self.durations_us.record(duration_us as u32);
        let is_dilated = self.stair.advance(1, self.load_permille()) > 0;
        let wanted_us = if is_dilated {
            self.fitting_us()
        } else {
            TICK_US
        };
        self.approach(wanted_us);
        self.period()
    }

    pub fn period(&self) -> Duration {
        Duration::from_micros(self.period_us.into())
    }

    /// The share of an undilated tick that ticks take.
    pub fn load_permille(&self) -> u32 {
        self.durations_us.p90() * PERMILLE / TICK_US
    }

    /// The period in which ticks fit with some room.
    fn fitting_us(&self) -> u32 {
        let fitting_us = self.durations_us.p90() * PERMILLE / DILATION_FILL_PERMILLE;
        fitting_us.clamp(TICK_US, PERIOD_US_MAX)
    }

    /// Goes a share of the way, and all of it in the end.
    fn approach(&mut self, wanted_us: u32) {
        let (longer_us, shorter_us) = (
            wanted_us.saturating_sub(self.period_us),
            self.period_us.saturating_sub(wanted_us),
        );
        self.period_us += longer_us.div_ceil(DILATION_LONGER_SHARE);
        self.period_us -= shorter_us.div_ceil(DILATION_SHORTER_SHARE);
    }
}

/// One shard's part in the period that all shards of a process keep: the longest that any of them wants,
/// or the quick ones would drive the slow one on unevenly.
#[derive(Clone, Debug)]
pub struct Tempo {
    wishes_us: Arc<[AtomicU32]>,
    place: usize,
}

impl Tempo {
    /// One for each shard.
    pub fn of_shards(shard_count: usize) -> Vec<Self> {
        let wishes_us: Arc<[AtomicU32]> = (0..shard_count).map(|_| TICK_US.into()).collect();
        let tempo = |place| Self {
            wishes_us: wishes_us.clone(),
            place,
        };
        (0..shard_count).map(tempo).collect()
    }

    /// Says what this shard wants; what holds for all.
    pub fn agree(&self, wanted: Duration) -> Duration {
        let wanted_us = wanted.as_micros() as u32;
        self.wishes_us[self.place].store(wanted_us, Ordering::Relaxed);
        let wishes = self.wishes_us.iter();
        let longest_us = wishes.map(|wish| wish.load(Ordering::Relaxed)).max();
        Duration::from_micros(longest_us.unwrap_or(TICK_US).into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use spatial::random::SplitMix64;

    fn run(dilation: &mut Dilation, ticks: u32, mut duration_us: impl FnMut() -> u32) -> Vec<u32> {
        let mut record = |_| {
            let duration = Duration::from_micros(duration_us().into());
            dilation.record(duration).as_micros() as u32
        };
        (0..ticks).map(&mut record).collect()
    }

    #[test]
    fn time_slows_evenly_as_far_as_ticks_need_and_recovers() {
        let mut dilation = Dilation::default();
        let mut random = SplitMix64::new(5);
        let periods = run(&mut dilation, 400, || 80_000 + random.below(8_000));
        let settled = &periods[200..];
        let (shortest, longest) = (settled.iter().min(), settled.iter().max());
        assert!(
            longest < Some(&100_000) && shortest > Some(&90_000),
            "{shortest:?} {longest:?}"
        );
        let is_smooth = |pair: &[u32]| pair[0].abs_diff(pair[1]) < pair[0] / 8;
        assert!(periods.windows(2).all(is_smooth), "{periods:?}");
        let periods = run(&mut dilation, 1_000, || 10_000);
        assert_eq!(periods.last(), Some(&TICK_US));
        assert!(periods.is_sorted_by(|before, after| before >= after));
    }

    #[test]
    fn never_below_a_tenth() {
        let mut dilation = Dilation::default();
        let periods = run(&mut dilation, 500, || 30_000_000);
        assert_eq!(periods.last(), Some(&PERIOD_US_MAX));
        assert_eq!(PERIOD_US_MAX, TICK_US * 10);
    }

    #[test]
    fn hiccups_and_ticks_that_just_fit_dilate_nothing() {
        let mut dilation = Dilation::default();
        let mut tick = 0;
        let periods = run(&mut dilation, 2_000, || {
            tick += 1;
            if tick % 25 == 0 { 400_000 } else { 46_000 }
        });
        assert!(periods.iter().all(|period| *period == TICK_US));
    }

    #[test]
    fn loads_around_the_threshold_do_not_flap() {
        for seed in 0..50 {
            let mut random = SplitMix64::new(seed);
            let middle_us = 30_000 + random.below(40_000);
            let spread_us = 1 + random.below(8_000);
            let mut dilation = Dilation::default();
            let periods = run(&mut dilation, 4_000, || middle_us + random.below(spread_us));
            let is_dilated = periods.iter().map(|period| *period > TICK_US);
            let changes = is_dilated.clone().zip(is_dilated.skip(1));
            let changes_count = changes.filter(|(before, after)| before != after).count();
            assert!(changes_count <= 1, "seed {seed}: {changes_count}");
        }
    }

    #[test]
    fn slower_ticks_never_make_for_a_quicker_world() {
        for seed in 0..200 {
            let mut random = SplitMix64::new(seed);
            let mut both = [Dilation::default(), Dilation::default()];
            let mut durations = [0, 0];
            for tick in 0..1_000 {
                if tick % (10 + random.below(100)) == 0 {
                    let lighter = random.below(200_000);
                    durations = [lighter, lighter + random.below(100_000)];
                }
                let noise = random.below(5_000);
                let periods = [0, 1].map(|index| {
                    let duration_us = durations[index] + noise;
                    both[index].record(Duration::from_micros(duration_us.into()))
                });
                assert!(periods[0] <= periods[1], "seed {seed}, tick {tick}");
            }
        }
    }

    #[test]
    fn all_shards_keep_the_period_of_the_slowest() {
        let tempos = Tempo::of_shards(3);
        let slow = Duration::from_millis(90);
        assert_eq!(tempos[0].agree(TICK), TICK);
        assert_eq!(tempos[1].agree(slow), slow);
        assert_eq!(tempos[2].agree(TICK), slow);
        assert_eq!(tempos[1].agree(TICK), TICK);
    }
}
