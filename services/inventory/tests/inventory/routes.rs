//! What players and shards can do over the routes.

use backends::broker::{Broker, Subscription};
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::http::{ANNAS, BERTS, SECRET, World, on_each_service};

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
            "effect": { "kind": "blow", "amount": 4 } });
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
fn kept_going_it_tells_shards_what_players_did() {
    on_each_service(async |world| {
        world.gain(101, "log", None, 5).await;
        let craft = json!({ "key": "c1", "recipe": "plank", "times": 2 });
        let call = "POST /inventory/characters/101/crafts";
        world.call(call, ANNAS, craft).await.ok(200);

        let broker = Broker::open("memory:").expect("a URL");
        let changes = Subscription::shared("shard", &["inventory.changed.*"]);
        let mut changes = broker.subscribe(&changes).await.expect("it is here");
        let (stop, stopped) = watch::channel(false);
        let take = async {
            let delivery = changes.next().await;
            let event = delivery.event.clone();
            delivery.done().await;
            stop.send(true).expect("it runs");
            event
        };
        let ((), event) = tokio::join!(world.inventory.run(&broker, stopped), take);
        assert_eq!(event.topic, "inventory.changed.101");
        let told: Value = serde_json::from_slice(&event.body).expect("JSON");
        let expected = json!([
            { "place": "bag", "item": "log", "unique": null, "change": -2 },
            { "place": "bag", "item": "plank", "unique": null, "change": 8 },
        ]);
        assert_eq!(told["changes"], expected);
    });
}
