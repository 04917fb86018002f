//! Trades: each way that one can go, and over seeds against what both sides saw.

use inventory::domain::{Account, Books, Definitions, End, Lot, Move, Refusal, State, Step, Trade};
use spatial::random::SplitMix64;

use crate::common::{definitions, gain, pick, stack, unique};

const A: i64 = 1;
const B: i64 = 2;

fn offer(count: u32) -> Step {
    Step::Offer(vec![Lot::new(stack("log"), count)])
}

const fn confirm(offers_revision: u32) -> Step {
    Step::Confirm { offers_revision }
}

fn open() -> Trade {
    Trade::open([A, B], 0).expect("they are two")
}

#[test]
fn both_confirm_what_both_see_and_it_is_exchanged() {
    let definitions = definitions();
    let mut trade = open();
    let mut step = |by, step| trade.step(&definitions, by, step, 1);
    assert_eq!(step(A, offer(5)), Ok(None));
    let sword = Step::Offer(vec![Lot::new(unique("sword", 9), 1)]);
    assert_eq!(step(B, sword), Ok(None));
    assert_eq!(step(A, confirm(2)), Ok(None));
    let moves = step(B, confirm(2))
        .expect("both agree")
        .expect("both agree");
    let mut books = Books::default();
    let gains = [gain(A, stack("log"), 6), gain(B, unique("sword", 9), 1)];
    books.apply(&gains).expect("the world gives");
    books.apply(&moves).expect("both have it");
    assert_eq!(books.balance(Account::bag(A), &unique("sword", 9)), 1);
    assert_eq!(books.balance(Account::bag(B), &stack("log")), 5);
    assert_eq!(books.balance(Account::bag(A), &stack("log")), 1);
}

#[test]
fn a_change_resets_both_confirmations() {
    let definitions = definitions();
    let mut trade = open();
    for (by, step) in [(A, offer(5)), (A, confirm(1)), (B, offer(1))] {
        assert_eq!(trade.step(&definitions, by, step, 0), Ok(None));
    }
    assert!(trade.sides.iter().all(|side| !side.is_confirmed));
    assert_eq!(trade.step(&definitions, B, confirm(2), 0), Ok(None));
    // A saw the offers before.
    assert!(trade.step(&definitions, A, confirm(1), 0).is_err());
    assert!(
        trade
            .step(&definitions, A, confirm(2), 0)
            .expect("now")
            .is_some()
    );
}

#[test]
fn it_can_be_cancelled_at_each_step_and_is_over_then() {
    let definitions = definitions();
    let steps = [(A, offer(5)), (B, offer(1)), (A, confirm(2))];
    for before in 0..=steps.len() {
        for by in [A, B] {
            let mut trade = open();
            for (by, step) in steps[..before].iter().cloned() {
                trade.step(&definitions, by, step, 0).expect("it may be");
            }
            assert_eq!(trade.step(&definitions, by, Step::Cancel, 0), Ok(None));
            assert_eq!(trade.state, State::Ended(End::Cancelled));
            for step in [offer(1), confirm(2)] {
                assert!(trade.step(&definitions, A, step, 0).is_err());
            }
            // Whoever cancels again is told that it is.
            assert_eq!(trade.step(&definitions, A, Step::Cancel, 0), Ok(None));
        }
    }
}

#[test]
fn it_ends_when_nobody_touches_it() {
    let definitions = definitions();
    let mut trade = open();
    trade
        .step(&definitions, A, offer(5), 100_000)
        .expect("in time");
    assert!(!trade.expire(219_999) && trade.expire(220_000));
    assert_eq!(trade.state, State::Ended(End::TimedOut));
    assert!(!trade.expire(999_999) && trade.step(&definitions, A, confirm(1), 0).is_err());
}

