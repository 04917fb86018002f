//! The HTTP side of a whole server.

mod common;

use common::{
    client::{hello, join, join_socket},
    http,
    server::{Server, config},
};
use edge::{
    EdgeConfig, PageSource,
    services::{Services, StaffGate},
};
use serde_json::Value;

#[tokio::test]
async fn status_and_metrics_tell_what_goes_on() {
    let server = Server::start();
    let mut bera = join(server.http(), "Bera").await;
    bera.for_ticks(30).await;
    let status = http::json(server.http(), "/status").await;
    assert!(status["tick"].as_u64().is_some_and(|tick| tick > 0));
    assert_eq!(status["tick_rate_hz_wanted"], 20);
    assert!(status["tick_rate_hz"].is_f64(), "measured");
    assert!(status["drops"]["refused_too_fast"].is_u64());
    for key in ["p50", "p99", "max"] {
        assert!(status["tick_us"][key].is_u64(), "{key}");
        assert!(
            status["tick_us"]["phases"]["move"][key].is_u64(),
            "{key} of a phase"
        );
    }
    let soldiers = u64::from(2 * common::server::SOLDIERS_PER_HOUSE);
    assert_eq!(status["bodies"].as_u64(), Some(soldiers + 1));
    assert_eq!(status["sessions"], 1);
    assert_eq!(status["sessions_by_transport"]["quic"], 1);
    assert!(status["bytes_out"].as_u64().is_some_and(|bytes| bytes > 0));
    assert!(status["drops"]["total"].is_u64());
    assert!(
        status["memory"]["resident_bytes"]
            .as_u64()
            .is_some_and(|bytes| bytes > 0)
    );
    let overload = &status["overload"];
    assert!(overload["step"].is_u64() && overload["name"].is_string());
    for load in ["tick", "fan_out", "egress"] {
        assert!(overload["load_permille"][load].is_u64(), "{load}");
    }
    let rate = overload["time_rate_permille"].as_u64();
    assert!(
        rate.is_some_and(|rate| (100..=1_000).contains(&rate)),
        "{overload}"
    );
    let names = overload["steps"].as_array().expect("all steps").iter();
    let names: Vec<_> = names
        .map(|step| step["name"].as_str().expect("a name"))
        .collect();
    let metrics = http::get(server.http(), "/metrics", "").await;
    let text = String::from_utf8(metrics.body).expect("text");
    for line in [
        "voxelheim_sessions{transport=\"quic\"} 1",
        "voxelheim_drops_total{cause=\"flood\"} 0",
        "voxelheim_joined_total 1",
        "voxelheim_load_permille{of=\"tick\"} ",
        "voxelheim_time_rate_permille ",
    ] {
        assert!(text.contains(line), "{line} is not in\n{text}");
    }
    assert_eq!(names.len(), 5);
    for name in names {
        let line = format!("voxelheim_overload_changes_total{{step=\"{name}\"}} ");
        assert!(text.contains(&line), "{line} is not in\n{text}");
    }
    assert_eq!(http::get(server.http(), "/healthz", "").await.status, 200);
    server.stop();
}

