//! Which cells a bot had in view, and since when: the rule is WIRE.md's, section "Budget and
//! staleness".

use std::collections::VecDeque;

use spatial::position::CELL_EDGE_BLOCKS;

use crate::limits;

/// See the module.
pub struct Outlook {
    /// How far it sees on the map, in cells.
    reach: i32,
    /// The cells that it was in, each with the tick since when; the newest last.
    stands: VecDeque<(u32, [i32; 3])>,
}

impl Outlook {
    pub fn new(view_distance_blocks: u16) -> Self {
        let edge = CELL_EDGE_BLOCKS as u16;
        Self {
            reach: view_distance_blocks.div_ceil(edge).into(),
            stands: VecDeque::new(),
        }
    }

    /// Notes the cell that the bot is in; what comes late changes nothing.
    pub fn stand(&mut self, tick: u32, cell: [i32; 3]) {
        let is_news = match self.stands.back() {
            Some(&(since, stand)) => since < tick && stand != cell,
            None => true,
        };
        if !is_news {
            return;
        }
        if self.stands.len() == limits::STANDS_MAX {
            self.stands.pop_front();
        }
        self.stands.push_back((tick, cell));
    }

    /// Since when a cell has been in view without a break, seen from `tick`; not before `floor`.
    /// `tick` itself where it is not in view.
    pub fn since(&self, cell: [i32; 3], tick: u32, floor: u32) -> u32 {
        let mut since = tick;
        let until_then = self.stands.iter().rev().skip_while(|stand| stand.0 > tick);
        for &(stood_since, stand) in until_then {
            if since <= floor || !self.sees(stand, cell) {
                break;
            }
            since = stood_since;
        }
        since.max(floor)
    }

    fn sees(&self, from: [i32; 3], cell: [i32; 3]) -> bool {
        let (x, z) = (cell[0] - from[0], cell[2] - from[2]);
        x * x + z * z <= self.reach * self.reach
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two cells of view; it walks east, one cell every ten ticks, from 100 on.
    fn walker() -> Outlook {
        let mut outlook = Outlook::new(17);
        for step in 0..6 {
            outlook.stand(100 + 10 * step, [step as i32, 0, 0]);
        }
        outlook
    }

    #[test]
    fn what_is_ahead_came_into_view_and_what_is_behind_left_it() {
        let outlook = walker();
        assert_eq!(outlook.since([7, 0, 0], 155, 0), 150, "seen from cell 5 on");
        assert_eq!(
            outlook.since([4, 9, 0], 155, 0),
            120,
            "height does not count"
        );
        assert_eq!(
            outlook.since([4, 0, 0], 155, 133),
            133,
            "nothing before is asked"
        );
        assert_eq!(outlook.since([0, 0, 0], 155, 0), 155, "not in view");
        assert_eq!(outlook.since([0, 0, 0], 128, 0), 100, "it was, then");
    }

    #[test]
    fn a_break_ends_a_view() {
        let mut outlook = walker();
        outlook.stand(160, [0, 0, 0]);
        assert_eq!(outlook.since([0, 0, 0], 165, 0), 160);
        outlook.stand(140, [9, 9, 9]);
        assert_eq!(outlook.since([0, 0, 0], 165, 0), 160, "too late to tell");
    }

    #[test]
    fn old_stands_are_forgotten() {
        let mut outlook = Outlook::new(32);
        for tick in 0..2 * limits::STANDS_MAX as u32 {
            outlook.stand(tick, [tick as i32 % 2, 0, 0]);
        }
        let oldest = limits::STANDS_MAX as u32;
        assert_eq!(outlook.since([0, 0, 0], 3 * oldest, 0), oldest);
    }
}
