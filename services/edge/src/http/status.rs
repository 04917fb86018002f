//! `/healthz`, `/status` (JSON, for people and tests) and `/metrics` (Prometheus).

use std::{fmt::Write, fs, sync::atomic::Ordering, time::Instant};

use axum::{
    extract::State,
    http::{HeaderValue, StatusCode, header},
    response::Response,
};
use serde_json::{Map, Value, json};
use world::{ShardStatus, Spread, StatusBoard, Step};

use crate::{counters::read, edge::Shared, http::HttpState, overload::StepRecord};

/// Ready once the first tick ran.
pub async fn healthz(State(state): State<HttpState>) -> Response {
    match state.shared.pod_status.read().tick {
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
    let mut tick_us = spread_json(&shard.tick_us);
    let phases = shard.phases_us.iter();
    tick_us["phases"] = phases
        .map(|(name, spread)| ((*name).to_owned(), spread_json(spread)))
        .collect::<Map<_, _>>()
        .into();
    let mut drops: Map<String, Value> = named(counters.drops());
    drops.insert("frames_skipped".into(), shard.frames_skipped.into());
    drops.extend(named(shard.counts.iter().copied()));
    let total: u64 = drops.values().filter_map(Value::as_u64).sum();
    drops.insert("total".into(), total.into());
    let [alive_red, alive_blue] = shard.alive_count;
    json!({
        "version": env!("CARGO_PKG_VERSION"),
        "protocol_version": protocol::VERSION,
        "uptime_s": shared.started_at.elapsed().as_secs(),
        "tick": shard.tick,
        "tick_rate_hz": (shard.tick_rate_hz * 100.0).round() / 100.0,
        "tick_rate_hz_wanted": engine::limits::TICK_RATE_HZ,
        "tick_us": tick_us,
        "tick_lateness_us": spread_json(&shard.lateness_us),
        "time_stretched_ms": shard.stretched.as_millis() as u64,
        "shards": shards_json(shared),
        "bodies": shard.bodies_count,
        "players": shard.players_count,
        "alive": { "red": alive_red, "blue": alive_blue },
        "sessions": counters.sessions().map(|(_, count)| count).sum::<u64>(),
        "sessions_by_transport": named(counters.sessions()),
        "sessions_by_edge": sessions_by_edge(shared),
        "sessions_waiting_for_return": away_count(shared),
        "sessions_waiting_for_room": shared.registry.waiting_count(),
        "sessions_max": shared.config.sessions_max,
        "joined": read(&counters.joined),
        "resumed": read(&counters.resumed),
        "bytes_out": read(&counters.bytes_out),
        "bytes_in": read(&counters.bytes_in),
        "datagrams_out": read(&counters.datagrams_out),
        "datagrams_in": read(&counters.datagrams_in),
        "terrain_bytes_out": read(&counters.terrain_bytes_out),
        "fan_out_us_mean": fan_out_us_mean(shared),
        "overload": overload_json(shared, shard.load_permille),
        "drops": drops,
        "memory": {
            "resident_bytes": resident_bytes(),
            "terrain_bytes": shard.terrain_bytes,
        },
    })
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

fn shards_json(shared: &Shared) -> Vec<Value> {
    let shard_json = |board: &StatusBoard| {
        let shard = board.read();
        json!({
            "tick_us": spread_json(&shard.tick_us),
            "bodies": shard.bodies_count,
            "players": shard.players_count,
            "handoffs": shard.handoffs_count,
        })
    };
    let boards = shared.pod_status.boards().iter();
    boards.map(shard_json).collect()
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

/// Memory of this process that is in RAM; 0 where the system does not say.
fn resident_bytes() -> u64 {
    const PAGE_BYTES: u64 = 4_096;
    let statm = fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages = statm.split_whitespace().nth(1);
    pages
        .and_then(|pages| pages.parse::<u64>().ok())
        .unwrap_or(0)
        * PAGE_BYTES
}

pub async fn metrics(State(state): State<HttpState>) -> Response {
    let shared = &state.shared;
    let mut page = Page::default();
    shard_metrics(&mut page, &shared.pod_status.read());
    each_shard_metrics(&mut page, shared.pod_status.boards());
    session_metrics(&mut page, shared);
    edge_metrics(&mut page, shared);
    overload_metrics(&mut page, shared);
    let mut response = super::text(StatusCode::OK, page.text);
    let prometheus = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, prometheus);
    response
}

fn shard_metrics(page: &mut Page, shard: &ShardStatus) {
    page.head(
        "tick_total",
        "counter",
        "Ticks since the start of the world.",
    );
    page.value("tick_total", "", shard.tick);
    page.head(
        "tick_us",
        "gauge",
        "Duration of ticks and phases over the last minute, in µs.",
    );
    let whole = ("whole", shard.tick_us);
    for (phase, spread) in std::iter::once(&whole).chain(&shard.phases_us) {
        let Spread { p50, p99, max } = *spread;
        for (quantile, value) in [("0.5", p50), ("0.99", p99), ("1", max)] {
            let labels = format!("phase=\"{phase}\",quantile=\"{quantile}\"");
            page.value("tick_us", &labels, value);
        }
    }
    page.head(
        "tick_lateness_us",
        "gauge",
        "99th percentile of how late ticks start, in µs.",
    );
    page.value("tick_lateness_us", "", shard.lateness_us.p99);
    page.head(
        "tick_rate_hz",
        "gauge",
        "Ticks a second over the last seconds.",
    );
    page.value("tick_rate_hz", "", shard.tick_rate_hz);
    page.head(
        "shard_drops_total",
        "counter",
        "What the simulation refused or dropped, by cause.",
    );
    for (cause, count) in &shard.counts {
        page.value("shard_drops_total", &format!("cause=\"{cause}\""), count);
    }
    page.head(
        "bodies",
        "gauge",
        "Bodies in the world, dead ones included.",
    );
    page.value("bodies", "", shard.bodies_count);
    page.head("alive", "gauge", "Living bodies by house.");
    for (house, count) in ["red", "blue"].into_iter().zip(shard.alive_count) {
        page.value("alive", &format!("house=\"{house}\""), count);
    }
    page.head("terrain_bytes", "gauge", "Memory of the loaded terrain.");
    page.value("terrain_bytes", "", shard.terrain_bytes);
    page.head(
        "frames_skipped_total",
        "counter",
        "Frames that edges were too slow for.",
    );
    page.value("frames_skipped_total", "", shard.frames_skipped);
}

fn each_shard_metrics(page: &mut Page, boards: &[StatusBoard]) {
    let shards: Vec<ShardStatus> = boards.iter().map(StatusBoard::read).collect();
    let mut each = |name, kind, help, value: fn(&ShardStatus) -> u64| {
        page.head(name, kind, help);
        for (place, shard) in shards.iter().enumerate() {
            page.value(name, &format!("shard=\"{place}\""), value(shard));
        }
    };
    each(
        "shard_tick_us_p99",
        "gauge",
        "99th percentile of a shard's ticks, in µs.",
        |shard| shard.tick_us.p99,
    );
    each("shard_bodies", "gauge", "Bodies on a shard.", |shard| {
        shard.bodies_count as u64
    });
    each(
        "shard_handoffs_total",
        "counter",
        "Bodies that a shard handed to others.",
        |shard| shard.handoffs_count,
    );
}

fn session_metrics(page: &mut Page, shared: &Shared) {
    let counters = &shared.counters;
    page.head("sessions", "gauge", "Open sessions by transport.");
    for (transport, count) in counters.sessions() {
        page.value("sessions", &format!("transport=\"{transport}\""), count);
    }
    page.head(
        "sessions_waiting_for_room",
        "gauge",
        "Newcomers in the line before a full battle.",
    );
    page.value(
        "sessions_waiting_for_room",
        "",
        shared.registry.waiting_count(),
    );
}

fn overload_metrics(page: &mut Page, shared: &Shared) {
    let board = &shared.overload;
    page.head(
        "overload_step",
        "gauge",
        "Whether a step of the overload ladder holds.",
    );
    for (step, record) in board.records() {
        let labels = format!("step=\"{}\"", step.name());
        page.value("overload_step", &labels, u8::from(record.since.is_some()));
    }
    page.head(
        "overload_changes_total",
        "counter",
        "How often a step of the overload ladder began or ended.",
    );
    for (step, record) in board.records() {
        let labels = format!("step=\"{}\"", step.name());
        page.value("overload_changes_total", &labels, record.changes_count);
    }
    let loads = board.loads();
    page.head(
        "load_permille",
        "gauge",
        "Shares of the time for a tick, of the time for telling a frame, of what can be sent.",
    );
    let tick_permille = shared.pod_status.read().load_permille;
    for (of, load) in [
        ("tick", tick_permille),
        ("fan_out", loads.fan_out_permille),
        ("egress", loads.egress_permille),
    ] {
        page.value("load_permille", &format!("of=\"{of}\""), load);
    }
    page.head(
        "time_rate_permille",
        "gauge",
        "How fast the world runs, in thousandths of real time.",
    );
    page.value("time_rate_permille", "", loads.rate_permille);
}

fn edge_metrics(page: &mut Page, shared: &Shared) {
    let counters = &shared.counters;
    page.head(
        "drops_total",
        "counter",
        "What was dropped or refused, by cause.",
    );
    for (cause, count) in counters.drops() {
        page.value("drops_total", &format!("cause=\"{cause}\""), count);
    }
    for (name, help, count) in [
        ("joined_total", "Guests let in.", read(&counters.joined)),
        (
            "resumed_total",
            "Players who came back.",
            read(&counters.resumed),
        ),
        (
            "bytes_out_total",
            "Bytes of messages sent.",
            read(&counters.bytes_out),
        ),
        (
            "bytes_in_total",
            "Bytes of messages received.",
            read(&counters.bytes_in),
        ),
        (
            "datagrams_out_total",
            "Datagrams sent.",
            read(&counters.datagrams_out),
        ),
        (
            "datagrams_in_total",
            "Datagrams received.",
            read(&counters.datagrams_in),
        ),
        (
            "terrain_bytes_out_total",
            "Bytes of terrain sent.",
            read(&counters.terrain_bytes_out),
        ),
        (
            "fan_out_us_total",
            "Time spent telling frames, in µs.",
            read(&counters.fan_out_us),
        ),
        (
            "fan_out_total",
            "Frames told, by edges.",
            read(&counters.fan_out_count),
        ),
    ] {
        page.head(name, "counter", help);
        page.value(name, "", count);
    }
    page.head("resident_bytes", "gauge", "Memory of the process in RAM.");
    page.value("resident_bytes", "", resident_bytes());
}

/// A page of Prometheus' text format.
#[derive(Default)]
struct Page {
    text: String,
}

impl Page {
    fn head(&mut self, name: &str, kind: &str, help: &str) {
        let _ = writeln!(self.text, "# HELP voxelheim_{name} {help}");
        let _ = writeln!(self.text, "# TYPE voxelheim_{name} {kind}");
    }

    fn value(&mut self, name: &str, labels: &str, value: impl std::fmt::Display) {
        let labels = if labels.is_empty() {
            String::new()
        } else {
            format!("{{{labels}}}")
        };
        let _ = writeln!(self.text, "voxelheim_{name}{labels} {value}");
    }
}
