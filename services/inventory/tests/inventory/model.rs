//! The ledger against a naive twin over seeds: batches of two shards that hold characters in turn, decisions,
//! repeated and cut off in the middle.

use std::collections::BTreeMap;

use backends::testing::{TestDatabase, block_on};
use inventory::{
    domain::{Account, Books, Definitions, Move, Place, Refusal, Sink, Source, check, craft},
    store::{Answer, Claim, Outcome, ShardBatch, Store},
};
use spatial::random::SplitMix64;

use crate::common::{ANNA, BERT, CLEO, carry, cut_off, log, open, order, require_closed, sword};

const CHARACTERS: [i64; 3] = [ANNA, BERT, CLEO];
const DROP: i64 = 900;

/// What should be.
#[derive(Default)]
struct Twin {
    books: Books,
    holders: BTreeMap<i64, (i64, i64)>,
}

/// What is asked for.
#[derive(Clone, Debug)]
enum Wish {
    Batch(ShardBatch),
    Craft {
        owner: i64,
        times: u32,
        first_id: i64,
    },
}

impl Twin {
    /// Whether the wish is granted; if so it is done.
    fn grant(&mut self, definitions: &Definitions, wish: &Wish) -> Result<(), Refusal> {
        match wish {
            Wish::Batch(batch) => {
                let holders = self.hold(batch)?;
                check(&batch.moves, definitions)?;
                self.books.apply(&batch.moves)?;
                self.holders = holders;
                Ok(())
            }
            Wish::Craft {
                owner,
                times,
                first_id,
            } => {
                let moves = decide(definitions, &self.books, *owner, *times, *first_id)?;
                self.books.apply(&moves)
            }
        }
    }

    fn hold(&self, batch: &ShardBatch) -> Result<BTreeMap<i64, (i64, i64)>, Refusal> {
        let mut holders = self.holders.clone();
        for Claim { character, epoch } in &batch.claims {
            let (shard, held_since) = holders.get(character).copied().unwrap_or((0, 0));
            let is_held = (shard, held_since) == (batch.shard, *epoch);
            if *epoch <= held_since && !is_held {
                return Err(Refusal::Stale {
                    character: *character,
                });
            }
            holders.insert(*character, (batch.shard, *epoch));
        }
        Ok(holders)
    }
}

fn decide(
    definitions: &Definitions,
    books: &Books,
    owner: i64,
    times: u32,
    first_id: i64,
) -> Result<Vec<Move>, Refusal> {
    let mut next = first_id;
    let recipe = if times.is_multiple_of(2) {
        "plank"
    } else {
        "sword"
    };
    craft(definitions, books, (owner, recipe, times), || {
        next += 1;
        next
    })
}

fn any_wish(random: &mut SplitMix64, epochs: &mut BTreeMap<i64, i64>, round: u32) -> Wish {
    let character = |random: &mut SplitMix64| CHARACTERS[random.below(3) as usize];
    if random.chance(1, 5) {
        return Wish::Craft {
            owner: character(random),
            times: 1 + random.below(3),
            first_id: 1_000 + i64::from(round) * 100,
        };
    }
    let moves: Vec<_> = (0..1 + random.below(3))
        .map(|_| {
            let (owner, other) = (character(random), character(random));
            any_move(random, owner, other)
        })
        .collect();
    let accounts = moves.iter().flat_map(|it| [it.from, it.to]);
    let mut owners: Vec<_> = accounts
        .filter(|it| it.place.is_carried())
        .map(|it| it.owner)
        .collect();
    owners.sort_unstable();
    owners.dedup();
    // Now and then the other shard has them; a shard that does not know yet goes on.
    let is_handed_over = random.chance(1, 4);
    let claims = owners.into_iter().map(|character| {
        let epoch = epochs.entry(character).or_insert(1);
        *epoch += i64::from(is_handed_over);
        Claim {
            character,
            epoch: *epoch,
        }
    });
    let claims: Vec<_> = claims.collect();
    let shard = 1 + claims.first().map_or(0, |it| it.epoch % 2);
    let shard = if random.chance(1, 8) {
        3 - shard
    } else {
        shard
    };
    Wish::Batch(ShardBatch {
        shard,
        claims,
        moves,
    })
}

fn any_move(random: &mut SplitMix64, owner: i64, other: i64) -> Move {
    let thing = match random.below(3) {
        0 => sword(i64::from(1 + random.below(8))),
        _ => log(),
    };
    let count = match thing.unique {
        Some(_) => 1,
        None => 1 + random.below(5),
    };
    let (bag, ground) = (Account::bag(owner), Account::new(DROP, Place::Ground));
    let at = |place| Account::new(owner, place);
    let (from, to) = match random.below(8) {
        0..3 => (at(Place::Source(Source::Mining)), bag),
        3 => (bag, at(Place::Sink(Sink::Used))),
        4 => (bag, ground),
        5 => (ground, bag),
        6 => (bag, at(Place::Chest)),
        _ => (bag, Account::bag(other)),
    };
    carry(thing, count, from, to)
}

