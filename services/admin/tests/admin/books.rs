//! The ledger as staff see it, going back to a point, and that the books close whatever is done.

use backends::testing::unique_name;
use inventory::{
    domain::{Account, Item, Lot, Move, Place, Sink, Source, Thing},
    store::{Answer, Order, Outcome},
};
use serde_json::{Value, json};
use spatial::random::SplitMix64;

use crate::common::{OPERATOR, World, on_each};

fn stack(item: &'static str) -> Thing {
    Thing::stack(Item::new(item))
}

fn sword(number: i64) -> Thing {
    Thing {
        item: Item::new("sword"),
        unique: Some(number),
    }
}

fn carry(thing: Thing, count: u32, from: Account, to: Account) -> Move {
    let lot = Lot::new(thing, count);
    Move { lot, from, to }
}

fn gain(owner: i64, thing: Thing, count: u32) -> Move {
    let from = Account::new(owner, Place::Source(Source::Loot));
    carry(thing, count, from, Account::bag(owner))
}

fn lose(owner: i64, thing: Thing, count: u32) -> Move {
    let to = Account::new(owner, Place::Sink(Sink::Broken));
    carry(thing, count, Account::bag(owner), to)
}

impl World {
    /// Does moves at once; the batch, if they could be done.
    async fn move_all(&self, owners: &[i64], moves: Vec<Move>) -> Option<i64> {
        self.pass(1);
        let key = unique_name("test");
        let order = Order {
            author: owners[0],
            key: &key,
            digest: "-",
            at_ms: self.now(),
        };
        let decide = move |_: &_| Ok(moves.clone());
        let answer = self.ledger.decide(order, owners, &decide).await;
        match answer.expect("a database") {
            Answer::New(Outcome::Done { batch }) => Some(batch),
            _ => None,
        }
    }

    async fn has(&self, owner: i64, thing: &Thing) -> i64 {
        let books = self.ledger.belongings(owner).await.expect("a database");
        let places = Place::ALL.into_iter().filter(|it| it.is_carried());
        let balances = places.map(|it| books.balance(Account::new(owner, it), thing));
        balances.sum()
    }

    async fn preview(&self, account: &str, character: i64, after_batch: i64) -> Value {
        let call = format!("POST /players/{account}/rollback/preview");
        let point = json!({ "character": character.to_string(),
            "after_batch": after_batch.to_string() });
        self.call(&call, OPERATOR, point).await.ok(200)
    }

    async fn roll_back(&self, account: &str, preview: &Value, key: &str) -> web::testing::Answer {
        let call = format!("POST /players/{account}/rollback");
        let form = json!({ "character": preview["character"], "after_batch": preview["after_batch"],
            "revision": preview["revision"], "key": key, "reason": "a duplication bug" });
        self.pass(1);
        self.call(&call, OPERATOR, form).await
    }

    async fn require_closed(&self) {
        let economy = self
            .call("GET /economy", OPERATOR, Value::Null)
            .await
            .ok(200);
        assert_eq!(economy["is_closed"], true, "{economy}");
    }
}

fn item<'a>(preview: &'a Value, name: &str) -> &'a Value {
    let items = preview["items"].as_array().expect("a list");
    let found = items.iter().find(|it| it["item"] == name);
    found.unwrap_or(&Value::Null)
}

#[test]
fn what_came_after_a_point_is_reversed_once() {
    on_each(async |world| {
        let (account, bera) = world.player("Bera").await;
        let start = world
            .move_all(&[bera], vec![gain(bera, stack("log"), 10)])
            .await;
        let start = start.expect("it can be done");
        world
            .move_all(&[bera], vec![gain(bera, stack("plank"), 50)])
            .await;
        world
            .move_all(&[bera], vec![lose(bera, stack("log"), 4)])
            .await;
        world
            .move_all(&[bera], vec![gain(bera, sword(77), 1)])
            .await;
        let chest = Account::new(bera, Place::Chest);
        let stow = carry(stack("plank"), 20, Account::bag(bera), chest);
        world.move_all(&[bera], vec![stow]).await;
        let preview = world.preview(&account, bera, start).await;
        for (name, change) in [("plank", -50), ("log", 4), ("sword", -1)] {
            assert_eq!(item(&preview, name)["change"], change, "{preview}");
            assert_eq!(item(&preview, name)["short"], 0, "{preview}");
        }
        assert_eq!(
            world.has(bera, &stack("plank")).await,
            50,
            "a preview changes nothing"
        );
        let done = world
            .roll_back(&account, &preview, "key-number-1")
            .await
            .ok(200);
        for (thing, count) in [(stack("plank"), 0), (stack("log"), 10), (sword(77), 0)] {
            assert_eq!(world.has(bera, &thing).await, count);
        }
        let again = world
            .roll_back(&account, &preview, "key-number-1")
            .await
            .ok(200);
        assert!(
            again["effect"].as_str().expect("text").contains("before"),
            "{again}"
        );
        assert_ne!(done["audit"], again["audit"]);
        assert_eq!(world.has(bera, &stack("log")).await, 10);
        let after = world.preview(&account, bera, start).await;
        assert_eq!(after["items"], json!([]));
        world
            .roll_back(&account, &after, "key-number-2")
            .await
            .refused(409, "nothing-to-do");
        world.require_closed().await;
    });
}

