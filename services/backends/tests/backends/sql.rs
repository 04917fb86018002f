//! Databases, SQLite and PostgreSQL.

use std::time::Duration;

use backends::{
    sql::{Database, Dialect, Migration, SqlError, SqlLimits, row},
    testing::{OwnServer, Server, TestDatabase, block_on, on_each_database},
};

use crate::common::until;

const LIST: &str = "test_migrations";
const TABLES: Migration = Migration::same(
    1,
    "tables",
    "CREATE TABLE houses (id BIGINT PRIMARY KEY, name TEXT NOT NULL UNIQUE);
     CREATE TABLE people (id BIGINT PRIMARY KEY, house BIGINT NOT NULL REFERENCES houses (id), age BIGINT)",
);

async fn add_house(database: &Database, id: i64, name: &str) -> Result<(), SqlError> {
    let add = sqlx::query("INSERT INTO houses (id, name) VALUES ($1, $2)");
    let add = add.bind(id).bind(name);
    Ok(add.execute(database.pool()).await.map(drop)?)
}

async fn house_count(database: &Database) -> Result<i64, SqlError> {
    let count = sqlx::query_scalar("SELECT count(*) FROM houses");
    Ok(count.fetch_one(database.pool()).await?)
}

#[test]
fn what_was_committed_stays_and_nothing_else() {
    on_each_database(async |database, place| {
        database.ping().await.expect("a database");
        database.migrate(LIST, &[TABLES]).await.expect("a new one");
        let mut dropped = database.begin().await.expect("a connection");
        let add = "INSERT INTO houses (id, name) VALUES (1, 'a')";
        sqlx::query(add).execute(&mut *dropped).await.expect(add);
        drop(dropped);
        assert_eq!(house_count(&database).await.expect("a table"), 0);

        let mut kept = database.begin().await.expect("a connection");
        sqlx::query(add).execute(&mut *kept).await.expect(add);
        kept.commit().await.expect("a commit");
        let other = place.open().await;
        assert_eq!(house_count(&other).await.expect("a table"), 1);
        other.close().await;
    });
}

#[test]
fn migrations_are_taken_once_and_in_order() {
    on_each_database(async |database, place| {
        let is_postgres = database.dialect() == Dialect::Postgres;
        assert!(!database.has_citus().await.expect("a database"));
        let more = [
            TABLES,
            Migration::each(
                2,
                "kind",
                "CREATE TABLE kind AS SELECT 'postgres'::text AS name",
                "CREATE TABLE kind AS SELECT 'sqlite' AS name",
            ),
            Migration::postgres(3, "only there", "CREATE TABLE only_there (id BIGINT)"),
        ];
        let lacking = database.ping_migrated(LIST, &[TABLES]).await;
        assert!(
            matches!(lacking, Err(SqlError::Unmigrated { .. })),
            "{lacking:?}"
        );
        database.migrate(LIST, &[TABLES]).await.expect("a new one");
        let has_all = database.ping_migrated(LIST, &[TABLES]).await;
        has_all.expect("its tables");
        let lacking = database.ping_migrated(LIST, &more).await;
        assert!(
            matches!(lacking, Err(SqlError::Unmigrated { .. })),
            "{lacking:?}"
        );
        add_house(&database, 1, "a").await.expect("a table");
        // Several processes at once, where the database allows several.
        let other = place.open().await;
        let both = [&database, &other].map(|it| it.migrate(LIST, &more));
        let [first, second] = both;
        if is_postgres {
            let (first, second) = tokio::join!(first, second);
            first.and(second).expect("one waits for the other");
        } else {
            first.await.and(second.await).expect("nothing left to do");
        }
        database
            .ping_migrated(LIST, &more)
            .await
            .expect("all of them");
        let of_before = database.ping_migrated(LIST, &[TABLES]).await;
        of_before.expect("what a later version added is no harm");
        assert_eq!(house_count(&database).await.expect("a table"), 1);
        let kind = sqlx::query_scalar("SELECT name FROM kind");
        let kind: String = kind.fetch_one(database.pool()).await.expect("a row");
        assert_eq!(kind == "postgres", is_postgres);
        let only = sqlx::query("SELECT id FROM only_there");
        let only = only.fetch_all(database.pool()).await;
        assert_eq!(only.is_ok(), is_postgres);
        // Another service in the same database has its own list.
        let theirs = Migration::same(1, "theirs", "CREATE TABLE theirs (id BIGINT)");
        let result = other.migrate("other_migrations", &[theirs]).await;
        result.expect("another list");
        other.close().await;
    });
}

