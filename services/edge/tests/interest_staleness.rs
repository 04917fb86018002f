//! The bound of `edge::interest::policy`: nothing in view gets staler than it says, over crowds,
//! budgets, view distances and seeds, while budgets and datagram sizes are kept.

mod interest_common;

use std::collections::HashMap;

use edge::interest::{
    Interest,
    policy::{ROW_BYTES_NEAR, Slowing, cell_bytes, payload_bytes_per_tick, staleness_ticks},
};
use interest_common::{Crowd, Witness};
use spatial::{CellCoord, position::UNITS_PER_METRE, random::SplitMix64};

/// One run of a crowd with some witnesses.
struct Run {
    seed: u64,
    body_count: usize,
    edge_metres: i32,
    speed: i32,
    /// How far the witnesses run in a tick, to one end of the field and back, in 1/4096 m.
    stride: i32,
    budget: u32,
    view_distance: u16,
    /// What is told less often, in turns of [`TURN_TICKS`].
    slowings: &'static [Slowing],
}

/// No multiple of any period.
const TURN_TICKS: u32 = 37;
const CALM: &[Slowing] = &[Slowing::None];

impl Run {
    /// Runs twice as long as the bound, so that a breach has the time to show.
    fn check(&self) {
        let mut crowd = Crowd::new(self.seed, self.body_count, self.edge_metres, self.speed);
        let mut random = SplitMix64::new(self.seed ^ 77);
        let witness = |_| {
            let row = random.below(self.body_count as u32) as usize;
            let witness = Witness::new(&crowd, row, self.budget, self.view_distance);
            Judge::new(witness, &crowd, self)
        };
        let mut judges: Vec<Judge> = (0..3).map(witness).collect();
        let mut interest = Interest::new();
        let mut tick_count = 0;
        let mut bound = 0;
        while tick_count < 2 * bound + 20 {
            crowd.advance();
            for judge in &judges {
                self.stride(&mut crowd, judge.witness.row, tick_count);
            }
            interest.set_slowing(self.slowing(tick_count));
            interest.begin_tick(&crowd.frame());
            for judge in &mut judges {
                judge.witness.listen(&mut interest, &crowd);
                judge.judge(&crowd);
                bound = bound.max(judge.bound());
            }
            tick_count += 1;
        }
        for judge in &judges {
            judge.finish(tick_count, self);
        }
    }

    fn slowing(&self, tick_count: u32) -> Slowing {
        self.slowings[(tick_count / TURN_TICKS) as usize % self.slowings.len()]
    }

    /// What the bound reckons with.
    fn slowest(&self) -> Slowing {
        *self.slowings.iter().max().expect("some")
    }

    fn stride(&self, crowd: &mut Crowd, row: usize, tick_count: u32) {
        let edge = self.edge_metres * UNITS_PER_METRE;
        let turns = tick_count as i32 * self.stride / edge;
        let direction = if turns % 2 == 0 { 1 } else { -1 };
        crowd.step(row, direction * self.stride);
    }
}

/// Watches one witness.
struct Judge {
    witness: Witness,
    budget_bytes: usize,
    slowing: Slowing,
    /// By row: since when it is in the cell it is in, and in view.
    settled: Vec<u32>,
    cells: Vec<CellCoord>,
    /// The most that each cell ever in view held.
    fullest: HashMap<CellCoord, usize>,
    staleness_max: u32,
}

impl Judge {
    fn new(witness: Witness, crowd: &Crowd, run: &Run) -> Self {
        Self {
            budget_bytes: run.budget as usize / 20,
            slowing: run.slowest(),
            settled: vec![crowd.tick; crowd.positions.len()],
            cells: crowd
                .positions
                .iter()
                .map(|position| position.cell())
                .collect(),
            fullest: HashMap::new(),
            staleness_max: 0,
            witness,
        }
    }

    fn judge(&mut self, crowd: &Crowd) {
        let mut held: HashMap<CellCoord, usize> = HashMap::new();
        for row in 0..crowd.positions.len() {
            let cell = crowd.positions[row].cell();
            let is_seen = self.witness.sees(crowd, row);
            if cell != self.cells[row] || !is_seen {
                self.settled[row] = crowd.tick;
                self.cells[row] = cell;
            }
            if is_seen {
                *held.entry(cell).or_default() += 1;
                let since = self.settled[row].max(self.witness.told[row]);
                self.staleness_max = self.staleness_max.max(crowd.tick - since);
            }
        }
        for (cell, count) in held {
            let fullest = self.fullest.entry(cell).or_default();
            *fullest = count.max(*fullest);
        }
    }

