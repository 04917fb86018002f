//! What a character begins with.

use crate::domain::{
    Account, Books, Definitions, Move, Place, Refusal, Source, crafting::new_lots,
};

/// The moves of giving it. `new_id` gives unique things their numbers.
///
/// # Errors
/// [`Refusal::NoRoom`].
pub fn start(
    definitions: &Definitions,
    books: &Books,
    owner: i64,
    mut new_id: impl FnMut() -> i64,
) -> Result<Vec<Move>, Refusal> {
    let (from, bag) = (
        Account::new(owner, Place::Source(Source::Start)),
        Account::bag(owner),
    );
    let mut moves = Vec::new();
    for (item, count) in &definitions.start {
        let lots = new_lots(definitions, item, *count, &mut new_id);
        moves.extend(lots.into_iter().map(|lot| Move { lot, from, to: bag }));
    }
    books.possible(moves, &[bag], definitions)
}
