//! Levels with hysteresis: up after a load was high for a while, down after it was low for longer.

/// When a [`Stair`] is climbed. Time has the unit of whoever tells how much of it passed.
#[derive(Clone, Copy, Debug)]
pub struct StairLimits {
    pub level_max: u8,
    /// A load of at least this climbs.
    pub enter_permille: u32,
    /// One of at most this descends; between the two nothing changes.
    pub leave_permille: u32,
    /// How long it must be high for each level up.
    pub climb_time: u32,
    /// How long it must be low for each level down.
    pub descend_time: u32,
}

/// See the module.
#[derive(Clone, Copy, Debug)]
pub struct Stair {
    limits: StairLimits,
    level: u8,
    high_time: u32,
    low_time: u32,
}

impl Stair {
    pub fn new(limits: StairLimits) -> Self {
        assert!(limits.leave_permille < limits.enter_permille);
        Self {
            limits,
            level: 0,
            high_time: 0,
            low_time: 0,
        }
    }

    /// The load was this for the time that passed; the level that follows.
    pub fn advance(&mut self, passed_time: u32, load_permille: u32) -> u8 {
        let limits = self.limits;
        let since = |is_so, time: u32| {
            if is_so {
                time.saturating_add(passed_time)
            } else {
                0
            }
        };
        self.high_time = since(load_permille >= limits.enter_permille, self.high_time);
        self.low_time = since(load_permille <= limits.leave_permille, self.low_time);
        if self.high_time >= limits.climb_time && self.level < limits.level_max {
            self.level += 1;
            self.high_time = 0;
        } else if self.low_time >= limits.descend_time && self.level > 0 {
            self.level -= 1;
            self.low_time = 0;
        }
        self.level
    }

    pub fn level(&self) -> u8 {
        self.level
    }
}
