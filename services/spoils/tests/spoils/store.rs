//! What is put down, on each database.

use std::{fs, path::Path};

use backends::testing::{TestDatabase, block_on, on_each_database};
use engine::{
    SessionId,
    spoils::{Gains, LOOT, LOOT_DRAWS, LOOT_NOTHING_WEIGHT, Sealed, Thing},
};
use inventory::domain::Definitions;
use spoils::{Store, world_name};

const NOW_MS: i64 = 1_700_000_000_000;

fn sealed(session: u64, seal: u32) -> Sealed {
    let mut gains = Gains::default();
    gains.add(Thing::Stone, seal);
    Sealed {
        session: SessionId(session),
        seal,
        gains,
    }
}

async fn outbox_count(store: &Store) -> i64 {
    let count = sqlx::query_scalar("SELECT COUNT(*) FROM spoils_outbox");
    let count = count.fetch_one(store.database().pool()).await;
    count.expect("a database")
}

#[test]
fn what_is_put_down_again_is_known_for_ever() {
    on_each_database(async |database, _| {
        Store::migrate(&database).await.expect("a new database");
        let store = Store::new(database.clone(), &world_name(1));
        let batch = [sealed(1, 100), sealed(2, 100), sealed(9, 103)];
        let put = async |store: &Store, batch: &[Sealed]| {
            let put = store.put_down(batch, NOW_MS).await;
            put.expect("a database")
        };
        assert_eq!(put(&store, &batch).await, 3);
        let mixed = [sealed(1, 100), sealed(2, 200), sealed(9, 50)];
        assert_eq!(put(&store, &mixed).await, 1, "only what is later is new");
        assert_eq!(outbox_count(&store).await, 4);
        sqlx::query("DELETE FROM spoils_outbox")
            .execute(database.pool())
            .await
            .expect("it is sent");
        assert_eq!(put(&store, &mixed).await, 0, "also when all of it was sent");
        let other_world = Store::new(database.clone(), &world_name(2));
        assert_eq!(put(&other_world, &batch).await, 3, "numbers begin anew");
    });
}

#[test]
fn two_who_put_down_the_same_put_it_down_once() {
    on_each_database(async |database, kept| {
        Store::migrate(&database).await.expect("a new database");
        let stores = [database.clone(), kept.open().await];
        let stores = stores.map(|database| Store::new(database, &world_name(1)));
        let batch: Vec<Sealed> = (1..=200).map(|session| sealed(session, 7)).collect();
        let put = async |store: &Store| loop {
            match store.put_down(&batch, NOW_MS).await {
                Ok(count) => return count,
                Err(error) => assert!(error.is_retryable(), "{error}"),
            }
        };
        let (first, second) = tokio::join!(put(&stores[0]), put(&stores[1]));
        assert_eq!(first + second, batch.len());
        assert_eq!(outbox_count(&stores[0]).await, 200);
        stores[1].database().close().await;
    });
}

#[test]
fn the_tables_are_spread_as_citus_allows() {
    block_on(async {
        let kept = TestDatabase::postgres_for_citus().await;
        let database = kept.open().await;
        Store::migrate(&database).await.expect("a new database");
        Store::migrate(&database).await.expect("nothing left to do");
        assert_eq!(kept.citus_lint().await, []);
        database.close().await;
        kept.delete().await;
    });
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store.rs");
    let source = fs::read_to_string(source).expect("text");
    let statements = source.matches("spoils_seals (character, ").count();
    assert_eq!(statements, 1, "it inserts the key");
}

/// Names are for ever: databases hold them.
#[test]
fn the_inventory_knows_every_thing() {
    let definitions = Definitions::embedded();
    for thing in Thing::ALL {
        let item = definitions.item_named(thing.name());
        let item = item.unwrap_or_else(|| panic!("{thing:?} has no definition"));
        assert!(!definitions.is_unique(item), "{thing:?}");
    }
}

#[test]
fn the_fallen_have_what_the_inventory_says_of_a_soldier() {
    let definitions = Definitions::embedded();
    let table = &definitions.loot_tables["soldier"];
    let given = table.entries.iter();
    let given: Vec<_> = given
        .map(|it| (it.weight, it.item.name(), it.count_min, it.count_max))
        .collect();
    let wanted = LOOT.map(|(weight, thing, least, most)| {
        let counts = [least, most].map(i32::unsigned_abs);
        (weight, thing.name(), counts[0], counts[1])
    });
    assert_eq!(given, wanted);
    assert_eq!(table.nothing_weight, LOOT_NOTHING_WEIGHT);
    assert_eq!(table.draws as usize, LOOT_DRAWS);
}
