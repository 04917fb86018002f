//! Who is in the battle, as its processes tell it: each visit once when it begins and once when it ends, and
//! every few seconds that they still run and whom they have. So who missed a visit, for it was away or is new, knows of
//! it a little later. Pure.

use std::collections::{BTreeMap, BTreeSet};

use events::battle::{Happenings, Ticks};

use crate::limits::{ATTENDING_MAX, VISIT_MS_MAX, WORLD_SILENCE_MS_MAX};

#[derive(Default)]
pub struct Attendance {
    worlds: BTreeMap<String, World>,
}

#[derive(Default)]
struct World {
    heard_ms: i64,
    /// Until when each character counts as there, if nothing more is heard of it.
    until_ms: BTreeMap<i64, i64>,
}

impl Attendance {
    /// That a process of a world runs, and whom it has; those of them who were not known.
    pub fn hear(&mut self, told: &Ticks, now_ms: i64) -> Vec<i64> {
        let room = self.room();
        let world = self.world(&told.world);
        world.heard_ms = now_ms;
        let present = told.present.iter().map(|character| character.0);
        let (known, newcomers): (Vec<_>, Vec<_>) =
            present.partition(|character| world.until_ms.contains_key(character));
        let newcomers: Vec<_> = newcomers.into_iter().take(room).collect();
        let until_ms = now_ms + WORLD_SILENCE_MS_MAX;
        let there = known.iter().chain(&newcomers);
        world.until_ms.extend(there.map(|it| (*it, until_ms)));
        newcomers
    }

    /// Takes visits in the order in which they were told; of more than are remembered, the rest is not shown.
    pub fn note(&mut self, told: &Happenings, now_ms: i64) {
        let mut room = self.room();
        let world = self.world(&told.world);
        world.heard_ms = now_ms;
        for visit in &told.visits {
            let character = visit.character.0;
            if !visit.is_there {
                world.until_ms.remove(&character);
            } else if room > 0 {
                world.until_ms.insert(character, now_ms + VISIT_MS_MAX);
                room -= 1;
            }
        }
    }

    /// Those who are there; without those of worlds that fell silent, and of visits whose end nobody told.
    pub fn refresh(&mut self, now_ms: i64) -> BTreeSet<i64> {
        self.worlds
            .retain(|_, world| now_ms - world.heard_ms < WORLD_SILENCE_MS_MAX);
        for world in self.worlds.values_mut() {
            world.until_ms.retain(|_, until_ms| now_ms < *until_ms);
        }
        self.present()
    }

    fn present(&self) -> BTreeSet<i64> {
        let worlds = self.worlds.values();
        worlds
            .flat_map(|world| world.until_ms.keys().copied())
            .collect()
    }

    fn room(&self) -> usize {
        ATTENDING_MAX.saturating_sub(self.present().len())
    }

    fn world(&mut self, name: &str) -> &mut World {
        self.worlds.entry(name.to_owned()).or_default()
    }
}

#[cfg(test)]
mod tests {
    use events::battle::{Character, Visit};

    const TOLD_MS: i64 = 10_000;

    use super::*;

    fn visits(world: &str, visits: &[(i64, bool)]) -> Happenings {
        let visits = visits.iter().map(|(character, is_there)| Visit {
            character: Character(*character),
            house: 0,
            is_there: *is_there,
            at_ms: 0,
            seconds: 0,
        });
        Happenings {
            world: world.to_owned(),
            visits: visits.collect(),
            ..Happenings::default()
        }
    }

    fn ticks(world: &str, present: &[i64]) -> Ticks {
        Ticks {
            world: world.to_owned(),
            present: present.iter().map(|it| Character(*it)).collect(),
            ..Ticks::default()
        }
    }

    fn present(attendance: &mut Attendance, now_ms: i64) -> Vec<i64> {
        attendance.refresh(now_ms).into_iter().collect()
    }

    #[test]
    fn who_came_and_did_not_go_is_there() {
        let mut attendance = Attendance::default();
        attendance.note(&visits("w", &[(1, true), (2, true), (1, false)]), 0);
        assert_eq!(present(&mut attendance, 1), [2]);
        attendance.note(&visits("w", &[(2, false), (1, true)]), 2);
        assert_eq!(present(&mut attendance, 3), [1]);
    }

    #[test]
    fn a_world_that_falls_silent_has_nobody_and_one_that_is_heard_keeps_them() {
        let mut attendance = Attendance::default();
        attendance.note(&visits("silent", &[(1, true)]), 0);
        attendance.note(&visits("heard", &[(2, true)]), 0);
        attendance.hear(&ticks("heard", &[]), WORLD_SILENCE_MS_MAX - 1);
        assert_eq!(present(&mut attendance, WORLD_SILENCE_MS_MAX), [2]);
    }

    #[test]
    fn a_visit_whose_end_nobody_told_ends() {
        let mut attendance = Attendance::default();
        attendance.note(&visits("w", &[(1, true)]), 0);
        attendance.hear(&ticks("w", &[]), VISIT_MS_MAX);
        assert_eq!(present(&mut attendance, VISIT_MS_MAX - 1), [1]);
        assert_eq!(present(&mut attendance, VISIT_MS_MAX), [0_i64; 0]);
    }

    #[test]
    fn who_was_away_or_is_new_hears_who_is_there() {
        let mut attendance = Attendance::default();
        attendance.note(&visits("w", &[(1, true), (2, true)]), 0);
        let back_ms = 2 * WORLD_SILENCE_MS_MAX;
        assert_eq!(present(&mut attendance, back_ms), [0_i64; 0]);
        assert_eq!(attendance.hear(&ticks("w", &[1, 3]), back_ms), [1, 3]);
        assert_eq!(present(&mut attendance, back_ms), [1, 3]);
        let again = attendance.hear(&ticks("w", &[1]), back_ms + TOLD_MS);
        assert_eq!(again, [0_i64; 0], "they are known");
    }

    #[test]
    fn who_went_unheard_is_forgotten_where_others_are_told_of() {
        let mut attendance = Attendance::default();
        attendance.note(&visits("w", &[(1, true), (2, true)]), 0);
        attendance.hear(&ticks("w", &[1, 2]), TOLD_MS);
        for now_ms in (2..=7).map(|times| times * TOLD_MS) {
            assert!(
                present(&mut attendance, now_ms - 1).contains(&2),
                "{now_ms}"
            );
            attendance.hear(&ticks("w", &[1]), now_ms);
        }
        assert_eq!(present(&mut attendance, 7 * TOLD_MS), [1]);
    }

    #[test]
    fn more_than_are_remembered_are_not_shown() {
        let mut attendance = Attendance::default();
        let crowd: Vec<(i64, bool)> = (0..).map(|it| (it, true)).take(ATTENDING_MAX + 1).collect();
        attendance.note(&visits("w", &crowd), 0);
        assert_eq!(attendance.refresh(0).len(), ATTENDING_MAX);
        assert_eq!(attendance.hear(&ticks("w", &[-1, 0]), 0), [0_i64; 0]);
        assert_eq!(attendance.refresh(0).len(), ATTENDING_MAX);
    }
}
