//! What characters begin with comes once, whoever asks how often.

use std::sync::Arc;

use backends::testing::on_each_database;
use inventory::{
    domain::{Account, Books, Definitions, Item, Place, Source, Thing, craft, slots_used, start},
    limits::BAG_SLOTS,
    store::Store,
};
use tokio::task::JoinSet;

use crate::common::{
    ANNA, BERT, ITEMS, NOW_MS, apply, gain, give, in_bag, log, require_closed, require_done, sword,
};

/// As [`ITEMS`], with something to begin with.
fn on_each(test: impl AsyncFn(&Store)) {
    let text = format!("{ITEMS}\n[start]\nlog = 6\nsword = 1\n");
    let definitions = Arc::new(Definitions::parse(&text).expect("they are sound"));
    on_each_database(async |database, _| {
        Store::migrate(&database).await.expect("a new database");
        let store = Store::new(database.clone(), definitions.clone());
        test(&store).await;
        require_closed(&store).await;
    });
}

#[test]
fn it_comes_once_even_if_all_of_it_is_gone_and_years_later() {
    on_each(async |store| {
        store.start(ANNA, NOW_MS).await.expect("a database");
        let books = store.belongings(ANNA).await.expect("a database");
        let things = books.contents(Account::bag(ANNA));
        let counts: Vec<_> = things.map(|(it, count)| (it.item.name(), count)).collect();
        assert_eq!(counts, [("log", 6), ("sword", 1)]);
        let entries = store.entries(ANNA, i64::MAX, 10).await.expect("a database");
        let from_start = Place::Source(Source::Start);
        assert!(
            entries
                .iter()
                .any(|it| it.place == from_start && it.change == -6)
        );

        let given = give(ANNA, BERT, log(), 6);
        require_done(&apply(store, "gift", vec![given]).await);
        let years_later_ms = NOW_MS + 3 * 366 * 86_400_000;
        store.start(ANNA, years_later_ms).await.expect("a database");
        assert_eq!(in_bag(store, ANNA, &log()).await, 0);
        store.start(BERT, NOW_MS).await.expect("a database");
        assert_eq!(in_bag(store, BERT, &log()).await, 12);
    });
}

#[test]
fn of_many_who_ask_at_once_one_gets_it() {
    on_each(async |store| {
        let mut asked = JoinSet::new();
        for _ in 0..8 {
            let store = store.clone();
            asked.spawn(async move { store.start(ANNA, NOW_MS).await.expect("a database") });
        }
        asked.join_all().await;
        assert_eq!(in_bag(store, ANNA, &log()).await, 6);
    });
}

#[test]
fn who_has_no_room_gets_it_later() {
    on_each(async |store| {
        let full = (1..=BAG_SLOTS.cast_signed()).map(|number| gain(ANNA, sword(number), 1));
        apply(store, "full", full.collect()).await;
        store.start(ANNA, NOW_MS).await.expect("a database");
        assert_eq!(in_bag(store, ANNA, &log()).await, 0);
        let given = (1..=2).map(|number| give(ANNA, BERT, sword(number), 1));
        apply(store, "gift", given.collect()).await;
        store.start(ANNA, NOW_MS).await.expect("a database");
        assert_eq!(in_bag(store, ANNA, &log()).await, 6);
    });
}

#[test]
fn the_games_own_fits_into_a_bag_and_is_enough_to_craft() {
    let definitions = Definitions::embedded();
    let mut books = Books::default();
    let moves = start(&definitions, &books, ANNA, || 1).expect("there is room");
    books.apply(&moves).expect("it comes from the world");
    assert!(slots_used(&books, Account::bag(ANNA), &definitions) <= BAG_SLOTS / 4);
    for recipe in ["oak_planks", "leather_boots"] {
        let wish = (ANNA, recipe, 1);
        craft(&definitions, &books, wish, || 2).expect("it can be made");
    }
    let bread = Thing::stack(Item::new("bread"));
    assert!(books.balance(Account::bag(ANNA), &bread) > 0);
}
