//! Using things up: what is eaten or drunk, and what is thrown away.

use crate::domain::{
    Account, Books, Definitions, Item, Lot, Move, Place, Refusal, Sink, Thing, check,
};

/// Eats or drinks one of the bag. What it heals the battle is told of.
///
/// # Errors
/// [`Refusal::NoFood`], [`Refusal::Lacking`].
pub fn consume(
    definitions: &Definitions,
    books: &Books,
    owner: i64,
    item: &Item,
) -> Result<Vec<Move>, Refusal> {
    if definitions.item(item).is_none_or(|it| it.heals == 0) {
        let item = item.clone();
        return Err(Refusal::NoFood { item });
    }
    let lot = Lot::new(Thing::stack(item.clone()), 1);
    books.possible(vec![spend(owner, lot, Sink::Used)], &[], definitions)
}

/// Throws some of the bag away, for good.
///
/// # Errors
/// [`Refusal::Malformed`], [`Refusal::Lacking`].
pub fn discard(
    definitions: &Definitions,
    books: &Books,
    owner: i64,
    lot: Lot,
) -> Result<Vec<Move>, Refusal> {
    let thrown = vec![spend(owner, lot, Sink::Discarded)];
    check(&thrown, definitions)?;
    books.possible(thrown, &[], definitions)
}

fn spend(owner: i64, lot: Lot, sink: Sink) -> Move {
    Move {
        lot,
        from: Account::bag(owner),
        to: Account::new(owner, Place::Sink(sink)),
    }
}
