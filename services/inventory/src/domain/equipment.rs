//! What is worn: one thing in each slot, which it fits.

use crate::domain::{Account, Books, Definitions, Lot, Move, Place, Refusal, Slot, Thing};

/// Puts something from the bag on; what was worn there goes into the bag.
///
/// # Errors
/// [`Refusal::WrongSlot`], [`Refusal::Lacking`], [`Refusal::NoRoom`].
pub fn equip(
    definitions: &Definitions,
    books: &Books,
    owner: i64,
    slot: Slot,
    thing: &Thing,
) -> Result<Vec<Move>, Refusal> {
    let definition = definitions.item(&thing.item);
    if definition.and_then(|it| it.slot) != Some(slot) {
        let item = thing.item.clone();
        return Err(Refusal::WrongSlot { item });
    }
    let (bag, worn) = (
        Account::bag(owner),
        Account::new(owner, Place::Equipment(slot)),
    );
    let mut moves = vec![Move {
        lot: Lot::new(thing.clone(), 1),
        from: bag,
        to: worn,
    }];
    moves.extend(taken_off(books, owner, slot));
    books.possible(moves, &[bag, worn], definitions)
}

/// Puts what is worn into the bag.
///
/// # Errors
/// [`Refusal::EmptySlot`], [`Refusal::NoRoom`].
pub fn unequip(
    definitions: &Definitions,
    books: &Books,
    owner: i64,
    slot: Slot,
) -> Result<Vec<Move>, Refusal> {
    let moves: Vec<Move> = taken_off(books, owner, slot).collect();
    if moves.is_empty() {
        return Err(Refusal::empty_slot(slot));
    }
    books.possible(moves, &[Account::bag(owner)], definitions)
}

fn taken_off(books: &Books, owner: i64, slot: Slot) -> impl Iterator<Item = Move> {
    let from = Account::new(owner, Place::Equipment(slot));
    books.contents(from).map(move |(thing, _)| Move {
        lot: Lot::new(thing.clone(), 1),
        from,
        to: Account::bag(owner),
    })
}
