//! Trades over seeds against a naive twin: three who open, offer, confirm what they saw or did not, cancel, and craft
//! away what they offered; each call may be cut off in the middle and is then made again.

use std::collections::BTreeSet;

use backends::testing::{TestDatabase, block_on};
use inventory::{
    domain::{Account, Books, Item, Lot, Move, Refusal, State, Step, Thing, craft},
    store::{Answer, KeptTrade, Store},
};
use spatial::random::SplitMix64;

use crate::common::{
    ANNA, BERT, CLEO, NOW_MS, apply, carry, cut_off, gain, is_done, log, open, order,
    require_closed, require_done, sword,
};

const CHARACTERS: [i64; 3] = [ANNA, BERT, CLEO];
const LOGS: u32 = 30;

/// What should be.
#[derive(Default)]
struct Twin {
    books: Books,
    done: BTreeSet<i64>,
    ended: u32,
}

impl Twin {
    /// What a call told of a trade: done, it has moved what both offered, once.
    fn hear(&mut self, kept: &KeptTrade) {
        match kept.trade.state {
            State::Open => {}
            State::Ended(_) => self.ended += 1,
            State::Done if self.done.insert(kept.id) => {
                let moves = exchange(kept);
                self.books.apply(&moves).expect("both had it");
            }
            State::Done => {}
        }
    }
}

fn exchange(kept: &KeptTrade) -> Vec<Move> {
    let [first, second] = &kept.trade.sides;
    let sides = [(first, second), (second, first)];
    let of_side = |(from, to): (&inventory::domain::Side, &inventory::domain::Side)| {
        let [from_bag, to_bag] = [from, to].map(|side| Account::bag(side.character));
        let carried = |lot: &Lot| carry(lot.thing.clone(), lot.count, from_bag, to_bag);
        from.offer.iter().map(carried).collect::<Vec<_>>()
    };
    sides.into_iter().flat_map(of_side).collect()
}

fn any_offer(random: &mut SplitMix64) -> Step {
    let lots = (0..random.below(3)).map(|_| match random.below(4) {
        0 => Lot::new(sword(i64::from(1 + random.below(3))), 1),
        1 => Lot::new(Thing::stack(Item::new("plank")), 1 + random.below(4)),
        // Now and then more than anybody has.
        _ => Lot::new(log(), 1 + random.below(LOGS / 2)),
    });
    Step::Offer(lots.collect())
}

/// Mostly towards an end, or no trade would ever come about.
fn any_step(random: &mut SplitMix64, kept: &KeptTrade) -> Step {
    match random.below(20) {
        0..6 => any_offer(random),
        6 => Step::Cancel,
        7 => Step::Confirm {
            offers_revision: kept.trade.offers_revision.saturating_sub(1),
        },
        _ => Step::Confirm {
            offers_revision: kept.trade.offers_revision,
        },
    }
}

/// The answer of a call, cut off before or not.
async fn call<T>(random: &mut SplitMix64, make: impl AsyncFn() -> T) -> T {
    if random.chance(1, 3) {
        cut_off(make(), random.below(24)).await;
    }
    make().await
}

async fn trade(store: &Store, random: &mut SplitMix64, twin: &mut Twin) {
    let by = CHARACTERS[random.below(3) as usize];
    let seen = store.trade_of(by, NOW_MS).await.expect("a database");
    let Some(kept) = seen.filter(|kept| kept.trade.state == State::Open) else {
        let with = CHARACTERS[random.below(3) as usize];
        // One who is asked may be busy, and nobody trades with themselves.
        let _: Result<KeptTrade, Refusal> = call(random, async || {
            let opened = store.open_trade([by, with], NOW_MS).await;
            opened.expect("a database")
        })
        .await;
        return;
    };
    let step = any_step(random, &kept);
    let told = call(random, async || {
        let stepped = store.step_trade(kept.id, by, &step, NOW_MS).await;
        stepped.expect("a database").expect("there is one")
    })
    .await;
    if told.is_ok() {
        let now = store.trade_of(by, NOW_MS).await.expect("a database");
        twin.hear(&now.expect("the same"));
    }
}

/// Spends logs, whether they are offered or not.
async fn spend(store: &Store, random: &mut SplitMix64, twin: &mut Twin, key: &str) {
    let owner = CHARACTERS[random.below(3) as usize];
    let decide = |books: &Books| {
        craft(store.definitions(), books, (owner, "plank", 1), || {
            unreachable!("planks are no unique things")
        })
    };
    let answer: Answer = call(random, async || {
        let decided = store.decide(order(owner, key), &[owner], &decide).await;
        decided.expect("a database")
    })
    .await;
    match (decide(&twin.books), is_done(&answer)) {
        (Ok(moves), true) => twin.books.apply(&moves).expect("it was just decided"),
        (Err(_), false) => {}
        (expected, _) => panic!("{key}: {answer:?}, not {expected:?}"),
    }
}

async fn run_seed(store: &Store, seed: u64, rounds: u32) -> (usize, u32) {
    let mut random = SplitMix64::keyed(&[seed, 8]);
    let mut twin = Twin::default();
    let mut gains = CHARACTERS.map(|owner| gain(owner, log(), LOGS)).to_vec();
    gains.extend(
        (1..)
            .zip(CHARACTERS)
            .map(|(number, owner)| gain(owner, sword(number), 1)),
    );
    require_done(&apply(store, "gains", gains.clone()).await);
    twin.books.apply(&gains).expect("from the world");
    for round in 0..rounds {
        match random.below(8) {
            0 => spend(store, &mut random, &mut twin, &format!("{seed}-{round}")).await,
            _ => trade(store, &mut random, &mut twin).await,
        }
    }
    for owner in CHARACTERS {
        let kept = store.belongings(owner).await.expect("a database");
        let expected: Vec<_> = twin
            .books
            .iter()
            .filter(|(account, _, _)| account.owner == owner && !account.place.is_world())
            .collect();
        assert_eq!(kept.iter().collect::<Vec<_>>(), expected, "seed {seed}");
    }
    require_closed(store).await;
    (twin.done.len(), twin.ended)
}

async fn run_seeds(database: impl AsyncFn() -> TestDatabase, seeds: std::ops::Range<u64>) {
    let (mut done, mut ended) = (0, 0);
    for seed in seeds {
        let kept = database().await;
        let opened = kept.open().await;
        let store = open(&opened).await;
        let (more_done, more_ended) = run_seed(&store, seed, 250).await;
        done += more_done;
        ended += more_ended;
        opened.close().await;
        kept.delete().await;
    }
    assert!(done >= 20 && ended >= 20, "{done} done, {ended} ended");
}

#[test]
fn over_seeds_sqlite_trades_as_the_twin_does() {
    block_on(run_seeds(async || TestDatabase::sqlite(), 0..6));
}

#[test]
fn over_seeds_postgres_trades_as_the_twin_does() {
    block_on(run_seeds(async || TestDatabase::postgres().await, 100..106));
}
