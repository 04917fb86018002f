//! The warehouse in ClickHouse, over its HTTP interface.

use std::{fmt::Write, time::Duration};

use clickhouse::{Client, error::Error, sql::Identifier};
use reqwest::Url;
use serde_json::Value;
use tokio::time::timeout;

use crate::{
    limits::{ANSWER_BYTES_MAX, BATCHES_REMEMBERED, WAREHOUSE_ANSWER_MAX},
    warehouse::{Batch, Param, WarehouseError, WarehouseMigration, require_name},
};

#[derive(Clone)]
pub struct ClickHouse {
    client: Client,
    /// Tables are replicated over a cluster.
    is_replicated: bool,
}

impl std::fmt::Debug for ClickHouse {
    fn fmt(&self, formatter: &mut std::fmt::Formatter) -> std::fmt::Result {
        // Not the client: it knows a password.
        formatter.write_str("ClickHouse")
    }
}

impl ClickHouse {
    pub fn open(url: &str) -> Result<Self, WarehouseError> {
        let bad_url = |what: &dyn std::fmt::Display| WarehouseError::BadUrl(what.to_string());
        let url = Url::parse(url).map_err(|error| bad_url(&error))?;
        let host = url.host_str().ok_or_else(|| bad_url(&"names no host"))?;
        let port = url.port_or_known_default().expect("http has one");
        let database = url.path().trim_matches('/');
        let is_replicated = url.query() == Some("replicated");
        let mut client = Client::default()
            .with_url(format!("http://{host}:{port}"))
            .with_setting("output_format_json_quote_64bit_integers", "0")
            .with_setting(
                "max_execution_time",
                WAREHOUSE_ANSWER_MAX.as_secs().to_string(),
            );
        if !database.is_empty() {
            client = client.with_database(database);
        }
        if !url.username().is_empty() {
            client = client.with_user(url.username());
        }
        if let Some(password) = url.password() {
            client = client.with_password(password);
        }
        Ok(Self {
            client,
            is_replicated,
        })
    }

    pub async fn migrate(
        &self,
        list_table: &'static str,
        migrations: &[WarehouseMigration],
    ) -> Result<(), WarehouseError> {
        require_name(list_table)?;
        self.define(&format!(
            "CREATE TABLE IF NOT EXISTS {list_table} (version Int64, name String) \
             ENGINE = {{engine}}MergeTree ORDER BY version"
        ))
        .await?;
        let done = format!("SELECT version FROM {list_table}");
        let done = self.query(&done, &[]).await?;
        let is_done = |version| done.iter().any(|row| row["version"] == version);
        for migration in migrations.iter().filter(|it| !is_done(it.version)) {
            for statement in migration.clickhouse {
                self.define(statement).await?;
            }
            let note = self.client.query("INSERT INTO ? VALUES (?, ?)");
            let note = note.bind(Identifier(list_table)).bind(migration.version);
            within(note.bind(migration.name).execute()).await?;
        }
        Ok(())
    }

    pub async fn insert(&self, batch: &Batch<'_>) -> Result<(), WarehouseError> {
        let (table, columns) = (batch.table, batch.columns.join(", "));
        let statement = format!("INSERT INTO {table} ({columns}) FORMAT JSONEachRow");
        let mut lines = String::new();
        for row in &batch.rows {
            writeln!(lines, "{row}").expect("memory takes it");
        }
        let mut insert = self
            .client
            .insert_formatted_with(statement)
            .with_setting("insert_deduplicate", "1")
            .with_setting("insert_deduplication_token", batch.token);
        within(async {
            insert.send(lines.into()).await?;
            insert.end().await
        })
        .await
    }

