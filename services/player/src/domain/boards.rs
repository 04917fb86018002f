//! Leaderboards: what is measured, and since when.

use events::battle::Deeds;

use crate::{
    domain::experience_of,
    limits::{DAY_MS, WEEK_MS},
};

/// What is measured.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Board {
    Score,
    Kills,
    /// By the experience that levels are made of, so that the highest level has an order too.
    Level,
}

/// Since when.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Period {
    All,
    /// By its number.
    Week(i64),
}

impl Board {
    pub const ALL: [Self; 3] = [Self::Score, Self::Kills, Self::Level];

    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|board| board.name() == name)
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Score => "score",
            Self::Kills => "kills",
            Self::Level => "level",
        }
    }

    /// What deeds add.
    pub fn gain(self, deeds: &Deeds) -> i64 {
        match self {
            Self::Score => deeds.score.into(),
            Self::Kills => deeds.kills.into(),
            Self::Level => experience_of(deeds),
        }
    }

    /// By which the board of a period is kept.
    pub fn key(self, period: Period) -> String {
        match period {
            Period::All => format!("{}.all", self.name()),
            Period::Week(week) => format!("{}.{week}", self.name()),
        }
    }
}

impl Period {
    /// `all`, or the `week` that a moment is in.
    pub fn of_name(name: &str, now_ms: i64) -> Option<Self> {
        match name {
            "all" => Some(Self::All),
            "week" => Some(Self::Week(week_of(now_ms))),
            _ => None,
        }
    }
}

/// The number of the week that a moment is in, from Monday to Sunday in UTC, from that of 1 January 1970.
pub fn week_of(at_ms: i64) -> i64 {
    // That was a Thursday.
    const FIRST_MONDAY_MS: i64 = -3 * DAY_MS;
    (at_ms - FIRST_MONDAY_MS).div_euclid(WEEK_MS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_week_begins_on_monday() {
        // Monday, 5 January 1970.
        let monday_ms = 4 * DAY_MS;
        assert_eq!((week_of(0), week_of(monday_ms - 1)), (0, 0));
        assert_eq!(
            (week_of(monday_ms), week_of(monday_ms + WEEK_MS - 1)),
            (1, 1)
        );
        // Monday, 5 October 2026, 00:00:00 UTC, and the second before.
        assert_eq!(week_of(1_791_158_400_000), week_of(1_791_158_399_000) + 1);
        assert_eq!(week_of(-4 * DAY_MS), -1);
    }

    #[test]
    fn boards_have_names_and_keys_of_their_own() {
        for board in Board::ALL {
            assert_eq!(Board::of_name(board.name()), Some(board));
        }
        assert_eq!(Board::Kills.key(Period::All), "kills.all");
        assert_eq!(Board::Score.key(Period::Week(2_944)), "score.2944");
        assert_eq!(Board::of_name("deaths"), None);
        assert_eq!(Period::of_name("day", 0), None);
    }
}
