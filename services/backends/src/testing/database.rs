//! Databases for tests: an SQLite file, and a schema of its own in a real PostgreSQL.

use std::{fs, path::PathBuf, rc::Rc};

use sqlx::{AnyConnection, AssertSqlSafe, Connection, Executor, Row};

#[cfg(feature = "cache")]
use crate::cache::Cache;
use crate::{
    sql::{Database, SqlLimits},
    testing::{Server, block_on, new_folder, server_url, unique_name},
};

const CITUS_STUB: &str = include_str!("../../../../ops/dev/citus_stub.sql");
const CITUS_LINT: &str = include_str!("../../../../ops/dev/citus_lint.sql");

/// A database that nobody else uses, until it is deleted.
pub struct TestDatabase {
    pub url: String,
    place: Place,
}

enum Place {
    Folder(PathBuf),
    Schema(String),
    Database(String),
}

impl TestDatabase {
    pub fn sqlite() -> Self {
        let folder = new_folder("sqlite");
        let url = format!("sqlite://{}/test.db", folder.display());
        let place = Place::Folder(folder);
        Self { url, place }
    }

    pub async fn postgres() -> Self {
        let schema = unique_name("schema");
        run_on_postgres(format!("CREATE SCHEMA {schema}")).await;
        let server = server_url(Server::Postgres);
        let url = format!("{server}?options[search_path]={schema}");
        let place = Place::Schema(schema);
        Self { url, place }
    }

    /// On a PostgreSQL that stands in for Citus: how tables are distributed is written down, and
    /// [`Self::citus_lint`] says what Citus would refuse.
    pub async fn postgres_for_citus() -> Self {
        let name = unique_name("database");
        run_on_postgres(format!("CREATE DATABASE {name}")).await;
        let server = server_url(Server::Postgres);
        let (server, _) = server.rsplit_once('/').expect("a URL of a database");
        let url = format!("{server}/{name}");
        let mut connection = connect(&url).await;
        connection.execute(CITUS_STUB).await.expect("the stub");
        connection.close().await.expect("an idle connection");
        let place = Place::Database(name);
        Self { url, place }
    }

    /// The rules that are broken, each with the table or index that breaks it. Must be empty.
    pub async fn citus_lint(&self) -> Vec<(String, String)> {
        let mut connection = connect(&self.url).await;
        let rows = connection.fetch_all(CITUS_LINT).await.expect("the lint");
        connection.close().await.expect("an idle connection");
        let broken = rows.iter().map(|row| (row.get("rule"), row.get("obj")));
        broken.collect()
    }

    /// Another process's connections.
    pub async fn open(&self) -> Database {
        let database = Database::open(&self.url, SqlLimits::default()).await;
        database.expect("a database")
    }

    pub async fn delete(self) {
        match self.place {
            Place::Folder(folder) => fs::remove_dir_all(folder).expect("a folder of ours"),
            Place::Schema(schema) => {
                run_on_postgres(format!("DROP SCHEMA {schema} CASCADE")).await;
            }
            Place::Database(name) => {
                run_on_postgres(format!("DROP DATABASE {name} WITH (FORCE)")).await;
            }
        }
    }
}

async fn connect(url: &str) -> AnyConnection {
    sqlx::any::install_default_drivers();
    AnyConnection::connect(url).await.expect("a database")
}

async fn run_on_postgres(statement: String) {
    let mut connection = connect(&server_url(Server::Postgres)).await;
    let result = connection.execute(AssertSqlSafe(statement.clone())).await;
    result.unwrap_or_else(|error| panic!("{statement}: {error}"));
    connection.close().await.expect("an idle connection");
}

/// Runs a test on a new database of each kind. What it leaves is kept if it fails.
pub fn on_each_database(test: impl AsyncFn(Database, Rc<TestDatabase>)) {
    block_on(async {
        on(TestDatabase::sqlite(), &test).await;
        on(TestDatabase::postgres().await, &test).await;
    });
}

async fn on(database: TestDatabase, test: &impl AsyncFn(Database, Rc<TestDatabase>)) {
    eprintln!("on {}", database.url);
    let database = Rc::new(database);
    let opened = database.open().await;
    test(opened.clone(), Rc::clone(&database)).await;
    opened.close().await;
    let database = Rc::into_inner(database).expect("the test has ended");
    database.delete().await;
}

/// Runs a test on SQLite and memory, then on PostgreSQL with Redis and with Valkey; each in a place of its own.
#[cfg(feature = "cache")]
pub fn on_each_pair(test: impl AsyncFn(Database, Cache)) {
    block_on(async {
        on_pair(TestDatabase::sqlite(), "memory:", &test).await;
        for cache in [Server::Redis, Server::Valkey] {
            on_pair(TestDatabase::postgres().await, &server_url(cache), &test).await;
        }
    });
}

#[cfg(feature = "cache")]
async fn on_pair(kept: TestDatabase, cache_url: &str, test: &impl AsyncFn(Database, Cache)) {
    let cache = Cache::open(cache_url).await.expect("a URL");
    let cache = cache.namespace(&unique_name("test"));
    let test = async |database, _| test(database, cache.clone()).await;
    on(kept, &test).await;
}
