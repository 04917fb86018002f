//! Moves of things between accounts. A move takes from one account what it gives to another, so whatever
//! is made of moves sums to zero; a batch of them happens at one instant, whatever their order.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::{
    domain::{Account, Definitions, Item, Place, Refusal},
    limits::{BATCH_MOVES_MAX, MOVE_COUNT_MAX},
};

/// What is counted: an item of which any is as good as any other, or one of a kind.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub struct Thing {
    pub item: Item,
    /// Which one, of a unique item.
    pub unique: Option<i64>,
}

/// Some of a thing.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Lot {
    pub thing: Thing,
    pub count: u32,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Move {
    pub lot: Lot,
    pub from: Account,
    pub to: Account,
}

/// What a batch changes in which account; never zero.
pub type Changes = BTreeMap<(Account, Thing), i64>;

impl Thing {
    pub const fn stack(item: Item) -> Self {
        Self { item, unique: None }
    }
}

impl Lot {
    pub const fn new(thing: Thing, count: u32) -> Self {
        Self { thing, count }
    }
}

/// What must hold of moves whoever makes them, before anybody's balance is asked.
///
/// # Errors
/// [`Refusal::Malformed`], with the move; [`Refusal::BornTwice`].
pub fn check(moves: &[Move], definitions: &Definitions) -> Result<(), Refusal> {
    if moves.is_empty() || moves.len() > BATCH_MOVES_MAX {
        return Err(Refusal::malformed(0, "a batch has 1 to 2,000 moves"));
    }
    for (index, it) in moves.iter().enumerate() {
        check_lot(&it.lot, definitions).map_err(|what| Refusal::malformed(index, what))?;
        check_accounts(it.from, it.to).map_err(|what| Refusal::malformed(index, what))?;
    }
    let mut born = BTreeSet::new();
    match births(moves).find(|(unique, _)| !born.insert(*unique)) {
        Some((unique, item)) => Err(Refusal::BornTwice {
            item: item.clone(),
            unique,
        }),
        None => Ok(()),
    }
}

/// The unique things that come to be.
pub fn births(moves: &[Move]) -> impl Iterator<Item = (i64, &Item)> {
    let gains = moves
        .iter()
        .filter(|it| matches!(it.from.place, Place::Source(_)));
    gains.filter_map(|it| Some((it.lot.thing.unique?, &it.lot.thing.item)))
}

/// All moves together.
pub fn net(moves: &[Move]) -> Changes {
    let mut changes = Changes::new();
    for it in moves {
        let count = i64::from(it.lot.count);
        *changes.entry((it.from, it.lot.thing.clone())).or_default() -= count;
        *changes.entry((it.to, it.lot.thing.clone())).or_default() += count;
    }
    changes.retain(|_, change| *change != 0);
    changes
}

fn check_lot(lot: &Lot, definitions: &Definitions) -> Result<(), &'static str> {
    let Some(definition) = definitions.item(&lot.thing.item) else {
        return Err("there is no such item");
    };
    match lot.thing.unique {
        None if definition.is_unique => Err("a unique item needs its number"),
        Some(_) if !definition.is_unique => Err("only a unique item has a number"),
        Some(unique) if unique <= 0 => Err("a unique item's number is above zero"),
        Some(_) if lot.count != 1 => Err("there is one of a unique item"),
        _ if !(1..=MOVE_COUNT_MAX).contains(&lot.count) => Err("a count is 1 to 1,000,000"),
        _ => Ok(()),
    }
}

fn check_accounts(from: Account, to: Account) -> Result<(), &'static str> {
    if from.owner <= 0 || to.owner <= 0 {
        return Err("an owner is above zero");
    }
    match (from.place, to.place) {
        (Place::Sink(_), _) => Err("a sink gives nothing back"),
        (_, Place::Source(_)) => Err("a source takes nothing"),
        (from, to) if from.is_world() && to.is_world() => Err("somebody must have had it"),
        (a, b) if (a.is_world() || b.is_world()) && from.owner != to.owner => {
            Err("a source or sink is that of who gains or loses")
        }
        (Place::Equipment(_), _) | (_, Place::Equipment(_)) if from.owner != to.owner => {
            Err("what is worn goes through the bag")
        }
        _ if from == to => Err("a move is from one account to another"),
        _ => Ok(()),
    }
}
