//! Carrying things from one place to another: into a chest and out.

use crate::domain::{Account, Books, Definitions, Lot, Move, Place, Refusal};

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
