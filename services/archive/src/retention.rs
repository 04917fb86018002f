//! Which copies stay.

use std::collections::BTreeSet;

use crate::Id;

const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;
const WEEK_MS: i64 = 7 * DAY_MS;

/// How many hours, days and weeks in which there was a copy keep their newest. Zero for all three keeps one copy.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Keep {
    pub hours: usize,
    pub days: usize,
    pub weeks: usize,
}

impl Keep {
    /// Those of these copies that stay; the newest always does.
    pub fn kept<'a>(&self, ids: impl IntoIterator<Item = &'a Id>) -> BTreeSet<Id> {
        let ids: BTreeSet<Id> = ids.into_iter().cloned().collect();
        let mut kept: BTreeSet<Id> = ids.last().cloned().into_iter().collect();
        let spans = [
            (HOUR_MS, self.hours),
            (DAY_MS, self.days),
            (WEEK_MS, self.weeks),
        ];
        for (span_ms, count) in spans {
            kept.extend(newest_of_each(&ids, span_ms, count));
        }
        kept
    }
}

/// The newest of each span in which there is any, of the latest `count` such spans.
fn newest_of_each(ids: &BTreeSet<Id>, span_ms: i64, count: usize) -> Vec<Id> {
    let mut newest: Vec<Id> = Vec::new();
    for id in ids.iter().rev() {
        if newest.len() == count {
            break;
        }
        let span = id.ms().div_euclid(span_ms);
        if newest
            .last()
            .is_none_or(|last| last.ms().div_euclid(span_ms) != span)
        {
            newest.push(id.clone());
        }
    }
    newest
}

#[cfg(test)]
mod tests {
    use super::*;

    const MONDAY_MS: i64 = 2_000 * WEEK_MS;

    fn ids(hours: impl IntoIterator<Item = i64>) -> BTreeSet<Id> {
        let id = |hour| Id::of_ms(MONDAY_MS + hour * HOUR_MS);
        hours.into_iter().map(id).collect()
    }

    #[test]
    fn the_newest_of_hours_days_and_weeks_stay() {
        // Every six hours for four weeks.
        let all = ids((0..28 * 4).map(|number| number * 6));
        let keep = Keep {
            hours: 3,
            days: 2,
            weeks: 2,
        };
        let last = 27 * 24 + 18;
        let expected = ids([last - 12, last - 6, last, last - 24, last - 7 * 24]);
        assert_eq!(keep.kept(&all), expected);
    }

    #[test]
    fn the_last_copy_is_never_given_up() {
        let none = Keep {
            hours: 0,
            days: 0,
            weeks: 0,
        };
        assert_eq!(none.kept(&ids([1, 2, 3])), ids([3]));
        assert_eq!(none.kept(&ids([])), ids([]));
    }

    #[test]
    fn what_stays_once_stays_until_its_span_is_over() {
        let keep = Keep {
            hours: 4,
            days: 3,
            weeks: 2,
        };
        // A copy an hour, and after each those that do not stay are gone.
        let mut there = BTreeSet::new();
        for hour in 0..24 * 40 {
            there.extend(ids([hour]));
            there = keep.kept(&there);
            let oldest = there.first().expect("the newest stays").ms();
            let age_ms = MONDAY_MS + hour * HOUR_MS - oldest;
            assert!(age_ms < 2 * WEEK_MS, "nothing is kept for ever");
            assert!(hour < 24 * 8 || age_ms >= 24 * HOUR_MS, "hour {hour}");
        }
        assert!(there.len() <= 4 + 3 + 2);
    }
}
