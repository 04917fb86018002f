//! The migrations on a PostgreSQL that stands in for Citus: the calls are made, and nothing is
//! declared that Citus refuses.

use sqlx::{Connection, Executor, Row};

use crate::common::{connect, drop_postgres_database, new_postgres_database, registration};

const STUB: &str = include_str!("../../../../ops/dev/citus_stub.sql");
const LINT: &str = include_str!("../../../../ops/dev/citus_lint.sql");

#[test]
fn every_table_is_a_reference_table_on_citus() {
    crate::common::block_on(async {
        let (name, url) = new_postgres_database().await;
        let mut connection = connect(&url).await;
        connection.execute(STUB).await.expect("the stub");
        let directory = directory::Directory::open(&url).await.expect("a database");
        directory.migrate().await.expect("a new database");
        directory.migrate().await.expect("nothing left to do");
        let lease = directory.register_pod(&registration(1)).await;
        assert_eq!(lease.expect("a free number").fence.incarnation, 1);

        let broken = connection.fetch_all(LINT).await.expect("the lint");
        let broken: Vec<(String, String)> = broken
            .iter()
            .map(|row| (row.get("rule"), row.get("obj")))
            .collect();
        assert_eq!(broken, []);
        let references = "SELECT rel::text AS name FROM citus_stub.dist WHERE method = 'n'";
        let references = connection.fetch_all(references).await.expect("the stub");
        assert_eq!(references.len(), 9);
        connection.close().await.expect("an idle connection");
        drop(directory);
        drop_postgres_database(&name).await;
    });
}
