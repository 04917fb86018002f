//! What players and shards can do over the routes.

use backends::broker::{Broker, Subscription};
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::http::{ANNAS, BERTS, BLOCKER, NOBODY, SECRET, World, on_each_service};

async fn bag(world: &World, token: &str, character: i64) -> Value {
    let call = format!("GET /inventory/characters/{character}/belongings");
    world.call(&call, token, Value::Null).await.ok(200)["bag"].clone()
}

#[test]
fn the_definitions_are_for_everybody_but_not_what_is_found() {
    on_each_service(async |world| {
        let told = world
            .call("GET /inventory/definitions", "", Value::Null)
            .await
            .ok(200);
        let sword = json!({ "item": "sword", "title": "Sword", "stack": 1, "unique": true, "slot": "hand",
            "effect": { "kind": "blow", "amount": 4 }, "heals": 0 });
        assert!(
            told["items"].as_array().expect("items").contains(&sword),
            "{told}"
        );
        assert_eq!(
            told["recipes"][0]["gives"][0],
            json!({ "item": "plank", "count": 4 })
        );
        assert!(told.get("loot").is_none());
    });
}

#[test]
fn one_crafts_wears_and_stores_and_asks_twice_without_harm() {
    on_each_service(async |world| {
        world.gain(101, "log", None, 5).await;
        let craft = json!({ "key": "c1", "recipe": "plank", "times": 2 });
        let call = "POST /inventory/characters/101/crafts";
        let first = world.call(call, ANNAS, craft.clone()).await.ok(200);
        let again = world.call(call, ANNAS, craft).await.ok(200);
        assert_eq!(
            (&first["repeated"], &again["repeated"]),
            (&json!(false), &json!(true))
        );
        assert_eq!(first["batch"], again["batch"]);
        assert_eq!(first["belongings"], again["belongings"]);
        let other = json!({ "key": "c1", "recipe": "plank", "times": 3 });
        world
            .call(call, ANNAS, other)
            .await
            .refused(422, "invalid-field");
        let sword = json!({ "key": "c2", "recipe": "sword", "times": 1 });
        world.call(call, ANNAS, sword).await.ok(200);
        let held = bag(world, ANNAS, 101).await;
        let unique = held[2]["unique"].as_str().expect("a sword").to_owned();
        assert_eq!(
            held[0],
            json!({ "item": "log", "unique": null, "count": 2 })
        );

        let call = "POST /inventory/characters/101/equipment";
        let wish = json!({ "key": "e1", "slot": "hand", "item": "sword", "unique": unique });
        let worn = world.call(call, ANNAS, wish).await.ok(200);
        let expected = json!([{ "slot": "hand", "item": "sword", "unique": unique }]);
        assert_eq!(worn["belongings"]["equipment"], expected);
        let wish = json!({ "key": "e2", "slot": "head", "item": "sword", "unique": unique });
        world
            .call(call, ANNAS, wish)
            .await
            .refused(422, "wrong-slot");
        let call = "POST /inventory/characters/101/equipment/off";
        world
            .call(call, ANNAS, json!({ "key": "o1", "slot": "hand" }))
            .await
            .ok(200);
        let empty = world
            .call(call, ANNAS, json!({ "key": "o2", "slot": "hand" }))
            .await;
        empty.refused(409, "empty-slot");

        let call = "POST /inventory/characters/101/chest";
        let shift = |key, direction, count| {
            let lot = json!({ "item": "log", "count": count });
            json!({ "key": key, "direction": direction, "lot": lot })
        };
        let stored = world.call(call, ANNAS, shift("s1", "in", 2)).await.ok(200);
        assert_eq!(stored["belongings"]["chest"][0]["count"], 2);
        world
            .call(call, ANNAS, shift("s2", "in", 1))
            .await
            .refused(409, "lacking");
        world.call(call, ANNAS, shift("s3", "out", 1)).await.ok(200);
    });
}

/// What the battle is told that a character has eaten.
async fn eaten(world: &World, character: i64) -> i64 {
    let told = world.inventory.store.equipment(&[character]).await;
    told.expect("a database")[&character].eaten
}

