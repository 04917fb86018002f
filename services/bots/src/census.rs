//! Where every body is, as far as all bots of a run know together. A bot knows its own cell exactly,
//! in every tick, and is told of others' cells; so one bot's silence about a body can be told from
//! the body's absence.
//!
//! It says nothing of who was told what: that is each bot's own (`debt`).

use crate::limits;

/// A body's time in one cell.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Stay {
    pub cell: [i32; 3],
    /// The first tick in which it may have been there.
    pub since: u32,
    /// The last tick in which it was seen there.
    pub seen: u32,
}

/// See the module.
#[derive(Default)]
pub struct Census {
    /// By body index: its last stays, the newest last.
    stays: Vec<Vec<Stay>>,
    /// Ticks of silence after which a body may be anywhere.
    silence_ticks_max: u32,
}

impl Census {
    /// A server promises to tell of all in view within so many ticks: whom nobody was told of for
    /// longer was in nobody's view, or in no cell that it was told in.
    pub fn heed(&mut self, staleness_ticks_max: u32) {
        self.silence_ticks_max = self.silence_ticks_max.max(staleness_ticks_max);
    }

    /// A bot saw a body in a cell. What comes late changes nothing.
    pub fn see(&mut self, index: usize, tick: u32, cell: [i32; 3]) {
        if index >= self.stays.len() {
            self.stays.resize(index + 1, Vec::new());
        }
        let stays = &mut self.stays[index];
        let since = match stays.last_mut() {
            Some(stay) if stay.seen >= tick => return,
            Some(stay) if tick - stay.seen > self.silence_ticks_max => tick,
            Some(stay) if stay.cell == cell => {
                stay.seen = tick;
                return;
            }
            // It moved at some time between; the worst case is at once.
            Some(stay) => stay.seen + 1,
            None => tick,
        };
        if stays.len() == limits::STAYS_MAX {
            stays.remove(0);
        }
        let seen = tick;
        stays.push(Stay { cell, since, seen });
    }

    /// The way on which a body came to this cell, in which it is at `tick`: its stays from this one
    /// back, as far as it went from cell to neighbouring cell and was seen often enough to know.
    pub fn way(
        &self,
        index: usize,
        tick: u32,
        cell: [i32; 3],
    ) -> impl Iterator<Item = Stay> + use<'_> {
        let stays = self.stays.get(index).map_or(&[][..], Vec::as_slice);
        let is_here = |stay: &Stay| stay.cell == cell && stay.since <= tick;
        let here = stays.iter().rposition(is_here);
        let way = stays[..here.map_or(0, |here| here + 1)].iter().rev();
        let mut later: Option<Stay> = None;
        way.copied().take_while(move |stay| {
            let is_on_way = later.is_none_or(|later| stay.leads_to(&later));
            later = Some(*stay);
            is_on_way
        })
    }

    /// The newest stay of each body that was seen, with its index.
    pub fn newest(&self) -> impl Iterator<Item = (usize, Stay)> {
        let bodies = self.stays.iter().enumerate();
        bodies.filter_map(|(index, stays)| Some((index, *stays.last()?)))
    }

    /// A body left the world; another may get its index.
    pub fn forget(&mut self, index: usize) {
        if let Some(stays) = self.stays.get_mut(index) {
            stays.clear();
        }
    }
}

impl Stay {
    /// Whether the body may have walked from here to a later stay: who died leaps to where it
    /// comes back, and where a silence was, `since` does not follow on what was seen.
    fn leads_to(&self, later: &Stay) -> bool {
        let is_next = |axis: usize| self.cell[axis].abs_diff(later.cell[axis]) <= 1;
        later.since == self.seen + 1 && (0..3).all(is_next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: [i32; 3] = [3, 1, 4];
    const THERE: [i32; 3] = [3, 1, 5];

    fn census(sightings: &[(u32, [i32; 3])]) -> Census {
        let mut census = Census::default();
        census.heed(50);
        sightings
            .iter()
            .for_each(|&(tick, cell)| census.see(7, tick, cell));
        census
    }

    /// Since when each stay of a body's way was.
    fn way(census: &Census, tick: u32, cell: [i32; 3]) -> Vec<u32> {
        census.way(7, tick, cell).map(|stay| stay.since).collect()
    }

    #[test]
    fn a_stay_lasts_until_the_body_is_seen_elsewhere() {
        let census = census(&[(100, HERE), (130, HERE), (160, HERE), (170, THERE)]);
        assert_eq!(way(&census, 160, HERE), [100]);
        assert_eq!(way(&census, 170, THERE), [161, 100], "the worst case");
        let newest: Vec<_> = census.newest().collect();
        assert_eq!(newest.len(), 1);
        assert_eq!((newest[0].0, newest[0].1.seen), (7, 170));
    }

    #[test]
    fn who_came_back_was_away() {
        let census = census(&[(100, HERE), (110, THERE), (120, HERE)]);
        assert_eq!(way(&census, 120, HERE), [111, 101, 100]);
        assert_eq!(way(&census, 105, HERE), [100], "one who hears late");
    }

    #[test]
    fn who_leaps_died_and_came_back() {
        let census = census(&[(100, HERE), (110, [9, 1, 4]), (120, [9, 1, 3])]);
        assert_eq!(way(&census, 120, [9, 1, 3]), [111, 101]);
    }

    #[test]
    fn whom_nobody_saw_for_long_may_have_been_anywhere() {
        let seen = [(100, HERE), (150, HERE)];
        assert_eq!(way(&census(&seen), 150, HERE), [100]);
        let lost = [(100, HERE), (151, HERE)];
        assert_eq!(way(&census(&lost), 151, HERE), [151]);
    }

    #[test]
    fn nothing_is_known_of_strangers() {
        let mut census = census(&[(100, HERE)]);
        assert_eq!(census.way(8, 120, HERE).count(), 0);
        assert_eq!(census.way(7, 120, THERE).count(), 0);
        census.forget(7);
        assert_eq!(census.way(7, 100, HERE).count(), 0);
        assert_eq!(census.newest().count(), 0);
    }

    #[test]
    fn old_stays_are_forgotten() {
        let ticks = 100..100 + 2 * limits::STAYS_MAX as u32;
        let cells = ticks.map(|tick| (tick, [tick as i32, 0, 0]));
        let census = census(&cells.collect::<Vec<_>>());
        assert_eq!(census.stays[7].len(), limits::STAYS_MAX);
    }
}
