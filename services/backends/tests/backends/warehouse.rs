//! The warehouse, in SQLite and in ClickHouse's engine.

use backends::{
    limits::BATCH_ROWS_MAX,
    testing::{OwnServer, Server, TestDatabase, block_on, server_url, unique_name},
    warehouse::{Param, Query, Warehouse, WarehouseError, WarehouseMigration},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::common::until;

const LIST: &str = "test_migrations";
const KILLS: WarehouseMigration = WarehouseMigration {
    version: 1,
    name: "kills",
    clickhouse: &["CREATE TABLE IF NOT EXISTS kills \
        (time_ms Int64, weapon String, distance Float64, bonus Nullable(Int64)) \
        ENGINE = {engine}MergeTree ORDER BY time_ms \
        TTL toDateTime(intDiv(time_ms, 1000)) + INTERVAL 100 YEAR {deduplicated}"],
    sqlite: "CREATE TABLE kills (time_ms BIGINT NOT NULL, weapon TEXT NOT NULL, \
        distance DOUBLE NOT NULL, bonus BIGINT)",
};
const ALL: Query =
    Query::same("SELECT time_ms, weapon, distance, bonus FROM kills ORDER BY time_ms, weapon");

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
struct Kill {
    time_ms: i64,
    weapon: String,
    distance: f64,
    bonus: Option<i64>,
}

fn kill(time_ms: i64, weapon: &str) -> Kill {
    Kill {
        time_ms,
        weapon: weapon.to_owned(),
        distance: 1.5,
        bonus: (time_ms % 2 == 0).then_some(i64::MAX - time_ms),
    }
}

/// Runs a test in a database of its own in each warehouse.
fn on_each_warehouse(test: impl AsyncFn(Warehouse)) {
    block_on(async {
        let file = TestDatabase::sqlite();
        eprintln!("on {}", file.url);
        let warehouse = Warehouse::open(&file.url).await.expect("a file");
        warehouse.migrate(LIST, &[KILLS]).await.expect("a new one");
        test(warehouse).await;
        file.delete().await;

        let url = new_clickhouse_database(&server_url(Server::ClickHouse)).await;
        eprintln!("on {url}");
        let warehouse = Warehouse::open(&url).await.expect("a URL");
        warehouse.migrate(LIST, &[KILLS]).await.expect("a new one");
        test(warehouse).await;
        drop_clickhouse_database(&url).await;
    });
}

async fn new_clickhouse_database(url: &str) -> String {
    let (server, _) = url.rsplit_once('/').expect("a URL of a database");
    let name = unique_name("test");
    run_on_clickhouse(server, &format!("CREATE DATABASE {name}")).await;
    format!("{server}/{name}")
}

async fn drop_clickhouse_database(url: &str) {
    let (server, name) = url.rsplit_once('/').expect("a URL of a database");
    run_on_clickhouse(server, &format!("DROP DATABASE {name}")).await;
}

async fn run_on_clickhouse(server: &str, statement: &str) {
    let client = clickhouse::Client::default().with_url(server);
    client.query(statement).execute().await.expect(statement);
}

async fn all(warehouse: &Warehouse) -> Vec<Kill> {
    warehouse.query(ALL, &[]).await.expect("a warehouse")
}

#[test]
fn rows_come_back_as_they_were_and_summed_up() {
    on_each_warehouse(async |warehouse| {
        warehouse.ping().await.expect("a warehouse");
        let odd = "it's \"a\" \\ bow?\n\u{1f3f9}";
        let kills = [
            kill(1, "axe"),
            kill(2, "axe"),
            kill(3, odd),
            kill(1 << 60, "bow"),
        ];
        warehouse
            .insert("kills", &kills, "first")
            .await
            .expect("a table");
        assert_eq!(all(&warehouse).await, kills);

        let by_weapon = Query::same(
            "SELECT weapon, count(*) AS kills, sum(distance) AS distance FROM kills \
             WHERE time_ms >= ? AND weapon <> ? GROUP BY weapon ORDER BY weapon",
        );
        let params = [Param::Number(2), Param::Text(odd)];
        let answer: Vec<Value> = warehouse.query(by_weapon, &params).await.expect("rows");
        let expected = [
            json!({ "weapon": "axe", "kills": 1, "distance": 1.5 }),
            json!({ "weapon": "bow", "kills": 1, "distance": 1.5 }),
        ];
        // 1.5 and not "1.5", 1 and not "1".
        assert_eq!(answer, expected);
    });
}

#[test]
fn a_batch_that_comes_again_has_no_effect() {
    on_each_warehouse(async |warehouse| {
        for (rows, token) in [
            (vec![kill(1, "a"), kill(2, "a")], "one"),
            (vec![kill(3, "a")], "two"),
            (vec![kill(1, "a"), kill(2, "a")], "one"),
            (vec![kill(3, "a")], "two"),
            // The same rows, and yet others.
            (vec![kill(3, "a")], "it's three"),
            (Vec::new(), "none"),
        ] {
            warehouse
                .insert("kills", &rows, token)
                .await
                .expect("a table");
        }
        let times = all(&warehouse).await.into_iter().map(|kill| kill.time_ms);
        assert_eq!(times.collect::<Vec<_>>(), [1, 2, 3, 3]);
    });
}

#[test]
fn a_batch_is_added_whole_or_not_at_all() {
    on_each_warehouse(async |warehouse| {
        let good = json!({ "time_ms": 1, "weapon": "a", "distance": 1 });
        let mixed = json!({ "time_ms": 1, "weapon": "a" });
        let unknown = json!({ "time_ms": 1, "weapon": "a", "distance": 1, "color": "red" });
        let injected = json!({ "time_ms) --": 1 });
        for rows in [
            &[good.clone(), mixed][..],
            &[unknown],
            &[injected],
            &[json!(7)],
        ] {
            let refused = warehouse.insert("kills", rows, "t").await;
            assert!(
                matches!(refused, Err(WarehouseError::Failed(_))),
                "{refused:?}"
            );
        }
        for table in ["nothing", "kills; DROP TABLE kills"] {
            let refused = warehouse
                .insert(table, std::slice::from_ref(&good), "t")
                .await;
            assert!(
                matches!(refused, Err(WarehouseError::Failed(_))),
                "{refused:?}"
            );
        }
        let many = vec![good.clone(); BATCH_ROWS_MAX + 1];
        let refused = warehouse.insert("kills", &many, "t").await;
        assert!(matches!(refused, Err(WarehouseError::TooLarge(_))));
        assert_eq!(all(&warehouse).await, []);
        warehouse
            .insert("kills", &[good], "t")
            .await
            .expect("not taken yet");
        assert_eq!(all(&warehouse).await.len(), 1);
    });
}

#[test]
fn migrations_are_taken_once() {
    on_each_warehouse(async |warehouse| {
        let rounds = WarehouseMigration {
            version: 2,
            name: "rounds",
            clickhouse: &[
                "CREATE TABLE IF NOT EXISTS rounds (id Int64) ENGINE = {engine}MergeTree ORDER BY id",
                "INSERT INTO rounds VALUES (1)",
            ],
            sqlite: "CREATE TABLE rounds (id BIGINT); INSERT INTO rounds VALUES (1)",
        };
        for _ in 0..2 {
            let migrated = warehouse.migrate(LIST, &[KILLS, rounds]).await;
            migrated.expect("a warehouse");
        }
        let count = Query::same("SELECT count(*) AS count FROM rounds");
        let count: Vec<Value> = warehouse.query(count, &[]).await.expect("a row");
        assert_eq!(count, [json!({ "count": 1 })]);
    });
}

#[test]
fn mistakes_in_questions_are_told() {
    on_each_warehouse(async |warehouse| {
        warehouse
            .insert("kills", &[kill(1, "a")], "t")
            .await
            .expect("a table");
        for text in [
            "SELECT nothing FROM kills",
            "SELECT * FROM nothing",
            "SELEKT",
        ] {
            let query = Query::same(text);
            let refused: Result<Vec<Value>, _> = warehouse.query(query, &[]).await;
            assert!(
                matches!(refused, Err(WarehouseError::Failed(_))),
                "{refused:?}"
            );
        }
        let rows: Result<Vec<String>, _> = warehouse.query(ALL, &[]).await;
        assert!(matches!(rows, Err(WarehouseError::Failed(_))), "no texts");
    });
}

#[test]
fn a_wrong_url_is_refused_without_its_password() {
    block_on(async {
        for url in [
            "ftp://user:secret@host",
            "http://user:secret@host:port/db",
            "",
        ] {
            let error = Warehouse::open(url).await.expect_err(url);
            assert!(matches!(error, WarehouseError::BadUrl(_)));
            assert!(!error.to_string().contains("secret"), "{error}");
        }
    });
}

/// What was added is there after a restart, and so is the memory of its batch.
#[test]
fn a_clickhouse_that_comes_back_has_what_was_added() {
    block_on(async {
        let server = OwnServer::start_new(Server::ClickHouse);
        let url = new_clickhouse_database(server.url()).await;
        let warehouse = Warehouse::open(&url).await.expect("a URL");
        warehouse.migrate(LIST, &[KILLS]).await.expect("a new one");
        let rows = [kill(1, "a")];
        warehouse
            .insert("kills", &rows, "one")
            .await
            .expect("a table");
        server.stop();
        let failures = [
            warehouse.ping().await,
            warehouse.insert("kills", &[kill(2, "a")], "two").await,
            warehouse.migrate(LIST, &[KILLS]).await,
        ];
        for failure in failures {
            let error = failure.expect_err("the server is gone");
            assert!(error.is_retryable(), "{error}");
        }
        server.start();
        until("an answer", async || warehouse.ping().await.ok()).await;
        for (rows, token) in [(&rows, "one"), (&[kill(2, "a")], "two")] {
            warehouse
                .insert("kills", rows, token)
                .await
                .expect("it is back");
        }
        assert_eq!(all(&warehouse).await, [kill(1, "a"), kill(2, "a")]);
    });
}