#[test]
fn what_others_have_is_not_made_twice() {
    on_each(async |world| {
        let (account, bera) = world.player("Bera").await;
        let (_, anna) = world.player("Anna").await;
        let start = world
            .move_all(&[bera], vec![gain(bera, stack("log"), 10)])
            .await;
        let start = start.expect("it can be done");
        world
            .move_all(&[bera], vec![gain(bera, stack("plank"), 5)])
            .await;
        let give = |thing, count| carry(thing, count, Account::bag(bera), Account::bag(anna));
        let gifts = vec![give(stack("log"), 7), give(stack("plank"), 5)];
        world.move_all(&[bera, anna], gifts).await;
        let preview = world.preview(&account, bera, start).await;
        let log = item(&preview, "log");
        assert_eq!((&log["change"], &log["short"]), (&json!(0), &json!(7)));
        let plank = item(&preview, "plank");
        assert_eq!(
            (&plank["change"], &plank["passed_on"]),
            (&json!(0), &json!(5))
        );
        world
            .roll_back(&account, &preview, "key-number-1")
            .await
            .refused(409, "nothing-to-do");
        assert_eq!(world.has(anna, &stack("log")).await, 7);
        world.require_closed().await;
    });
}

#[test]
fn what_was_eaten_or_built_does_not_come_back() {
    on_each(async |world| {
        let (account, bera) = world.player("Bera").await;
        let start = world
            .move_all(&[bera], vec![gain(bera, stack("log"), 10)])
            .await;
        let start = start.expect("it can be done");
        for sink in [Sink::Used, Sink::Built, Sink::Discarded] {
            let to = Account::new(bera, Place::Sink(sink));
            let spent = carry(stack("log"), 2, Account::bag(bera), to);
            world.move_all(&[bera], vec![spent]).await;
        }
        let preview = world.preview(&account, bera, start).await;
        let log = item(&preview, "log");
        assert_eq!((&log["change"], &log["short"]), (&json!(2), &json!(4)));
        let done = world.roll_back(&account, &preview, "key-number-1").await;
        done.ok(200);
        assert_eq!(world.has(bera, &stack("log")).await, 6);
        world.require_closed().await;
    });
}

#[test]
fn what_things_were_made_of_comes_back_only_for_the_things() {
    on_each(async |world| {
        for (seed, is_kept) in [true, false].into_iter().enumerate() {
            let (account, bera) = world.player(&format!("Bera{seed}")).await;
            let (_, anna) = world.player(&format!("Anna{seed}")).await;
            let start = world
                .move_all(&[bera], vec![gain(bera, stack("log"), 10)])
                .await;
            let crafting = Account::new(bera, Place::Sink(Sink::Crafting));
            let made = Account::new(bera, Place::Source(Source::Crafting));
            let bag = Account::bag(bera);
            let craft = vec![
                carry(stack("log"), 10, bag, crafting),
                carry(stack("plank"), 40, made, bag),
            ];
            world.move_all(&[bera], craft).await;
            if !is_kept {
                let gift = carry(stack("plank"), 1, bag, Account::bag(anna));
                world.move_all(&[bera, anna], vec![gift]).await;
            }
            let point = start.expect("it can be done");
            let preview = world.preview(&account, bera, point).await;
            world
                .roll_back(&account, &preview, "key-number-1")
                .await
                .ok(200);
            let logs = if is_kept { 10 } else { 0 };
            assert_eq!(world.has(bera, &stack("log")).await, logs, "{preview}");
            assert_eq!(world.has(bera, &stack("plank")).await, 0);
        }
        world.require_closed().await;
    });
}

