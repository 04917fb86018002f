//! The ladder of one edge: which steps hold for its players, by what is measured.

use super::{
    PERMILLE,
    stair::{Stair, StairLimits},
};
use crate::limits::{
    LINE_CLIMB, LINE_DESCEND, LINE_ENTER_PERMILLE, LINE_LEAVE_PERMILLE, SLOWED_CLIMB,
    SLOWED_DESCEND, SLOWED_ENTER_PERMILLE, SLOWED_LEAVE_PERMILLE, TELLING_CLIMB, TELLING_DESCEND,
    TELLING_ENTER_PERMILLE, TELLING_LEAVE_PERMILLE,
};

/// A step of the ladder, gentlest first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[repr(u8)]
pub enum Step {
    /// Players are told of far bodies less often.
    FarSlower = 1,
    /// And of near ones.
    NearSlower,
    /// Regions are divided or move to other shards.
    Rebalancing,
    /// The world runs slower than real time.
    TimeDilation,
    /// Newcomers wait in line.
    LoginQueue,
}

impl Step {
    pub const ALL: [Self; 5] = [
        Self::FarSlower,
        Self::NearSlower,
        Self::Rebalancing,
        Self::TimeDilation,
        Self::LoginQueue,
    ];

    /// As `/status`, `/metrics` and logs have it.
    pub fn name(self) -> &'static str {
        match self {
            Self::FarSlower => "far_slower",
            Self::NearSlower => "near_slower",
            Self::Rebalancing => "rebalancing",
            Self::TimeDilation => "time_dilation",
            Self::LoginQueue => "login_queue",
        }
    }
}

/// Steps that hold together.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Steps(u8);

impl Steps {
    /// By its bits, of which step s has number s - 1.
    pub fn from_bits(bits: u8) -> Self {
        Self(bits & 0x1f)
    }

    pub fn bits(self) -> u8 {
        self.0
    }

    pub fn has(self, step: Step) -> bool {
        self.0 & bit(step) != 0
    }

    #[must_use]
    pub fn with(self, step: Step, holds: bool) -> Self {
        match holds {
            true => Self(self.0 | bit(step)),
            false => Self(self.0 & !bit(step)),
        }
    }

    /// What holds in either.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The highest that holds.
    pub fn highest(self) -> Option<Step> {
        Step::ALL.into_iter().rev().find(|step| self.has(*step))
    }
}

fn bit(step: Step) -> u8 {
    1 << (step as u8 - 1)
}

/// What is measured.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Loads {
    /// The share of the time between two frames in which an edge tells one to its players.
    pub fan_out_permille: u32,
    /// The share of what an edge can send.
    pub egress_permille: u32,
    /// How fast the world runs, of real time.
    pub rate_permille: u32,
    /// Whether a plan of the placement controller is under way.
    pub is_rebalancing: bool,
}

impl Default for Loads {
    fn default() -> Self {
        Self {
            fan_out_permille: 0,
            egress_permille: 0,
            rate_permille: PERMILLE,
            is_rebalancing: false,
        }
    }
}

/// See the module.
#[derive(Clone, Debug)]
pub struct Ladder {
    telling: Stair,
    slowed: Stair,
    line: Stair,
}

impl Default for Ladder {
    fn default() -> Self {
        let millis = |time: std::time::Duration| time.as_millis() as u32;
        let stair = |level_max, loads: [u32; 2], times: [std::time::Duration; 2]| {
            Stair::new(StairLimits {
                level_max,
                enter_permille: loads[0],
                leave_permille: loads[1],
                climb_time: millis(times[0]),
                descend_time: millis(times[1]),
            })
        };
        Self {
            telling: stair(
                2,
                [TELLING_ENTER_PERMILLE, TELLING_LEAVE_PERMILLE],
                [TELLING_CLIMB, TELLING_DESCEND],
            ),
            slowed: stair(
                1,
                [SLOWED_ENTER_PERMILLE, SLOWED_LEAVE_PERMILLE],
                [SLOWED_CLIMB, SLOWED_DESCEND],
            ),
            line: stair(
                1,
                [LINE_ENTER_PERMILLE, LINE_LEAVE_PERMILLE],
                [LINE_CLIMB, LINE_DESCEND],
            ),
        }
    }
}

