//! What the controller remembers: its last plans, and since when each shard is too busy.

use std::collections::BTreeMap;

use spatial::{partition::Owner, region::RegionId};

use super::{Action, Policy, view::View};

/// How a plan ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    Done,
    Failed,
    /// It was only said, not done.
    DryRun,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    at_ms: u64,
    action: Action,
    outcome: Outcome,
}

#[derive(Clone, Debug, Default)]
pub struct History {
    /// Oldest first; those that matter no more are dropped.
    entries: Vec<Entry>,
    busy_since_ms: BTreeMap<Owner, u64>,
}

impl History {
    /// Looks which shards are too busy.
    pub fn observe(&mut self, now_ms: u64, view: &View) {
        let busy = view
            .shards
            .iter()
            .filter(|shard| shard.permille() > view.policy.high_permille);
        self.busy_since_ms = busy
            .map(|shard| {
                let since_ms = self.busy_since_ms.get(&shard.owner);
                (shard.owner, since_ms.copied().unwrap_or(now_ms))
            })
            .collect();
    }

    pub fn note(&mut self, at_ms: u64, action: &Action, outcome: Outcome, policy: &Policy) {
        let matters_ms = policy
            .region_rest_ms
            .max(policy.failure_rest_ms)
            .max(policy.settling_ms);
        self.entries
            .retain(|entry| at_ms.saturating_sub(entry.at_ms) < matters_ms);
        self.entries.push(Entry {
            at_ms,
            action: *action,
            outcome,
        });
    }

    /// For how long a shard has been too busy; none if it is not.
    pub fn busy_ms(&self, owner: Owner, now_ms: u64) -> Option<u64> {
        let since_ms = self.busy_since_ms.get(&owner)?;
        Some(now_ms.saturating_sub(*since_ms))
    }

    /// Whether a shard's measurements are not yet those after the last change.
    pub fn is_settling(&self, view: &View, owner: Owner, now_ms: u64) -> bool {
        let recent = self.recent(now_ms, view.policy.settling_ms);
        let mut done = recent.filter(|entry| entry.outcome == Outcome::Done);
        done.any(|entry| match entry.action.owners() {
            Some((from, to)) => owner == from || owner == to,
            None => is_around(view, owner, entry.action.region()),
        })
    }

    /// Whether a region, and so its parts, may be moved for relief: it did not just move, and nothing
    /// about it just failed.
    pub fn may_move(&self, policy: &Policy, id: RegionId, now_ms: u64) -> bool {
        let mut about = self.about(policy, id, now_ms);
        !about.any(|entry| {
            entry.outcome != Outcome::Done || matches!(entry.action, Action::Move { .. })
        })
    }

    /// Whether a region may be split for relief: its parts may move, and it was not just merged.
    pub fn may_split(&self, policy: &Policy, id: RegionId, now_ms: u64) -> bool {
        let mut about = self.about(policy, id, now_ms);
        let is_merged = about.any(|entry| matches!(entry.action, Action::Merge { .. }));
        !is_merged && self.may_move(policy, id, now_ms)
    }

    /// Whether a region may come to be by merging: nothing at all happened there just now.
    pub fn may_merge(&self, policy: &Policy, id: RegionId, now_ms: u64) -> bool {
        self.about(policy, id, now_ms).next().is_none()
    }

    /// Whether draining may try a region: it waits only after a failure.
    pub fn may_drain(&self, policy: &Policy, id: RegionId, now_ms: u64) -> bool {
        let mut recent = self.recent(now_ms, policy.failure_rest_ms);
        !recent
            .any(|entry| entry.outcome != Outcome::Done && shares_cells(entry.action.region(), id))
    }

    fn about(&self, policy: &Policy, id: RegionId, now_ms: u64) -> impl Iterator<Item = &Entry> {
        let recent = self.recent(now_ms, policy.region_rest_ms);
        recent.filter(move |entry| shares_cells(entry.action.region(), id))
    }

    fn recent(&self, now_ms: u64, span_ms: u64) -> impl Iterator<Item = &Entry> {
        let entries = self.entries.iter();
        entries.filter(move |entry| now_ms.saturating_sub(entry.at_ms) < span_ms)
    }
}

fn is_around(view: &View, owner: Owner, id: RegionId) -> bool {
    let shard = view.shard(owner);
    shard.is_some_and(|shard| shard.regions.iter().any(|own| shares_cells(*own, id)))
}

fn shares_cells(one: RegionId, other: RegionId) -> bool {
    let (one, other) = (one.codes(), other.codes());
    one.start < other.end && other.start < one.end
}
