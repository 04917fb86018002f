//! How fast time really runs, by when ticks come: where another process dilates it, nothing else tells.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use super::PERMILLE;
use crate::limits::{PERIOD_MAX, PULSE_DEVIATION_PERMILLE, PULSE_GAP_MAX, PULSE_SPAN, TICK};

/// Measures the period of ticks over [`PULSE_SPAN`].
#[derive(Clone, Debug, Default)]
pub struct Pulse {
    marks: VecDeque<(Instant, u32)>,
}

impl Pulse {
    /// A tick came. One that comes after a long silence begins the measure anew: what stood still, and
    /// why, is told elsewhere.
    pub fn note(&mut self, tick: u32, now: Instant) {
        if let Some(&(newest, tick_newest)) = self.marks.back()
            && (now.saturating_duration_since(newest) > PULSE_GAP_MAX || tick <= tick_newest)
        {
            self.marks.clear();
        }
        self.marks.push_back((now, tick));
        let is_spare =
            |second: &(Instant, u32)| now.saturating_duration_since(second.0) >= PULSE_SPAN;
        while self.marks.get(1).is_some_and(is_spare) {
            self.marks.pop_front();
        }
    }

    /// The period of ticks: as it is measured where that differs from what the own shards keep, else
    /// that, which knows no noise.
    pub fn period(&self, kept: Duration) -> Duration {
        let kept = kept.clamp(TICK, PERIOD_MAX);
        let measured = self.measured().unwrap_or(kept);
        let deviating = kept * (PERMILLE + PULSE_DEVIATION_PERMILLE) / PERMILLE;
        match measured > deviating {
            true => measured.min(PERIOD_MAX),
            false => kept,
        }
    }

    /// None before enough ticks came.
    fn measured(&self) -> Option<Duration> {
        let (&(first, tick_first), &(last, tick_last)) = (self.marks.front()?, self.marks.back()?);
        let passed = last.saturating_duration_since(first);
        (passed >= PULSE_SPAN).then(|| passed / (tick_last - tick_first))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use spatial::random::SplitMix64;

    /// Notes ticks of this period from `now` on, each up to `late_ms` late.
    fn beat(pulse: &mut Pulse, mut now: Instant, period_ms: u64, late_ms: u32) -> Instant {
        let mut random = SplitMix64::new(period_ms);
        let tick_first = pulse.marks.back().map_or(7, |mark| mark.1 + 1);
        for tick in tick_first..tick_first + 200 {
            let late = Duration::from_millis(u64::from(random.below(late_ms + 1)));
            pulse.note(tick, now + late);
            now += Duration::from_millis(period_ms);
        }
        now
    }

    #[test]
    fn a_world_on_time_is_told_without_noise() {
        let mut pulse = Pulse::default();
        beat(&mut pulse, Instant::now(), 50, 40);
        assert_eq!(pulse.period(TICK), TICK);
        let kept = Duration::from_millis(51);
        assert_eq!(pulse.period(kept), kept);
        assert_eq!(pulse.period(Duration::ZERO), TICK, "none was said");
    }

    #[test]
    fn what_others_dilate_is_measured() {
        let mut pulse = Pulse::default();
        let now = beat(&mut pulse, Instant::now(), 80, 20);
        let about = |period: Duration, ms: u128| period.as_millis().abs_diff(ms) <= 2;
        assert!(about(pulse.period(TICK), 80), "{:?}", pulse.period(TICK));
        let now = beat(&mut pulse, now, 1_200, 0);
        assert_eq!(pulse.period(TICK), PERIOD_MAX, "never below a tenth");
        beat(&mut pulse, now, 50, 20);
        assert_eq!(pulse.period(TICK), TICK);
    }

    #[test]
    fn standing_still_is_no_dilation() {
        let mut pulse = Pulse::default();
        let now = beat(&mut pulse, Instant::now(), 50, 0);
        let late = now + PULSE_GAP_MAX * 2;
        pulse.note(1_000, late);
        assert_eq!(pulse.period(TICK), TICK);
        beat(&mut pulse, late + TICK, 50, 0);
        assert_eq!(pulse.period(TICK), TICK);
    }
}
