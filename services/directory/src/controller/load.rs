//! What costs, and how much of it a shard may have.

use std::ops::{Add, AddAssign};

/// A cost, measured as the mean of a second or two.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Load {
    /// Time spent in each tick.
    pub tick_us: u64,
    /// Bytes a second sent to players because of it.
    pub egress: u64,
    pub bodies: u64,
}

impl Load {
    /// The share that some of its bodies cause, as if all cost the same.
    pub fn of_bodies(self, bodies: u64) -> Self {
        let share = |value: u64| {
            let part = u128::from(value) * u128::from(bodies) / u128::from(self.bodies.max(1));
            u64::try_from(part).unwrap_or(u64::MAX)
        };
        Self {
            tick_us: share(self.tick_us),
            egress: share(self.egress),
            bodies,
        }
    }

    /// Without a part of it.
    pub fn less(self, part: Self) -> Self {
        Self {
            tick_us: self.tick_us.saturating_sub(part.tick_us),
            egress: self.egress.saturating_sub(part.egress),
            bodies: self.bodies.saturating_sub(part.bodies),
        }
    }
}

impl Add for Load {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            tick_us: self.tick_us.saturating_add(other.tick_us),
            egress: self.egress.saturating_add(other.egress),
            bodies: self.bodies.saturating_add(other.bodies),
        }
    }
}

impl AddAssign for Load {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

/// What a shard may carry. Of time and egress it should stay well below, and is relieved when it
/// does not; regions and bodies are walls that no plan passes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ShardLimits {
    pub tick_us: u64,
    pub egress: u64,
    pub regions: u32,
    pub bodies: u64,
}

impl ShardLimits {
    /// The share of time or of egress, whichever is scarcer, rounded up. A limit of 0 is all used.
    pub fn permille(&self, load: Load) -> u64 {
        let share = |value: u64, limit: u64| {
            let permille = (u128::from(value) * 1_000).div_ceil(u128::from(limit.max(1)));
            u64::try_from(permille).unwrap_or(u64::MAX)
        };
        share(load.tick_us, self.tick_us).max(share(load.egress, self.egress))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: ShardLimits = ShardLimits {
        tick_us: 40_000,
        egress: 1_000_000,
        regions: 8,
        bodies: 100,
    };

    #[test]
    fn the_scarcer_counts() {
        let load = |tick_us, egress| Load {
            tick_us,
            egress,
            bodies: 0,
        };
        assert_eq!(LIMITS.permille(load(20_000, 0)), 500);
        assert_eq!(LIMITS.permille(load(20_000, 900_000)), 900);
        assert_eq!(LIMITS.permille(load(1, 0)), 1, "rounded up");
        assert_eq!(
            LIMITS.permille(load(u64::MAX, u64::MAX)),
            (u64::MAX / 40).saturating_add(1)
        );
        let none = ShardLimits {
            tick_us: 0,
            ..LIMITS
        };
        assert_eq!(none.permille(load(u64::MAX, 0)), u64::MAX);
    }

    #[test]
    fn shares_add_up_to_no_more_than_the_whole() {
        let whole = Load {
            tick_us: 1_000,
            egress: 7,
            bodies: 3,
        };
        let parts = whole.of_bodies(1) + whole.of_bodies(2);
        assert_eq!(parts.bodies, 3);
        assert!(parts.tick_us <= 1_000 && parts.egress <= 7);
        assert_eq!(whole.of_bodies(3), whole);
        assert_eq!(Load::default().of_bodies(0), Load::default());
    }
}