#[tokio::test]
async fn metrics_tell_of_the_threads_work() {
    let server = Server::start();
    let mut bera = join(server.http(), "Bera").await;
    bera.for_ticks(30).await;
    let metrics = http::get(server.http(), "/metrics", "").await;
    let text = String::from_utf8(metrics.body).expect("text");
    for line in [
        "voxelheim_tick_us{phase=\"take\",quantile=\"0.99\"} ",
        "voxelheim_shard_phase_us{shard=\"0\",phase=\"hand_over\",quantile=\"0.5\"} ",
        "voxelheim_shard_allocations_total{shard=\"0\"} ",
        "voxelheim_shard_allocating_ticks_total{shard=\"0\"} ",
        "voxelheim_shard_queue_depth{shard=\"0\",queue=\"edge_commands\"} ",
        "voxelheim_shard_queue_depth_max{shard=\"0\",queue=\"done\"} 4",
        "voxelheim_relay_backlog_ticks ",
        "voxelheim_edge_us_total{edge=\"0\",part=\"send\"} ",
        "voxelheim_edge_queue_depth{edge=\"0\",queue=\"frames\"} ",
        "voxelheim_edge_queue_depth{edge=\"0\",queue=\"control\"} ",
        "voxelheim_edge_packets_refused_total{edge=\"0\"} ",
        "voxelheim_edge_send_calls_total{edge=\"0\"} ",
        "voxelheim_edge_receive_calls_total{edge=\"0\"} ",
        "voxelheim_edge_allocations_total{edge=\"0\"} ",
    ] {
        assert!(text.contains(line), "{line} is not in\n{text}");
    }
    for name in [
        "edge_us_total{edge=\"0\",part=\"share\"}",
        "edge_frames_told_total{edge=\"0\"}",
        "edge_datagrams_total{edge=\"0\"}",
        "edge_datagram_bytes_total{edge=\"0\"}",
    ] {
        assert!(metric(&text, name) > 0, "{name} counts nothing in\n{text}");
    }
    assert!(
        !text.contains("edge=\"9\""),
        "only the edges that there are"
    );
    server.stop();
}

/// A counter's value.
fn metric(page: &str, name: &str) -> u64 {
    let value = page.lines().find_map(|line| {
        let rest = line.strip_prefix("voxelheim_")?.strip_prefix(name)?;
        rest.trim().parse().ok()
    });
    value.unwrap_or_else(|| panic!("{name} is not in\n{page}"))
}

/// Who shows this is staff.
const STAFF: &str = "Authorization: Bearer staff\r\n";

