//! Who is told how often: every number that interest management turns on, and what follows from them.
//!
//! **The bound.** Let, for one client, `P` be the bytes of body rows it can be sent in a tick
//! ([`payload_bytes_per_tick`]), `V` the bytes of all cells in its view and `C` those of the fullest
//! one ([`cell_bytes`]). Then a body in view that stays in its cell is told again within
//!
//! > `T = aged_ticks + 2 + 4 (V + C) / P` ticks,
//!
//! and one that changes its cell is told within `T` ticks of that. Why: cells stand in a queue, and
//! whenever a cell is told it goes to the queue's end, so before the cell at its end comes to the
//! front again every other is told at most once, which takes `V` bytes. Of each tick's payload a
//! quarter ([`AGED_SHARE`]) serves nothing but the queue's front, as soon as the front has waited for
//! [`aged_ticks`]: `4 V / P` ticks. Telling the cell itself may begin late in it and take `4 C / P`.
//! What happens elsewhere in the budget only moves cells to the end sooner. The client's own cell has
//! half of the payload for itself and is told within `1 + 2 C / P`. Cells that come into view count
//! towards `V` from then on.
//!
//! Under overload ([`Slowing`]) the same holds with what is then spent in place of the budget, and with
//! longer [`aged_ticks`]. Who is slowed no longer is owed the shorter bound from then on; what was told
//! before may be as old as the longer one allowed.

use protocol::{limits, snapshot::SnapshotSize};

/// Units of the client's clock in a tick without overload. Periods are told in them; overload slows
/// the clock, and so stretches all periods alike.
pub const CLOCK_STEP: u32 = 8;

/// Squares of distances between cells, in cells, up to which a period holds.
const TIERS: [(i32, u32); 4] = [
    // The 26 neighbours: where swords reach. Half a tick, so that they still come first when the
    // clock is slow.
    (3, 4),
    // 32 m: every tick.
    (4, 8),
    // 64 m: every second tick.
    (16, 16),
    // 128 m: every fourth.
    (64, 32),
];
/// The period beyond the last tier: every eighth tick.
pub const PERIOD_MAX: u32 = 64;

/// Cells farther than this, in cells, are looked at in turns of so many ticks: theirs are the periods
/// of four ticks and more.
pub const BRISK_CELLS: usize = 4;
pub const LOOK_TICKS: u16 = 4;

/// The share of the payload that serves the cells that waited longest, whatever their distance.
pub const AGED_SHARE: usize = 4;
/// The share of the payload that the client's own cell may take.
pub const OWN_SHARE: usize = 2;
/// The share of the budget that events may take.
pub const EVENTS_SHARE: usize = 4;

/// Bytes of a row at near detail: id 2, yaw, pose, offsets 6, health.
pub const ROW_BYTES_NEAR: usize = 11;
/// Bytes of a row at far detail: id 2, yaw, pose, offsets 3.
pub const ROW_BYTES_FAR: usize = 7;
/// Bytes of a cell's header.
pub const CELL_HEADER_BYTES: usize = 4;

/// What an edge with too much to do tells less often: the first two steps of the overload ladder.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub enum Slowing {
    #[default]
    None,
    /// Far cells half as often. About half of a full budget goes to them, so a quarter is saved.
    Far,
    /// All cells but the own half as often, and half of the budget.
    Near,
}

impl Slowing {
    /// Under which the own cell still comes every tick, and the smallest budget is left alone: what it
    /// saves would not carry the own state.
    pub fn budget_bytes_per_tick(self, budget_bytes_per_tick: usize) -> usize {
        let spent = match self {
            Self::None => budget_bytes_per_tick,
            Self::Far => budget_bytes_per_tick * 3 / 4,
            Self::Near => budget_bytes_per_tick / 2,
        };
        let least = limits::BUDGET_BYTES_PER_SECOND_MIN as usize / super::TICK_RATE_HZ;
        spent.max(least.min(budget_bytes_per_tick))
    }

    /// A period of a cell, stretched.
    pub fn period(self, period: u32, is_near: bool) -> u32 {
        match self {
            Self::None => period,
            Self::Far if is_near => period,
            Self::Far | Self::Near => period * 2,
        }
    }
}

/// Ticks after which a cell counts as having waited: the longest period while the budget suffices, and
/// until it is looked at.
pub fn aged_ticks(slowing: Slowing) -> u32 {
    slowing.period(PERIOD_MAX, false) / CLOCK_STEP + u32::from(LOOK_TICKS)
}

/// The period of a cell at this square of a distance in cells, in units of the clock.
pub fn period(distance_squared: i32) -> u32 {
    let tier = TIERS.into_iter().find(|tier| distance_squared <= tier.0);
    tier.map_or(PERIOD_MAX, |tier| tier.1)
}

