//! Regions and pods, the controller's plans, and the whole at one look.

use std::sync::{Arc, Condvar, Mutex};

use admin::limits::WATCHERS_MAX;
use axum::{body::Body, http::Request as HttpRequest, response::Response};
use futures_util::StreamExt;
use placement::{
    Answer, Request,
    request::{MoveRow, PhaseRow, PlanRow, RegionRow, ShardRow},
};
use serde_json::{Value, json};
use tokio::sync::Notify;

use crate::common::{MODERATOR, OPERATOR, World, on_each, on_each_with};

fn plan(action: &str, state: &str, age_s: u64) -> PlanRow {
    PlanRow {
        age_s,
        by: "controller".to_owned(),
        action: action.to_owned(),
        region: "b".to_owned(),
        from: Some("0/0".to_owned()),
        to: Some("1/0".to_owned()),
        state: state.to_owned(),
        gain_permille: 100,
        reasons: vec!["it is hot".to_owned()],
    }
}

fn shard(name: &str, is_draining: bool) -> ShardRow {
    ShardRow {
        shard: name.to_owned(),
        regions: 1,
        pinned: 0,
        bodies: 100,
        players: 7,
        tick_us_p50: 900,
        tick_us_p99: 2_000,
        egress_bytes_per_second: 5_000,
        load_permille: 50,
        handoffs: 3,
        is_draining,
        is_silent: false,
        phases: vec![PhaseRow {
            phase: "act".to_owned(),
            p50: 300,
            p99: 700,
            max: 900,
        }],
    }
}

/// Of a process that ended while it was to be emptied.
fn silent_shard(name: &str) -> ShardRow {
    ShardRow {
        is_silent: true,
        ..shard(name, true)
    }
}

fn region(owner: &str) -> RegionRow {
    RegionRow {
        region: "b".to_owned(),
        edge_m: 64,
        at: [0, -64, 64],
        owner: owner.to_owned(),
        epoch: 4,
        bodies: 100,
        players: 7,
        tick_us: 800,
        egress_bytes_per_second: 5_000,
        is_pinned: true,
        moved: Some(MoveRow {
            age_s: 2,
            from: "0/1".to_owned(),
            to: owner.to_owned(),
            bodies: 90,
            pause_ticks: 1,
            pause_ms: 53,
            late_ms: 3,
        }),
    }
}

/// A world of two pods, of which one is being emptied.
fn answer(request: &Request) -> Answer {
    match request {
        Request::Regions => Answer::Regions {
            regions: vec![region("0/0")],
        },
        // It has come where it was to go.
        Request::Why { .. } => Answer::Why {
            region: region("1/0"),
            plans: Vec::new(),
        },
        Request::Shards => Answer::Shards {
            tick: 99,
            dialect: 2,
            shards: vec![
                shard("0/0", false),
                shard("0/1", false),
                silent_shard("1/0"),
            ],
        },
        Request::Plan => Answer::Plans {
            is_dry_run: true,
            pinned: vec!["b".to_owned()],
            plans: vec![
                plan("move", "dry run", 5),
                plan("split", "applied", 9),
                plan("merge", "dry run", 10),
                plan("drain", "dry run", 500),
            ],
            blocked: vec!["c is pinned".to_owned()],
        },
        Request::Split { region } if region == "dead" => Answer::Refused {
            why: "it is of the smallest size already".to_owned(),
        },
        _ => Answer::Done {
            what: "it is begun".to_owned(),
        },
    }
}

