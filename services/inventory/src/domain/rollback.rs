//! Going back to a point: what a character has becomes what it had then, as far as that makes nothing twice. What it
//! gained is confiscated; what it lost to the world is granted anew, but not what became part of the world or was eaten,
//! nor what things were made of that are not all there to be taken. What others got from it stays with them and is not granted,
//! and a thing that there is once of its kind does not come back when it is gone.

use std::collections::BTreeMap;

use crate::{
    domain::{Account, Books, Lot, Move, Place, Sink, Source, Thing},
    limits::MOVE_COUNT_MAX,
};

/// How much of a thing an owner's account of a kind changed since the point.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Change {
    pub place: Place,
    pub thing: Thing,
    pub change: i64,
}

/// What a rollback does about a thing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reversal {
    pub thing: Thing,
    /// Below zero it is taken, above it is given.
    pub change: i64,
    /// What should be changed and is not.
    pub short: i64,
    /// How much that came from the world since the point others have now: it was passed on.
    pub passed_on: i64,
}

/// What was gained from where since the point.
#[derive(Clone, Copy, Default)]
struct Gain {
    carried: i64,
    from_world: i64,
    /// Of it, what was made.
    made: i64,
    /// What other things were made of, and what was built or eaten.
    used_to_make: i64,
    spent: i64,
}

/// What to do about each thing of which something is not as it was.
pub fn reversals(changes: &[Change], books: &Books, owner: i64) -> Vec<Reversal> {
    let mut gains = BTreeMap::<&Thing, Gain>::new();
    for it in changes {
        let gain = gains.entry(&it.thing).or_default();
        match it.place {
            Place::Source(_) | Place::Sink(_) => gain.from_world -= it.change,
            _ => gain.carried += it.change,
        }
        match it.place {
            Place::Source(Source::Crafting) => gain.made -= it.change,
            Place::Sink(Sink::Crafting) => gain.used_to_make += it.change,
            Place::Sink(Sink::Built | Sink::Used) => gain.spent += it.change,
            _ => {}
        }
    }
    let is_all_there = gains.values().all(|it| it.made <= it.carried.max(0));
    for gain in gains.values_mut() {
        let is_not_granted = gain.spent + if is_all_there { 0 } else { gain.used_to_make };
        gain.from_world += is_not_granted;
    }
    let reversals = gains.into_iter();
    let reversals = reversals.map(|(thing, gain)| reversal(thing, gain, books, owner));
    let is_something = |it: &Reversal| (it.change, it.short, it.passed_on) != (0, 0, 0);
    reversals.filter(is_something).collect()
}

fn reversal(thing: &Thing, gain: Gain, books: &Books, owner: i64) -> Reversal {
    let wanted = -gain.carried;
    let change = match wanted {
        ..0 => wanted.max(-carried(books, owner, thing)),
        _ if thing.unique.is_some() => 0,
        _ => wanted.min((-gain.from_world).max(0)),
    };
    let to_others = (gain.from_world - gain.carried).max(0);
    Reversal {
        thing: thing.clone(),
        change,
        short: wanted - change,
        passed_on: to_others.min(gain.from_world.max(0)),
    }
}

fn carried(books: &Books, owner: i64, thing: &Thing) -> i64 {
    let places = Place::ALL.into_iter().filter(|place| place.is_carried());
    let balances = places.map(|place| books.balance(Account::new(owner, place), thing));
    balances.sum()
}

/// The moves that do it: out of the bag first, then the chest, then what is worn; into the bag, full or not.
pub fn roll_back(reversals: &[Reversal], books: &Books, owner: i64) -> Vec<Move> {
    let mut moves = Vec::new();
    for it in reversals {
        let mut left = it.change.unsigned_abs();
        if it.change > 0 {
            let from = Account::new(owner, Place::Source(Source::Grant));
            push(&mut moves, &it.thing, left, (from, Account::bag(owner)));
            continue;
        }
        for from in places_to_take_from(owner) {
            let there = books.balance(from, &it.thing).max(0).unsigned_abs();
            let to = Account::new(owner, Place::Sink(Sink::Confiscated));
            push(&mut moves, &it.thing, left.min(there), (from, to));
            left -= left.min(there);
        }
    }
    moves
}

fn places_to_take_from(owner: i64) -> impl Iterator<Item = Account> {
    let worn = Place::ALL.into_iter();
    let worn = worn.filter(|place| matches!(place, Place::Equipment(_)));
    let places = [Place::Bag, Place::Chest].into_iter().chain(worn);
    places.map(move |place| Account::new(owner, place))
}

/// In lots of the size that a move may have.
fn push(moves: &mut Vec<Move>, thing: &Thing, count: u64, (from, to): (Account, Account)) {
    let mut left = count;
    while left > 0 {
        let count = left.min(u64::from(MOVE_COUNT_MAX)) as u32;
        let lot = Lot::new(thing.clone(), count);
        moves.push(Move { lot, from, to });
        left -= u64::from(count);
    }
}
