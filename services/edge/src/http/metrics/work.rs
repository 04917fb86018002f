//! Where the threads' time goes, what they allocate, and how full the queues between them are.

use world::{PodStatus, ShardStatus, StatusBoard};

use super::Page;
use crate::{counters::read, edge::Shared, work::Work};

/// Of the shards and their relay.
pub fn shard_metrics(page: &mut Page, pod: &PodStatus) {
    let shards: Vec<ShardStatus> = pod.boards().iter().map(StatusBoard::read).collect();
    phase_metrics(page, &shards);
    allocation_metrics(page, &shards);
    depth_metrics(page, &shards);
    page.head(
        "relay_backlog_ticks",
        "gauge",
        "Ticks that were done and not told, for the journal does not have them yet.",
    );
    page.value("relay_backlog_ticks", "", pod.backlog_ticks());
}

fn phase_metrics(page: &mut Page, shards: &[ShardStatus]) {
    page.head(
        "shard_phase_us",
        "gauge",
        "Duration of a shard's phases over the last minute, in µs.",
    );
    for (place, shard) in shards.iter().enumerate() {
        for (phase, spread) in &shard.phases_us {
            for (quantile, us) in [("0.5", spread.p50), ("0.99", spread.p99)] {
                let labels = format!("shard=\"{place}\",phase=\"{phase}\",quantile=\"{quantile}\"");
                page.value("shard_phase_us", &labels, us);
            }
        }
    }
}

fn allocation_metrics(page: &mut Page, shards: &[ShardStatus]) {
    let mut each = |name, help, value: fn(&ShardStatus) -> u64| {
        page.head(name, "counter", help);
        for (place, shard) in shards.iter().enumerate() {
            page.value(name, &format!("shard=\"{place}\""), value(shard));
        }
    };
    each(
        "shard_allocations_total",
        "Allocations in a shard's ticks.",
        |shard| shard.allocations_count,
    );
    each(
        "shard_allocating_ticks_total",
        "Ticks of a shard that allocated: few, and those that edited terrain.",
        |shard| shard.allocating_ticks_count,
    );
}

fn depth_metrics(page: &mut Page, shards: &[ShardStatus]) {
    let mut each = |name, help, value: fn((usize, usize)) -> usize| {
        page.head(name, "gauge", help);
        for (place, shard) in shards.iter().enumerate() {
            for (queue, depth, depth_max) in shard.depths.iter() {
                let labels = format!("shard=\"{place}\",queue=\"{queue}\"");
                page.value(name, &labels, value((depth, depth_max)));
            }
        }
    };
    each(
        "shard_queue_depth",
        "The most that was in a shard's queue in the last second.",
        |(depth, _)| depth,
    );
    each(
        "shard_queue_depth_max",
        "What a shard's queue holds.",
        |(_, depth_max)| depth_max,
    );
}

/// Of the edges.
pub fn edge_metrics(page: &mut Page, shared: &Shared) {
    let edges: Vec<&Work> = shared.works().collect();
    page.head(
        "edge_us_total",
        "counter",
        "Time of an edge's thread by part of its work, in µs.",
    );
    for (edge, work) in edges.iter().enumerate() {
        for (part, us) in work.part_us() {
            let labels = format!("edge=\"{edge}\",part=\"{part}\"");
            page.value("edge_us_total", &labels, us);
        }
    }
    page.head(
        "edge_queue_depth",
        "gauge",
        "What is in an edge's queue as it tells a frame, in the fullest client's once a second.",
    );
    for (edge, work) in edges.iter().enumerate() {
        for (queue, depth) in work.depths() {
            let labels = format!("edge=\"{edge}\",queue=\"{queue}\"");
            page.value("edge_queue_depth", &labels, depth);
        }
    }
    count_metrics(page, &edges);
}

fn count_metrics(page: &mut Page, edges: &[&Work]) {
    let mut each = |name, help, value: fn(&Work) -> u64| {
        page.head(name, "counter", help);
        for (edge, work) in edges.iter().enumerate() {
            page.value(name, &format!("edge=\"{edge}\""), value(work));
        }
    };
    each(
        "edge_frames_told_total",
        "Frames that an edge told.",
        |it| read(&it.frames_told),
    );
    each(
        "edge_datagrams_total",
        "Datagrams that an edge handed to its transport.",
        |it| read(&it.datagrams),
    );
    each(
        "edge_datagram_bytes_total",
        "Bytes of those datagrams.",
        |it| read(&it.datagram_bytes),
    );
    each(
        "edge_send_calls_total",
        "The system's calls that sent; only of our own loop.",
        |it| read(&it.send_calls),
    );
    each(
        "edge_receive_calls_total",
        "The system's calls that received; only of our own loop.",
        |it| read(&it.receive_calls),
    );
    each(
        "edge_packets_total",
        "Packets that the system took; only of our own loop.",
        |it| read(&it.packets),
    );
    each("edge_packet_bytes_total", "Bytes of those packets.", |it| {
        read(&it.packet_bytes)
    });
    each(
        "edge_packets_refused_total",
        "Packets that the system refused; only of our own loop.",
        |it| read(&it.packets_refused),
    );
    each(
        "edge_allocations_total",
        "Allocations of an edge's thread.",
        |it| read(&it.allocations),
    );
}
