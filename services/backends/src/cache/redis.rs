//! The cache in Redis and what speaks its protocol. Only commands that Redis 7, Valkey and Dragonfly have,
//! each of one key; several that belong together go as one transaction.

use std::time::Duration;

use redis::{
    Client, Cmd, ErrorKind, FromRedisValue, Pipeline, RedisError, ServerErrorKind,
    aio::{ConnectionManager, ConnectionManagerConfig},
    cmd, pipe,
};

use crate::{
    cache::{CacheError, milliseconds},
    limits::{
        CACHE_ANSWER_MAX, CACHE_CONNECT_MAX, CACHE_RETRIES, CACHE_RETRY_MAX, CACHE_RETRY_MIN,
    },
};

/// One connection that all share, made anew when it was lost.
#[derive(Clone)]
pub struct Redis(ConnectionManager);

fn bad_url(error: RedisError) -> CacheError {
    CacheError::BadUrl(error.to_string())
}

impl Redis {
    pub fn open(url: &str) -> Result<Self, CacheError> {
        let client = Self::client(url)?;
        let config = ConnectionManagerConfig::new()
            .set_connection_timeout(Some(CACHE_CONNECT_MAX))
            .set_response_timeout(Some(CACHE_ANSWER_MAX))
            .set_min_delay(CACHE_RETRY_MIN)
            .set_max_delay(CACHE_RETRY_MAX)
            .set_number_of_retries(CACHE_RETRIES);
        let manager = ConnectionManager::new_lazy_with_config(client, config);
        Ok(Self(manager.map_err(bad_url)?))
    }

    /// What connections are made by; nobody is asked.
    pub fn client(url: &str) -> Result<Client, CacheError> {
        Client::open(url).map_err(bad_url)
    }

    pub async fn ping(&self) -> Result<(), CacheError> {
        self.repeat(&cmd("PING")).await
    }

    pub async fn set(&self, key: &str, value: &[u8], ttl: Duration) -> Result<(), CacheError> {
        self.repeat(cmd("SET").arg(key).arg(value).arg("PX").arg(expiry_ms(ttl)))
            .await
    }

    pub async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, CacheError> {
        self.repeat(cmd("GET").arg(key)).await
    }

    pub async fn take(&self, key: &str) -> Result<Option<Vec<u8>>, CacheError> {
        self.ask(cmd("GETDEL").arg(key)).await
    }

    pub async fn remove(&self, key: &str) -> Result<bool, CacheError> {
        self.ask(cmd("DEL").arg(key)).await
    }

    pub async fn count(&self, key: &str, ttl: Duration) -> Result<u64, CacheError> {
        let mut commands = pipe();
        commands.atomic().cmd("INCR").arg(key);
        commands
            .cmd("PEXPIRE")
            .arg(key)
            .arg(expiry_ms(ttl))
            .arg("NX")
            .ignore();
        let (count,) = self.ask_all(&commands).await?;
        Ok(count)
    }

    async fn ask<T: FromRedisValue>(&self, command: &Cmd) -> Result<T, CacheError> {
        Ok(command.query_async(&mut self.0.clone()).await?)
    }

    async fn ask_all<T: FromRedisValue>(&self, commands: &Pipeline) -> Result<T, CacheError> {
        Ok(commands.query_async(&mut self.0.clone()).await?)
    }

    /// For what may happen twice: a connection that turns out to be lost is made anew at once.
    async fn repeat<T: FromRedisValue>(&self, command: &Cmd) -> Result<T, CacheError> {
        match command.query_async(&mut self.0.clone()).await {
            Err(error) if error.is_connection_dropped() => self.ask(command).await,
            result => Ok(result?),
        }
    }
}

/// Redis refuses zero.
fn expiry_ms(ttl: Duration) -> i64 {
    milliseconds(ttl).max(1)
}

impl From<RedisError> for CacheError {
    fn from(error: RedisError) -> Self {
        use ErrorKind::{ClusterConnectionNotFound, Io};
        let text = error.to_string();
        if matches!(error.kind(), Io | ClusterConnectionNotFound) {
            return Self::Unavailable(text);
        }
        // A transaction names an error for each of its commands; the first is as good as any.
        let answers = error.into_server_errors();
        let answer = answers.as_deref().and_then(<[_]>::first);
        match answer.map(|(_, answer)| answer) {
            Some(answer) if answer.code() == "OOM" => Self::Full,
            Some(answer) if answer.kind().is_some_and(is_passing) => Self::Unavailable(text),
            _ => Self::Failed(text),
        }
    }
}

/// Of servers that start, stop or change their part.
fn is_passing(kind: ServerErrorKind) -> bool {
    use ServerErrorKind::{BusyLoading, ClusterDown, MasterDown, ReadOnly, TryAgain};
    matches!(
        kind,
        BusyLoading | ClusterDown | MasterDown | ReadOnly | TryAgain
    )
}
