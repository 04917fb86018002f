//! How many item changes a second the ledger takes on PostgreSQL, as spoils of the battle, which is the way that they
//! come, and in shards' batches. Run by hand: `./dev bench ledger`; `VOXELHEIM_TEST_POSTGRES` is the URL of a server
//! whose commits last. A change is one account's amount of one item, up or down; a gain is two, the bag's and its
//! source's.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use backends::{
    sql::Database,
    testing::{TestDatabase, block_on},
};
use inventory::{
    domain::{Account, Definitions, Find, Item, Lot, Move, Place, Sink, Source, Thing},
    limits::{SPOILS_AT_ONCE, SPOILS_HANDS},
    store::{Answer, Claim, Haul, Order, Outcome, ShardBatch, Store},
};
use spatial::random::SplitMix64;
use tokio::task::JoinSet;

/// As many shards write as a machine of the cluster has cores here.
const SHARDS: i64 = 4;
/// Characters of a shard, each in every batch: a second of a battle in which everybody is busy.
const CHARACTERS: i64 = 250;
const SPAN: Duration = Duration::from_secs(15);
/// What must be reached: `docs/PERFORMANCE.md`.
const CHANGES_PER_SECOND_MIN: f64 = 20_000.0;
const ITEMS: [&str; 8] = [
    "oak_log",
    "dirt",
    "stone",
    "coal",
    "iron_ore",
    "gold_coin",
    "arrow",
    "bread",
];

/// What all shards did.
#[derive(Default)]
struct Sums {
    moves: AtomicU64,
    changes: AtomicU64,
    batches: AtomicU64,
}

fn main() {
    block_on(async {
        let kept = TestDatabase::postgres().await;
        let database = kept.open().await;
        tell_settings(&database).await;
        Store::migrate(&database).await.expect("a new database");
        let store = Store::new(database.clone(), Arc::new(Definitions::embedded()));
        for finds_each in [1, 4] {
            measure_spoils(&store, finds_each).await;
        }
        for moves_each in [1, 4] {
            measure(&store, moves_each).await;
        }
        let audit = store.audit().await.expect("a database");
        assert!(audit.is_closed(), "{audit:?}");
        database.close().await;
        kept.delete().await;
    });
}

/// The server that tests start forgets in a power cut, which is quicker.
async fn tell_settings(database: &Database) {
    for name in ["fsync", "full_page_writes", "synchronous_commit"] {
        let shown = sqlx::query_scalar("SELECT current_setting($1)").bind(name);
        let shown: String = shown.fetch_one(database.pool()).await.expect("a server");
        eprintln!("{name} = {shown}");
    }
}

/// As many hands as the service has, each with as many characters at once, each of whom has found something of so many
/// items.
async fn measure_spoils(store: &Store, finds_each: usize) {
    let sums = Arc::new(Sums::default());
    let begun = Instant::now();
    let mut hands = JoinSet::new();
    for hand in 1..=SPOILS_HANDS as i64 {
        let (store, sums) = (store.clone(), Arc::clone(&sums));
        hands.spawn(async move { run_hand(&store, &sums, hand, finds_each).await });
    }
    hands.join_all().await;
    let seconds = begun.elapsed().as_secs_f64();
    let rate = |sum: &AtomicU64| sum.load(Ordering::Relaxed) as f64 / seconds;
    eprintln!(
        "{SPOILS_HANDS} hands, {SPOILS_AT_ONCE} spoils at once, {finds_each} finds each: \
         {:.0} item changes/s, {:.0} spoils/s; {}",
        rate(&sums.changes),
        rate(&sums.batches),
        verdict(rate(&sums.changes)),
    );
}

async fn run_hand(store: &Store, sums: &Sums, hand: i64, finds_each: usize) {
    let mut random = SplitMix64::keyed(&[hand.unsigned_abs(), finds_each as u64]);
    let characters = hand * 1_000_000 + 1..=hand * 1_000_000 + i64::from(SPOILS_AT_ONCE);
    let begun = Instant::now();
    let mut seal = 0;
    while begun.elapsed() < SPAN {
        seal += 1;
        let key = format!("spoils.bench.{finds_each}.{seal}");
        let finds: Vec<Vec<Find>> = characters
            .clone()
            .map(|_| found(&mut random, finds_each))
            .collect();
        let hauls = characters.clone().zip(&finds).map(|(author, finds)| Haul {
            order: Order {
                author,
                key: &key,
                digest: "",
                at_ms: 1_700_000_000_000 + seal,
            },
            finds,
        });
        let hauls: Vec<Haul> = hauls.collect();
        let answers = store.put_spoils(&hauls).await.expect("a database");
        let is_done = |answer: &_| matches!(answer, Ok(Answer::New(Outcome::Done { .. })));
        assert!(answers.iter().all(is_done), "{answers:?}");
        // The bag's, or the chest's, and the source's.
        let changes = 2 * hauls.len() * finds_each;
        sums.changes.fetch_add(changes as u64, Ordering::Relaxed);
        sums.batches
            .fetch_add(hauls.len() as u64, Ordering::Relaxed);
    }
}

