//! The migrations on a PostgreSQL that stands in for Citus, and whether each statement names its key.

use std::{fs, path::Path};

use backends::testing::{TestDatabase, block_on};
use player::store::Store;

/// Each table and the column by which it is spread.
const SPREAD: [(&str, &str); 13] = [
    ("player_accounts", "account_id"),
    ("player_characters", "character_id"),
    ("player_guild_names", "name_key"),
    ("player_guilds", "guild_id"),
    ("player_invitations", "character_id"),
    ("player_leaderboard", "board"),
    ("player_names", "name_key"),
    ("player_parties", "party_id"),
    ("player_progress", "character_id"),
    ("player_relations", "character_id"),
    ("player_rosters", "account_id"),
    ("player_seats", "character_id"),
    ("player_settings", "account_id"),
];

#[test]
fn the_tables_are_spread_as_citus_allows() {
    block_on(async {
        let kept = TestDatabase::postgres_for_citus().await;
        let database = kept.open().await;
        Store::migrate(&database).await.expect("a new database");
        Store::migrate(&database).await.expect("nothing left to do");
        assert_eq!(kept.citus_lint().await, []);
        let spread: Vec<(String, String)> = sqlx::query_as(
            "SELECT rel::text, col::text FROM citus_stub.dist WHERE method = 'h' \
             AND col::text <> 'lane' ORDER BY 1",
        )
        .fetch_all(database.pool())
        .await
        .expect("the stub");
        let wanted = SPREAD.map(|(table, key)| (table.to_owned(), key.to_owned()));
        assert_eq!(spread, wanted);
        database.close().await;
        kept.delete().await;
    });
}

/// Reads the statements as they stand in the source: each on a spread table says which keys it is about, or
/// inserts one. That of the census is the exception.
#[test]
fn every_statement_on_a_spread_table_names_its_key() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store");
    let mut statements = 0;
    for file in fs::read_dir(folder).expect("the sources") {
        let path = file.expect("a file").path();
        if path.ends_with("census.rs") {
            continue;
        }
        let source = fs::read_to_string(path).expect("text");
        // Literals are every second part; none of these files has a quote in a literal.
        for literal in source.split('"').skip(1).step_by(2) {
            let words = literal.split(|it: char| it.is_whitespace() || it == '\\');
            let words: Vec<_> = words.filter(|it| !it.is_empty()).collect();
            let statement = words.join(" ");
            let is_one = ["INSERT ", "SELECT ", "UPDATE ", "DELETE "]
                .iter()
                .any(|it| statement.starts_with(it));
            let named = statement.replace([',', '(', ')', '.'], " ");
            let named: Vec<_> = named.split_whitespace().collect();
            let tables = SPREAD
                .iter()
                .filter(|(table, _)| is_one && named.contains(table));
            for (table, key) in tables {
                let names_it = statement.contains(&format!("{key} = $"))
                    || statement.contains(&format!("{key} IN ({{"))
                    || statement.starts_with(&format!("INSERT INTO {table} ({key}, "));
                assert!(names_it, "{statement} does not name {key}");
                statements += 1;
            }
        }
    }
    assert!(statements >= 40, "only {statements} were found");
}
