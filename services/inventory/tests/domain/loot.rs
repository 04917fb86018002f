//! Loot: the same for the same key, and as often as the weights say.

use std::collections::BTreeSet;

use inventory::domain::{Account, Books, LootKey, check, find_moves, loot};

use crate::common::definitions;

fn key(source: u64, tick: u64) -> LootKey {
    LootKey {
        world_seed: 5,
        source,
        tick,
    }
}

#[test]
fn a_key_always_finds_the_same() {
    let definitions = definitions();
    let table = &definitions.loot_tables["chest"];
    let draw = |key| loot(&definitions, table, key);
    assert!((0..100).all(|tick| draw(key(1, tick)) == draw(key(1, tick))));
    let differs = |a: fn(u64) -> LootKey, b: fn(u64) -> LootKey| {
        (0..100).any(|it| draw(a(it)) != draw(b(it)))
    };
    assert!(differs(|it| key(1, it), |it| key(2, it)));
    assert!(differs(|it| key(it, 1), |it| key(it, 2)));
    assert!(differs(
        |it| key(1, it),
        |it| LootKey {
            world_seed: 6,
            ..key(1, it)
        }
    ));
}

#[test]
fn what_is_found_is_well_formed_and_each_unique_thing_new() {
    let definitions = definitions();
    let mut books = Books::default();
    let mut uniques = BTreeSet::new();
    for tick in 0..2_000 {
        let lots = loot(
            &definitions,
            &definitions.loot_tables["chest"],
            key(9, tick),
        );
        assert!(lots.len() <= 3);
        for unique in lots.iter().filter_map(|lot| lot.thing.unique) {
            assert!(uniques.insert(unique), "{unique} was found twice");
        }
        let moves = find_moves(lots, Account::bag(1));
        if moves.is_empty() {
            continue;
        }
        check(&moves, &definitions).expect("they are ours");
        books.apply(&moves).expect("the world gives");
        // The same tick lived again finds what the books know.
        let has_unique = moves.iter().any(|it| it.lot.thing.unique.is_some());
        assert!(!has_unique || books.apply(&moves).is_err());
    }
}

/// Of ten, two parts are nothing, five logs, three swords. Over 30,000 draws a share is off by more than a
/// hundredth of all once in many thousand seeds; the seed is fixed.
#[test]
fn shares_are_as_the_weights_say() {
    let definitions = definitions();
    let table = &definitions.loot_tables["chest"];
    let (mut logs, mut swords, mut counts) = (0, 0, [0; 4]);
    for tick in 0..10_000 {
        for lot in loot(&definitions, table, key(3, tick)) {
            match lot.thing.unique {
                Some(_) => swords += 1,
                None => {
                    logs += 1;
                    counts[lot.count as usize] += 1;
                }
            }
        }
    }
    assert!((14_700..15_300).contains(&logs), "{logs}");
    assert!((8_700..9_300).contains(&swords), "{swords}");
    assert!(counts[0] == 0 && counts[1..].iter().all(|it| (4_700..5_300).contains(it)));
}
