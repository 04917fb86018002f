//! A few items, and moves at random.

use inventory::domain::{Account, Definitions, Item, Lot, Move, Place, Sink, Slot, Source, Thing};
use spatial::random::SplitMix64;

pub const TEXT: &str = r#"
[items]
log = { title = "Log", stack = 64 }
plank = { title = "Plank", stack = 10 }
sword = { title = "Sword", unique = true, slot = "hand" }
axe = { title = "Axe", unique = true, slot = "hand" }
cap = { title = "Cap", slot = "head" }
bread = { title = "Bread", stack = 16, heals = 15 }
[recipes]
plank = { needs = { log = 1 }, gives = { plank = 4 } }
sword = { needs = { log = 1, plank = 2 }, gives = { sword = 1 } }
[loot.chest]
draws = 3
nothing = 2
entries = [{ item = "log", weight = 5, min = 1, max = 3 }, { item = "bread", weight = 3 }]
"#;

pub fn definitions() -> Definitions {
    Definitions::parse(TEXT).expect("they are sound")
}

pub fn stack(name: &str) -> Thing {
    Thing::stack(Item::new(name))
}

pub fn unique(name: &str, number: i64) -> Thing {
    Thing {
        item: Item::new(name),
        unique: Some(number),
    }
}

/// So much of a thing from the world into a bag.
pub fn gain(owner: i64, thing: Thing, count: u32) -> Move {
    Move {
        lot: Lot::new(thing, count),
        from: Account::new(owner, Place::Source(Source::Mining)),
        to: Account::bag(owner),
    }
}

pub fn pick<T: Clone>(random: &mut SplitMix64, from: &[T]) -> T {
    let count = u32::try_from(from.len()).expect("a few");
    from[random.below(count) as usize].clone()
}

/// Few owners, places and things, so that moves meet; some are not well-formed.
pub fn any_move(random: &mut SplitMix64) -> Move {
    let places = [
        Place::Bag,
        Place::Bag,
        Place::Chest,
        Place::Equipment(Slot::Hand),
        Place::Ground,
        Place::Source(Source::Mining),
        Place::Source(Source::Loot),
        Place::Sink(Sink::Used),
    ];
    let owner = i64::from(1 + random.below(3));
    let other = if random.chance(2, 3) {
        owner
    } else {
        1 + owner % 3
    };
    let from_places = [&places[..], &[Place::Source(Source::Mining); 3]].concat();
    let from = Account::new(owner, pick(random, &from_places));
    let to = Account::new(other, pick(random, &places));
    let number = i64::from(1 + random.below(6));
    let things = [stack("log"), stack("plank"), unique("sword", number)];
    let thing = pick(random, &things);
    let count = match thing.unique {
        Some(_) => 1,
        None => 1 + random.below(4),
    };
    Move {
        lot: Lot::new(thing, count),
        from,
        to,
    }
}
