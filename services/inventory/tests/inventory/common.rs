//! A ledger on each database, with a few items, and short words for what tests do.

use std::{future::Future, pin::pin, sync::Arc, task::Poll};

use backends::{sql::Database, testing::on_each_database};
use inventory::{
    domain::{Account, Definitions, Item, Lot, Move, Place, Source, Thing},
    store::{Answer, Claim, Order, Outcome, ShardBatch, Store},
};

pub const NOW_MS: i64 = 1_700_000_000_000;
pub const SHARD: i64 = 1;
pub const ANNA: i64 = 101;
pub const BERT: i64 = 102;
pub const CLEO: i64 = 103;

pub const ITEMS: &str = r#"
[items]
log = { title = "Log", stack = 64 }
plank = { title = "Plank", stack = 10 }
sword = { title = "Sword", unique = true, slot = "hand", effect = { blow = 4 } }
cap = { title = "Cap", slot = "head" }
bread = { title = "Bread", stack = 16, heals = 15 }
[recipes]
plank = { needs = { log = 1 }, gives = { plank = 4 } }
sword = { needs = { log = 1, plank = 2 }, gives = { sword = 1 } }
"#;

pub async fn open(database: &Database) -> Store {
    Store::migrate(database).await.expect("a new database");
    let definitions = Definitions::parse(ITEMS).expect("they are sound");
    Store::new(database.clone(), Arc::new(definitions))
}

/// Runs a test on a ledger in each database; afterwards the books must close.
pub fn on_each(test: impl AsyncFn(&Store)) {
    on_each_database(async |database, _| {
        let store = open(&database).await;
        test(&store).await;
        require_closed(&store).await;
    });
}

pub async fn require_closed(store: &Store) {
    let audit = store.audit().await.expect("a database");
    assert!(audit.is_closed(), "{audit:?}");
}

pub fn log() -> Thing {
    Thing::stack(Item::new("log"))
}

pub fn sword(number: i64) -> Thing {
    Thing {
        item: Item::new("sword"),
        unique: Some(number),
    }
}

pub fn gain(owner: i64, thing: Thing, count: u32) -> Move {
    let from = Account::new(owner, Place::Source(Source::Mining));
    carry(thing, count, from, Account::bag(owner))
}

pub fn carry(thing: Thing, count: u32, from: Account, to: Account) -> Move {
    let lot = Lot::new(thing, count);
    Move { lot, from, to }
}

pub fn give(from: i64, to: i64, thing: Thing, count: u32) -> Move {
    carry(thing, count, Account::bag(from), Account::bag(to))
}

pub fn order(author: i64, key: &str) -> Order<'_> {
    Order {
        author,
        key,
        digest: "-",
        at_ms: NOW_MS,
    }
}

/// By the usual shard, which holds all that it moves since this epoch.
pub fn batch(epoch: i64, moves: Vec<Move>) -> ShardBatch {
    let characters = moves.iter().flat_map(|it| [it.from, it.to]);
    let characters = characters.filter(|it| it.place.is_carried());
    let claims = characters.map(|it| Claim {
        character: it.owner,
        epoch,
    });
    ShardBatch {
        shard: SHARD,
        claims: claims.collect(),
        moves,
    }
}

/// Does a batch of the usual shard in its first epoch.
pub async fn apply(store: &Store, key: &str, moves: Vec<Move>) -> Answer {
    let answer = store.apply(order(SHARD, key), &batch(1, moves)).await;
    answer.expect("a database")
}

#[track_caller]
pub fn require_done(answer: &Answer) {
    assert!(is_done(answer), "{answer:?}");
}

pub fn is_done(answer: &Answer) -> bool {
    matches!(
        answer,
        Answer::New(Outcome::Done { .. }) | Answer::Repeated(Outcome::Done { .. })
    )
}

pub async fn in_bag(store: &Store, owner: i64, thing: &Thing) -> i64 {
    let books = store.belongings(owner).await.expect("a database");
    books.balance(Account::bag(owner), thing)
}

/// Goes on for so many steps, and is dropped then as by a crash.
pub async fn cut_off<T>(future: impl Future<Output = T>, steps_max: u32) {
    let mut future = pin!(future);
    let mut steps = 0;
    std::future::poll_fn(|context| {
        steps += 1;
        match future.as_mut().poll(context) {
            Poll::Pending if steps <= steps_max => Poll::Pending,
            _ => Poll::Ready(()),
        }
    })
    .await;
}
