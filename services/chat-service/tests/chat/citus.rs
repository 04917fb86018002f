//! The migrations on a PostgreSQL that stands in for Citus, and whether each statement names its key.

use std::{fs, path::Path};

use backends::testing::{TestDatabase, block_on};
use chat_service::store::Store;

/// Each spread table and the column by which it is spread.
const SPREAD: [(&str, &str); 3] = [
    ("chat_lines", "channel"),
    ("chat_messages", "message_id"),
    ("chat_channels", "lane"),
];

#[test]
fn the_tables_are_spread_as_citus_allows() {
    block_on(async {
        let kept = TestDatabase::postgres_for_citus().await;
        let database = kept.open().await;
        Store::migrate(&database).await.expect("a new database");
        Store::migrate(&database).await.expect("nothing left to do");
        assert_eq!(kept.citus_lint().await, []);
        let spread: i64 =
            sqlx::query_scalar("SELECT COUNT(*) FROM citus_stub.dist WHERE method = 'h'")
                .fetch_one(database.pool())
                .await
                .expect("the stub");
        assert_eq!(spread, 5, "ours, the inbox and the outbox");
        database.close().await;
        kept.delete().await;
    });
}

/// Reads the statements as they stand in the source: each on a spread table says `key = $n`, or inserts the key.
#[test]
fn every_statement_on_a_spread_table_names_its_key() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store");
    let mut count = 0;
    for file in fs::read_dir(folder).expect("the sources") {
        let source = fs::read_to_string(file.expect("a file").path()).expect("text");
        // Literals are every second part; none of these files has a quote in a literal.
        for literal in source.split('"').skip(1).step_by(2) {
            let literal = literal.replace('\\', " ");
            let words: Vec<_> = literal.split_whitespace().collect();
            let statement = words.join(" ");
            let is_one = ["INSERT ", "SELECT ", "UPDATE ", "DELETE "]
                .iter()
                .any(|it| statement.starts_with(it));
            for (table, key) in SPREAD
                .iter()
                .filter(|(table, _)| is_one && words.contains(table))
            {
                let names_it = statement.contains(&format!("{key} = $"))
                    || statement.starts_with(&format!("INSERT INTO {table} ({key}, "));
                assert!(names_it, "{statement} does not name {key}");
                count += 1;
            }
        }
    }
    assert!(count >= 8, "only {count} were found");
}