#[test]
fn a_changed_migration_is_refused_and_what_a_later_version_added_is_not() {
    on_each_database(async |database, _| {
        let changed = Migration::same(1, "tables", "CREATE TABLE houses (id BIGINT)");
        let second = Migration::same(2, "second", "CREATE TABLE second (id BIGINT)");
        let broken = Migration::same(3, "broken", "CREATE TABLE half (id BIGINT); CREATE BROKEN");
        let both = [TABLES, second.clone()];
        database.migrate(LIST, &both).await.expect("a new one");
        let refused = database.migrate(LIST, &[changed, second]).await;
        assert!(
            matches!(refused, Err(SqlError::Migration(_))),
            "{refused:?}"
        );
        let before = database.migrate(LIST, &[TABLES]).await;
        before.expect("the version before runs with these tables");
        let all = [both[0].clone(), both[1].clone(), broken];
        let failed = database.migrate(LIST, &all).await;
        assert!(matches!(failed, Err(SqlError::Migration(_))), "{failed:?}");
        let half = sqlx::query("SELECT id FROM half").fetch_all(database.pool());
        assert!(half.await.is_err(), "a step is taken whole or not at all");
    });
}

#[test]
fn errors_say_what_can_be_done() {
    on_each_database(async |database, _| {
        database.migrate(LIST, &[TABLES]).await.expect("a new one");
        add_house(&database, 1, "a").await.expect("a table");
        for (id, name) in [(1, "b"), (2, "a")] {
            let result = add_house(&database, id, name).await;
            assert!(matches!(result, Err(SqlError::Duplicate(_))), "{result:?}");
        }
        let orphan = "INSERT INTO people (id, house) VALUES (1, 9)";
        for statement in [orphan, "SELECT nothing FROM houses", "SELEKT"] {
            let result = sqlx::query(statement).execute(database.pool()).await;
            let error = SqlError::from(result.expect_err(statement));
            assert!(matches!(error, SqlError::Failed(_)), "{error:?}");
            assert!(!error.is_retryable());
        }
    });
}

#[test]
fn numbers_are_read_as_what_they_fit() {
    on_each_database(async |database, _| {
        database.migrate(LIST, &[TABLES]).await.expect("a new one");
        add_house(&database, 300, "a").await.expect("a table");
        let add = "INSERT INTO people (id, house) VALUES (7, 300)";
        sqlx::query(add).execute(database.pool()).await.expect(add);
        let rows = sqlx::query("SELECT id, house, age FROM people");
        let row = rows.fetch_one(database.pool()).await.expect("a row");
        assert_eq!(row::number::<u8>(&row, "id").expect("fits"), 7);
        assert_eq!(row::number::<u16>(&row, "house").expect("fits"), 300);
        let missing = row::number_if_any::<u8>(&row, "age").expect("none");
        assert_eq!(missing, None);
        let narrow = row::number::<u8>(&row, "house");
        assert!(matches!(narrow, Err(SqlError::Corrupt(_))), "{narrow:?}");
    });
}

/// Two who change the same rows in turn: one waits, none is lost.
#[test]
fn changes_at_once_are_all_made() {
    on_each_database(async |database, place| {
        database.migrate(LIST, &[TABLES]).await.expect("a new one");
        add_house(&database, 1, "a").await.expect("a table");
        let add = "INSERT INTO people (id, house, age) VALUES (1, 1, 0)";
        sqlx::query(add).execute(database.pool()).await.expect(add);
        let other = place.open().await;
        let increase = async |database: &Database| {
            for _ in 0..50 {
                let mut change = database.begin().await.expect("a connection");
                let increase = "UPDATE people SET age = age + 1 WHERE id = 1 RETURNING age";
                let age: i64 = sqlx::query_scalar(increase)
                    .fetch_one(&mut *change)
                    .await
                    .expect("a row");
                assert!(age > 0);
                change.commit().await.expect("a commit");
            }
        };
        tokio::join!(increase(&database), increase(&other), increase(&database));
        let age = sqlx::query_scalar("SELECT age FROM people WHERE id = 1");
        let age: i64 = age.fetch_one(database.pool()).await.expect("a row");
        assert_eq!(age, 150);
        other.close().await;
    });
}

#[test]
fn who_waits_too_long_for_a_connection_may_try_again() {
    block_on(async {
        let place = TestDatabase::postgres().await;
        let limits = SqlLimits {
            connections_max: 1,
            wait_max: Duration::from_millis(50),
            statement_max: Duration::from_millis(50),
            ..SqlLimits::default()
        };
        for url in ["sqlite::memory:", &place.url] {
            let database = Database::open(url, limits).await.expect("a database");
            let held = database.begin().await.expect("a connection");
            let waited = database.ping().await;
            assert!(
                matches!(waited, Err(SqlError::Unavailable(_))),
                "{waited:?}"
            );
            drop(held);
            database.ping().await.expect("it is free again");
            if database.dialect() == Dialect::Postgres {
                let slow = sqlx::query("SELECT pg_sleep(60)").execute(database.pool());
                let error = SqlError::from(slow.await.expect_err("too slow"));
                assert!(matches!(error, SqlError::Unavailable(_)), "{error:?}");
            }
            database.close().await;
        }
        place.delete().await;
    });
}

