//! Crafting: what a recipe needs leaves the bag for the world, what it gives comes from there.

use crate::{
    domain::{Account, Books, Definitions, Item, Lot, Move, Place, Refusal, Sink, Source, Thing},
    limits::CRAFT_TIMES_MAX,
};

/// The moves of crafting a recipe so many times. `new_id` gives unique things their numbers.
///
/// # Errors
/// [`Refusal::UnknownRecipe`], [`Refusal::Lacking`], [`Refusal::NoRoom`].
pub fn craft(
    definitions: &Definitions,
    books: &Books,
    (owner, recipe, times): (i64, &str, u32),
    mut new_id: impl FnMut() -> i64,
) -> Result<Vec<Move>, Refusal> {
    let recipe = definitions.recipes.get(recipe);
    let recipe = recipe.ok_or(Refusal::UnknownRecipe)?;
    if !(1..=CRAFT_TIMES_MAX).contains(&times) {
        return Err(Refusal::malformed(0, "a recipe is crafted 1 to 64 times"));
    }
    let bag = Account::bag(owner);
    let used = recipe.needs.iter().map(|(item, count)| Move {
        lot: Lot::new(Thing::stack(item.clone()), count * times),
        from: bag,
        to: Account::new(owner, Place::Sink(Sink::Crafting)),
    });
    let mut moves: Vec<Move> = used.collect();
    let source = Account::new(owner, Place::Source(Source::Crafting));
    for (item, count) in &recipe.gives {
        for lot in new_lots(definitions, item, count * times, &mut new_id) {
            moves.push(Move {
                lot,
                from: source,
                to: bag,
            });
        }
    }
    books.possible(moves, &[bag], definitions)
}

/// Lots of an item that comes to be: one, or one for each of a unique item.
pub fn new_lots(
    definitions: &Definitions,
    item: &Item,
    count: u32,
    mut new_id: impl FnMut() -> i64,
) -> Vec<Lot> {
    if !definitions.is_unique(item) {
        return vec![Lot::new(Thing::stack(item.clone()), count)];
    }
    let lots = (0..count).map(|_| Thing {
        item: item.clone(),
        unique: Some(new_id()),
    });
    lots.map(|thing| Lot::new(thing, 1)).collect()
}
