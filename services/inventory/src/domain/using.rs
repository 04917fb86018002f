//! Using things up: what is eaten or drunk, and what is thrown away.

use crate::domain::{Account, Books, Definitions, Item, Lot, Move, Place, Refusal, Sink, Thing};

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
    let eaten = spend(owner, lot, Sink::Used);
    books.possible(vec![eaten], &[Account::bag(owner)], definitions)
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
    let thrown = spend(owner, lot, Sink::Discarded);
    books.possible(vec![thrown], &[Account::bag(owner)], definitions)
}

fn spend(owner: i64, lot: Lot, sink: Sink) -> Move {
    Move {
        lot,
        from: Account::bag(owner),
        to: Account::new(owner, Place::Sink(sink)),
    }
}