/// The period of a cell behind the player: twice as long, except next to it and where it is longest.
pub fn period_behind(period: u32) -> u32 {
    if period == TIERS[0].1 {
        period
    } else {
        (2 * period).min(PERIOD_MAX)
    }
}

/// Whether a cell at this distance is told exactly: up to 32 m.
pub fn is_near(distance_squared: i32) -> bool {
    distance_squared <= TIERS[1].0
}

/// Bytes of a cell of so many bodies, at most: it may be cut where a datagram ends.
pub fn cell_bytes(body_count: usize, row_bytes: usize) -> usize {
    body_count * row_bytes + CELL_HEADER_BYTES * (1 + body_count.div_ceil(64))
}

/// Bytes of rows and cell headers that a client is sent in a tick at least, while there is as much
/// to say: the budget less events, own state, and what each datagram costs before its first row.
pub fn payload_bytes_per_tick(budget_bytes_per_tick: usize, datagram_bytes: usize) -> usize {
    let bodies = budget_bytes_per_tick - budget_bytes_per_tick / EVENTS_SHARE;
    let empty = SnapshotSize {
        has_id_high: true,
        ..SnapshotSize::default()
    };
    let overhead = empty.bytes_max() + ROW_BYTES_NEAR + 1;
    let bodies = bodies.saturating_sub(protocol::own::OWN_BYTES);
    let payload = if bodies < datagram_bytes {
        bodies.saturating_sub(overhead)
    } else {
        bodies * datagram_bytes.saturating_sub(overhead) / datagram_bytes
    };
    payload.max(ROW_BYTES_NEAR)
}

/// The bound above, in ticks.
pub fn staleness_ticks(
    slowing: Slowing,
    payload_bytes: usize,
    view_bytes: usize,
    cell_bytes_max: usize,
) -> u32 {
    let turn = (AGED_SHARE * (view_bytes + cell_bytes_max)).div_ceil(payload_bytes);
    aged_ticks(slowing) + 2 + turn as u32
}

/// Bodies in one cell that the promise in Welcome reckons with: one to a square metre.
const CELL_BODIES_USUAL: usize = 256;

/// What Welcome and Overload promise: the bound for a world of so many bodies, all of them in view, half of them
/// near, and no cell fuller than one body to a square metre.
pub fn staleness_ticks_promised(
    slowing: Slowing,
    budget_bytes_per_second: u32,
    body_count: usize,
) -> u16 {
    let budget = budget_bytes_per_second as usize / crate::interest::TICK_RATE_HZ;
    let budget = slowing.budget_bytes_per_tick(budget);
    let payload = payload_bytes_per_tick(budget, limits::DATAGRAM_BYTES_DEFAULT);
    let half = body_count.div_ceil(2);
    let cells = body_count.min(1_024) * CELL_HEADER_BYTES;
    let view = half * (ROW_BYTES_NEAR + ROW_BYTES_FAR) + cells;
    let fullest = cell_bytes(body_count.min(CELL_BODIES_USUAL), ROW_BYTES_NEAR);
    staleness_ticks(slowing, payload, view, fullest).min(u32::from(u16::MAX)) as u16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_grow_with_distance_and_behind() {
        let periods: Vec<u32> = (0..300).map(period).collect();
        assert!(periods.is_sorted());
        for period in periods {
            assert!(period_behind(period) >= period && period_behind(period) <= PERIOD_MAX);
        }
    }

    #[test]
    fn the_promise_falls_with_the_budget_and_grows_with_the_crowd() {
        let promise = |budget, count| staleness_ticks_promised(Slowing::None, budget, count);
        assert!(promise(48_000, 1_000) < promise(48_000, 10_000));
        assert!(promise(480_000, 10_000) < promise(48_000, 10_000));
        assert!(promise(limits::BUDGET_BYTES_PER_SECOND_MIN, 20_000) < u16::MAX);
    }

    #[test]
    fn each_step_spends_less_and_promises_less() {
        let steps = [Slowing::None, Slowing::Far, Slowing::Near];
        for budget in [8_000, 9_000, 48_000, 1_000_000] {
            let spent = steps.map(|step| step.budget_bytes_per_tick(budget as usize / 20));
            assert!(spent.is_sorted_by(|before, after| before >= after));
            assert!(spent[2] >= 400, "{budget}");
            let promised = steps.map(|step| staleness_ticks_promised(step, budget, 2_000));
            assert!(promised.is_sorted(), "{budget}: {promised:?}");
        }
        let periods = |is_near| steps.map(|step| step.period(8, is_near));
        assert_eq!((periods(true), periods(false)), ([8, 8, 16], [8, 16, 16]));
    }
}