#[test]
fn the_world_is_seen_at_one_look_with_what_is_wrong() {
    on_each_with(answer, async |world, _| {
        world.edges.set(vec!["http://127.0.0.1:9".to_owned()]);
        let seen = world
            .call("GET /overview", MODERATOR, Value::Null)
            .await
            .ok(200);
        assert_eq!(
            (&seen["tick"], &seen["version"]),
            (&json!(99), &json!("1.2.3"))
        );
        let pods = seen["pods"].as_array().expect("a list");
        assert_eq!(pods.len(), 2);
        assert_eq!(pods[0]["shards"][1]["tick_us_p99"], 2_000);
        let phase = json!({ "phase": "act", "p50": 300, "p99": 700, "max": 900 });
        assert_eq!(pods[1]["shards"][0]["phases"], json!([phase]));
        assert_eq!(
            (&pods[0]["is_draining"], &pods[1]["is_draining"]),
            (&json!(false), &json!(true))
        );
        assert_eq!(
            (&pods[0]["is_silent"], &pods[1]["is_silent"]),
            (&json!(false), &json!(true))
        );
        assert_eq!(seen["regions"][0]["owner"], "0/0");
        let moved = json!({ "age_s": 2, "from": "0/1", "to": "0/0", "bodies": 90,
            "pause_ticks": 1, "pause_ms": 53, "late_ms": 3 });
        assert_eq!(seen["regions"][0]["moved"], moved);
        assert_eq!(seen["players"]["in_world"], 21);
        assert_eq!(seen["backends"][0]["is_well"], true);
        let far = &seen["backends"][1];
        assert_eq!(far["is_well"], false);
        assert!(!far["trouble"].as_str().expect("text").contains("10.0.0.1"));
        let troubles = seen["troubles"].to_string();
        assert!(troubles.contains("http://127.0.0.1:9"), "{troubles}");
        assert!(troubles.contains("pod 1 is not heard of"), "{troubles}");
    });
}

#[test]
fn who_watches_gets_a_line_for_each_look_until_the_service_stops() {
    on_each_with(answer, async |world, _| {
        let response = watch(world).await;
        assert_eq!(response.headers()["content-type"], "application/x-ndjson");
        let mut lines = response.into_body().into_data_stream();
        for _ in 0..2 {
            let line = lines.next().await.expect("a line").expect("it is whole");
            assert!(line.ends_with(b"\n"));
            let seen: Value = serde_json::from_slice(&line).expect("JSON");
            assert_eq!(seen["tick"], 99);
        }
        world.stop.send(true).expect("it runs");
        assert!(lines.next().await.is_none());
    });
}

#[test]
fn so_many_watch_at_once_and_whoever_leaves_makes_room() {
    on_each_with(answer, async |world, _| {
        let mut watchers = Vec::new();
        while watchers.len() < WATCHERS_MAX {
            let response = watch(world).await;
            assert_eq!(response.status(), 200);
            watchers.push(response);
        }
        assert_eq!(watch(world).await.status(), 503);
        watchers.pop();
        assert_eq!(watch(world).await.status(), 200);
    });
}

async fn watch(world: &World) -> Response {
    let request = HttpRequest::get("/admin/live");
    let request = request.header("authorization", format!("Bearer {MODERATOR}"));
    let request = request.body(Body::empty()).expect("a request");
    world.client.open(request).await
}

#[test]
fn orders_reach_the_world_and_the_log() {
    on_each_with(answer, async |world, steward| {
        let why = json!({ "reason": "it is hot" });
        for (call, request) in [
            (
                "POST /regions/b/split",
                json!({ "verb": "split", "region": "b" }),
            ),
            (
                "POST /regions/b/merge",
                json!({ "verb": "merge", "region": "b" }),
            ),
            (
                "POST /regions/b/pin",
                json!({ "verb": "pin", "region": "b", "is_pinned": true }),
            ),
            (
                "POST /regions/b/unpin",
                json!({ "verb": "pin", "region": "b", "is_pinned": false }),
            ),
            (
                "POST /pods/1/drain",
                json!({ "verb": "drain", "pod": 1, "is_draining": true }),
            ),
            (
                "POST /pods/1/undrain",
                json!({ "verb": "drain", "pod": 1, "is_draining": false }),
            ),
        ] {
            let done = world.call(call, OPERATOR, why.clone()).await.ok(200);
            assert_eq!(done["effect"], "it is begun");
            let asked = steward.asked().pop().expect("it was asked");
            assert_eq!(serde_json::to_value(asked).expect("JSON"), request);
            assert_eq!(world.last_line().await["effect"], "it is begun");
        }
        let to = json!({ "to": "1/0", "reason": "it is hot" });
        let moved = world.call("POST /regions/b/move", OPERATOR, to).await;
        let pause = "region b went from 0/1 to 1/0 with 90 bodies: a pause of 1 tick, 53 ms, 3 ms more than that takes";
        assert_eq!(moved.ok(200)["effect"], pause);
        assert_eq!(world.last_line().await["effect"], pause);
        let refused = world
            .call("POST /regions/dead/split", OPERATOR, why.clone())
            .await;
        let refused = refused.refused(409, "world-refuses");
        assert!(
            refused["detail"]
                .as_str()
                .expect("text")
                .contains("smallest size")
        );
        assert_eq!(world.last_line().await["outcome"], "failed");
        let count = steward.asked().len();
        world
            .call("POST /regions/b/split", MODERATOR, why.clone())
            .await
            .refused(403, "forbidden");
        world
            .call("POST /regions/x%2Fy/split", OPERATOR, why)
            .await
            .refused(404, "not-found");
        assert_eq!(steward.asked().len(), count, "the world was not asked");
    });
}

