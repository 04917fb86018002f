//! Shards and what their ticks are spent on, as people read them, from a socket or from staff's service.

use placement::request::{PhaseRow, ShardRow};
use serde_json::Value;

use crate::ctl::table::{share, table};

/// What each carries, and below it what the phases of its tick take.
pub fn text_of(shards: &[ShardRow]) -> String {
    let mut text = load_table(shards);
    if shards.iter().any(|shard| !shard.phases.is_empty()) {
        text.push_str("\nphases of the tick, µs p50/p99\n");
        text.push_str(&phase_table(shards));
    }
    text
}

/// Those of the pods of staff's service; none if these are of another version.
pub fn of_pods(pods: &Value) -> Option<Vec<ShardRow>> {
    let mut shards = Vec::new();
    for pod in pods.as_array()? {
        for shard in pod["shards"].as_array()? {
            let mut shard = shard.clone();
            shard["is_draining"] = pod["is_draining"].clone();
            shard["is_silent"] = pod.get("is_silent").cloned().unwrap_or(Value::Bool(false));
            shards.push(serde_json::from_value(shard).ok()?);
        }
    }
    Some(shards)
}

fn load_table(shards: &[ShardRow]) -> String {
    let head = [
        "SHARD",
        "REGIONS",
        "PINNED",
        "BODIES",
        "PLAYERS",
        "TICK µs p50",
        "p99",
        "EGRESS B/s",
        "LOAD",
        "HANDOFFS",
        "",
    ];
    let row = |row: &ShardRow| {
        let state = match (row.is_silent, row.is_draining) {
            (true, _) => "silent: the world waits for it",
            (false, true) => "draining",
            (false, false) => "",
        };
        vec![
            row.shard.clone(),
            row.regions.to_string(),
            row.pinned.to_string(),
            row.bodies.to_string(),
            row.players.to_string(),
            row.tick_us_p50.to_string(),
            row.tick_us_p99.to_string(),
            row.egress_bytes_per_second.to_string(),
            share(row.load_permille),
            row.handoffs.to_string(),
            state.to_owned(),
        ]
    };
    table(&head, shards.iter().map(row))
}

/// A row for each phase, which all shards have in one order; of who does not say it, a dash.
fn phase_table(shards: &[ShardRow]) -> String {
    let mut head = vec!["PHASE"];
    head.extend(shards.iter().map(|shard| shard.shard.as_str()));
    let told = shards.iter().map(|shard| &shard.phases);
    let most = told.max_by_key(|phases| phases.len());
    let row = |PhaseRow { phase, .. }: &PhaseRow| {
        let cells = shards.iter().map(|shard| phase_cell(shard, phase));
        [phase.clone()].into_iter().chain(cells).collect()
    };
    table(&head, most.into_iter().flatten().map(row))
}

fn phase_cell(shard: &ShardRow, name: &str) -> String {
    let phase = shard.phases.iter().find(|it| it.phase == name);
    phase.map_or("-".to_owned(), |it| format!("{}/{}", it.p50, it.p99))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn shard(name: &str) -> Value {
        json!({ "shard": name, "regions": 1, "pinned": 0, "bodies": 2, "players": 3, "tick_us_p50": 4,
            "tick_us_p99": 5, "egress_bytes_per_second": 6, "load_permille": 7, "handoffs": 8 })
    }

    /// The second is of the version before, which says no phases.
    #[test]
    fn the_pods_of_staffs_service_are_shards_with_their_phases() {
        let mut telling = shard("1/0");
        telling["phases"] = json!([{ "phase": "gather", "p50": 10, "p99": 20, "max": 30 },
            { "phase": "act", "p50": 100, "p99": 200, "max": 300 }]);
        let pods = json!([{ "pod": 1, "is_draining": false, "shards": [telling] },
            { "pod": 2, "is_draining": true, "shards": [shard("2/0")] }]);
        let shards = of_pods(&pods).expect("they are of this version");
        let text = text_of(&shards);
        let told = "\nphases of the tick, µs p50/p99\nPHASE   1/0      2/0\n\
            gather  10/20    -\nact     100/200  -\n";
        assert!(text.ends_with(told), "{text}");
        assert!(!text.contains("silent"));
        let draining = text.lines().find(|line| line.ends_with("draining"));
        assert!(draining.is_some_and(|line| line.starts_with("2/0")));
        assert!(!text_of(&shards[1..]).contains("phases"));
        let silent =
            json!([{ "pod": 2, "is_draining": true, "is_silent": true, "shards": [shard("2/0")] }]);
        let text = text_of(&of_pods(&silent).expect("they are of this version"));
        assert!(
            text.trim_end().ends_with("silent: the world waits for it"),
            "{text}"
        );
    }
}