/// Of so many items, each another.
fn found(random: &mut SplitMix64, count: usize) -> Vec<Find> {
    let first = random.below(8) as usize;
    let items = (0..count).map(|step| ITEMS[(first + step) % ITEMS.len()]);
    let finds = items.map(|item| Find {
        item: Item::new(item),
        count: 1 + random.below(3),
        source: Source::Mining,
    });
    finds.collect()
}

/// Shards that write batches one after the other, each character with so many moves in each.
async fn measure(store: &Store, moves_each: u32) {
    let sums = Arc::new(Sums::default());
    let begun = Instant::now();
    let mut shards = JoinSet::new();
    for shard in 1..=SHARDS {
        let (store, sums) = (store.clone(), Arc::clone(&sums));
        shards.spawn(async move { run_shard(&store, &sums, shard, moves_each).await });
    }
    shards.join_all().await;
    let seconds = begun.elapsed().as_secs_f64();
    let rate = |sum: &AtomicU64| sum.load(Ordering::Relaxed) as f64 / seconds;
    eprintln!(
        "{SHARDS} shards, {CHARACTERS} characters a batch, {moves_each} moves each: \
         {:.0} item changes/s, {:.0} moves/s, {:.1} batches/s; {}",
        rate(&sums.changes),
        rate(&sums.moves),
        rate(&sums.batches),
        verdict(rate(&sums.changes)),
    );
}

fn verdict(changes_per_second: f64) -> String {
    let is_reached = changes_per_second >= CHANGES_PER_SECOND_MIN;
    let word = if is_reached { "holds" } else { "missed" };
    format!("at least {CHANGES_PER_SECOND_MIN}: {word}")
}

async fn run_shard(store: &Store, sums: &Sums, shard: i64, moves_each: u32) {
    let mut random = SplitMix64::keyed(&[shard.unsigned_abs(), u64::from(moves_each)]);
    let begun = Instant::now();
    let mut number = 0;
    while begun.elapsed() < SPAN {
        number += 1;
        let batch = batch(&mut random, shard, moves_each);
        let key = format!("{moves_each}-{number}");
        let order = Order {
            author: shard,
            key: &key,
            digest: "",
            at_ms: 1_700_000_000_000 + number,
        };
        let answer = store.apply(order, &batch).await.expect("a database");
        assert!(
            matches!(answer, Answer::New(Outcome::Done { .. })),
            "{answer:?}"
        );
        let changes = inventory::domain::net(&batch.moves).len() as u64;
        sums.changes.fetch_add(changes, Ordering::Relaxed);
        sums.moves
            .fetch_add(batch.moves.len() as u64, Ordering::Relaxed);
        sums.batches.fetch_add(1, Ordering::Relaxed);
    }
}

/// Mostly gains, of any of a few items; one in eight is used up, of what was gained in the same batch.
fn batch(random: &mut SplitMix64, shard: i64, moves_each: u32) -> ShardBatch {
    let characters = (1..=CHARACTERS).map(|number| shard * 1_000_000 + number);
    let claims = characters.clone().map(|character| Claim {
        character,
        epoch: 1,
    });
    let mut moves = Vec::new();
    for owner in characters {
        for _ in 0..moves_each {
            let item = Item::new(ITEMS[random.below(8) as usize]);
            let bag = Account::bag(owner);
            let source = Account::new(owner, Place::Source(Source::Mining));
            let lot = Lot::new(Thing::stack(item), 1 + random.below(3));
            moves.push(Move {
                lot: lot.clone(),
                from: source,
                to: bag,
            });
            if random.below(8) == 0 {
                let used = Account::new(owner, Place::Sink(Sink::Built));
                let one = Lot::new(lot.thing, 1);
                moves.push(Move {
                    lot: one,
                    from: bag,
                    to: used,
                });
            }
        }
    }
    ShardBatch {
        shard,
        claims: claims.collect(),
        moves,
    }
}
