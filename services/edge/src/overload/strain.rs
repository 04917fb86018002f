//! What one edge thread measures of itself, and the steps that follow for its clients.

use std::time::{Duration, Instant};

use world::{
    Ladder, Loads, Steps,
    overload::{PERMILLE, Window},
};

use crate::limits;

/// See the module.
pub struct Strain {
    ladder: Ladder,
    fan_outs_us: Window,
    advanced_at: Instant,
}

impl Strain {
    pub fn new(now: Instant) -> Self {
        Self {
            ladder: Ladder::default(),
            fan_outs_us: Window::default(),
            advanced_at: now,
        }
    }

    /// A frame was told in this time, where one comes every `period`. `around` is what others measured;
    /// the share that telling takes, and the steps that hold from now on.
    pub fn advance(
        &mut self,
        fan_out: Duration,
        period: Duration,
        around: Loads,
        now: Instant,
    ) -> (Loads, Steps) {
        self.fan_outs_us.record(fan_out.as_micros() as u32);
        let passed = now.saturating_duration_since(self.advanced_at);
        self.advanced_at = now;
        let fan_out_us = u64::from(self.fan_outs_us.p90());
        let period_us = (period.as_micros() as u64).max(1);
        let loads = Loads {
            fan_out_permille: (fan_out_us * u64::from(PERMILLE) / period_us) as u32,
            rate_permille: rate_permille(period),
            ..around
        };
        let passed = passed.min(limits::STRAIN_STEP_MAX);
        let steps = self.ladder.advance(passed.as_millis() as u32, &loads);
        (loads, steps)
    }
}

/// How fast time runs where ticks come in this period.
pub fn rate_permille(period: Duration) -> u32 {
    let period_us = (period.as_micros() as u32).max(1);
    (world::limits::TICK.as_micros() as u32 * PERMILLE / period_us).min(PERMILLE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use world::{Step, limits::TICK};

    /// Frames told in so many ms each, one every `period_ms`, for some seconds.
    fn live(strain: &mut Strain, now: &mut Instant, fan_out_ms: u64, period_ms: u64) -> Steps {
        let mut steps = Steps::default();
        for _ in 0..20_000 / period_ms {
            *now += Duration::from_millis(period_ms);
            let fan_out = Duration::from_millis(fan_out_ms);
            let period = Duration::from_millis(period_ms);
            steps = strain.advance(fan_out, period, Loads::default(), *now).1;
        }
        steps
    }

    #[test]
    fn an_edge_that_cannot_keep_up_tells_less_until_it_can() {
        let mut now = Instant::now();
        let mut strain = Strain::new(now);
        assert_eq!(live(&mut strain, &mut now, 30, 50).highest(), None);
        assert_eq!(
            live(&mut strain, &mut now, 48, 50).highest(),
            Some(Step::NearSlower)
        );
        assert_eq!(
            live(&mut strain, &mut now, 35, 50).highest(),
            Some(Step::NearSlower)
        );
        assert_eq!(live(&mut strain, &mut now, 10, 50).highest(), None);
    }

    #[test]
    fn a_slow_world_leaves_more_time_for_telling() {
        let mut now = Instant::now();
        let mut strain = Strain::new(now);
        let steps = live(&mut strain, &mut now, 48, 100);
        assert!(steps.has(Step::TimeDilation) && !steps.has(Step::FarSlower));
        assert_eq!(rate_permille(TICK * 2), 500);
        assert_eq!(rate_permille(TICK / 2), 1_000);
    }

    #[test]
    fn a_long_silence_is_one_measure_and_climbs_nothing() {
        let mut now = Instant::now();
        let mut strain = Strain::new(now);
        live(&mut strain, &mut now, 10, 50);
        now += Duration::from_secs(60);
        let freeze = Duration::from_secs(2);
        let (_, steps) = strain.advance(freeze, TICK, Loads::default(), now);
        assert_eq!(steps, Steps::default());
    }
}