async fn ask(store: &Store, key: &str, wish: &Wish) -> Answer {
    let answer = match wish {
        Wish::Batch(batch) => store.apply(order(batch.shard, key), batch).await,
        Wish::Craft {
            owner,
            times,
            first_id,
        } => {
            let decide =
                |books: &Books| decide(store.definitions(), books, *owner, *times, *first_id);
            store.decide(order(*owner, key), &[*owner], &decide).await
        }
    };
    answer.expect("a database")
}

/// The outcome, if the first or a later answer.
fn outcome_of(answer: Answer) -> Outcome {
    match answer {
        Answer::New(outcome) | Answer::Repeated(outcome) => outcome,
        Answer::KeyReused => panic!("each key is used for one wish"),
    }
}

async fn run_seed(store: &Store, seed: u64, rounds: u32) -> (u32, u32) {
    let mut random = SplitMix64::keyed(&[seed, 7]);
    let (mut twin, mut epochs) = (Twin::default(), BTreeMap::new());
    let mut told: Vec<(String, Wish, Outcome)> = Vec::new();
    let (mut done, mut refused) = (0, 0);
    for round in 0..rounds {
        let wish = any_wish(&mut random, &mut epochs, round);
        let key = format!("{seed}-{round}");
        if random.chance(1, 3) {
            cut_off(ask(store, &key, &wish), random.below(24)).await;
        }
        let outcome = outcome_of(ask(store, &key, &wish).await);
        match (twin.grant(store.definitions(), &wish), &outcome) {
            (Ok(()), Outcome::Done { .. }) => done += 1,
            (Err(expected), Outcome::Refused(refusal)) => {
                // Of several faults either may be told.
                let is_alike = expected.name() == refusal.name();
                assert!(
                    is_alike || wish_has_many_faults(&wish),
                    "{seed} {wish:?} {refusal:?}"
                );
                refused += 1;
            }
            (expected, told) => panic!("seed {seed}: {wish:?}: {told:?}, not {expected:?}"),
        }
        told.push((key, wish, outcome));
        let (key, wish, outcome) = &told[random.below(round + 1) as usize];
        let again = outcome_of(ask(store, key, wish).await);
        // Of several characters that others hold by now, any may be told.
        let is_stale = |it: &Outcome| matches!(it, Outcome::Refused(Refusal::Stale { .. }));
        let is_alike = again == *outcome || is_stale(&again) && is_stale(outcome);
        assert!(is_alike, "seed {seed}: {again:?}, not {outcome:?}");
    }
    for owner in CHARACTERS.into_iter().chain([DROP]) {
        require_same(store, &twin.books, owner, seed).await;
    }
    require_closed(store).await;
    (done, refused)
}

fn wish_has_many_faults(wish: &Wish) -> bool {
    matches!(wish, Wish::Batch(batch) if batch.moves.len() > 1)
}

async fn require_same(store: &Store, twin: &Books, owner: i64, seed: u64) {
    let kept = store.belongings(owner).await.expect("a database");
    let kept: Vec<_> = kept.iter().collect();
    let expected: Vec<_> = twin
        .iter()
        .filter(|(account, _, _)| account.owner == owner && !account.place.is_world())
        .collect();
    assert_eq!(kept, expected, "seed {seed}");
    // The ledger adds up to what there is.
    let mut sums = Books::default();
    for entry in store
        .entries(owner, i64::MAX, 100_000)
        .await
        .expect("a database")
    {
        let account = Account::new(owner, entry.place);
        let sum = sums.balance(account, &entry.thing) + entry.change;
        sums.set(account, entry.thing, sum);
    }
    let carried = sums
        .iter()
        .filter(|(account, _, _)| !account.place.is_world());
    assert_eq!(carried.collect::<Vec<_>>(), expected, "seed {seed}");
}

async fn run_seeds(database: TestDatabase, seeds: std::ops::Range<u64>, rounds: u32) {
    let (mut done, mut refused) = (0, 0);
    for seed in seeds {
        // A place of its own for each seed would cost more than all its batches.
        let opened = database.open().await;
        let store = open(&opened).await;
        for table in [
            "characters",
            "balances",
            "entries",
            "batches",
            "uniques",
            "outbox",
        ] {
            let text = format!("DELETE FROM inventory_{table}");
            let deleted = sqlx::query(sqlx::AssertSqlSafe(text))
                .execute(opened.pool())
                .await;
            deleted.expect("a table of ours");
        }
        let (more_done, more_refused) = run_seed(&store, seed, rounds).await;
        done += more_done;
        refused += more_refused;
        opened.close().await;
    }
    assert!(done * 4 > refused && refused * 4 > done, "{done} {refused}");
    database.delete().await;
}

#[test]
fn over_seeds_sqlite_does_what_the_twin_does() {
    block_on(run_seeds(TestDatabase::sqlite(), 0..6, 60));
}

#[test]
fn over_seeds_postgres_does_what_the_twin_does() {
    block_on(async { run_seeds(TestDatabase::postgres().await, 100..112, 100).await });
}