    pub async fn query(
        &self,
        text: &str,
        params: &[Param<'_>],
    ) -> Result<Vec<Value>, WarehouseError> {
        let mut answer = Vec::new();
        let mut cursor = bound(self.client.query(text), params)
            .fetch_bytes("JSONEachRow")
            .map_err(WarehouseError::from)?;
        while let Some(bytes) = within(cursor.next()).await? {
            answer.extend_from_slice(&bytes);
            if answer.len() > ANSWER_BYTES_MAX {
                return Err(WarehouseError::TooLarge("an answer"));
            }
        }
        let rows = serde_json::Deserializer::from_slice(&answer).into_iter();
        Ok(rows.collect::<Result<_, _>>()?)
    }

    pub async fn execute(&self, text: &str, params: &[Param<'_>]) -> Result<(), WarehouseError> {
        within(bound(self.client.query(text), params).execute()).await
    }

    /// Tells the table, unless it knows.
    pub async fn expire(&self, table: &str, column: &str, days: u32) -> Result<(), WarehouseError> {
        let ttl = format!("toDateTime(intDiv({column}, 1000)) + toIntervalDay({days})");
        let is_known = "SELECT name FROM system.tables WHERE database = currentDatabase() AND name = ? \
            AND position(engine_full, ?) > 0";
        let params = [Param::Text(table), Param::Text(&ttl)];
        if !self.query(is_known, &params).await?.is_empty() {
            return Ok(());
        }
        // What is there already is looked at when it is merged the next time.
        let alter = format!(
            "ALTER TABLE {table} MODIFY TTL {ttl} SETTINGS materialize_ttl_after_modify = 0"
        );
        within(self.client.query_raw(&alter).execute()).await
    }

    async fn define(&self, statement: &str) -> Result<(), WarehouseError> {
        let engine = if self.is_replicated { "Replicated" } else { "" };
        let statement = statement
            .replace("{engine}", engine)
            .replace("{deduplicated}", &deduplicated(self.is_replicated));
        within(self.client.query_raw(&statement).execute()).await
    }
}

fn bound(query: clickhouse::query::Query, params: &[Param<'_>]) -> clickhouse::query::Query {
    params.iter().fold(query, |query, param| match *param {
        Param::Number(number) => query.bind(number),
        Param::Text(text) => query.bind(text),
    })
}

/// Replicated tables know batches again by themselves, once told for how many.
fn deduplicated(is_replicated: bool) -> String {
    let name = if is_replicated {
        "replicated_deduplication_window"
    } else {
        "non_replicated_deduplication_window"
    };
    format!("SETTINGS {name} = {BATCHES_REMEMBERED}")
}

async fn within<T>(work: impl Future<Output = Result<T, Error>>) -> Result<T, WarehouseError> {
    const PATIENCE: Duration = WAREHOUSE_ANSWER_MAX.saturating_add(Duration::from_secs(5));
    let result = timeout(PATIENCE, work).await;
    let late = |_| WarehouseError::Unavailable("it does not answer".to_owned());
    Ok(result.map_err(late)??)
}

impl From<Error> for WarehouseError {
    fn from(error: Error) -> Self {
        let text = error.to_string();
        match error {
            Error::Network(_) | Error::TimedOut => Self::Unavailable(text),
            Error::BadResponse(answer) if code_of(&answer).is_some_and(is_passing) => {
                Self::Unavailable(text)
            }
            _ => Self::Failed(text),
        }
    }
}

/// Out of "Code: 60. DB::Exception: …".
fn code_of(answer: &str) -> Option<u32> {
    let digits = answer.split_once("Code: ")?.1;
    let end = digits.find(|it: char| !it.is_ascii_digit())?;
    digits[..end].parse().ok()
}

/// Of a server that is busy, full or without its cluster.
fn is_passing(code: u32) -> bool {
    const TIMEOUT_EXCEEDED: u32 = 159;
    const TOO_MANY_SIMULTANEOUS_QUERIES: u32 = 202;
    const SOCKET_TIMEOUT: u32 = 209;
    const NETWORK_ERROR: u32 = 210;
    const MEMORY_LIMIT_EXCEEDED: u32 = 241;
    const TABLE_IS_READ_ONLY: u32 = 242;
    const NOT_ENOUGH_SPACE: u32 = 243;
    const TOO_MANY_PARTS: u32 = 252;
    const ALL_CONNECTION_TRIES_FAILED: u32 = 279;
    const KEEPER_EXCEPTION: u32 = 999;
    matches!(
        code,
        TIMEOUT_EXCEEDED
            | TOO_MANY_SIMULTANEOUS_QUERIES
            | SOCKET_TIMEOUT
            | NETWORK_ERROR
            | MEMORY_LIMIT_EXCEEDED
            | TABLE_IS_READ_ONLY
            | NOT_ENOUGH_SPACE
            | TOO_MANY_PARTS
            | ALL_CONNECTION_TRIES_FAILED
            | KEEPER_EXCEPTION
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_busy_server_is_told_from_a_mistake() {
        let class = |answer: &str| WarehouseError::from(Error::BadResponse(answer.to_owned()));
        assert!(class("Code: 252. DB::Exception: Too many parts").is_retryable());
        assert!(!class("Code: 60. DB::Exception: no such table").is_retryable());
        assert!(!class("Code: ").is_retryable());
        assert!(!class("nonsense").is_retryable());
    }

    #[test]
    fn tables_of_a_cluster_are_replicated() {
        let single = ClickHouse::open("http://host:8123/game").expect("a URL");
        let cluster = ClickHouse::open("http://a:b@host/game?replicated").expect("a URL");
        assert!(!single.is_replicated && cluster.is_replicated);
        assert!(deduplicated(true).contains(" replicated_"));
        assert!(deduplicated(false).contains(" non_replicated_"));
    }
}
