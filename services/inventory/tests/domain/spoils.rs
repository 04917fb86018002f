//! Finds are put away whole: into the bag while it has room, the rest into the chest.

use inventory::domain::{
    Account, Books, Definitions, Find, Item, Place, Source, check, put_away, slots_used,
};
use inventory::limits::{BAG_SLOTS, MOVE_COUNT_MAX};
use spatial::random::SplitMix64;

use crate::common::{definitions, gain, stack, unique};

const ME: i64 = 1;
const BAG: Account = Account::bag(ME);
const CHEST: Account = Account::new(ME, Place::Chest);

fn find(item: &str, count: u32) -> Find {
    Find {
        item: Item::new(item),
        count,
        source: Source::Loot,
    }
}

fn put(books: &mut Books, definitions: &Definitions, finds: &[Find]) {
    let moves = put_away(definitions, books, ME, finds);
    check(&moves, definitions).expect("they are well-formed");
    books.apply(&moves).expect("the world gives it");
}

#[test]
fn what_fits_goes_into_the_bag_and_nothing_is_lost() {
    let definitions = definitions();
    let mut overflow_count = 0;
    for seed in 0..200 {
        let mut random = SplitMix64::new(seed);
        let mut books = Books::default();
        let swords =
            (0..random.below(30)).map(|number| gain(ME, unique("sword", 1 + i64::from(number)), 1));
        books
            .apply(&swords.collect::<Vec<_>>())
            .expect("gains can be");
        let mut found = [0; 2];
        for _ in 0..5 {
            let counts = [random.below(300), random.below(40)];
            let finds = [find("log", counts[0]), find("plank", counts[1])];
            let finds = finds.into_iter().filter(|it| it.count > 0);
            put(&mut books, &definitions, &finds.collect::<Vec<_>>());
            found = [
                found[0] + i64::from(counts[0]),
                found[1] + i64::from(counts[1]),
            ];
            assert!(
                slots_used(&books, BAG, &definitions) <= BAG_SLOTS,
                "seed {seed}"
            );
            for (item, found) in ["log", "plank"].into_iter().zip(found) {
                let (bag, chest) = (
                    books.balance(BAG, &stack(item)),
                    books.balance(CHEST, &stack(item)),
                );
                assert_eq!(bag + chest, found, "seed {seed}, {item}");
            }
        }
        overflow_count += u32::from(books.contents(CHEST).next().is_some());
        assert!(books.unbalanced().is_empty());
    }
    assert!(
        (20..180).contains(&overflow_count),
        "{overflow_count} bags were full"
    );
}

#[test]
fn a_full_bag_takes_what_its_stacks_have_room_for_and_the_chest_the_rest() {
    let definitions = definitions();
    let mut books = Books::default();
    put(&mut books, &definitions, &[find("log", 36 * 64 - 10)]);
    put(
        &mut books,
        &definitions,
        &[find("log", 15), find("plank", 3)],
    );
    assert_eq!(books.balance(BAG, &stack("log")), 36 * 64);
    assert_eq!(books.balance(CHEST, &stack("log")), 5);
    assert_eq!(books.balance(CHEST, &stack("plank")), 3);
}

#[test]
fn a_chest_may_be_fuller_than_it_has_places() {
    let definitions = definitions();
    let mut books = Books::default();
    let many = 3 * MOVE_COUNT_MAX + 7;
    put(&mut books, &definitions, &[find("log", many)]);
    assert_eq!(
        books.balance(CHEST, &stack("log")),
        i64::from(many) - 36 * 64
    );
    put(&mut books, &definitions, &[find("plank", 1)]);
    assert_eq!(books.balance(CHEST, &stack("plank")), 1);
}