#[test]
fn one_eats_now_and_then_and_the_battle_is_told_of_each_meal_once() {
    on_each_service(async |world| {
        world.gain(101, "bread", None, 3).await;
        world.gain(101, "log", None, 1).await;
        assert_eq!(eaten(world, 101).await, 0);
        let call = "POST /inventory/characters/101/meals";
        let meal = |key| json!({ "key": key, "item": "bread" });
        let first = world.call(call, ANNAS, meal("m1")).await.ok(200);
        assert_eq!(first["belongings"]["bag"][0]["count"], 2);
        let again = world.call(call, ANNAS, meal("m1")).await.ok(200);
        assert_eq!(again["repeated"], true, "the answer was lost");
        let soon = world.call(call, ANNAS, meal("m2")).await;
        soon.refused(409, "too-soon");
        assert_eq!(eaten(world, 101).await, 15);
        world.pass(9_999);
        let soon = world.call(call, ANNAS, meal("m2")).await;
        soon.refused(409, "too-soon");
        world.pass(1);
        let later = world.call(call, ANNAS, meal("m2")).await.ok(200);
        assert_eq!(later["repeated"], false, "the same wish, in time");
        assert_eq!(eaten(world, 101).await, 30);
        let worn = world.inventory.store.equipment(&[101]).await;
        assert!(worn.expect("a database")[&101].items.is_empty());
        world.pass(60_000);
        let log = json!({ "key": "m3", "item": "log" });
        world.call(call, ANNAS, log).await.refused(422, "no-food");
        let none = json!({ "key": "m4", "item": "cake" });
        let none = world.call(call, ANNAS, none).await;
        none.refused(422, "invalid-field");
        let strange = world.call(call, BERTS, meal("m5")).await;
        strange.refused(404, "not-found");
    });
}

#[test]
fn two_meals_at_once_are_one() {
    on_each_service(async |world| {
        world.gain(101, "bread", None, 5).await;
        let call = "POST /inventory/characters/101/meals";
        let meal = |key: &str| json!({ "key": key, "item": "bread" });
        let (first, second, third) = tokio::join!(
            world.call(call, ANNAS, meal("a")),
            world.call(call, ANNAS, meal("b")),
            world.call(call, ANNAS, meal("c")),
        );
        let statuses = [first, second, third].map(|it| it.status.as_u16());
        assert_eq!(statuses.iter().filter(|it| **it == 200).count(), 1);
        assert_eq!(eaten(world, 101).await, 15, "{statuses:?}");
        assert_eq!(bag(world, ANNAS, 101).await[0]["count"], 4);
    });
}

#[test]
fn what_is_thrown_away_is_gone_and_in_the_ledger() {
    on_each_service(async |world| {
        world.gain(101, "log", None, 5).await;
        world.gain(101, "sword", Some(7), 1).await;
        let call = "POST /inventory/characters/101/discards";
        let discard = |key, item, unique: Option<&str>, count| {
            let lot = json!({ "item": item, "unique": unique, "count": count });
            json!({ "key": key, "lot": lot })
        };
        let logs = discard("d1", "log", None, 3);
        let done = world.call(call, ANNAS, logs.clone()).await.ok(200);
        assert_eq!(done["belongings"]["bag"][0]["count"], 2);
        world.call(call, ANNAS, logs).await.ok(200);
        let sword = discard("d2", "sword", Some("7"), 1);
        let done = world.call(call, ANNAS, sword).await.ok(200);
        assert_eq!(done["belongings"]["bag"].as_array().expect("lots").len(), 1);
        let more = world.call(call, ANNAS, discard("d3", "log", None, 3)).await;
        more.refused(409, "lacking");
        let none = world.call(call, ANNAS, discard("d4", "log", None, 0)).await;
        none.refused(422, "invalid-field");
        let ledger = "GET /inventory/characters/101/ledger";
        let page = world.call(ledger, ANNAS, Value::Null).await.ok(200);
        let places: Vec<_> = page.as_array().expect("entries").iter().collect();
        assert!(places.iter().any(|it| it["place"] == "sink.discarded"));
    });
}

