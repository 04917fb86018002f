//! `/metrics`, for Prometheus. Each metric's HELP is where it is documented.

mod work;

use std::fmt::Write;

use axum::{
    extract::State,
    http::{HeaderValue, StatusCode, header},
    response::Response,
};
use world::{PodStatus, ShardStatus, Spread, StatusBoard};

use crate::{
    counters::read,
    edge::Shared,
    http::{HttpState, status::resident_bytes},
};

pub async fn respond(State(state): State<HttpState>) -> Response {
    let shared = &state.shared;
    let mut page = Page::default();
    pod_metrics(&mut page, &shared.pod_status);
    session_metrics(&mut page, shared);
    edge_metrics(&mut page, shared);
    overload_metrics(&mut page, shared);
    work::edge_metrics(&mut page, shared);
    answer(page)
}

/// What a process without edges tells. `uncopied_s` is for how long no copy of its world was made, if any is; `others`
/// is what others in the process tell.
pub fn of_pod(pod: &PodStatus, uncopied_s: Option<u64>, others: &str) -> Response {
    let mut page = Page::default();
    pod_metrics(&mut page, pod);
    if let Some(seconds) = uncopied_s {
        page.head(
            "world_uncopied_seconds",
            "gauge",
            "For how long no copy of this pod's part of the world was made: since the last, or since the start.",
        );
        page.value("world_uncopied_seconds", "", seconds);
    }
    page.text.push_str(others);
    answer(page)
}

fn answer(page: Page) -> Response {
    let mut response = super::text(StatusCode::OK, page.text);
    let prometheus = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, prometheus);
    response
}

fn pod_metrics(page: &mut Page, pod: &PodStatus) {
    shard_metrics(page, &pod.read());
    each_shard_metrics(page, pod.boards());
    work::shard_metrics(page, pod);
    refusal_metrics(page, pod);
    certificate_metrics(page, pod);
    page.head("resident_bytes", "gauge", "Memory of the process in RAM.");
    page.value("resident_bytes", "", resident_bytes());
}

fn certificate_metrics(page: &mut Page, pod: &PodStatus) {
    if let Some(end_s) = pod.link_certificate_end_s() {
        page.head(
            "link_certificate_expiry_seconds",
            "gauge",
            "When the certificate of this process's links ends, in seconds since 1970. It is read at the start.",
        );
        page.value("link_certificate_expiry_seconds", "", end_s);
    }
}

fn refusal_metrics(page: &mut Page, pod: &PodStatus) {
    page.head(
        "frames_refused_total",
        "counter",
        "Frames of other processes that were refused.",
    );
    page.value("frames_refused_total", "", pod.refusals().count());
    page.head(
        "frame_refused_waited_for",
        "gauge",
        "The tick of a frame that was refused and for lack of which the world stands still.",
    );
    let refused = pod.refusals().pending();
    for refusal in refused.iter().filter(|it| it.is_waited_for) {
        let labels = format!(
            "pod=\"{}\",shard=\"{}\"",
            refusal.source.pod, refusal.source.shard
        );
        page.value("frame_refused_waited_for", &labels, refusal.tick);
    }
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
        "shard_dialect",
        "gauge",
        "The dialect that the world speaks, as a shard has heard.",
        |shard| shard.dialect.number().into(),
    );
    // Over all shards of a world, what departed and has not arrived is in flight: in the last frames.
    each(
        "shard_bodies_created_total",
        "counter",
        "Bodies that came to be on a shard.",
        |shard| shard.tally.created_count,
    );
    each(
        "shard_bodies_destroyed_total",
        "counter",
        "Bodies that ceased to be on a shard.",
        |shard| shard.tally.destroyed_count,
    );
    each(
        "shard_bodies_arrived_total",
        "counter",
        "Bodies that a shard took over from others.",
        |shard| shard.tally.arrived_count,
    );
    each(
        "shard_bodies_departed_total",
        "counter",
        "Bodies that a shard handed to others.",
        |shard| shard.tally.departed_count,
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
            "chat_said_total",
            "Words of players taken here.",
            read(&counters.chat_said),
        ),
        (
            "chat_heard_total",
            "Words told to players.",
            read(&counters.chat_heard),
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
