//! The cache in the process's own memory.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard},
    time::Duration,
};

use tokio::time::Instant;

use crate::{
    cache::CacheError,
    limits::{CACHE_ENTRIES_MAX, CACHE_MEMBERS_MAX},
};

/// Nobody waits for long for the lock: what is done under it takes microseconds, but for sweeping, which
/// is once for as many additions as there are entries.
#[derive(Default)]
pub struct Memory(Mutex<Entries>);

#[derive(Default)]
struct Entries {
    by_key: HashMap<String, Entry>,
    /// Members of all groups.
    member_count: usize,
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
    /// Each member's end, in milliseconds since 1970.
    Group(HashMap<String, i64>),
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

    pub fn add(&self, key: &str, value: &[u8], ttl: Duration) -> Result<bool, CacheError> {
        let mut entries = self.entries();
        if entries.alive(key).is_some() {
            return Ok(false);
        }
        entries.put(key, Value::Bytes(value.to_vec()), ttl)?;
        Ok(true)
    }

    pub fn get(&self, key: &str) -> Result<Option<Vec<u8>>, CacheError> {
        self.entries().bytes(key)
    }

    pub fn take(&self, key: &str) -> Result<Option<Vec<u8>>, CacheError> {
        let mut entries = self.entries();
        let bytes = entries.bytes(key)?;
        entries.delete(key);
        Ok(bytes)
    }

    pub fn remove(&self, key: &str) -> Result<bool, CacheError> {
        let mut entries = self.entries();
        let is_alive = entries.alive(key).is_some();
        entries.delete(key);
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

    pub fn enter(
        &self,
        key: &str,
        member: &str,
        until_ms: i64,
        ttl: Duration,
    ) -> Result<(), CacheError> {
        let mut entries = self.entries();
        let known_until_ms = entries.group(key)?.and_then(|group| group.get_mut(member));
        if let Some(known_until_ms) = known_until_ms {
            *known_until_ms = until_ms.max(*known_until_ms);
        } else {
            entries.make_room()?;
            if entries.alive(key).is_none() {
                entries.put(key, Value::Group(HashMap::new()), ttl)?;
            }
            if let Some(group) = entries.group(key)? {
                group.insert(member.to_owned(), until_ms);
                entries.member_count += 1;
            }
        }
        if let Some(entry) = entries.alive(key) {
            entry.ends = entry.ends.max(Instant::now() + ttl);
        }
        Ok(())
    }

    pub fn leave(&self, key: &str, member: &str) -> Result<bool, CacheError> {
        let mut entries = self.entries();
        let left = entries.group(key)?.and_then(|group| group.remove(member));
        entries.member_count -= usize::from(left.is_some());
        Ok(left.is_some())
    }

    pub fn until_ms(&self, key: &str, member: &str) -> Result<Option<i64>, CacheError> {
        let mut entries = self.entries();
        let group = entries.group(key)?;
        Ok(group.and_then(|group| group.get(member).copied()))
    }

    pub fn members(&self, key: &str, now_ms: i64) -> Result<Vec<String>, CacheError> {
        let mut entries = self.entries();
        let Some(group) = entries.group(key)? else {
            return Ok(Vec::new());
        };
        let before = group.len();
        group.retain(|_, until_ms| *until_ms > now_ms);
        let over_count = before - group.len();
        let mut members: Vec<_> = group.iter().map(|(name, until)| (*until, name)).collect();
        members.sort_unstable();
        members.truncate(CACHE_MEMBERS_MAX);
        let names = members.into_iter().map(|(_, name)| name.clone()).collect();
        entries.member_count -= over_count;
        Ok(names)
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

    fn group(&mut self, key: &str) -> Result<Option<&mut HashMap<String, i64>>, CacheError> {
        match self.alive(key).map(|entry| &mut entry.value) {
            None => Ok(None),
            Some(Value::Group(group)) => Ok(Some(group)),
            Some(_) => Err(another_kind(key)),
        }
    }

    fn put(&mut self, key: &str, value: Value, ttl: Duration) -> Result<(), CacheError> {
        if !self.by_key.contains_key(key) {
            self.make_room()?;
        }
        self.delete(key);
        let ends = Instant::now() + ttl;
        self.by_key.insert(key.to_owned(), Entry { value, ends });
        Ok(())
    }

    fn delete(&mut self, key: &str) {
        if let Some(entry) = self.by_key.remove(key) {
            self.member_count -= entry.value.member_count();
        }
    }

    /// For one entry or member more.
    fn make_room(&mut self) -> Result<(), CacheError> {
        if self.size() >= self.sweep_at.max(SWEEP_ENTRIES_MIN) {
            self.sweep();
            self.sweep_at = 2 * self.size();
        }
        if self.size() >= CACHE_ENTRIES_MAX {
            self.sweep();
        }
        if self.size() >= CACHE_ENTRIES_MAX {
            return Err(CacheError::Full);
        }
        Ok(())
    }

    fn sweep(&mut self) {
        let now = Instant::now();
        self.by_key.retain(|_, entry| entry.ends > now);
        let values = self.by_key.values();
        self.member_count = values.map(|entry| entry.value.member_count()).sum();
    }

    fn size(&self) -> usize {
        self.by_key.len() + self.member_count
    }
}

impl Value {
    fn member_count(&self) -> usize {
        match self {
            Self::Group(group) => group.len(),
            Self::Bytes(_) | Self::Count(_) => 0,
        }
    }
}

/// As Redis says `WRONGTYPE`.
fn another_kind(key: &str) -> CacheError {
    CacheError::Failed(format!("{key:?} holds another kind of value"))
}
