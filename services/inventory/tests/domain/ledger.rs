//! The books against a naive twin: one that keeps every move there was, and counts anew each time.

use std::collections::BTreeMap;

use inventory::domain::{Account, Books, Move, Place, Refusal, Source, Thing, check};
use spatial::random::SplitMix64;

use crate::common::{any_move, definitions, gain, stack, unique};

#[derive(Default)]
struct Twin {
    history: Vec<Move>,
}

impl Twin {
    fn balance(&self, account: Account, thing: &Thing) -> i64 {
        let mut balance = 0;
        for it in self.history.iter().filter(|it| it.lot.thing == *thing) {
            if it.to == account {
                balance += i64::from(it.lot.count);
            }
            if it.from == account {
                balance -= i64::from(it.lot.count);
            }
        }
        balance
    }

    fn was_born(&self, thing: &Thing) -> bool {
        let is_birth = |it: &&Move| matches!(it.from.place, Place::Source(_));
        let mut births = self.history.iter().filter(is_birth);
        thing.unique.is_some() && births.any(|it| it.lot.thing.unique == thing.unique)
    }

    /// Whether all of it may be; if so it was.
    fn apply(&mut self, moves: &[Move]) -> bool {
        let is_birth = |it: &Move| matches!(it.from.place, Place::Source(_));
        if moves
            .iter()
            .any(|it| is_birth(it) && self.was_born(&it.lot.thing))
        {
            return false;
        }
        let before = self.history.len();
        self.history.extend_from_slice(moves);
        let is_owed =
            |it: &Move| !it.from.place.is_world() && self.balance(it.from, &it.lot.thing) < 0;
        let is_refused = moves.iter().any(is_owed);
        if is_refused {
            self.history.truncate(before);
        }
        !is_refused
    }
}

#[test]
fn the_books_are_as_the_naive_twin_has_them() {
    let definitions = definitions();
    let (mut applied, mut refused) = (0, 0);
    for seed in 0..300 {
        let mut random = SplitMix64::keyed(&[seed]);
        let (mut books, mut twin) = (Books::default(), Twin::default());
        for _ in 0..40 {
            let moves: Vec<_> = (0..1 + random.below(4))
                .map(|_| any_move(&mut random))
                .filter(|it| check(std::slice::from_ref(it), &definitions).is_ok())
                .collect();
            if check(&moves, &definitions).is_err() {
                continue;
            }
            let before = books.clone();
            let is_applied = books.apply(&moves).is_ok();
            assert_eq!(is_applied, twin.apply(&moves), "seed {seed}: {moves:?}");
            assert!(is_applied || books == before, "seed {seed}");
            applied += u32::from(is_applied);
            refused += u32::from(!is_applied);
            assert_eq!(books.unbalanced(), BTreeMap::new(), "seed {seed}");
            require_sound(&books, seed);
        }
        for (account, thing, balance) in books.iter() {
            assert_eq!(balance, twin.balance(account, thing), "seed {seed}");
        }
    }
    assert!(applied > 1_500 && refused > 1_500, "{applied} {refused}");
}

/// Nobody owes, and each unique thing is in one place.
fn require_sound(books: &Books, seed: u64) {
    let mut places = BTreeMap::<i64, i64>::new();
    for (account, thing, balance) in books.iter() {
        if !matches!(account.place, Place::Source(_)) {
            assert!(balance > 0, "seed {seed}: {account} {thing:?}");
            if let Some(unique) = thing.unique {
                *places.entry(unique).or_default() += balance;
            }
        }
    }
    assert!(places.values().all(|count| *count == 1), "seed {seed}");
}

#[test]
fn a_batch_is_one_instant() {
    let mut books = Books::default();
    let through = Move {
        from: Account::bag(1),
        to: Account::bag(2),
        ..gain(1, stack("log"), 5)
    };
    // What is given away comes in the same batch, though after.
    let moves = [through, gain(1, stack("log"), 5)];
    books.apply(&moves).expect("they had it");
    assert_eq!(books.balance(Account::bag(1), &stack("log")), 0);
    assert_eq!(books.balance(Account::bag(2), &stack("log")), 5);
    let source = Account::new(1, Place::Source(Source::Mining));
    assert_eq!(books.balance(source, &stack("log")), -5);
}

#[test]
fn a_unique_thing_is_born_once() {
    let mut books = Books::default();
    let birth = [gain(1, unique("sword", 7), 1)];
    books.apply(&birth).expect("it is new");
    let again = [gain(2, unique("sword", 7), 1)];
    assert!(matches!(
        books.apply(&again),
        Err(Refusal::BornTwice { unique: 7, .. })
    ));
    let twice = [gain(1, unique("axe", 8), 1), gain(2, unique("sword", 8), 1)];
    assert!(matches!(
        check(&twice, &definitions()),
        Err(Refusal::BornTwice { unique: 8, .. })
    ));
}

#[test]
fn moves_that_cannot_be_are_refused_with_their_number() {
    let good = gain(1, stack("log"), 1);
    let sword = gain(1, unique("sword", 1), 1);
    let with = |change: &dyn Fn(&mut Move), of: &Move| {
        let mut it = of.clone();
        change(&mut it);
        it
    };
    let sink = Place::Sink(inventory::domain::Sink::Used);
    let source = Place::Source(Source::Loot);
    let head = Place::Equipment(inventory::domain::Slot::Head);
    for bad in [
        with(&|it| it.lot.thing = stack("nope"), &good),
        with(&|it| it.lot.count = 0, &good),
        with(&|it| it.lot.count = 1_000_001, &good),
        with(&|it| it.lot.thing.unique = Some(1), &good),
        with(&|it| it.lot.thing.unique = None, &sword),
        with(&|it| it.lot.thing.unique = Some(0), &sword),
        with(&|it| it.lot.count = 2, &sword),
        with(&|it| it.from.owner = 0, &good),
        with(&|it| it.to.owner = -1, &good),
        with(&|it| it.from.owner = 2, &good),
        with(&|it| it.from.place = sink, &good),
        with(&|it| it.to.place = source, &good),
        with(&|it| it.to.place = sink, &good),
        with(&|it| it.from = it.to, &good),
        with(
            &|it| (it.from, it.to) = (Account::bag(1), Account::new(2, head)),
            &good,
        ),
    ] {
        let refusal = check(&[good.clone(), bad.clone()], &definitions());
        assert!(
            matches!(refusal, Err(Refusal::Malformed { index: 1, .. })),
            "{bad:?}: {refusal:?}"
        );
    }
    assert!(check(&[], &definitions()).is_err());
    assert!(check(&vec![good; 2_001], &definitions()).is_err());
}
