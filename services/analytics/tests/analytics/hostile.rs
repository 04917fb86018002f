//! Events that nobody would tell: dead letters, and the rest goes on.

use backends::{
    broker::{Event, Subscription},
    warehouse::Query,
};
use events::{Body, battle::Happenings, inventory::Flows};
use serde_json::{Value, json};

use crate::{
    common::{NOW_MS, on_each},
    samples::{event, happenings, kills, visit, visits},
};

const KILLS: Query = Query::same("SELECT count(*) AS count FROM kills");

fn raw(id: &str, topic: &str, body: Vec<u8>) -> Event {
    Event {
        id: id.to_owned(),
        topic: topic.to_owned(),
        body,
    }
}

/// Happenings with a field that is not as it should be.
fn odd(field: &str, value: Value) -> Vec<u8> {
    let told = event("", &happenings(NOW_MS)).body;
    let mut told: Value = serde_json::from_slice(&told).expect("our own");
    told[field] = value;
    told.to_string().into_bytes()
}

fn kill(weapon: &str, victim_house: i64) -> Value {
    json!([{ "killer": null, "victim": "7", "killer_house": null, "victim_house": victim_house,
        "weapon": weapon, "place": [0, 0, 0] }])
}

/// Bodies of happenings.
fn bodies() -> Vec<Vec<u8>> {
    vec![
        Vec::new(),
        b"{".to_vec(),
        b"\xff\xfe".to_vec(),
        b"[]".to_vec(),
        vec![b'['; 100_000],
        odd("version", json!(2)),
        odd("version", json!("1")),
        odd("world", json!("")),
        odd("world", json!("w'); DROP TABLE kills; --")),
        odd("world", json!("<script>alert(1)</script>")),
        odd("world", json!("w".repeat(65))),
        odd("at_ms", json!(i64::MAX)),
        odd("at_ms", json!(1.5)),
        odd("kills", kill("spoon", 0)),
        odd("kills", kill("sword", 2)),
        odd("kills", kill("sword", -1)),
        odd("kills", json!([{}])),
        odd(
            "blocks",
            json!([{ "by": "9223372036854775808", "broken": {}, "placed": {} }]),
        ),
        odd(
            "blocks",
            json!([{ "by": null, "broken": { "a\u{0}b": 1 }, "placed": {} }]),
        ),
        odd(
            "blocks",
            json!([{ "by": null, "broken": { "red  cloth": 1 }, "placed": {} }]),
        ),
        odd(
            "blocks",
            json!([{ "by": null, "broken": {}, "placed": { " ": 1 } }]),
        ),
        odd("visits", json!(visits("", NOW_MS, vec![]).id)),
    ]
}

#[test]
fn what_nobody_can_take_is_a_dead_letter_and_the_rest_goes_on() {
    on_each(async |world| {
        let _process = world.start().await;
        let mut events = vec![kills("first", NOW_MS, 1)];
        for (number, body) in bodies().into_iter().enumerate() {
            events.push(raw(&format!("odd-{number}"), Happenings::TOPIC, body));
        }
        let late = visits("late", NOW_MS, vec![visit(1, NOW_MS + 1, None)]);
        let flow = |place: &str, count: i64| {
            json!({ "version": 1, "batch": 1, "at_ms": NOW_MS,
                "flows": [{ "place": place, "item": "stone", "count": count }] })
        };
        events.push(late);
        for (place, count) in [("bag", 1), ("source.", i64::MIN), ("sink.a b", 1)] {
            let body = flow(place, count).to_string().into_bytes();
            events.push(raw(&format!("{place}{count}"), Flows::TOPIC, body));
        }
        events.push(raw("", Happenings::TOPIC, odd("pod", json!(1))));
        let many = Happenings {
            kills: vec![crate::samples::kill(events::battle::Weapon::Fall, [0; 3]); 6_000],
            visits: vec![visit(1, NOW_MS, None); 4_001],
            ..happenings(NOW_MS)
        };
        let many = event("many", &many);
        if many.body.len() <= backends::limits::EVENT_BYTES_MAX {
            events.push(many);
        }
        let refused = events.len() as u64 - 1;
        events.push(kills("last", NOW_MS, 2));
        world.publish(&events).await;
        world.until("kept", 2).await;
        world.until("refused", refused).await;
        assert_eq!(world.count(KILLS).await, 3);
        let dead = Subscription::dead_letters("analytics");
        let mut dead = world.broker.subscribe(&dead).await.expect("a broker");
        for _ in 0..refused {
            dead.next().await.done().await;
        }
    });
}

#[test]
fn what_is_told_before_the_service_ever_ran_is_kept_for_it() {
    on_each(async |world| {
        let declared = analytics::declare_queue(&world.broker).await;
        declared.expect("a broker");
        world.publish(&[kills("early", NOW_MS, 1)]).await;
        let _process = world.start().await;
        world.until("kept", 1).await;
        assert_eq!(world.count(KILLS).await, 1);
    });
}

#[test]
fn what_is_older_than_what_is_kept_is_let_go() {
    on_each(async |world| {
        let _process = world.start().await;
        let old = [
            kills("old", 1, 1),
            kills("oldest", i64::MIN, 1),
            kills("new", NOW_MS, 1),
        ];
        world.publish(&old).await;
        world.until("expired", 2).await;
        world.until("kept", 1).await;
        assert_eq!(world.count(KILLS).await, 1);
    });
}
