//! `/healthz` and `/status` (JSON, for people and tests).

use std::{fs, sync::atomic::Ordering, time::Instant};

use axum::{extract::State, http::StatusCode, response::Response};
use serde_json::{Map, Value, json};
use world::{PodStatus, Refusal, ShardStatus, Spread, StatusBoard, Step};

use crate::{
    counters::read,
    edge::Shared,
    http::HttpState,
    overload::StepRecord,
    work::{PARTS, Work},
};

/// Ready once the first tick ran.
pub async fn healthz(State(state): State<HttpState>) -> Response {
    health(&state.shared.pod_status)
}

pub fn health(pod: &PodStatus) -> Response {
    let refused = pod.refusals().pending();
    if let Some(refusal) = refused.iter().find(|it| it.is_waited_for) {
        let line = format!("the world stands still: {}\n", refusal_line(refusal));
        return super::text(StatusCode::SERVICE_UNAVAILABLE, line);
    }
    match pod.read().tick {
        0 => super::text(StatusCode::SERVICE_UNAVAILABLE, "starting\n"),
        _ => super::text(StatusCode::OK, "ok\n"),
    }
}

pub async fn status(State(state): State<HttpState>) -> Response {
    super::json(&status_json(&state.shared))
}

fn status_json(shared: &Shared) -> Value {
    let shard = shared.pod_status.read();
    let counters = &shared.counters;
    let mut status = pod_json(&shared.pod_status, shared.started_at);
    let drops = drops(named(counters.drops()), &shard);
    let sessions = json!({
        "protocol_version": protocol::VERSION,
        "sessions": counters.sessions().map(|(_, count)| count).sum::<u64>(),
        "sessions_by_transport": named(counters.sessions()),
        "sessions_by_edge": sessions_by_edge(shared),
        "sessions_waiting_for_return": away_count(shared),
        "sessions_waiting_for_room": shared.registry.waiting_count(),
        "sessions_max": shared.config.bounds.sessions_max(),
        "joined": read(&counters.joined),
        "resumed": read(&counters.resumed),
        "chat_said": read(&counters.chat_said),
        "chat_heard": read(&counters.chat_heard),
        "bytes_out": read(&counters.bytes_out),
        "bytes_in": read(&counters.bytes_in),
        "datagrams_out": read(&counters.datagrams_out),
        "datagrams_in": read(&counters.datagrams_in),
        "terrain_bytes_out": read(&counters.terrain_bytes_out),
        "fan_out_us_mean": fan_out_us_mean(shared),
        "work": work_json(shared),
        "overload": overload_json(shared, shard.load_permille),
        "drops": drops,
    });
    let Value::Object(sessions) = sessions else {
        unreachable!("it was just made");
    };
    status.extend(sessions);
    status.into()
}

/// What any process tells of its shards, or of the world that it follows.
pub fn pod_json(pod: &PodStatus, started_at: Instant) -> Map<String, Value> {
    let shard = pod.read();
    let mut tick_us = spread_json(&shard.tick_us);
    let phases = shard.phases_us.iter();
    tick_us["phases"] = phases
        .map(|(name, spread)| ((*name).to_owned(), spread_json(spread)))
        .collect::<Map<_, _>>()
        .into();
    let [alive_red, alive_blue] = shard.alive_count;
    let status = json!({
        "version": env!("CARGO_PKG_VERSION"),
        "uptime_s": started_at.elapsed().as_secs(),
        "tick": shard.tick,
        "tick_rate_hz": (shard.tick_rate_hz * 100.0).round() / 100.0,
        "tick_rate_hz_wanted": engine::limits::TICK_RATE_HZ,
        "tick_us": tick_us,
        "tick_lateness_us": spread_json(&shard.lateness_us),
        "time_stretched_ms": shard.stretched.as_millis() as u64,
        "shards": pod.boards().iter().map(shard_json).collect::<Vec<_>>(),
        "bodies": shard.bodies_count,
        "players": shard.players_count,
        "alive": { "red": alive_red, "blue": alive_blue },
        "drops": drops(Map::new(), &shard),
        "frames_refused": pod.refusals().count(),
        "refused": pod.refusals().pending().iter().map(refusal_json).collect::<Vec<_>>(),
        "memory": {
            "resident_bytes": resident_bytes(),
            "terrain_bytes": shard.terrain_bytes,
        },
    });
    match status {
        Value::Object(status) => status,
        _ => unreachable!("it was just made"),
    }
}

/// A frame of another process that was refused: whose, of which tick, why, and whether this process ticks no
/// more until that is mended.
fn refusal_json(refusal: &Refusal) -> Value {
    json!({
        "pod": refusal.source.pod,
        "shard": refusal.source.shard,
        "tick": refusal.tick,
        "why": refusal.why,
        "since_s": refusal.since.elapsed().as_secs(),
        "is_waited_for": refusal.is_waited_for,
    })
}

fn refusal_line(
    Refusal {
        source, tick, why, ..
    }: &Refusal,
) -> String {
    let (pod, shard) = (source.pod, source.shard);
    format!(
        "tick {tick} of pod {pod}, shard {shard} was refused ({why}); mend that process, then start this one \
         again"
    )
}

