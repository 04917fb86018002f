//! Definitions that are sound, and all that is told about those that are not.

use inventory::domain::{Definitions, Slot};

use crate::common::{TEXT, definitions};

#[test]
fn the_games_own_definitions_are_sound() {
    let definitions = Definitions::embedded();
    assert!(definitions.items.len() >= 20 && definitions.recipes.len() >= 10);
    for table in definitions.loot_tables.values() {
        for entry in &table.entries {
            assert!(definitions.item(&entry.item).is_some());
        }
    }
}

#[test]
fn what_the_file_says_is_what_is_read() {
    let definitions = definitions();
    let sword = &definitions.items["sword"];
    assert!(sword.is_unique && sword.slot == Some(Slot::Hand) && sword.stack_max == 1);
    assert_eq!(definitions.items["plank"].stack_max, 10);
    assert_eq!(definitions.recipes["plank"].gives["plank"], 4);
    let chest = &definitions.loot_tables["chest"];
    assert_eq!((chest.draws, chest.nothing_weight), (3, 2));
    assert_eq!(
        (chest.entries[1].count_min, chest.entries[1].count_max),
        (1, 1)
    );
}

/// That a file with this addition is refused, and what is told.
#[track_caller]
fn require_told(cases: &[(&str, &str)]) {
    for (addition, told) in cases {
        let faults = Definitions::parse(&format!("{TEXT}\n{addition}"));
        let faults = faults.expect_err(addition).to_string();
        assert!(faults.contains(told), "{addition}: {faults}");
    }
}

#[test]
fn faults_of_items_are_told_with_their_place() {
    require_told(&[
        ("[items.'Big Log']\ntitle = 'x'", "items.Big Log: a name is"),
        ("[items.a]\ntitle = ''", "items.a: a title is"),
        (
            "[items.a]\ntitle = 'x'\nstack = 0",
            "items.a: a stack is 1 to 999",
        ),
        (
            "[items.a]\ntitle = 'x'\nstack = 1000",
            "items.a: a stack is 1 to 999",
        ),
        ("[items.a]\ntitle = 'x'\nstack = -1", "invalid value"),
        (
            "[items.a]\ntitle = 'x'\nstack = 2\nunique = true",
            "items.a: a unique item does not stack",
        ),
        (
            "[items.a]\ntitle = 'x'\neffect = { armour = 5 }",
            "items.a: only what is worn has an effect",
        ),
        (
            "[items.a]\ntitle = 'x'\nslot = 'head'\neffect = { armour = 1000 }",
            "items.a: an effect is 1 to 999",
        ),
        (
            "[items.a]\ntitle = 'x'\nslot = 'head'\neffect = { magic = 1 }",
            "unknown variant",
        ),
        (
            "[items.a]\ntitle = 'x'\nslot = 'head'\nheals = 5",
            "items.a: what is unique or worn is no food",
        ),
        (
            "[items.a]\ntitle = 'x'\nheals = 1000",
            "items.a: food heals 999 points at most",
        ),
        ("[start]\nnothing_known = 1", "start: there is no item"),
        ("[start]\nsword = 0", "start: a count of sword is 1 to 999"),
        (
            "[items.a]\ntitle = 'x'\nslot = 'tail'",
            "items.a: there is no such slot",
        ),
        (
            "[items.a]\ntitle = 'x'\nstack = 2\nslot = 'head'",
            "items.a: what is worn does not stack",
        ),
        (
            "[items.a]\ntitle = 'x'\ncolour = 'red'",
            "unknown field `colour`",
        ),
        ("[items.log]\ntitle = 'x'", "duplicate key"),
    ]);
}

#[test]
fn faults_of_recipes_are_told_with_their_place() {
    require_told(&[
        (
            "[recipes.a]\nneeds = { nope = 1 }\ngives = { log = 1 }",
            r#"recipes.a.needs: there is no item "nope""#,
        ),
        (
            "[recipes.a]\nneeds = { cap = 1 }\ngives = { nope = 1 }",
            r#"recipes.a.gives: there is no item "nope""#,
        ),
        (
            "[recipes.a]\nneeds = {}\ngives = { log = 1 }",
            "recipes.a.needs: 1 to 9 items",
        ),
        (
            "[recipes.a]\nneeds = { cap = 0 }\ngives = { log = 1 }",
            "recipes.a.needs: a count of cap",
        ),
        (
            "[recipes.a]\nneeds = { sword = 1 }\ngives = { cap = 1 }",
            "recipes.a: a recipe cannot use up a unique",
        ),
        (
            "[recipes.a]\nneeds = { sword = 1 }",
            "missing field `gives`",
        ),
        (
            "[recipes.a]\nneeds = { plank = 4 }\ngives = { log = 1 }",
            "a thing is made of itself: log of plank of log",
        ),
        (
            "[recipes.a]\nneeds = { cap = 1 }\ngives = { cap = 2 }",
            "a thing is made of itself: cap of cap",
        ),
    ]);
}

#[test]
fn faults_of_loot_are_told_with_their_place() {
    require_told(&[
        ("[loot.a]\nentries = []", "loot.a: nothing to be found"),
        (
            "[loot.a]\ndraws = 0\nentries = [{ item = 'log', weight = 1 }]",
            "loot.a: draws are 1 to 16",
        ),
        (
            "[loot.a]\nentries = [{ item = 'nope', weight = 1 }]",
            "loot.a.nope: there is no such item",
        ),
        (
            "[loot.a]\nentries = [{ item = 'log', weight = 0 }]",
            "loot.a.log: a weight is above zero",
        ),
        (
            "[loot.a]\nentries = [{ item = 'log', weight = 1, min = 3, max = 2 }]",
            "loot.a.log: counts are from min",
        ),
        (
            "[loot.a]\nentries = [{ item = 'log', weight = 1, min = 0 }]",
            "loot.a.log: counts are from min",
        ),
        (
            "[loot.a]\nentries = [{ item = 'sword', weight = 1 }]",
            "loot.a.sword: a unique item is not found",
        ),
        (
            "[loot.a]\nnothing = 4000000000\nentries = [{ item = 'log', weight = 4000000000 }]",
            "loot.a: weights add up",
        ),
    ]);
}

#[test]
fn all_faults_are_told_at_once() {
    let text = "[items.A]\ntitle = ''\nstack = 0\n[loot.a]\nentries = []";
    let faults = Definitions::parse(text).expect_err("four faults");
    assert_eq!(faults.0.len(), 4, "{faults}");
}
