//! Carrying things from one place to another: into a chest and out, onto the ground and up again.

use crate::domain::{Account, Books, Definitions, Lot, Move, Place, Refusal, Sink};

/// Between the bag and the chest of one owner.
///
/// # Errors
/// [`Refusal::Malformed`], [`Refusal::Lacking`], [`Refusal::NoRoom`].
pub fn shift(
    definitions: &Definitions,
    books: &Books,
    (owner, from, to): (i64, Place, Place),
    lot: Lot,
) -> Result<Vec<Move>, Refusal> {
    let (from, to) = (Account::new(owner, from), Account::new(owner, to));
    let moves = vec![Move { lot, from, to }];
    crate::domain::check(&moves, definitions)?;
    books.possible(moves, &[to], definitions)
}

/// Out of a bag onto the ground, where the drop's number is the account.
pub fn drop_lots(owner: i64, drop: i64, lots: Vec<Lot>) -> Vec<Move> {
    let (from, to) = (Account::bag(owner), Account::new(drop, Place::Ground));
    lots.into_iter().map(|lot| Move { lot, from, to }).collect()
}

/// All of a drop into a bag.
pub fn pick_up(books: &Books, drop: i64, owner: i64) -> Vec<Move> {
    all_of(books, drop, Account::bag(owner))
}

/// All of a drop is no more.
pub fn decay(books: &Books, drop: i64) -> Vec<Move> {
    all_of(books, drop, Account::new(drop, Place::Sink(Sink::Decayed)))
}

fn all_of(books: &Books, drop: i64, to: Account) -> Vec<Move> {
    let from = Account::new(drop, Place::Ground);
    let moves = books.contents(from).map(|(thing, balance)| Move {
        lot: Lot::new(
            thing.clone(),
            u32::try_from(balance).expect("no more than was dropped"),
        ),
        from,
        to,
    });
    moves.collect()
}