/// What was dropped, the shards' share included.
fn drops(mut drops: Map<String, Value>, shard: &ShardStatus) -> Map<String, Value> {
    drops.insert("frames_skipped".into(), shard.frames_skipped.into());
    drops.extend(named(shard.counts.iter().copied()));
    let total: u64 = drops.values().filter_map(Value::as_u64).sum();
    drops.insert("total".into(), total.into());
    drops
}

/// The step that is reached, all that hold, and the loads that they follow from.
fn overload_json(shared: &Shared, tick_permille: u32) -> Value {
    let board = &shared.overload;
    let loads = board.loads();
    let now = Instant::now();
    let step_json = |(step, record): (Step, StepRecord)| {
        let since = record.since;
        json!({
            "step": step as u8,
            "name": step.name(),
            "holds": since.is_some(),
            "since_s": since.map(|since| now.saturating_duration_since(since).as_secs()),
            "changes": record.changes_count,
        })
    };
    let records: Vec<_> = board.records().collect();
    let highest = records
        .iter()
        .rev()
        .find(|(_, record)| record.since.is_some());
    json!({
        "step": highest.map_or(0, |(step, _)| *step as u8),
        "name": highest.map_or("none", |(step, _)| step.name()),
        "time_rate_permille": loads.rate_permille,
        "load_permille": {
            "tick": tick_permille,
            "fan_out": loads.fan_out_permille,
            "egress": loads.egress_permille,
        },
        "steps": records.into_iter().map(step_json).collect::<Vec<_>>(),
    })
}

fn shard_json(board: &StatusBoard) -> Value {
    let shard = board.read();
    json!({
        "tick_us": spread_json(&shard.tick_us),
        "bodies": shard.bodies_count,
        "players": shard.players_count,
        "created": shard.tally.created_count,
        "destroyed": shard.tally.destroyed_count,
        "arrived": shard.tally.arrived_count,
        "departed": shard.tally.departed_count,
    })
}

fn named(counts: impl Iterator<Item = (&'static str, u64)>) -> Map<String, Value> {
    counts
        .map(|(name, count)| (name.to_owned(), count.into()))
        .collect()
}

fn spread_json(spread: &Spread) -> Value {
    json!({ "p50": spread.p50, "p99": spread.p99, "max": spread.max })
}

fn sessions_by_edge(shared: &Shared) -> Vec<usize> {
    let edges = shared.sessions_by_edge.iter();
    edges.map(|count| count.load(Ordering::Relaxed)).collect()
}

/// Players whom no connection of this process speaks for.
fn away_count(shared: &Shared) -> u64 {
    let held: u64 = shared.counters.sessions().map(|(_, count)| count).sum();
    let players_count = shared.pod_status.read().players_count as u64;
    players_count.saturating_sub(held)
}

fn fan_out_us_mean(shared: &Shared) -> u64 {
    let counters = &shared.counters;
    read(&counters.fan_out_us) / read(&counters.fan_out_count).max(1)
}

/// What all edges of this process have spent on each part of their work since they started. A list, for the order says
/// what follows what.
fn work_json(shared: &Shared) -> Value {
    let part_us = |wanted: &str| {
        let parts = shared.works().flat_map(Work::part_us);
        parts
            .filter(|(part, _)| *part == wanted)
            .map(|(_, us)| us)
            .sum::<u64>()
    };
    let parts = PARTS
        .iter()
        .map(|part| json!({ "part": part, "us": part_us(part) }));
    parts.collect()
}

/// Memory of this process that is in RAM; 0 where the system does not say.
pub fn resident_bytes() -> u64 {
    const PAGE_BYTES: u64 = 4_096;
    let statm = fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages = statm.split_whitespace().nth(1);
    pages
        .and_then(|pages| pages.parse::<u64>().ok())
        .unwrap_or(0)
        * PAGE_BYTES
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::metrics;
    use spatial::partition::Owner;

    async fn text(response: Response) -> (StatusCode, String) {
        let status = response.status();
        let body = axum::body::to_bytes(response.into_body(), usize::MAX).await;
        let body = body.expect("a body").to_vec();
        (status, String::from_utf8(body).expect("text"))
    }

    #[tokio::test]
    async fn a_refused_frame_that_the_world_waits_for_is_told_and_makes_unready() {
        let pod = PodStatus::new(1);
        let source = Owner { pod: 2, shard: 1 };
        let why = "no frame of this version".to_owned();
        pod.refusals().note(source, 99, why, Instant::now());
        pod.refusals().settle(99, [source].into_iter());
        let (status, line) = text(health(&pod)).await;
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
        let words = "tick 99 of pod 2, shard 1 was refused (no frame of this version)";
        assert!(line.contains(words), "{line}");
        let told = &pod_json(&pod, Instant::now())["refused"][0];
        assert_eq!((&told["pod"], &told["tick"]), (&json!(2), &json!(99)));
        assert_eq!(told["is_waited_for"], true);
        let (_, metrics) = text(metrics::of_pod(&pod, None, "voxelheim_of_others 1\n")).await;
        for line in [
            "voxelheim_frames_refused_total 1",
            "voxelheim_frame_refused_waited_for{pod=\"2\",shard=\"1\"} 99",
            "voxelheim_of_others 1",
        ] {
            assert!(metrics.contains(line), "{line} in {metrics}");
        }
        pod.refusals().settle(100, std::iter::empty());
        let (_, line) = text(health(&pod)).await;
        assert_eq!(line, "starting\n");
    }
}
