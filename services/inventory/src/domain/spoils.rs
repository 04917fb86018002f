//! What the battle brought, put away. Nobody is asked whether there is room, for it is theirs already: what
//! does not fit into the bag goes to the chest, which then may hold more than it has places.

use std::collections::BTreeMap;

use crate::{
    domain::{Account, Books, Definitions, Item, Lot, Move, Place, Source, Thing, slots_used},
    limits::{BAG_SLOTS, MOVE_COUNT_MAX},
};

/// Some of what was gained.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Find {
    pub item: Item,
    pub count: u32,
    pub source: Source,
}

/// The moves of finds to whom they belong. The items must be known, and none unique.
pub fn put_away(definitions: &Definitions, books: &Books, owner: i64, finds: &[Find]) -> Vec<Move> {
    let mut bag = Bag::of(definitions, books, owner);
    let mut moves = Vec::new();
    for find in finds {
        let in_bag = bag.fill(&find.item, find.count);
        let places = [(Place::Bag, in_bag), (Place::Chest, find.count - in_bag)];
        for (place, count) in places {
            moves.extend(moves_of(owner, find, place, count));
        }
    }
    moves
}

/// As many as it takes, for a move has a largest count.
fn moves_of(owner: i64, find: &Find, to: Place, count: u32) -> impl Iterator<Item = Move> {
    let from = Account::new(owner, Place::Source(find.source));
    let thing = Thing::stack(find.item.clone());
    let parts = (0..count.div_ceil(MOVE_COUNT_MAX)).map(move |part| {
        let left = count - part * MOVE_COUNT_MAX;
        left.min(MOVE_COUNT_MAX)
    });
    parts.map(move |count| Move {
        lot: Lot::new(thing.clone(), count),
        from,
        to: Account::new(owner, to),
    })
}

/// A bag while it is filled.
struct Bag<'a> {
    definitions: &'a Definitions,
    slots_free: u64,
    counts: BTreeMap<Item, u64>,
}

impl<'a> Bag<'a> {
    fn of(definitions: &'a Definitions, books: &Books, owner: i64) -> Self {
        let account = Account::bag(owner);
        let contents = books.contents(account);
        let stacks = contents.filter(|(thing, _)| thing.unique.is_none());
        Self {
            definitions,
            slots_free: BAG_SLOTS.saturating_sub(slots_used(books, account, definitions)),
            counts: stacks
                .map(|(thing, count)| (thing.item.clone(), count.unsigned_abs()))
                .collect(),
        }
    }

    /// Takes as many as there is room for; how many.
    fn fill(&mut self, item: &Item, count: u32) -> u32 {
        let definition = self.definitions.item(item);
        let stack = u64::from(definition.map_or(1, |it| it.stack_max));
        let had = self.counts.entry(item.clone()).or_default();
        let slots = had.div_ceil(stack);
        let room = slots * stack - *had + self.slots_free * stack;
        let taken = u64::from(count).min(room);
        *had += taken;
        self.slots_free -= had.div_ceil(stack) - slots;
        taken as u32
    }
}