    fn bound(&self) -> u32 {
        let bytes = |&count: &usize| cell_bytes(count, ROW_BYTES_NEAR);
        let view: usize = self.fullest.values().map(bytes).sum();
        let fullest = self.fullest.values().map(bytes).max().unwrap_or(0);
        staleness_ticks(self.slowing, self.payload(), view, fullest)
    }

    fn payload(&self) -> usize {
        let budget_bytes = self.slowing.budget_bytes_per_tick(self.budget_bytes);
        payload_bytes_per_tick(budget_bytes, self.witness.datagram_bytes)
    }

    fn finish(&self, tick_count: u32, run: &Run) {
        let bound = self.bound();
        let staleness = self.staleness_max;
        assert!(
            staleness <= bound,
            "{staleness} ticks where {bound} are promised: {run}"
        );
        let earned = (tick_count as usize + 1) * self.budget_bytes + self.witness.datagram_bytes;
        assert!(
            self.witness.bytes <= earned,
            "{} of {earned} bytes: {run}",
            self.witness.bytes
        );
    }
}

impl std::fmt::Display for Run {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Run {
            seed,
            body_count,
            edge_metres,
            speed,
            stride,
            budget,
            view_distance,
            slowings,
        } = self;
        write!(
            formatter,
            "seed {seed}, {body_count} bodies in {edge_metres} m at {speed}, {budget} B/s, \
             view {view_distance}, stride {stride}, {slowings:?}"
        )
    }
}

#[test]
fn standing_crowds_of_all_sizes() {
    for seed in 0..24 {
        let mut random = SplitMix64::new(seed);
        Run {
            seed,
            body_count: 1 + random.below(1_500) as usize,
            edge_metres: random.between(10, 500),
            speed: 0,
            stride: 0,
            budget: 8_000 << random.below(6),
            view_distance: random.between(32, 256) as u16,
            slowings: CALM,
        }
        .check();
    }
}

#[test]
fn wandering_crowds_of_all_sizes() {
    for seed in 100..116 {
        let mut random = SplitMix64::new(seed);
        Run {
            seed,
            body_count: 1 + random.below(1_000) as usize,
            edge_metres: random.between(10, 300),
            speed: random.between(1, 3),
            stride: 0,
            budget: 8_000 << random.below(6),
            view_distance: random.between(32, 256) as u16,
            slowings: CALM,
        }
        .check();
    }
}

#[test]
fn thousands_in_one_field() {
    for (seed, body_count, speed, edge_metres) in
        [(1, 10_000, 0, 256), (2, 3_000, 1, 256), (3, 10_000, 0, 40)]
    {
        Run {
            seed,
            body_count,
            edge_metres,
            speed,
            stride: 0,
            budget: 48_000,
            view_distance: 256,
            slowings: CALM,
        }
        .check();
    }
}

#[test]
fn ten_thousand_in_a_single_cell() {
    Run {
        seed: 4,
        body_count: 10_000,
        edge_metres: 16,
        speed: 0,
        stride: 0,
        budget: 48_000,
        view_distance: 32,
        slowings: CALM,
    }
    .check();
}

/// What comes into view and goes out of it, and comes nearer and recedes, is owed the same.
#[test]
fn witnesses_who_run_through_a_crowd() {
    for seed in 200..216 {
        let mut random = SplitMix64::new(seed);
        Run {
            seed,
            body_count: 1 + random.below(1_000) as usize,
            edge_metres: random.between(100, 500),
            speed: 1,
            stride: random.between(1_000, 4_000),
            budget: 8_000 << random.below(5),
            view_distance: random.between(32, 160) as u16,
            slowings: CALM,
        }
        .check();
    }
}

/// Steps of the overload ladder, held and changed: the bound is that of the slowest.
#[test]
fn crowds_told_less_often() {
    const EACH: [&[Slowing]; 4] = [
        &[Slowing::Far],
        &[Slowing::Near],
        &[Slowing::None, Slowing::Far, Slowing::Near],
        &[Slowing::Near, Slowing::None],
    ];
    for seed in 300..324 {
        let mut random = SplitMix64::new(seed);
        Run {
            seed,
            body_count: 1 + random.below(1_000) as usize,
            edge_metres: random.between(20, 400),
            speed: 1,
            stride: random.between(0, 1) * 2_000,
            budget: 8_000 << random.below(6),
            view_distance: random.between(32, 256) as u16,
            slowings: EACH[seed as usize % EACH.len()],
        }
        .check();
    }
}