impl Ladder {
    /// The loads were these for so long; the steps that hold from now on.
    pub fn advance(&mut self, passed_ms: u32, loads: &Loads) -> Steps {
        let telling_permille = loads.fan_out_permille.max(loads.egress_permille);
        let telling = self.telling.advance(passed_ms, telling_permille);
        let lost_permille = PERMILLE.saturating_sub(loads.rate_permille);
        let slowed = self.slowed.advance(passed_ms, lost_permille);
        let line = self.line.advance(passed_ms, lost_permille);
        Steps::default()
            .with(Step::FarSlower, telling >= 1)
            .with(Step::NearSlower, telling >= 2)
            .with(Step::Rebalancing, loads.is_rebalancing)
            .with(Step::TimeDilation, slowed > 0)
            .with(Step::LoginQueue, line > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use spatial::random::SplitMix64;

    const TICK_MS: u32 = 50;

    /// What a step leaves of the work of telling: see `edge::interest::policy`.
    fn share_left(steps: Steps) -> u32 {
        match (steps.has(Step::NearSlower), steps.has(Step::FarSlower)) {
            (true, _) => 500,
            (false, true) => 750,
            (false, false) => 1_000,
        }
    }

    /// An edge whose players would cost this much; how often the steps change, and what holds in the end.
    fn live(ladder: &mut Ladder, demand_permille: u32, seconds: u32, seed: u64) -> (u32, Steps) {
        let mut random = SplitMix64::new(seed);
        let mut steps = ladder.advance(0, &Loads::default());
        let mut changes_count = 0;
        for _ in 0..seconds * 1_000 / TICK_MS {
            let noise = 950 + random.below(101);
            let loads = Loads {
                fan_out_permille: demand_permille * share_left(steps) / 1_000 * noise / 1_000,
                ..Loads::default()
            };
            let next = ladder.advance(TICK_MS, &loads);
            changes_count += u32::from(next != steps);
            steps = next;
        }
        (changes_count, steps)
    }

    #[test]
    fn steps_come_in_order_never_flap_and_go_again() {
        let mut highest_before = None;
        for demand in (0..3_000).step_by(20) {
            let mut ladder = Ladder::default();
            let (changes_count, steps) = live(&mut ladder, demand, 200, demand.into());
            assert!(changes_count <= 2, "{demand}: {changes_count}");
            assert!(steps.highest() >= highest_before, "{demand}");
            highest_before = steps.highest();
            assert_eq!(live(&mut ladder, 100, 40, 1).1, Steps::default());
        }
        assert_eq!(highest_before, Some(Step::NearSlower));
    }

    #[test]
    fn more_load_never_means_a_lower_step() {
        for seed in 0..300 {
            let mut random = SplitMix64::new(seed);
            let mut both = [Ladder::default(), Ladder::default()];
            for _ in 0..400 {
                let passed_ms = 1 + random.below(4_000);
                let less = [0, 1, 2].map(|_| random.below(1_000));
                let more = less.map(|load| load + random.below(300));
                let steps = [less, more].map(|[fan_out, egress, lost]| Loads {
                    fan_out_permille: fan_out,
                    egress_permille: egress,
                    rate_permille: 1_000 - lost.min(900),
                    is_rebalancing: false,
                });
                let less = both[0].advance(passed_ms, &steps[0]);
                let more = both[1].advance(passed_ms, &steps[1]);
                assert_eq!(less.or(more), more, "seed {seed}");
            }
        }
    }

    #[test]
    fn a_slow_world_shows_and_one_far_slower_lets_nobody_in() {
        let at = |ladder: &mut Ladder, rate_permille, seconds| {
            let loads = Loads {
                rate_permille,
                ..Loads::default()
            };
            let steps = (0..seconds * 20).map(|_| ladder.advance(TICK_MS, &loads));
            steps.last().and_then(Steps::highest)
        };
        let mut ladder = Ladder::default();
        assert_eq!(at(&mut ladder, 985, 60), None, "as good as on time");
        assert_eq!(at(&mut ladder, 620, 60), Some(Step::TimeDilation));
        assert_eq!(at(&mut ladder, 300, 60), Some(Step::LoginQueue));
        assert_eq!(at(&mut ladder, 500, 60), Some(Step::LoginQueue), "not yet");
        assert_eq!(at(&mut ladder, 700, 60), Some(Step::TimeDilation));
        assert_eq!(at(&mut ladder, 1_000, 60), None);
    }

    #[test]
    fn steps_are_bits() {
        let steps = Steps::default()
            .with(Step::FarSlower, true)
            .with(Step::LoginQueue, true);
        assert_eq!(
            (steps.bits(), steps.highest()),
            (0b10001, Some(Step::LoginQueue))
        );
        assert_eq!(
            Steps::from_bits(0xff).with(Step::LoginQueue, false).bits(),
            0b1111
        );
        for step in Step::ALL {
            assert!(Steps::from_bits(1 << (step as u8 - 1)).has(step));
        }
    }
}