#[test]
fn a_rollback_that_was_overtaken_is_refused() {
    on_each(async |world| {
        let (account, bera) = world.player("Bera").await;
        let start = world
            .move_all(&[bera], vec![gain(bera, stack("log"), 10)])
            .await;
        let start = start.expect("it can be done");
        world
            .move_all(&[bera], vec![gain(bera, stack("log"), 90)])
            .await;
        let preview = world.preview(&account, bera, start).await;
        world
            .move_all(&[bera], vec![lose(bera, stack("log"), 50)])
            .await;
        let refused = world.roll_back(&account, &preview, "key-number-1").await;
        refused.refused(409, "overtaken");
        assert_eq!(world.has(bera, &stack("log")).await, 50);
        // The same key may be used for the new preview.
        let preview = world.preview(&account, bera, start).await;
        world
            .roll_back(&account, &preview, "key-number-1")
            .await
            .ok(200);
        assert_eq!(world.has(bera, &stack("log")).await, 10);
    });
}

#[test]
fn the_ledger_is_read_page_by_page_and_only_of_ones_own_characters() {
    on_each(async |world| {
        let (account, bera) = world.player("Bera").await;
        let (other, _) = world.player("Anna").await;
        for _ in 0..60 {
            world
                .move_all(&[bera], vec![gain(bera, stack("log"), 1)])
                .await;
        }
        let call = format!("GET /players/{account}/ledger?character={bera}");
        let page = world.call(&call, OPERATOR, Value::Null).await.ok(200);
        assert_eq!(page["lines"].as_array().map(Vec::len), Some(100));
        let next = page["next"].as_str().expect("there is more");
        let page = world
            .call(&format!("{call}&before={next}"), OPERATOR, Value::Null)
            .await;
        let page = page.ok(200);
        assert_eq!(page["lines"].as_array().map(Vec::len), Some(20));
        assert_eq!(page["next"], Value::Null);
        let call = format!("GET /players/{other}/ledger?character={bera}");
        world
            .call(&call, OPERATOR, Value::Null)
            .await
            .refused(404, "not-found");
    });
}

/// Over seeds: two characters gain, lose, stow and give; then one goes back to a point. The books close, nobody else
/// loses anything, nothing is above what it was at the point but what others gave... which is taken, too; and going
/// back once more changes nothing.
#[test]
fn going_back_conserves_whatever_was_done() {
    on_each(async |world| {
        for seed in 0..6 {
            let mut random = SplitMix64::keyed(&[seed, 9]);
            let (account, bera) = world.player(&format!("Bera{seed}")).await;
            let (_, anna) = world.player(&format!("Anna{seed}")).await;
            let mut point = (0, [0, 0]);
            let things = [stack("log"), stack("plank")];
            for step in 0..30 {
                let thing = things[random.below(2) as usize].clone();
                let count = 1 + random.below(9);
                let (bag, chest) = (Account::bag(bera), Account::new(bera, Place::Chest));
                let moved = match random.below(6) {
                    0 | 1 => gain(bera, thing, count),
                    2 => lose(bera, thing, count),
                    3 => carry(thing, count, bag, chest),
                    4 => carry(thing, count, bag, Account::bag(anna)),
                    _ => gain(anna, thing, count),
                };
                let batch = world.move_all(&[bera, anna], vec![moved]).await;
                if let (Some(batch), true) = (batch, step < 15) {
                    let [log, plank] = &things;
                    point = (
                        batch,
                        [world.has(bera, log).await, world.has(bera, plank).await],
                    );
                }
            }
            let (after_batch, had) = point;
            let of_anna = [
                world.has(anna, &things[0]).await,
                world.has(anna, &things[1]).await,
            ];
            let preview = world.preview(&account, bera, after_batch).await;
            let answer = world.roll_back(&account, &preview, "key-number-1").await;
            assert!([200, 409].contains(&answer.status.as_u16()), "{answer:?}");
            for (index, thing) in things.iter().enumerate() {
                let name = thing.item.to_string();
                let short = item(&preview, &name)["short"].as_i64().unwrap_or(0);
                assert_eq!(
                    world.has(bera, thing).await,
                    had[index] - short,
                    "seed {seed}: {preview}"
                );
                assert!(short >= 0, "what was gained can be taken: {preview}");
                assert_eq!(world.has(anna, thing).await, of_anna[index]);
            }
            let again = world.preview(&account, bera, after_batch).await;
            let changes = again["items"].as_array().expect("a list").iter();
            assert!(
                changes.into_iter().all(|it| it["change"] == 0),
                "seed {seed}: {again}"
            );
            world.require_closed().await;
        }
    });
}
