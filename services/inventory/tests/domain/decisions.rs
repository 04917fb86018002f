//! Crafting, wearing and storing: what may be, and what may not.

use inventory::domain::{
    Account, Books, Definitions, Lot, Move, Place, Refusal, Slot, consume, craft, discard, equip,
    shift, slots_used, unequip,
};
use spatial::random::SplitMix64;

use crate::common::{definitions, gain, pick, stack, unique};

const ME: i64 = 1;
const BAG: Account = Account::bag(ME);

fn books(moves: &[Move]) -> Books {
    let mut books = Books::default();
    books.apply(moves).expect("gains can be");
    books
}

fn do_all(books: &mut Books, moves: Result<Vec<Move>, Refusal>) {
    books
        .apply(&moves.expect("it may be"))
        .expect("it was asked");
}

#[test]
fn crafting_takes_what_is_needed_and_gives_what_is_made() {
    let definitions = definitions();
    let mut books = books(&[gain(ME, stack("log"), 5)]);
    let mut next = 100;
    let mut new_id = || {
        next += 1;
        next
    };
    let moves = craft(&definitions, &books, (ME, "plank", 3), &mut new_id);
    do_all(&mut books, moves);
    assert_eq!(books.balance(BAG, &stack("log")), 2);
    assert_eq!(books.balance(BAG, &stack("plank")), 12);
    let moves = craft(&definitions, &books, (ME, "sword", 2), &mut new_id);
    do_all(&mut books, moves);
    assert_eq!(books.balance(BAG, &unique("sword", 101)), 1);
    assert_eq!(books.balance(BAG, &unique("sword", 102)), 1);
    let refusal = craft(&definitions, &books, (ME, "plank", 1), &mut new_id);
    assert!(
        matches!(refusal, Err(Refusal::Lacking { .. })),
        "{refusal:?}"
    );
    let refusal = craft(&definitions, &books, (ME, "gold", 1), &mut new_id);
    assert_eq!(refusal, Err(Refusal::UnknownRecipe));
    for times in [0, 65, u32::MAX] {
        assert!(craft(&definitions, &books, (ME, "plank", times), &mut new_id).is_err());
    }
}

#[test]
fn what_does_not_fit_is_not_made() {
    let definitions = definitions();
    // 34 places of planks, and one of logs: 40 planks more would take four.
    let books = books(&[gain(ME, stack("plank"), 340), gain(ME, stack("log"), 11)]);
    assert_eq!(slots_used(&books, BAG, &definitions), 35);
    assert!(craft(&definitions, &books, (ME, "plank", 2), || 1).is_ok());
    let refusal = craft(&definitions, &books, (ME, "plank", 10), || 1);
    assert_eq!(refusal, Err(Refusal::NoRoom { account: BAG }));
}

#[test]
fn one_thing_is_worn_in_a_slot_and_the_other_comes_off() {
    let definitions = definitions();
    let (sword, axe) = (unique("sword", 1), unique("axe", 2));
    let mut books = books(&[gain(ME, sword.clone(), 1), gain(ME, axe.clone(), 1)]);
    let hand = Account::new(ME, Place::Equipment(Slot::Hand));
    for (thing, other) in [(&sword, &axe), (&axe, &sword), (&sword, &axe)] {
        let moves = equip(&definitions, &books, ME, Slot::Hand, thing);
        do_all(&mut books, moves);
        assert_eq!(books.contents(hand).collect::<Vec<_>>(), [(thing, 1)]);
        assert_eq!(books.contents(BAG).collect::<Vec<_>>(), [(other, 1)]);
    }
    let refusal = equip(&definitions, &books, ME, Slot::Head, &axe);
    assert!(matches!(refusal, Err(Refusal::WrongSlot { .. })));
    let refusal = equip(&definitions, &books, ME, Slot::Hand, &unique("sword", 9));
    assert!(matches!(refusal, Err(Refusal::Lacking { .. })));
    let moves = unequip(&definitions, &books, ME, Slot::Hand);
    do_all(&mut books, moves);
    assert_eq!(books.contents(hand).count(), 0);
    let refusal = unequip(&definitions, &books, ME, Slot::Hand);
    assert!(matches!(refusal, Err(Refusal::EmptySlot { .. })));
}

#[test]
fn two_caps_are_not_worn_at_once() {
    let definitions = definitions();
    let mut books = books(&[gain(ME, stack("cap"), 2)]);
    let moves = equip(&definitions, &books, ME, Slot::Head, &stack("cap"));
    do_all(&mut books, moves);
    // The same kind again: one off, one on, which is nothing.
    let moves = equip(&definitions, &books, ME, Slot::Head, &stack("cap"));
    do_all(&mut books, moves);
    let head = Account::new(ME, Place::Equipment(Slot::Head));
    assert_eq!(books.balance(head, &stack("cap")), 1);
}

