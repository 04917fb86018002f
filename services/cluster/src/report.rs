//! What processes tell each other of themselves through the directory.

use std::collections::BTreeMap;

use directory::{Pod, PodState};
use engine::Dialect;
use placement::Times;
use serde::{Deserialize, Serialize};
use spatial::partition::Owner;
use world::PodStatus;

/// What a process tells of itself.
#[derive(Serialize, Deserialize, Debug, Default)]
pub struct Report {
    /// Of its shards, by number.
    pub shards: Vec<Times>,
    /// That its edges sent since they began.
    pub egress_bytes: u64,
    /// Whether its controller has regions divided or moved because a shard is full.
    #[serde(default)]
    pub is_relieving: bool,
    /// Whether any of its shards was ever waited for.
    #[serde(default)]
    pub was_member: bool,
    /// The newest dialect that it speaks, by number; 0 of the version before, which does not say it.
    #[serde(default)]
    pub dialect: u8,
}

impl Report {
    /// Of a process's shards.
    pub fn of_shards(
        status: &PodStatus,
        is_relieving: bool,
        was_member: bool,
        dialect: Dialect,
    ) -> Self {
        let boards = status.boards().iter();
        Self {
            shards: boards.map(Times::of).collect(),
            egress_bytes: 0,
            is_relieving,
            was_member,
            dialect: dialect.number(),
        }
    }

    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("numbers are JSON")
    }
}

/// What processes reported of themselves.
pub fn reports(pods: &[Pod]) -> impl Iterator<Item = (u16, Report)> + '_ {
    pods.iter().filter_map(|pod| Some((pod.id, report(pod)?)))
}

pub fn report(pod: &Pod) -> Option<Report> {
    serde_json::from_str(pod.metrics.as_ref()?).ok()
}

/// Whether regions are divided or move because a shard is full, or did a moment ago: one that died in the
/// middle of that does no more.
pub fn is_relieving(pods: &[Pod]) -> bool {
    let alive = pods.iter().filter(|pod| !pod.lease_remaining.is_zero());
    alive.flat_map(report).any(|it| it.is_relieving)
}

/// The newest dialect that all speak who have not left; none if there is nobody, or if one speaks none of ours.
pub fn dialect_of_all(pods: &[Pod]) -> Option<Dialect> {
    let lasting = pods.iter().filter(|pod| pod.state != PodState::Gone);
    let number = lasting.map(newest_dialect).min()?;
    Dialect::new(number.min(Dialect::NEWEST.number()))
}

/// Who keeps the world from speaking the newest dialect.
pub fn holding_back(pods: &[Pod]) -> Vec<u16> {
    let lasting = pods.iter().filter(|pod| pod.state != PodState::Gone);
    let is_older = |pod: &&Pod| newest_dialect(pod) < Dialect::NEWEST.number();
    lasting.filter(is_older).map(|pod| pod.id).collect()
}

/// Whoever is dead may come back as the version before, and whoever has not reported may be that, which says no
/// number.
fn newest_dialect(pod: &Pod) -> u8 {
    let is_alive = !pod.lease_remaining.is_zero();
    let told = report(pod).filter(|_| is_alive).map(|it| it.dialect);
    told.filter(|number| *number > 0)
        .unwrap_or(Dialect::OLDEST.number())
}

/// What the shards of other processes cost.
pub fn times_of(pods: &[Pod], own: u16) -> BTreeMap<Owner, Times> {
    let others = reports(pods).filter(|(pod, _)| *pod != own);
    let times = others.flat_map(|(pod, report)| {
        let shards = (0..).zip(report.shards);
        shards.map(move |(shard, times)| (Owner { pod, shard }, times))
    });
    times.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of the version before, which says no phases, and of the next, which may say more.
    #[test]
    fn versions_understand_each_others_reports() {
        let before =
            r#"{"shards":[{"tick_us_p50":1,"tick_us_p99":2,"handoffs":3}],"egress_bytes":4}"#;
        let next = r#"{"shards":[{"tick_us_p50":1,"tick_us_p99":2,"handoffs":3,"spare":0,
            "phases":[{"phase":"act","p50":5,"p99":6,"max":7,"spare":0}]}],"egress_bytes":4,"spare":0}"#;
        let read = |text: &str| serde_json::from_str::<Report>(text).expect("it is understood");
        let phases = |text: &str| read(text).shards[0].phases.len();
        assert_eq!([phases(before), phases(next)], [0, 1]);
        let told = read(&read(next).to_json());
        assert_eq!(told.shards, read(next).shards);
    }
}
