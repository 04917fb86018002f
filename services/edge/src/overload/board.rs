//! What the edges of a process measure and which steps hold, side by side: for `/status`, `/metrics`, the
//! log, and whether newcomers are let in. Edge threads write with relaxed atomics.

use std::{
    sync::{
        Arc, Mutex, OnceLock,
        atomic::{AtomicBool, AtomicU8, AtomicU32, AtomicU64, Ordering},
    },
    time::Instant,
};

use world::{Loads, Step, Steps, overload::PERMILLE};

use crate::limits;

/// What one edge thread said last.
#[derive(Default)]
struct EdgeSide {
    steps: AtomicU8,
    fan_out_permille: AtomicU32,
    /// None is 0.
    rate_permille: AtomicU32,
}

/// Since when a step holds, if it does, and how often it began or ended.
#[derive(Clone, Copy, Debug, Default)]
pub struct StepRecord {
    pub since: Option<Instant>,
    pub changes_count: u64,
}

/// See the module.
pub struct Board {
    edges: Vec<EdgeSide>,
    egress_permille: AtomicU32,
    egress_bytes_before: AtomicU64,
    /// Whether the placement controller has a plan under way against overload; none where none runs.
    rebalancing: OnceLock<Arc<AtomicBool>>,
    /// Whether newcomers are let in as far as others than the ladder have a say.
    is_open: AtomicBool,
    /// By step.
    records: Mutex<[StepRecord; Step::ALL.len()]>,
}

impl Board {
    pub fn new(edges_count: usize) -> Self {
        Self {
            edges: (0..edges_count).map(|_| EdgeSide::default()).collect(),
            egress_permille: AtomicU32::new(0),
            egress_bytes_before: AtomicU64::new(0),
            rebalancing: OnceLock::new(),
            is_open: AtomicBool::new(true),
            records: Mutex::default(),
        }
    }

    /// Whose word on plans holds; the first is heard.
    pub fn follow_rebalancing(&self, flag: Arc<AtomicBool>) {
        let _ = self.rebalancing.set(flag);
    }

    pub fn set_open(&self, is_open: bool) {
        self.is_open.store(is_open, Ordering::Relaxed);
    }

    /// Whether newcomers are let in.
    pub fn is_open(&self) -> bool {
        self.is_open.load(Ordering::Relaxed) && !self.steps().has(Step::LoginQueue)
    }

    /// What is measured for all edges together.
    pub fn around(&self) -> Loads {
        let flag = self.rebalancing.get();
        Loads {
            egress_permille: self.egress_permille.load(Ordering::Relaxed),
            is_rebalancing: flag.is_some_and(|flag| flag.load(Ordering::Relaxed)),
            ..Loads::default()
        }
    }

    /// An edge's newest word.
    pub fn note(&self, edge: usize, loads: &Loads, steps: Steps) {
        let side = &self.edges[edge];
        side.steps.store(steps.bits(), Ordering::Relaxed);
        side.fan_out_permille
            .store(loads.fan_out_permille, Ordering::Relaxed);
        side.rate_permille
            .store(loads.rate_permille, Ordering::Relaxed);
    }

    /// The worst of what the edges said.
    pub fn loads(&self) -> Loads {
        let worst = |mut loads: Loads, side: &EdgeSide| {
            let fan_out_permille = side.fan_out_permille.load(Ordering::Relaxed);
            let rate_permille = side.rate_permille.load(Ordering::Relaxed);
            loads.fan_out_permille = loads.fan_out_permille.max(fan_out_permille);
            if rate_permille != 0 {
                loads.rate_permille = loads.rate_permille.min(rate_permille);
            }
            loads
        };
        self.edges.iter().fold(self.around(), worst)
    }

    /// All steps that hold for somebody.
    pub fn steps(&self) -> Steps {
        let steps = |side: &EdgeSide| Steps::from_bits(side.steps.load(Ordering::Relaxed));
        self.edges
            .iter()
            .map(steps)
            .fold(Steps::default(), Steps::or)
    }

