//! The migrations on a PostgreSQL that stands in for Citus.

use admin::store::Store;
use backends::testing::{TestDatabase, block_on};

#[test]
fn the_tables_are_whole_on_every_node() {
    block_on(async {
        let kept = TestDatabase::postgres_for_citus().await;
        let database = kept.open().await;
        Store::migrate(&database).await.expect("a new database");
        Store::migrate(&database).await.expect("nothing left to do");
        assert_eq!(kept.citus_lint().await, []);
        database.close().await;
        kept.delete().await;
    });
}