#[test]
fn a_chest_takes_and_gives_until_it_is_full() {
    let definitions = definitions();
    let mut books = books(&[gain(ME, stack("plank"), 600)]);
    let lot = |count| Lot::new(stack("plank"), count);
    let into = (ME, Place::Bag, Place::Chest);
    let moves = shift(&definitions, &books, into, lot(540));
    do_all(&mut books, moves);
    let chest = Account::new(ME, Place::Chest);
    let refusal = shift(&definitions, &books, into, lot(1));
    assert_eq!(refusal, Err(Refusal::NoRoom { account: chest }));
    let refusal = shift(&definitions, &books, into, lot(61));
    assert!(matches!(refusal, Err(Refusal::Lacking { .. })));
    let out = (ME, Place::Chest, Place::Bag);
    let moves = shift(&definitions, &books, out, lot(300));
    do_all(&mut books, moves);
    assert!(shift(&definitions, &books, out, lot(1)).is_err());
    assert!(shift(&definitions, &books, out, lot(0)).is_err());
}

#[test]
fn food_is_eaten_one_at_a_time_and_nothing_else_is() {
    let definitions = definitions();
    let mut books = books(&[gain(ME, stack("bread"), 2), gain(ME, stack("log"), 1)]);
    for left in [1, 0] {
        let moves = consume(&definitions, &books, ME, &stack("bread").item);
        do_all(&mut books, moves);
        assert_eq!(books.balance(BAG, &stack("bread")), left);
    }
    let refusal = consume(&definitions, &books, ME, &stack("bread").item);
    assert!(matches!(refusal, Err(Refusal::Lacking { .. })));
    for item in ["log", "sword", "nothing"] {
        let refusal = consume(&definitions, &books, ME, &stack(item).item);
        assert!(matches!(refusal, Err(Refusal::NoFood { .. })), "{item}");
    }
}

#[test]
fn what_is_in_the_bag_is_thrown_away_and_no_more_than_that() {
    let definitions = definitions();
    let sword = unique("sword", 1);
    let mut books = books(&[gain(ME, stack("log"), 5), gain(ME, sword.clone(), 1)]);
    for lot in [Lot::new(stack("log"), 3), Lot::new(sword.clone(), 1)] {
        let moves = discard(&definitions, &books, ME, lot);
        do_all(&mut books, moves);
    }
    assert_eq!(books.balance(BAG, &stack("log")), 2);
    assert_eq!(books.balance(BAG, &sword), 0);
    for count in [0, 3, u32::MAX] {
        let lot = Lot::new(stack("log"), count);
        assert!(discard(&definitions, &books, ME, lot).is_err(), "{count}");
    }
    let refusal = discard(&definitions, &books, ME, Lot::new(sword, 1));
    assert!(matches!(refusal, Err(Refusal::Lacking { .. })));
}

/// Over seeds: whatever is decided can be done, sums to zero, and leaves no account fuller than it may be.
#[test]
fn whatever_is_decided_can_be_done() {
    let definitions = definitions();
    let mut done = 0;
    for seed in 0..200 {
        let mut random = SplitMix64::keyed(&[seed, 1]);
        let mut books = books(&[
            gain(ME, stack("log"), 200),
            gain(ME, stack("cap"), 2),
            gain(ME, stack("bread"), 9),
        ]);
        let mut next = 0;
        for _ in 0..60 {
            let decided = decide(&definitions, &books, &mut random, &mut next);
            let Ok(moves) = decided else { continue };
            books.apply(&moves).expect("it was decided on these books");
            done += 1;
            assert!(books.unbalanced().is_empty(), "seed {seed}");
            assert!(slots_used(&books, BAG, &definitions) <= 36, "seed {seed}");
            for slot in Slot::ALL {
                let worn = Account::new(ME, Place::Equipment(slot));
                assert!(books.contents(worn).map(|(_, count)| count).sum::<i64>() <= 1);
            }
        }
    }
    assert!(done > 4_000, "{done}");
}

fn decide(
    definitions: &Definitions,
    books: &Books,
    random: &mut SplitMix64,
    next: &mut i64,
) -> Result<Vec<Move>, Refusal> {
    let held: Vec<_> = books
        .contents(BAG)
        .map(|(thing, _)| thing.clone())
        .collect();
    let thing = if held.is_empty() {
        stack("log")
    } else {
        pick(random, &held)
    };
    let count = match thing.unique {
        Some(_) => 1,
        None => 1 + random.below(30),
    };
    let new_id = || {
        *next += 1;
        *next
    };
    let times = 1 + random.below(6);
    let slot = pick(random, &[Slot::Hand, Slot::Head]);
    match random.below(8) {
        0 => craft(definitions, books, (ME, "plank", times), new_id),
        1 => craft(definitions, books, (ME, "sword", times), new_id),
        2 => equip(definitions, books, ME, slot, &thing),
        3 => unequip(definitions, books, ME, slot),
        6 => consume(definitions, books, ME, &thing.item),
        7 => discard(definitions, books, ME, Lot::new(thing, 1)),
        4 => shift(
            definitions,
            books,
            (ME, Place::Bag, Place::Chest),
            Lot::new(thing, count),
        ),
        _ => shift(
            definitions,
            books,
            (ME, Place::Chest, Place::Bag),
            Lot::new(thing, count),
        ),
    }
}
