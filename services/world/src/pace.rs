//! When the next tick is due: absolute deadlines, so that lateness never adds up, and a bound on how
//! much of it is caught up, so that a slow machine never spirals. How far apart they are is
//! [`crate::overload::Dilation`]'s.

use std::time::{Duration, Instant};

use crate::limits::{LATE_MAX, TICK};

/// Deadlines of ticks, [`TICK`] or more apart.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    due_at: Instant,
    /// Time by which the simulation fell behind the clock for good.
    stretched: Duration,
}

impl Pace {
    /// The first tick is due now.
    pub fn new(now: Instant) -> Self {
        Self {
            due_at: now,
            stretched: Duration::ZERO,
        }
    }

    /// When the next tick is due; in the past while catching up.
    pub fn due_at(&self) -> Instant {
        self.due_at
    }

    /// How late the tick that starts at `now` is.
    pub fn lateness(&self, now: Instant) -> Duration {
        now.saturating_duration_since(self.due_at)
    }

    /// Simulated time lost to stretching since the start.
    pub fn stretched(&self) -> Duration {
        self.stretched
    }

    /// A tick ended at `now`: the next is due one period after this one was, unless that is more
    /// than [`LATE_MAX`] ago; then it is due now, and the rest is stretched away. While time is dilated
    /// nothing is caught up: hurried ticks behind a slow one would be felt, and no time is kept anyway.
    pub fn advance(&mut self, now: Instant, period: Duration) {
        self.due_at += period;
        self.stretched += period.saturating_sub(TICK);
        let late = now.saturating_duration_since(self.due_at);
        let late_max = match period > TICK {
            true => Duration::ZERO,
            false => LATE_MAX,
        };
        if late > late_max {
            self.stretched += late;
            self.due_at = now;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::overload::Dilation;
    use spatial::random::SplitMix64;

    #[test]
    fn a_late_tick_is_caught_up() {
        let start = Instant::now();
        let mut pace = Pace::new(start);
        pace.advance(start + TICK * 3, TICK);
        assert_eq!(pace.due_at(), start + TICK);
        pace.advance(start + TICK * 3, TICK);
        pace.advance(start + TICK * 3, TICK);
        pace.advance(start + TICK * 3, TICK);
        assert_eq!(
            pace.due_at(),
            start + TICK * 4,
            "on time again, none skipped"
        );
        assert_eq!(pace.stretched(), Duration::ZERO);
    }

    #[test]
    fn a_machine_that_is_too_slow_stretches_time_and_never_spirals() {
        let start = Instant::now();
        let mut pace = Pace::new(start);
        let mut now = start;
        for _ in 0..1_000 {
            now = now.max(pace.due_at()) + TICK * 2;
            pace.advance(now, TICK);
            assert!(pace.lateness(now) <= LATE_MAX, "the backlog is bounded");
        }
        assert!(pace.stretched() > TICK * 900);
    }

    #[test]
    fn dilated_ticks_are_evenly_apart() {
        let start = Instant::now();
        let mut pace = Pace::new(start);
        let period = TICK * 3 / 2;
        for tick in 1..=100 {
            let begun_at = pace.due_at();
            pace.advance(begun_at + TICK, period);
            assert_eq!(pace.due_at(), start + period * tick);
        }
        assert_eq!(pace.stretched(), TICK * 50);
    }

    /// Ticks that take 70 to 100 ms, one in thirty of them twice that, as a loaded machine has them: how
    /// far apart they begin, sorted, once things have settled.
    fn intervals(mut period_after: impl FnMut(Duration) -> Duration) -> Vec<Duration> {
        let start = Instant::now();
        let mut random = SplitMix64::new(8);
        let mut pace = Pace::new(start);
        let mut now = start;
        let mut begun = Vec::new();
        for tick in 0..2_000 {
            now = now.max(pace.due_at());
            begun.push(now);
            let hiccup = if tick % 30 == 0 { 2 } else { 1 };
            let duration = Duration::from_millis(u64::from(hiccup * (70 + random.below(31))));
            now += duration;
            pace.advance(now, period_after(duration));
        }
        let pairs = begun[200..].windows(2);
        let mut intervals: Vec<Duration> = pairs.map(|pair| pair[1] - pair[0]).collect();
        intervals.sort_unstable();
        intervals
    }

    #[test]
    fn a_world_that_cannot_keep_up_slows_and_does_not_stutter() {
        let mut dilation = Dilation::default();
        let dilated = intervals(|duration| dilation.record(duration));
        let undilated = intervals(|_| TICK);
        let spread =
            |sorted: &[Duration]| sorted[sorted.len() * 95 / 100] - sorted[sorted.len() / 20];
        assert!(
            spread(&dilated) < Duration::from_millis(6),
            "{:?}",
            spread(&dilated)
        );
        assert!(
            spread(&undilated) > Duration::from_millis(25),
            "{:?}",
            spread(&undilated)
        );
        let middle = dilated[dilated.len() / 2];
        assert!(
            middle < Duration::from_millis(115),
            "no slower than it must be: {middle:?}"
        );
    }
}
