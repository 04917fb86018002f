//! How old what a bot knows of a body is, measured in two ways.
//!
//! *Staleness* is what WIRE.md promises (section "Budget and staleness"): of a body in view that stays
//! in its cell, counted from when it was told last, or from when it came into that cell or into view.
//! *Age* does not begin anew when a body walks to the next cell in view.
//!
//! A bot knows both from the wire: its own cell (`outlook`), the cell of each row, and what the other
//! bots of the run were told meanwhile (`census`).

use std::time::Duration;

use crate::{census::Stay, figures::Measured, outlook::Outlook};

/// Since when the server owes a bot the news of a body; all are the same tick when it owes nothing.
#[derive(Clone, Copy)]
pub struct Debt {
    /// Now, or when the body was seen last.
    tick: u32,
    /// The body is in its cell and in view, and not told of, since then.
    in_cell_since: u32,
    /// The same, whatever cells it walked through.
    in_view_since: u32,
}

impl Debt {
    /// Of a body that came here on this `way` (its newest stay first) and was told of at `told`.
    pub fn of(way: impl Iterator<Item = Stay>, outlook: &Outlook, told: u32, tick: u32) -> Self {
        let mut in_view_since = tick;
        let mut in_cell_since = None;
        for stay in way {
            let floor = stay.since.max(told).min(in_view_since);
            in_view_since = outlook.since(stay.cell, in_view_since, floor);
            in_cell_since = in_cell_since.or(Some(in_view_since));
            if in_view_since != stay.since {
                break;
            }
        }
        Self {
            tick,
            in_cell_since: in_cell_since.unwrap_or(tick),
            in_view_since,
        }
    }

    /// The bot is told now: writes down how long that took. `time` is how long ago a tick was.
    pub fn pay(
        self,
        staleness_ticks_max: u32,
        measured: &mut Measured,
        time: impl Fn(u32) -> Duration,
    ) {
        if self.in_view_since < self.tick {
            measured.age.record(time(self.in_view_since));
        }
        if self.in_cell_since < self.tick {
            measured.staleness.record(time(self.in_cell_since));
        }
        let is_broken = self.tick - self.in_cell_since > staleness_ticks_max;
        measured.staleness_broken += u64::from(is_broken);
    }
}
