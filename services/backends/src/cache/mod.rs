//! What may be forgotten: revocations of sessions, what is good once, rate limits, presence. In Redis and what speaks
//! its protocol, or in the process's memory, by URL.
//!
//! Each operation is about one key and happens at once or not at all, so keys may be spread over a cluster.
//! Time to live is how the cache keeps itself small: whoever must not accept a thing too late writes its end
//! into it, and compares with its own clock. Where time is part of the meaning ([`Cache::count`]), the caller gives it, in
//! milliseconds since 1970.
//!
//! What is in a cache is gone when its server starts again. Whoever keeps something there must do without
//! it, safely: what was good once is refused, and sessions themselves are in the database.

mod error;
mod memory;
mod redis;

use std::{fmt, sync::Arc, time::Duration};

pub use error::CacheError;

use crate::limits::{CACHE_KEY_BYTES_MAX, CACHE_VALUE_BYTES_MAX};
use memory::Memory;
use redis::Redis;

/// A cache, or the part of one that has its own [namespace](Cache::namespace). Cheap to clone; the clones
/// share what is in it.
#[derive(Clone, Debug)]
pub struct Cache {
    store: Store,
    prefix: Arc<str>,
}

#[derive(Clone)]
enum Store {
    Memory(Arc<Memory>),
    Redis(Redis),
}

/// How often something happened in the current window.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Count {
    /// This time included.
    pub count: u64,
    /// Until the next window, which begins at zero.
    pub window_left: Duration,
}

/// Calls the operation of the same name on either store.
macro_rules! on_store {
    ($self:ident, $operation:ident($($argument:expr),*)) => {
        match &$self.store {
            Store::Memory(memory) => memory.$operation($($argument),*),
            Store::Redis(redis) => redis.$operation($($argument),*).await,
        }
    };
}

enum Scheme {
    Memory,
    Redis,
}

fn scheme_of(url: &str) -> Result<Scheme, CacheError> {
    let scheme = url.split(':').next().unwrap_or_default();
    match scheme {
        "memory" => Ok(Scheme::Memory),
        "redis" => Ok(Scheme::Redis),
        // Not the whole URL: it may hold a password.
        _ => Err(CacheError::BadUrl(format!(
            "begins with {scheme:?}, but must with redis:// or memory:"
        ))),
    }
}

impl Cache {
    /// `redis://user:password@host:port/number`, or `memory:`, which is in this process and ends with the
    /// last clone. The server need not be there yet: it is connected to when somebody asks, and again
    /// whenever the connection was lost. It is spoken to without TLS, so it belongs into the processes'
    /// own network.
    ///
    /// # Errors
    /// [`CacheError::BadUrl`].
    pub async fn open(url: &str) -> Result<Self, CacheError> {
        let store = match scheme_of(url)? {
            Scheme::Memory => Store::Memory(Arc::default()),
            Scheme::Redis => Store::Redis(Redis::open(url)?),
        };
        let prefix = Arc::from("");
        Ok(Self { store, prefix })
    }

    /// Whether [`Self::open`] would take this URL; nobody is asked.
    ///
    /// # Errors
    /// [`CacheError::BadUrl`].
    pub fn check_url(url: &str) -> Result<(), CacheError> {
        match scheme_of(url)? {
            Scheme::Memory => Ok(()),
            Scheme::Redis => Redis::client(url).map(drop),
        }
    }

    /// The same cache, in which all keys are apart from those of other names.
    pub fn namespace(&self, name: &str) -> Self {
        let prefix = Arc::from(format!("{}{name}:", self.prefix));
        let store = self.store.clone();
        Self { store, prefix }
    }

    /// Whether it answers, for readiness.
    ///
    /// # Errors
    /// [`CacheError::Unavailable`], as of every operation below. After it, the operation may have had its
    /// effect or not.
    pub async fn ping(&self) -> Result<(), CacheError> {
        on_store!(self, ping())
    }

    /// Puts a value in place of whatever was there.
    ///
    /// # Errors
    /// [`CacheError::TooLarge`], [`CacheError::Full`], [`CacheError::Unavailable`].
    pub async fn set(&self, key: &str, value: &[u8], ttl: Duration) -> Result<(), CacheError> {
        let key = self.key(key)?;
        require_size(value)?;
        on_store!(self, set(&key, value, ttl))
    }

    /// # Errors
    /// [`CacheError::TooLarge`] of the key, [`CacheError::Unavailable`].
    pub async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, CacheError> {
        let key = self.key(key)?;
        on_store!(self, get(&key))
    }

    /// Gets and deletes: of all who ask for a value, one gets it. If that one's answer is lost, nobody does.
    ///
    /// # Errors
    /// As of [`Self::get`].
    pub async fn take(&self, key: &str) -> Result<Option<Vec<u8>>, CacheError> {
        let key = self.key(key)?;
        on_store!(self, take(&key))
    }

    /// Deletes; whether there was something.
    ///
    /// # Errors
    /// As of [`Self::get`].
    pub async fn remove(&self, key: &str) -> Result<bool, CacheError> {
        let key = self.key(key)?;
        on_store!(self, remove(&key))
    }

    /// Counts something, for rate limits: windows follow each other since 1970. At the border of two, twice
    /// as much may happen as in one.
    ///
    /// # Errors
    /// As of [`Self::set`].
    pub async fn count(
        &self,
        key: &str,
        window: Duration,
        now_ms: i64,
    ) -> Result<Count, CacheError> {
        let window_ms = milliseconds(window).max(1);
        let number = now_ms.div_euclid(window_ms);
        let key = self.key(&format!("{key}:{number}"))?;
        // The window's own length again, for callers whose clocks are behind.
        let count = on_store!(self, count(&key, 2 * window))?;
        let left_ms = window_ms - now_ms.rem_euclid(window_ms);
        let window_left = Duration::from_millis(left_ms.unsigned_abs());
        Ok(Count { count, window_left })
    }

    fn key(&self, key: &str) -> Result<String, CacheError> {
        let key = format!("{}{key}", self.prefix);
        if key.len() > CACHE_KEY_BYTES_MAX {
            return Err(CacheError::TooLarge("a key"));
        }
        Ok(key)
    }
}

fn require_size(value: &[u8]) -> Result<(), CacheError> {
    if value.len() > CACHE_VALUE_BYTES_MAX {
        return Err(CacheError::TooLarge("a value"));
    }
    Ok(())
}

/// A span as Redis counts it.
fn milliseconds(span: Duration) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX / 4)
}

impl fmt::Debug for Store {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str(match self {
            Self::Memory(_) => "Memory",
            Self::Redis(_) => "Redis",
        })
    }
}
