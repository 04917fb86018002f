//! What a steward shares with whoever looks after its process in a cluster: what it cannot see in frames,
//! and what the directory is to hear from it. A process that is the whole world has none.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::{Arc, Mutex, MutexGuard},
    time::Instant,
};

use directory::{PlanState, controller::Plan};
use engine::Dialect;
use serde::{Deserialize, Serialize};
use spatial::{
    partition::{Owner, Partition},
    region::RegionId,
};

use world::StatusBoard;

use crate::{
    limits::{PLANS_KEPT, WISHES_MAX},
    request::PhaseRow,
};

/// What a shard's ticks cost, as processes tell each other.
#[derive(Serialize, Deserialize, Clone, PartialEq, Eq, Debug, Default)]
pub struct Times {
    pub tick_us_p50: u64,
    pub tick_us_p99: u64,
    pub handoffs: u64,
    /// None of the version before, which does not say them.
    #[serde(default)]
    pub phases: Vec<PhaseRow>,
}

impl Times {
    /// As a shard's board has it.
    pub fn of(board: &StatusBoard) -> Self {
        let status = board.read();
        let phases = status.phases_us.iter();
        Self {
            tick_us_p50: status.tick_us.p50,
            tick_us_p99: status.tick_us.p99,
            handoffs: status.tally.departed_count,
            phases: phases
                .map(|(name, spread)| PhaseRow::new(name, *spread))
                .collect(),
        }
    }
}

/// What an operator wants all processes to go by; the directory keeps it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Wish {
    /// A pod is to be emptied, or no more.
    Drain { pod: u16, is_draining: bool },
    /// The controller is to leave a region as it is, or no more.
    Pin { region: RegionId, is_pinned: bool },
    /// Plans are only said, or carried out.
    DryRun { is_on: bool },
    /// All processes are to go by this text, in place of `before`.
    Configure { before: Arc<str>, text: Arc<str> },
}

/// What operators wanted, as the directory has it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Rules {
    pub pinned: BTreeSet<RegionId>,
    pub is_dry_run: bool,
    /// What all processes are to go by: a text that placement does not understand.
    pub configuration: Arc<str>,
}

/// The world as a steward saw it last.
#[derive(Clone, Debug, Default)]
pub struct Sight {
    pub tick: u32,
    pub partition: Arc<Partition>,
    /// The shards that are waited for, in order.
    pub members: Vec<Owner>,
    pub seat: Owner,
}

/// See the module. Locked for moments, by threads that no tick waits for.
#[derive(Debug)]
pub struct Fleet {
    /// Of this process.
    pub pod: u16,
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    is_leading: bool,
    draining: BTreeSet<u16>,
    /// Those whose lease is over, and who are waited for.
    silent: BTreeSet<u16>,
    /// Of shards of other processes.
    times: BTreeMap<Owner, Times>,
    egress_bytes: u64,
    /// The newest that all processes speak; none before the directory was asked.
    dialect: Option<Dialect>,
    /// Those that the directory has not heard of, [`WISHES_MAX`] at most, and since when.
    wishes: VecDeque<(Wish, Instant)>,
    /// None before the directory was asked.
    rules: Option<Rules>,
    /// Plans and what became of them, for the directory.
    plans: VecDeque<(Plan, PlanState)>,
    sight: Sight,
}

