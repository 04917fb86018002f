//! Where every body is, as far as all bots of a run know together. A bot knows its own cell exactly,
//! in every tick, and is told of others' cells; so one bot's silence about a body can be told from
//! the body's absence.
//!
//! It says nothing of who was told what: that is each bot's own (`senses`).

use crate::limits;

/// A body's time in one cell.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Stay {
    cell: [i32; 3],
    /// The first tick in which it may have been there.
    since: u32,
    /// The last tick in which it was seen there.
    seen: u32,
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

    /// Since when a body that is in this cell at `tick` has been there.
    pub fn since(&self, index: usize, tick: u32, cell: [i32; 3]) -> u32 {
        let stays = self.stays.get(index).into_iter().flatten().rev();
        let mut here = stays.filter(|stay| stay.cell == cell && stay.since <= tick);
        here.next().map_or(tick, |stay| stay.since)
    }

    /// All bodies, each with the cell that it was seen in last and when that was.
    pub fn last_seen(&self) -> impl Iterator<Item = (usize, u32, [i32; 3])> {
        let bodies = self.stays.iter().enumerate();
        bodies.filter_map(|(index, stays)| {
            let stay = stays.last()?;
            Some((index, stay.seen, stay.cell))
        })
    }

    /// A body left the world; another may get its index.
    pub fn forget(&mut self, index: usize) {
        if let Some(stays) = self.stays.get_mut(index) {
            stays.clear();
        }
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

    #[test]
    fn a_stay_lasts_until_the_body_is_seen_elsewhere() {
        let census = census(&[(100, HERE), (130, HERE), (160, HERE), (170, THERE)]);
        assert_eq!(census.since(7, 160, HERE), 100);
        assert_eq!(census.since(7, 170, THERE), 161, "the worst case");
        assert_eq!(
            census.last_seen().collect::<Vec<_>>(),
            [(7, 170, THERE)],
            "the newest"
        );
    }

    #[test]
    fn who_came_back_was_away() {
        let census = census(&[(100, HERE), (110, THERE), (120, HERE)]);
        assert_eq!(census.since(7, 120, HERE), 111);
        assert_eq!(census.since(7, 105, HERE), 100, "one who hears late");
    }

    #[test]
    fn whom_nobody_saw_for_long_may_have_been_anywhere() {
        let seen = [(100, HERE), (150, HERE)];
        assert_eq!(census(&seen).since(7, 150, HERE), 100);
        let lost = [(100, HERE), (151, HERE)];
        assert_eq!(census(&lost).since(7, 151, HERE), 151);
    }

    #[test]
    fn nothing_is_known_of_strangers() {
        let mut census = census(&[(100, HERE)]);
        assert_eq!(census.since(8, 120, HERE), 120);
        assert_eq!(census.since(7, 120, THERE), 120);
        census.forget(7);
        assert_eq!(census.since(7, 100, HERE), 100);
        assert_eq!(census.last_seen().count(), 0);
    }

    #[test]
    fn old_stays_are_forgotten() {
        let ticks = 100..100 + 2 * limits::STAYS_MAX as u32;
        let cells = ticks.map(|tick| (tick, [tick as i32, 0, 0]));
        let census = census(&cells.collect::<Vec<_>>());
        assert_eq!(census.stays[7].len(), limits::STAYS_MAX);
    }
}