#[test]
fn a_ledger_is_read_in_pages_and_by_its_owner_alone() {
    on_each_service(async |world| {
        world.gain(101, "log", None, 5).await;
        let call = "GET /inventory/characters/101/ledger";
        let page = world.call(call, ANNAS, Value::Null).await.ok(200);
        assert_eq!(
            (&page[0]["place"], &page[0]["change"]),
            (&json!("bag"), &json!(5))
        );
        assert_eq!(page[1]["place"], "source.mining");
        let before = page[1]["batch"].as_str().expect("a number");
        let next = world
            .call(&format!("{call}?before={before}"), ANNAS, Value::Null)
            .await;
        assert_eq!(next.ok(200), json!([]));
        world
            .call(&format!("{call}?before=x"), ANNAS, Value::Null)
            .await
            .refused(422, "invalid-field");
        world
            .call(&format!("{call}?nope=1"), ANNAS, Value::Null)
            .await
            .refused(400, "bad-request");
        world
            .call(call, BERTS, Value::Null)
            .await
            .refused(404, "not-found");
        world
            .call(call, "", Value::Null)
            .await
            .refused(401, "unauthorized");
    });
}

#[test]
fn two_players_trade() {
    on_each_service(async |world| {
        world.gain(101, "log", None, 5).await;
        world.gain(102, "sword", Some(7), 1).await;
        let anna = "/inventory/characters/101/trades";
        let bert = "/inventory/characters/102/trades";
        let opened = world
            .call(&format!("POST {anna}"), ANNAS, json!({ "with": "102" }))
            .await;
        let id = opened.ok(200)["trade"]
            .as_str()
            .expect("a number")
            .to_owned();
        let seen = world
            .call(&format!("GET {bert}"), BERTS, Value::Null)
            .await
            .ok(200);
        assert_eq!(seen["trade"], id.as_str());

        let offer = |count| json!({ "lots": [{ "item": "log", "count": count }] });
        let call = format!("PUT {anna}/{id}/offer");
        world
            .call(&call, ANNAS, offer(6))
            .await
            .refused(409, "lacking");
        world
            .call(&call, BERTS, offer(1))
            .await
            .refused(404, "not-found");
        // Of others who know its number, too, it is as if it were not there.
        for step in ["offer", "confirm", "cancel"] {
            let method = if step == "offer" { "PUT" } else { "POST" };
            let call = format!("{method} /inventory/characters/103/trades/{id}/{step}");
            let form = match step {
                "offer" => json!({ "lots": [] }),
                "confirm" => json!({ "offers_revision": 0 }),
                _ => Value::Null,
            };
            let strangers = world.call(&call, "3", form).await;
            strangers.refused(404, "not-found");
        }
        world.call(&call, ANNAS, offer(5)).await.ok(200);
        let sword = json!({ "lots": [{ "item": "sword", "unique": "7", "count": 1 }] });
        world
            .call(&format!("PUT {bert}/{id}/offer"), BERTS, sword)
            .await
            .ok(200);
        let old = json!({ "offers_revision": 1 });
        let confirm = json!({ "offers_revision": 2 });
        let call = format!("POST {anna}/{id}/confirm");
        world.call(&call, ANNAS, old).await.refused(409, "trade");
        world.call(&call, ANNAS, confirm.clone()).await.ok(200);
        let done = world
            .call(&format!("POST {bert}/{id}/confirm"), BERTS, confirm)
            .await;
        assert_eq!(done.ok(200)["state"], "done");
        assert_eq!(bag(world, ANNAS, 101).await[0]["unique"], "7");
        assert_eq!(bag(world, BERTS, 102).await[0]["count"], 5);
        let late = world
            .call(&format!("POST {bert}/{id}/cancel"), BERTS, json!({}))
            .await;
        late.refused(409, "trade");
    });
}

#[test]
fn a_trade_is_with_somebody_who_is_there_and_has_not_blocked() {
    on_each_service(async |world| {
        let call = "POST /inventory/characters/101/trades";
        for (with, status, kind) in [(NOBODY, 404, "not-found"), (BLOCKER, 409, "blocked")] {
            let form = json!({ "with": with.to_string() });
            world.call(call, ANNAS, form).await.refused(status, kind);
        }
        let traders = sqlx::query_scalar("SELECT COUNT(*) FROM inventory_traders");
        let pool = world.inventory.store.database().pool();
        let traders: i64 = traders.fetch_one(pool).await.expect("a database");
        assert_eq!(traders, 0, "no seat is kept for whom nobody can trade with");
    });
}

