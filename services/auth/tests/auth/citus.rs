//! The migrations on a PostgreSQL that stands in for Citus: the calls are made, and nothing is declared
//! that Citus refuses; and no statement asks all shards.

use std::{fs, path::Path};

use auth::Auth;
use backends::{
    sql::{Database, SqlLimits},
    testing::{OwnServer, Server, block_on},
};
use sqlx::{Connection, Executor, Row};

const STUB: &str = include_str!("../../../../ops/dev/citus_stub.sql");
const LINT: &str = include_str!("../../../../ops/dev/citus_lint.sql");
/// Each table and the column by which it is spread.
const SPREAD: [(&str, &str); 11] = [
    ("auth_accounts", "account_id"),
    ("auth_audit", "account_id"),
    ("auth_emails", "email_key"),
    ("auth_guests", "lane"),
    ("auth_identities", "identity_key"),
    ("auth_links", "expires_day"),
    ("auth_outbox", "lane"),
    ("auth_recovery_codes", "account_id"),
    ("auth_sanctions", "account_id"),
    ("auth_second_factors", "account_id"),
    ("auth_sessions", "account_id"),
];

#[test]
fn the_tables_are_spread_as_citus_allows() {
    block_on(async {
        let server = OwnServer::start_new(Server::Postgres);
        sqlx::any::install_default_drivers();
        let mut connection = sqlx::AnyConnection::connect(server.url())
            .await
            .expect("a database");
        connection.execute(STUB).await.expect("the stub");
        let database = Database::open(server.url(), SqlLimits::default()).await;
        let database = database.expect("a database");
        Auth::migrate(&database).await.expect("a new database");
        Auth::migrate(&database).await.expect("nothing left to do");

        let broken = connection.fetch_all(LINT).await.expect("the lint");
        let broken: Vec<(String, String)> = broken
            .iter()
            .map(|row| (row.get("rule"), row.get("obj")))
            .collect();
        assert_eq!(broken, []);
        let spread = "SELECT rel::text AS name, col::text AS key FROM citus_stub.dist \
            WHERE method = 'h' ORDER BY 1";
        let spread = connection.fetch_all(spread).await.expect("the stub");
        let spread: Vec<(String, String)> = spread
            .iter()
            .map(|row| (row.get("name"), row.get("key")))
            .collect();
        let wanted = SPREAD.map(|(name, key)| (name.to_owned(), key.to_owned()));
        assert_eq!(spread, wanted);
        database.close().await;
        connection.close().await.expect("an idle connection");
    });
}

/// Reads the statements as they stand in the source: each on a spread table says `key = $n`, or inserts the
/// key.
#[test]
fn every_statement_on_a_spread_table_names_its_key() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store");
    let mut statements = 0;
    for file in fs::read_dir(folder).expect("the sources") {
        let source = fs::read_to_string(file.expect("a file").path()).expect("text");
        // Literals are every second part; none of these files has a quote in a literal.
        for literal in source.split('"').skip(1).step_by(2) {
            let statement: String = literal
                .replace('\\', " ")
                .split_whitespace()
                .collect::<Vec<_>>()
                .join(" ");
            let is_one = ["INSERT ", "SELECT ", "UPDATE ", "DELETE "]
                .iter()
                .any(|it| statement.starts_with(it));
            let words: Vec<&str> = statement.split([' ', ',', '(', ')', '.']).collect();
            let named = |table| is_one && words.contains(table);
            for (table, key) in SPREAD.iter().filter(|(table, _)| named(table)) {
                let names_it = statement.contains(&format!("{key} = $"))
                    || statement.starts_with(&format!("INSERT INTO {table} ({key}, "));
                assert!(names_it, "{statement} does not name {key}");
                statements += 1;
            }
        }
    }
    assert!(statements >= 30, "only {statements} were found");
}