impl Fleet {
    /// For this pod, which does not lead yet.
    pub fn new(pod: u16) -> Self {
        Self {
            pod,
            inner: Mutex::default(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().expect("no holder panics")
    }
}

/// What who looks after the process says and takes.
impl Fleet {
    pub fn set_leading(&self, is_leading: bool) {
        self.lock().is_leading = is_leading;
    }

    /// The pods that are to be emptied.
    pub fn set_draining(&self, draining: BTreeSet<u16>) {
        self.lock().draining = draining;
    }

    /// The pods with shards that nobody hears of any more.
    pub fn set_silent(&self, silent: BTreeSet<u16>) {
        self.lock().silent = silent;
    }

    pub fn set_times(&self, times: BTreeMap<Owner, Times>) {
        self.lock().times = times;
    }

    /// Bytes that the edges of all processes sent since they began.
    pub fn set_egress(&self, bytes: u64) {
        self.lock().egress_bytes = bytes;
    }

    /// The newest that all processes speak.
    pub fn set_dialect(&self, dialect: Option<Dialect>) {
        self.lock().dialect = dialect;
    }

    pub fn set_rules(&self, rules: Rules) {
        self.lock().rules = Some(rules);
    }

    /// The next wish of an operator, and since when it waits.
    pub fn poll_wish(&self) -> Option<(Wish, Instant)> {
        self.lock().wishes.pop_front()
    }

    /// One that the directory did not take, to be told first when it answers again.
    pub fn give_wish_back(&self, wish: (Wish, Instant)) {
        self.lock().wishes.push_front(wish);
    }

    /// The next plan to be recorded.
    pub fn poll_plan(&self) -> Option<(Plan, PlanState)> {
        self.lock().plans.pop_front()
    }

    /// One that the directory did not take, to be told first when it answers again; the oldest are forgotten
    /// where too many wait.
    pub fn give_plan_back(&self, plan: Plan, state: PlanState) {
        let plans = &mut self.lock().plans;
        if plans.len() < PLANS_KEPT {
            plans.push_front((plan, state));
        }
    }

    /// The world as of the last look.
    pub fn sight(&self) -> Sight {
        self.lock().sight.clone()
    }

    /// Whether a shard of this process has the seat: then it should lead.
    pub fn has_seat(&self) -> bool {
        let sight = &self.lock().sight;
        // Before the first look nobody is a member.
        !sight.members.is_empty() && sight.seat.pod == self.pod
    }
}

/// What the steward says and takes.
impl Fleet {
    pub(crate) fn is_leading(&self) -> bool {
        self.lock().is_leading
    }

    pub(crate) fn draining(&self) -> BTreeSet<u16> {
        self.lock().draining.clone()
    }

    pub(crate) fn silent(&self) -> BTreeSet<u16> {
        self.lock().silent.clone()
    }

    /// None before the directory was asked.
    pub fn rules(&self) -> Option<Rules> {
        self.lock().rules.clone()
    }

    pub(crate) fn times(&self) -> BTreeMap<Owner, Times> {
        self.lock().times.clone()
    }

    pub(crate) fn dialect(&self) -> Option<Dialect> {
        self.lock().dialect
    }

    pub(crate) fn egress(&self) -> u64 {
        self.lock().egress_bytes
    }

    /// An operator's; false if too many wait, because the directory does not answer.
    #[must_use]
    pub fn wish(&self, wish: Wish) -> bool {
        let wishes = &mut self.lock().wishes;
        let has_room = wishes.len() < WISHES_MAX;
        if has_room {
            wishes.push_back((wish, Instant::now()));
        }
        has_room
    }

    /// The oldest are forgotten where nobody takes them.
    pub fn note_plan(&self, plan: &Plan, state: PlanState) {
        let plans = &mut self.lock().plans;
        if plans.len() == PLANS_KEPT {
            plans.pop_front();
        }
        plans.push_back((plan.clone(), state));
    }

    pub fn note_look(&self, sight: Sight) {
        self.lock().sight = sight;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_has_not_looked_does_not_lead() {
        let fleet = Fleet::new(0);
        assert!(!fleet.has_seat());
        let seat = Owner { pod: 0, shard: 0 };
        fleet.note_look(Sight {
            members: vec![seat],
            ..Sight::default()
        });
        assert!(fleet.has_seat());
    }

    #[test]
    fn wishes_that_nobody_hears_are_refused_some_day() {
        let fleet = Fleet::new(1);
        let drain = |pod| Wish::Drain {
            pod,
            is_draining: true,
        };
        for pod in 0..WISHES_MAX as u16 {
            assert!(fleet.wish(drain(pod)));
        }
        let last = Wish::DryRun { is_on: true };
        assert!(!fleet.wish(last.clone()));
        let first = fleet.poll_wish().expect("the oldest");
        fleet.give_wish_back(first);
        assert_eq!(fleet.poll_wish().map(|it| it.0), Some(drain(0)));
        assert!(fleet.wish(last));
    }
}
