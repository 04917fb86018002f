//! The cache in the process's own memory.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard},
    time::Duration,
};

use tokio::time::Instant;

use crate::{cache::CacheError, limits::CACHE_ENTRIES_MAX};

/// Nobody waits for long for the lock: what is done under it takes microseconds, but for sweeping, which
/// is once for as many additions as there are entries.
#[derive(Default)]
pub struct Memory(Mutex<Entries>);

#[derive(Default)]
struct Entries {
    by_key: HashMap<String, Entry>,
    /// How many there may be before those that are over are looked for.
    sweep_at: usize,
}

struct Entry {
    value: Value,
    ends: Instant,
}

enum Value {
    Bytes(Vec<u8>),
    Count(u64),
}

/// Sweeping fewer is not worth it.
const SWEEP_ENTRIES_MIN: usize = 1_024;

impl Memory {
    pub fn ping(&self) -> Result<(), CacheError> {
        Ok(())
    }

    pub fn set(&self, key: &str, value: &[u8], ttl: Duration) -> Result<(), CacheError> {
        self.entries().put(key, Value::Bytes(value.to_vec()), ttl)
    }

    pub fn get(&self, key: &str) -> Result<Option<Vec<u8>>, CacheError> {
        self.entries().bytes(key)
    }

    pub fn take(&self, key: &str) -> Result<Option<Vec<u8>>, CacheError> {
        let mut entries = self.entries();
        let bytes = entries.bytes(key)?;
        entries.by_key.remove(key);
        Ok(bytes)
    }

    pub fn remove(&self, key: &str) -> Result<bool, CacheError> {
        let mut entries = self.entries();
        let is_alive = entries.alive(key).is_some();
        entries.by_key.remove(key);
        Ok(is_alive)
    }

    pub fn count(&self, key: &str, ttl: Duration) -> Result<u64, CacheError> {
        let mut entries = self.entries();
        match entries.alive(key).map(|entry| &mut entry.value) {
            Some(Value::Count(count)) => {
                *count += 1;
                Ok(*count)
            }
            Some(_) => Err(another_kind(key)),
            None => entries.put(key, Value::Count(1), ttl).map(|()| 1),
        }
    }

    fn entries(&self) -> MutexGuard<'_, Entries> {
        self.0.lock().expect("nothing panics while it holds this")
    }
}

impl Entries {
    fn alive(&mut self, key: &str) -> Option<&mut Entry> {
        let entry = self.by_key.get_mut(key)?;
        (entry.ends > Instant::now()).then_some(entry)
    }

    fn bytes(&mut self, key: &str) -> Result<Option<Vec<u8>>, CacheError> {
        match self.alive(key).map(|entry| &entry.value) {
            None => Ok(None),
            Some(Value::Bytes(bytes)) => Ok(Some(bytes.clone())),
            Some(_) => Err(another_kind(key)),
        }
    }

    fn put(&mut self, key: &str, value: Value, ttl: Duration) -> Result<(), CacheError> {
        if !self.by_key.contains_key(key) {
            self.make_room()?;
        }
        let ends = Instant::now() + ttl;
        self.by_key.insert(key.to_owned(), Entry { value, ends });
        Ok(())
    }

    /// For one entry more.
    fn make_room(&mut self) -> Result<(), CacheError> {
        if self.by_key.len() >= self.sweep_at.max(SWEEP_ENTRIES_MIN) {
            self.sweep();
            self.sweep_at = 2 * self.by_key.len();
        }
        if self.by_key.len() >= CACHE_ENTRIES_MAX {
            self.sweep();
        }
        if self.by_key.len() >= CACHE_ENTRIES_MAX {
            return Err(CacheError::Full);
        }
        Ok(())
    }

    fn sweep(&mut self) {
        let now = Instant::now();
        self.by_key.retain(|_, entry| entry.ends > now);
    }
}

/// As Redis says `WRONGTYPE`.
fn another_kind(key: &str) -> CacheError {
    CacheError::Failed(format!("{key:?} holds another kind of value"))
}