#[tokio::test]
async fn staff_alone_are_told_who_is_connected() {
    let server = Server::start_with(EdgeConfig {
        services: Services {
            staff: Some(StaffGate::new(|token| token == "staff")),
            ..Services::default()
        },
        edges_count: 2,
        ..config()
    });
    let bera = join(server.http(), "Bera").await;
    let _ivar = join_socket(server.http(), &hello("Ivar")).await;
    for headers in [
        "",
        "Authorization: Bearer player\r\n",
        "Authorization: staff\r\n",
    ] {
        let refused = http::get(server.http(), "/sessions", headers).await;
        assert_eq!(refused.status, 401, "{headers}");
        assert!(!String::from_utf8_lossy(&refused.body).contains("Bera"));
    }
    let told = async |query: &str| {
        let answer = http::get(server.http(), &format!("/sessions{query}"), STAFF).await;
        assert_eq!(answer.status, 200, "{query}");
        let told: Value = serde_json::from_slice(&answer.body).expect("JSON");
        let sessions = told["sessions"].as_array().expect("a list").clone();
        let row = |it: &Value| format!("{} {}", it["name"], it["transport"]);
        let mut rows: Vec<_> = sessions.iter().map(row).collect();
        rows.sort();
        (rows, sessions)
    };
    let (bera_row, ivar_row) = (r#""Bera" "quic""#, r#""Ivar" "websocket""#);
    let (rows, sessions) = told("").await;
    assert_eq!(rows, [bera_row, ivar_row]);
    assert!(sessions.iter().all(|it| it["account"].is_null()));
    assert_eq!(told("?query=VA").await.0, [ivar_row]);
    let [first, second] = [0, 1].map(|place| sessions[place]["session"].as_str().expect("text"));
    let behind = told(&format!("?after={first}")).await.1;
    assert_eq!((behind.len(), &behind[0]["session"]), (1, &second.into()));
    let wrong = http::get(server.http(), "/sessions?after=x", STAFF).await;
    assert_eq!(wrong.status, 400);
    drop(bera);
    common::within("who goes is not there", async {
        while told("").await.0 != [ivar_row] {}
    })
    .await;
    server.stop();
    let server = Server::start();
    assert_eq!(
        http::get(server.http(), "/sessions", STAFF).await.status,
        404
    );
    server.stop();
}

#[tokio::test]
async fn connect_tells_where_the_battle_is() {
    let server = Server::start();
    let connect = http::json(server.http(), "/connect.json").await;
    assert_eq!(connect["protocol_version"], protocol::VERSION);
    let url = connect["webtransport_url"].as_str().expect("an address");
    assert!(url.starts_with("https://127.0.0.1:"), "{url}");
    assert_eq!(
        connect["certificate_sha256"].as_str().map(str::len),
        Some(64)
    );
    let socket = format!("ws://{}/ws", server.http());
    assert_eq!(connect["websocket_url"].as_str(), Some(socket.as_str()));
    server.stop();
}

#[tokio::test]
async fn the_page_comes_typed_compressed_and_kept() {
    let page = std::env::temp_dir().join(format!("voxelheim-page-{}", std::process::id()));
    std::fs::create_dir_all(page.join("assets")).expect("a temporary folder");
    std::fs::write(page.join("index.html"), "<!doctype html>page").expect("writes");
    std::fs::write(page.join("assets/a-1.js"), "let x = 1;\n".repeat(1_000)).expect("writes");
    std::fs::write(page.join("core.wasm"), b"\0asm").expect("writes");
    let server = Server::start_with(EdgeConfig {
        page: PageSource::Directory(page.clone()),
        ..config()
    });
    let index = http::get(server.http(), "/", "").await;
    assert_eq!(index.body, b"<!doctype html>page");
    assert_eq!(
        index.header("content-type"),
        Some("text/html; charset=utf-8")
    );
    assert_eq!(index.header("cache-control"), Some("no-cache"));
    let core = http::get(server.http(), "/core.wasm", "").await;
    assert_eq!(core.header("content-type"), Some("application/wasm"));
    let plain = http::get(server.http(), "/assets/a-1.js", "").await;
    assert_eq!(plain.body.len(), 11_000);
    assert!(
        plain
            .header("cache-control")
            .is_some_and(|rule| rule.contains("immutable"))
    );
    let tag = plain.header("etag").expect("a tag");
    let known = format!("If-None-Match: {tag}\r\n");
    assert_eq!(
        http::get(server.http(), "/assets/a-1.js", &known)
            .await
            .status,
        304
    );
    common::within("compression", async {
        let accept = "Accept-Encoding: gzip, br\r\n";
        while http::get(server.http(), "/assets/a-1.js", accept)
            .await
            .body
            .len()
            > 1_000
        {}
    })
    .await;
    assert_eq!(
        http::get(server.http(), "/../Cargo.toml", "").await.status,
        404
    );
    server.stop();
    std::fs::remove_dir_all(page).expect("removes");
}

#[tokio::test]
async fn nonsense_over_tcp_harms_nobody() {
    let server = Server::start();
    let mut bera = join(server.http(), "Bera").await;
    let long = format!("GET /{} HTTP/1.1\r\n\r\n", "a".repeat(500_000));
    for request in [&b"\0\0\0\0\r\n\r\n"[..], b"GET\r\n\r\n", long.as_bytes()] {
        http::exchange(server.http(), request).await;
    }
    let upgrade = http::get(server.http(), "/ws", "Upgrade: websocket\r\n").await;
    assert!((400..500).contains(&upgrade.status), "{}", upgrade.status);
    bera.for_ticks(3).await;
    server.stop();
}

#[test]
fn a_taken_port_is_one_clear_line() {
    let holder = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let listen = holder.local_addr().expect("it is bound");
    let error = edge::bind(EdgeConfig { listen, ..config() })
        .err()
        .expect("it is taken");
    let text = error.to_string();
    assert!(
        text.contains("is taken") && text.contains("--listen"),
        "{text}"
    );
    assert_eq!(text.lines().count(), 1);
    let nowhere = EdgeConfig {
        page: PageSource::Directory("/nonexistent".into()),
        ..config()
    };
    let text = edge::bind(nowhere)
        .err()
        .expect("no page there")
        .to_string();
    assert!(text.contains("--client-dir"), "{text}");
}