#[test]
fn what_makes_no_sense_changes_nothing() {
    let definitions = definitions();
    let mut trade = open();
    trade.step(&definitions, A, offer(5), 0).expect("it may be");
    let before = trade.clone();
    let lots = |lots: &[Lot]| Step::Offer(lots.to_vec());
    let log = Lot::new(stack("log"), 1);
    let many: Vec<_> = (1..18).map(|it| Lot::new(unique("sword", it), 1)).collect();
    for (by, step) in [
        (3, offer(1)),
        (A, confirm(0)),
        (A, confirm(2)),
        (A, offer(0)),
        (A, offer(2_000_000)),
        (A, lots(&[Lot::new(stack("nope"), 1)])),
        (A, lots(&[Lot::new(stack("sword"), 1)])),
        (A, lots(&[log.clone(), log])),
        (A, lots(&many)),
    ] {
        assert!(
            trade.step(&definitions, by, step.clone(), 1).is_err(),
            "{step:?}"
        );
        assert_eq!(trade, before, "{step:?}");
    }
    assert!(Trade::open([A, A], 0).is_err());
    let mut empty = open();
    assert!(empty.step(&definitions, A, confirm(0), 0).is_err());
}

/// A trade and the books it is about, kept together as a transaction would.
#[derive(Clone)]
struct Kept {
    trade: Trade,
    books: Books,
}

impl Kept {
    fn step(&mut self, definitions: &Definitions, by: i64, step: Step) -> Result<(), Refusal> {
        if let Some(moves) = self.trade.step(definitions, by, step, 0)? {
            match self.books.apply(&moves) {
                Ok(()) => self.trade.done(),
                Err(_) => self.trade.end(End::Lacking),
            }
        }
        Ok(())
    }
}

fn any_step(random: &mut SplitMix64, revision: u32) -> Step {
    let sword = unique("sword", i64::from(1 + random.below(2)));
    let swords = Step::Offer(vec![Lot::new(sword, 1)]);
    match random.below(12) {
        0 => Step::Cancel,
        1 => swords,
        2 => Step::Offer(Vec::new()),
        3 => confirm(random.below(4)),
        4..7 => offer(1 + random.below(6)),
        _ => confirm(revision),
    }
}

/// Steps in any order, from anybody, some of which are lost in a crash with all that they did: things only
/// change hands as both last saw it, all of them or none.
#[test]
fn over_seeds_nothing_is_lost_and_nobody_gets_what_they_did_not_see() {
    let definitions = definitions();
    let (mut done, mut lacking) = (0, 0);
    for seed in 0..2_000 {
        let mut random = SplitMix64::keyed(&[seed, 2]);
        let mut books = Books::default();
        let gains = [
            gain(A, stack("log"), 5),
            gain(B, stack("log"), 3),
            gain(A, unique("sword", 1), 1),
            gain(B, unique("sword", 2), 1),
        ];
        books.apply(&gains).expect("the world gives");
        let before = books.clone();
        let mut kept = Kept {
            trade: open(),
            books,
        };
        let mut seen = [None, None];
        for _ in 0..20 {
            let by = pick(&mut random, &[A, A, B, B, 3]);
            let step = any_step(&mut random, kept.trade.offers_revision);
            let (saved, offers) = (kept.clone(), kept.trade.sides.clone().map(|it| it.offer));
            let result = kept.step(&definitions, by, step.clone());
            if random.below(5) == 0 {
                kept = saved;
                continue;
            }
            if result.is_ok() && matches!(step, Step::Confirm { .. }) {
                seen[usize::from(by == B)] = Some(offers);
            }
        }
        assert!(kept.books.unbalanced().is_empty());
        if kept.trade.state == State::Done {
            done += 1;
            let offers = kept.trade.sides.clone().map(|it| it.offer);
            assert_eq!(seen, [Some(offers.clone()), Some(offers)], "seed {seed}");
            let mut after = before;
            let exchange = kept.trade.sides.iter().zip([B, A]).flat_map(|(side, to)| {
                let from = Account::bag(side.character);
                let to = Account::bag(to);
                side.offer
                    .iter()
                    .cloned()
                    .map(move |lot| Move { lot, from, to })
            });
            after
                .apply(&exchange.collect::<Vec<_>>())
                .expect("both had it");
            assert_eq!(kept.books, after, "seed {seed}");
        } else {
            lacking += u32::from(kept.trade.state == State::Ended(End::Lacking));
            assert_eq!(kept.books, before, "seed {seed}");
        }
    }
    assert!(done > 200 && lacking > 100, "{done} {lacking}");
}