/// Two transactions that each hold what the other wants: one is told to begin again.
#[test]
fn a_deadlock_is_a_conflict() {
    block_on(async {
        let place = TestDatabase::postgres().await;
        let database = place.open().await;
        database.migrate(LIST, &[TABLES]).await.expect("a new one");
        for (id, name) in [(1, "a"), (2, "b")] {
            add_house(&database, id, name).await.expect("a table");
        }
        let update = async |change: &mut backends::sql::Transaction, id: i64| {
            let update = sqlx::query("UPDATE houses SET name = name || 'x' WHERE id = $1");
            update.bind(id).execute(&mut **change).await.map(drop)
        };
        let mut first = database.begin().await.expect("a connection");
        let mut second = database.begin().await.expect("a connection");
        update(&mut first, 1).await.expect("free");
        update(&mut second, 2).await.expect("free");
        let crossed = tokio::join!(update(&mut first, 2), update(&mut second, 1));
        let refused = [crossed.0, crossed.1].into_iter().filter_map(Result::err);
        let refused: Vec<_> = refused.map(SqlError::from).collect();
        assert!(
            matches!(refused[..], [SqlError::Conflict(_)]),
            "{refused:?}"
        );
        drop((first, second));
        database.close().await;
        place.delete().await;
    });
}

/// While the server is gone every request says so; when it is back, so is what was accepted.
#[test]
fn a_postgres_that_comes_back_is_used_again_and_has_what_was_committed() {
    block_on(async {
        let server = OwnServer::start_new(Server::Postgres);
        let limits = SqlLimits {
            wait_max: Duration::from_millis(500),
            ..SqlLimits::default()
        };
        let database = Database::open(server.url(), limits).await.expect("it runs");
        database.migrate(LIST, &[TABLES]).await.expect("a new one");
        add_house(&database, 1, "a").await.expect("a table");
        let mut open = database.begin().await.expect("a connection");
        let add = "INSERT INTO houses (id, name) VALUES (2, 'b')";
        sqlx::query(add).execute(&mut *open).await.expect(add);

        server.stop();
        let error = SqlError::from(open.commit().await.expect_err("the server is gone"));
        assert!(matches!(error, SqlError::Unavailable(_)), "{error:?}");
        for _ in 0..2 {
            let error = house_count(&database)
                .await
                .expect_err("the server is gone");
            assert!(matches!(error, SqlError::Unavailable(_)), "{error:?}");
        }
        let reopened = Database::open(server.url(), limits).await;
        assert!(
            matches!(reopened, Err(SqlError::Unavailable(_))),
            "{reopened:?}"
        );

        server.start();
        let count = until("an answer", async || house_count(&database).await.ok()).await;
        assert_eq!(count, 1, "what was committed, and nothing else");
        add_house(&database, 2, "b").await.expect("it is back");
        database.close().await;
    });
}

#[test]
fn a_wrong_url_is_refused_without_its_password() {
    block_on(async {
        for url in [
            "mysql://user:secret@host/db",
            "postgres://user:secret@host:port/db",
            "postgres://user:secret@host/db?application_name=a&sslmode=require",
            "",
        ] {
            let error = Database::open(url, SqlLimits::default())
                .await
                .expect_err(url);
            assert!(matches!(error, SqlError::BadUrl(_)));
            assert!(!error.to_string().contains("secret"), "{error}");
        }
    });
}

/// What the lint finds is what Citus would refuse: here a table that is not declared, and one whose key
/// lacks the column that its rows are spread by.
#[test]
fn tables_that_citus_would_refuse_are_found() {
    block_on(async {
        let place = TestDatabase::postgres_for_citus().await;
        let database = place.open().await;
        assert!(database.has_citus().await.expect("a database"));
        let spread = Migration::citus(2, &[("people", "house")], &[LIST]);
        let migrated = database.migrate(LIST, &[TABLES, spread]).await;
        migrated.expect("a new one");
        let broken = place.citus_lint().await;
        let broken: Vec<_> = broken.iter().map(|(_, what)| what.as_str()).collect();
        assert_eq!(broken, ["houses", "people_pkey", "people_house_fkey"]);
        database.close().await;
        place.delete().await;
    });
}
