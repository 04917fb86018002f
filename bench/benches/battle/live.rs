//! A fight made by code: the whole tick of 10,000 fighting bodies in one field of 256 × 256 m, on one core, frame included:
//! median, 99th percentile, each phase, and what a tick allocates after warm-up.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use bench::{Claim, Report, allocations_count, median, percentile, thread_cpu_time, times};
use engine::{
    Event, Frame, arena,
    tick::{Phase, tick_beside},
    world::World,
};

const SEED: u64 = 1;
const SOLDIERS_PER_HOUSE: u32 = 5_000;
const FIELD_EDGE_BLOCKS: i32 = 256;
/// Ticks before measuring, so that fights are under way and every buffer has its size: 30 s.
const WARM_UP_TICKS: usize = 600;
/// Ticks measured, odd for the median: 20 s.
const MEASURED_TICKS: usize = 401;

/// Measures and prints.
#[expect(clippy::print_stdout, reason = "the report is for the terminal")]
pub fn run() {
    let mut world = arena::melee(SEED, SOLDIERS_PER_HOUSE, FIELD_EDGE_BLOCKS);
    for _ in 0..times(WARM_UP_TICKS, 200) {
        engine::tick::tick(&mut world, &mut Vec::new());
    }
    let measured = measure(&mut world);
    assert!(measured.wounds_count > 0, "these figures are for a fight");
    println!("{}", measured.report());
    println!("{}", measured.phases());
}

/// What the measured ticks cost and whether there was a fight in them.
#[derive(Default)]
struct Measured {
    ticks: Vec<Duration>,
    phases: BTreeMap<u8, Vec<Duration>>,
    allocations_count: u64,
    /// Ticks in which something was allocated, and those in which terrain changed.
    allocating_ticks_count: u32,
    editing_ticks_count: u32,
    wounds_count: usize,
    deaths_count: usize,
    alive_count: usize,
}

fn measure(world: &mut World) -> Measured {
    let mut measured = Measured::default();
    let mut commands = Vec::new();
    let mut phase_ends = Vec::with_capacity(Phase::ALL.len());
    for _ in 0..times(MEASURED_TICKS, 11) {
        phase_ends.clear();
        let allocations_before = allocations_count();
        let start = thread_cpu_time();
        let frame = tick_beside(world, &mut commands, &[], |phase| {
            phase_ends.push((phase, thread_cpu_time()));
        });
        let end = thread_cpu_time();
        let allocated = allocations_count() - allocations_before;
        measured.record_times(start, end, &phase_ends);
        measured.record_frame(&frame, allocated);
    }
    measured
}

impl Measured {
    fn record_times(&mut self, start: Duration, end: Duration, phase_ends: &[(Phase, Duration)]) {
        self.ticks.push(end - start);
        let mut since = start;
        for (phase, end) in phase_ends {
            self.phases
                .entry(*phase as u8)
                .or_default()
                .push(*end - since);
            since = *end;
        }
    }

    fn record_frame(&mut self, frame: &Arc<Frame>, allocated: u64) {
        self.allocations_count += allocated;
        self.allocating_ticks_count += u32::from(allocated > 0);
        self.editing_ticks_count += u32::from(!frame.edits.is_empty());
        let is_wound = |event: &&Event| matches!(event, Event::Hurt { .. });
        let is_death = |event: &&Event| matches!(event, Event::Died { .. });
        self.wounds_count += frame.events.iter().filter(is_wound).count();
        self.deaths_count += frame.events.iter().filter(is_death).count();
        self.alive_count = frame
            .bodies
            .health
            .iter()
            .filter(|health| **health > 0)
            .count();
    }

    fn report(&self) -> Report {
        let mut report = Report::default();
        let detail = format!(
            "p99 {:.2} ms; {} wounds and {} deaths in {} ticks, {} alive at the end",
            milliseconds(percentile(&self.ticks, 99)),
            self.wounds_count,
            self.deaths_count,
            self.ticks.len(),
            self.alive_count
        );
        let tick = milliseconds(median(self.ticks.clone()));
        report.add(
            Claim::at_most("tick of 10,000 fighting bodies, median", tick, 10.0, "ms")
                .with_detail(detail),
        );
        let detail = format!(
            "{} allocations in {} of {} ticks; terrain changed in {}",
            self.allocations_count,
            self.allocating_ticks_count,
            self.ticks.len(),
            self.editing_ticks_count
        );
        let unexplained = self
            .allocating_ticks_count
            .saturating_sub(self.editing_ticks_count);
        report.add(
            Claim::at_most(
                "ticks that allocate though no terrain changed",
                f64::from(unexplained),
                0.0,
                "ticks",
            )
            .with_detail(detail),
        );
        report
    }

    fn phases(&self) -> String {
        let mut table = String::from("| phase | median | p99 |\n| --- | --- | --- |\n");
        for phase in Phase::ALL {
            let Some(times) = self.phases.get(&(phase as u8)) else {
                continue;
            };
            let (middle, high) = (median(times.clone()), percentile(times, 99));
            let line = format!(
                "| {} | {:.3} ms | {:.3} ms |\n",
                phase.name(),
                milliseconds(middle),
                milliseconds(high)
            );
            table.push_str(&line);
        }
        table
    }
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