#[test]
fn a_trade_is_cancelled_or_runs_out() {
    on_each_service(async |world| {
        let anna = "/inventory/characters/101/trades";
        let call = format!("POST {anna}");
        let open = async || {
            let opened = world
                .call(&call, ANNAS, json!({ "with": "102" }))
                .await
                .ok(200);
            opened["trade"].as_str().expect("a number").to_owned()
        };
        let id = open().await;
        world
            .call(&call, ANNAS, json!({ "with": "103" }))
            .await
            .refused(409, "trade");
        let cancel = format!("POST {anna}/{id}/cancel");
        assert_eq!(
            world.call(&cancel, ANNAS, Value::Null).await.ok(200)["state"],
            "cancelled"
        );
        assert_eq!(
            world.call(&cancel, ANNAS, Value::Null).await.ok(200)["state"],
            "cancelled"
        );
        open().await;
        world.pass(50_000);
        let seen = world
            .call(&format!("GET {anna}"), ANNAS, Value::Null)
            .await
            .ok(200);
        assert_eq!(
            (&seen["state"], &seen["left_ms"]),
            (&json!("open"), &json!(70_000))
        );
        world.pass(70_000);
        let seen = world
            .call(&format!("GET {anna}"), ANNAS, Value::Null)
            .await
            .ok(200);
        assert_eq!(seen["state"], "timed_out");
        world
            .call(&call, ANNAS, json!({ "with": "101" }))
            .await
            .refused(409, "trade");
        open().await;
    });
}

#[test]
fn shards_claim_write_and_are_told_the_same_again() {
    on_each_service(async |world| {
        world.gain(101, "log", None, 5).await;
        let gift = json!([{ "item": "log", "unique": null, "count": 6,
            "from": { "owner": 101, "place": "bag" }, "to": { "owner": 102, "place": "bag" } }]);
        let refused = world.write("gift", gift.clone()).await.ok(200);
        assert_eq!(refused["refusal"]["reason"], "lacking");
        assert_eq!(
            refused["refusal"]["account"],
            json!({ "owner": 101, "place": "bag" })
        );
        let again = world.write("gift", gift).await.ok(200);
        assert_eq!(
            (&again["repeated"], &again["refusal"]),
            (&json!(true), &refused["refusal"])
        );

        let claim = |shard, epoch| json!({ "shard": shard, "claims": [{ "character": 101, "epoch": epoch }] });
        let call = "POST /shards/claims";
        let held = world.call(call, SECRET, claim(2, 2)).await.ok(200);
        let expected = json!([{ "place": "bag", "item": "log", "unique": null, "count": 5 }]);
        assert_eq!(held[0]["contents"], expected);
        world
            .call(call, SECRET, claim(1, 1))
            .await
            .refused(409, "stale-epoch");
        let stale = world.write("late", json!([])).await.ok(200);
        assert_eq!(stale["refusal"]["reason"], "stale");
        let owner = world
            .call("GET /shards/owners/101", SECRET, Value::Null)
            .await
            .ok(200);
        assert_eq!(owner, expected);
        world
            .call("GET /shards/audit", ANNAS, Value::Null)
            .await
            .refused(401, "unauthorized");

        let audit = world.call("GET /shards/audit", SECRET, Value::Null).await;
        assert_eq!(audit.ok(200)["closed"], true);
        let page = world.call("GET /metrics", "", Value::Null).await.text;
        for line in [
            "voxelheim_inventory_audits_total{outcome=\"closed\"} 1",
            "voxelheim_inventory_batches_total{outcome=\"done\"} 1",
            "voxelheim_inventory_batches_total{outcome=\"lacking\"} 1",
            "voxelheim_inventory_batches_total{outcome=\"repeated\"} 1",
            "voxelheim_inventory_batches_total{outcome=\"stale-epoch\"} 1",
        ] {
            assert!(page.lines().any(|it| it == line), "{line} in {page}");
        }
    });
}

#[test]
fn kept_going_it_tells_the_economy_what_came_and_went() {
    on_each_service(async |world| {
        world.gain(101, "log", None, 5).await;
        let broker = Broker::open("memory:").expect("a URL");
        let flows = Subscription::shared("economy", &["inventory.flows"]);
        let mut flows = broker.subscribe(&flows).await.expect("it is here");
        let (stop, stopped) = watch::channel(false);
        let take = async {
            let delivery = flows.next().await;
            let event = delivery.event.clone();
            delivery.done().await;
            stop.send(true).expect("it runs");
            event
        };
        let ((), event) = tokio::join!(world.inventory.run(&broker, stopped), take);
        let told: Value = serde_json::from_slice(&event.body).expect("JSON");
        let expected = json!([{ "place": "source.mining", "item": "log", "count": -5 }]);
        assert_eq!(told["flows"], expected);
    });
}