#[test]
fn only_a_plan_that_was_said_lately_is_approved() {
    on_each_with(answer, async |world, steward| {
        let plan = world
            .call("GET /plan", MODERATOR, Value::Null)
            .await
            .ok(200);
        let open = plan["plans"].as_array().expect("a list").iter();
        let open: Vec<_> = open.map(|it| it["is_open"] == true).collect();
        // Something else was done with the region since that was said.
        assert_eq!(open, [true, false, false, false]);
        let form = |action: &str, to: Option<&str>| json!({ "action": action, "region": "b", "to": to, "reason": "it is right" });
        let approve = async |form| world.call("POST /plan/approve", OPERATOR, form).await;
        approve(form("move", Some("1/0"))).await.ok(200);
        let (region, to) = ("b".to_owned(), "1/0".to_owned());
        assert!(steward.asked().contains(&Request::Move { region, to }));
        for (action, to) in [
            ("move", Some("0/1")),
            ("drain", Some("1/0")),
            ("split", None),
            ("merge", None),
        ] {
            approve(form(action, to)).await.refused(409, "no-such-plan");
        }
        approve(form("move", None))
            .await
            .refused(422, "invalid-field");
        approve(form("burn", None))
            .await
            .refused(422, "invalid-field");
        let mode = json!({ "is_dry_run": false, "reason": "I trust it" });
        world.call("PUT /plan/mode", OPERATOR, mode).await.ok(200);
        assert_eq!(
            steward.asked().pop(),
            Some(Request::DryRun { is_on: false })
        );
    });
}

#[test]
fn without_a_world_its_routes_say_so_and_the_others_go_on() {
    on_each(async |world| {
        world
            .call("GET /plan", MODERATOR, Value::Null)
            .await
            .refused(404, "not-here");
        let why = json!({ "reason": "it is hot" });
        world
            .call("POST /regions/b/split", OPERATOR, why)
            .await
            .refused(404, "not-here");
        let seen = world
            .call("GET /overview", MODERATOR, Value::Null)
            .await
            .ok(200);
        assert!(seen["troubles"].to_string().contains("no world"));
    });
}

#[test]
fn what_was_begun_is_done_though_nobody_waits_for_it() {
    let gate = Arc::new(Gate::default());
    let kept = gate.clone();
    let answer = move |request: &Request| {
        if matches!(request, Request::Split { .. }) {
            kept.pass();
        }
        answer(request)
    };
    on_each_with(answer, async |world, _steward| {
        let form = json!({ "reason": "it is hot" });
        let call = world.call("POST /regions/b/split", OPERATOR, form);
        tokio::select! {
            _ = call => panic!("the world does not answer yet"),
            () = gate.reached() => {}
        }
        assert_eq!(world.last_line().await["outcome"], "begun");
        gate.open();
        while world.last_line().await["outcome"] == "begun" {}
        assert_eq!(world.last_line().await["outcome"], "done");
    });
}

/// Holds the world's answer up until it is opened, and says that it was reached; then it is shut again.
#[derive(Default)]
struct Gate {
    is_open: Mutex<bool>,
    opened: Condvar,
    reached: Notify,
}

impl Gate {
    fn pass(&self) {
        self.reached.notify_one();
        let is_open = self.is_open.lock().expect("no holder panics");
        let opened = self.opened.wait_while(is_open, |is_open| !*is_open);
        *opened.expect("no holder panics") = false;
    }

    async fn reached(&self) {
        self.reached.notified().await;
    }

    fn open(&self) {
        *self.is_open.lock().expect("no holder panics") = true;
        self.opened.notify_one();
    }
}