    pub fn records(&self) -> impl Iterator<Item = (Step, StepRecord)> {
        let records = *self.records.lock().expect("no holder panics");
        Step::ALL.into_iter().zip(records)
    }

    /// Once a second, by one thread: what the edges have sent by now, and what changed, with a line in the
    /// log for each. `tick_permille` is the share of a tick that the shards' ticks take.
    pub fn look(&self, bytes_out: u64, tick_permille: u32, now: Instant) {
        let before = self.egress_bytes_before.swap(bytes_out, Ordering::Relaxed);
        let bytes_max = limits::EGRESS_BYTES_PER_SECOND_MAX * self.edges.len() as u64;
        let egress = bytes_out.saturating_sub(before) * u64::from(PERMILLE) / bytes_max;
        self.egress_permille.store(egress as u32, Ordering::Relaxed);
        let (steps, loads) = (self.steps(), self.loads());
        let mut records = self.records.lock().expect("no holder panics");
        for (step, record) in Step::ALL.into_iter().zip(records.iter_mut()) {
            if steps.has(step) == record.since.is_some() {
                continue;
            }
            record.changes_count += 1;
            record.since = steps.has(step).then_some(now);
            let reason = reason(step, &loads, tick_permille);
            let step = step.name();
            match record.since {
                Some(_) => tracing::warn!(step, reason, "a step of overload begins"),
                None => tracing::info!(step, reason, "a step of overload ends"),
            }
        }
    }
}

fn reason(step: Step, loads: &Loads, tick_permille: u32) -> String {
    let percent = |permille: u32| format!("{} %", permille / 10);
    let rate = percent(loads.rate_permille);
    match step {
        Step::FarSlower | Step::NearSlower => format!(
            "telling a frame takes {} of the time there is, and {} of what can be sent is sent",
            percent(loads.fan_out_permille),
            percent(loads.egress_permille)
        ),
        Step::Rebalancing => "a plan of the placement controller against a full shard".to_owned(),
        Step::TimeDilation => {
            let ticks = percent(tick_permille);
            format!("ticks take {ticks} of their 50 ms: time runs at {rate}")
        }
        Step::LoginQueue => format!("time runs at {rate}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_edge_counts_and_changes_are_kept() {
        let now = Instant::now();
        let board = Board::new(2);
        board.look(0, 0, now);
        assert!(board.is_open() && board.steps().highest().is_none());
        let slow = Loads {
            fan_out_permille: 900,
            rate_permille: 300,
            ..Loads::default()
        };
        let steps = Steps::default()
            .with(Step::TimeDilation, true)
            .with(Step::LoginQueue, true);
        board.note(1, &slow, steps);
        board.look(0, 2_000, now);
        assert_eq!((board.loads(), board.steps()), (slow, steps));
        assert!(!board.is_open());
        let begun: Vec<Step> = board
            .records()
            .filter(|(_, record)| record.since == Some(now) && record.changes_count == 1)
            .map(|(step, _)| step)
            .collect();
        assert_eq!(begun, [Step::TimeDilation, Step::LoginQueue]);
        board.note(1, &Loads::default(), Steps::default());
        board.look(0, 100, now);
        assert!(board.is_open());
        let ended = board.records().all(|(_, record)| record.since.is_none());
        assert!(ended && board.records().map(|(_, it)| it.changes_count).sum::<u64>() == 4);
    }

    #[test]
    fn who_closes_the_door_otherwise_keeps_it_closed() {
        let board = Board::new(1);
        board.set_open(false);
        assert!(!board.is_open());
        board.set_open(true);
        assert!(board.is_open());
    }

    #[test]
    fn what_is_sent_and_planned_reaches_all_edges() {
        let board = Board::new(2);
        let now = Instant::now();
        board.look(1_000, 0, now);
        board.look(1_000 + limits::EGRESS_BYTES_PER_SECOND_MAX, 0, now);
        let plan = Arc::new(AtomicBool::new(true));
        board.follow_rebalancing(plan.clone());
        let around = board.around();
        assert!(around.egress_permille == 500 && around.is_rebalancing);
        plan.store(false, Ordering::Relaxed);
        assert!(!board.around().is_rebalancing);
    }
}
