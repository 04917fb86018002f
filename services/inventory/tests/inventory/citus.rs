//! The migrations on a PostgreSQL that stands in for Citus, and whether each statement names its key.

use std::{fs, path::Path};

use backends::testing::{TestDatabase, block_on};
use inventory::store::Store;

/// Each table and the column by which it is spread.
const SPREAD: [(&str, &str); 7] = [
    ("inventory_balances", "owner"),
    ("inventory_batches", "author"),
    ("inventory_characters", "owner"),
    ("inventory_entries", "owner"),
    ("inventory_traders", "owner"),
    ("inventory_trades", "trade_id"),
    ("inventory_uniques", "unique_id"),
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
        assert_eq!(spread, 8, "ours and the outbox");
        database.close().await;
        kept.delete().await;
    });
}

/// Reads the statements as they stand in the source: each on a spread table says `key = $n` or `key IN` some,
/// or inserts the key. Those of the check of all books are the exception.
#[test]
fn every_statement_on_a_spread_table_names_its_key() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store");
    let mut statements = 0;
    for file in fs::read_dir(folder).expect("the sources") {
        let path = file.expect("a file").path();
        if path.ends_with("audit.rs") {
            continue;
        }
        let source = fs::read_to_string(path).expect("text");
        // Literals are every second part; none of these files has a quote in a literal.
        for literal in source.split('"').skip(1).step_by(2) {
            let words: Vec<_> = literal
                .replace('\\', " ")
                .split_whitespace()
                .map(str::to_owned)
                .collect();
            let statement = words.join(" ");
            let is_one = ["INSERT ", "SELECT ", "UPDATE ", "DELETE "]
                .iter()
                .any(|it| statement.starts_with(it));
            let named = statement.replace([',', '(', ')', '.'], " ");
            let named: Vec<_> = named.split_whitespace().collect();
            for (table, key) in SPREAD
                .iter()
                .filter(|(table, _)| is_one && named.contains(table))
            {
                let names_it = statement.contains(&format!("{key} = $"))
                    || statement.contains(&format!("{key} IN ({{}})"))
                    || statement.starts_with(&format!("INSERT INTO {table} ({key}, "));
                assert!(names_it, "{statement} does not name {key}");
                statements += 1;
            }
        }
    }
    assert!(statements >= 20, "only {statements} were found");
}
