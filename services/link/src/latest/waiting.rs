//! Messages that wait, at most one of a key.

use std::collections::{BTreeMap, VecDeque};

/// Hands messages out in the order in which their keys came; a newer one takes the place of its
/// elder in the line. The bounds are its users'.
#[derive(Debug)]
pub struct Waiting<M> {
    messages: BTreeMap<u32, M>,
    /// The keys of `messages`, each once.
    line: VecDeque<u32>,
}

impl<M> Waiting<M> {
    pub fn new() -> Self {
        Self {
            messages: BTreeMap::new(),
            line: VecDeque::new(),
        }
    }

    /// Returns the elder that was replaced.
    pub fn put(&mut self, key: u32, message: M) -> Option<M> {
        let replaced = self.messages.insert(key, message);
        if replaced.is_none() {
            self.line.push_back(key);
        }
        replaced
    }

    /// Takes out the first in line that may go.
    pub fn take(&mut self, may_go: impl Fn(u32) -> bool) -> Option<(u32, M)> {
        let index = self.line.iter().position(|&key| may_go(key))?;
        let key = self.line.remove(index).expect("just found");
        let message = self.messages.remove(&key).expect("keys in line have one");
        Some((key, message))
    }

    /// Takes out what waits of a key.
    pub fn remove(&mut self, key: u32) -> Option<M> {
        let message = self.messages.remove(&key)?;
        self.line.retain(|&other| other != key);
        Some(message)
    }

    pub fn contains(&self, key: u32) -> bool {
        self.messages.contains_key(&key)
    }

    pub fn len(&self) -> usize {
        self.messages.len()
    }

    pub fn is_empty(&self) -> bool {
        self.messages.is_empty()
    }
}

impl<M> Default for Waiting<M> {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newer_takes_its_elders_place() {
        let mut waiting = Waiting::new();
        assert_eq!(waiting.put(1, 'a'), None);
        assert_eq!(waiting.put(2, 'b'), None);
        assert_eq!(waiting.put(1, 'c'), Some('a'));
        assert!(waiting.contains(1) && waiting.len() == 2);
        assert_eq!(waiting.put(3, 'd'), None);
        assert_eq!(waiting.remove(3), Some('d'));
        assert_eq!(waiting.remove(3), None);
        assert_eq!(waiting.take(|_| true), Some((1, 'c')));
        assert_eq!(waiting.take(|_| true), Some((2, 'b')));
        assert_eq!(waiting.take(|_| true), None);
        assert!(waiting.is_empty());
    }

    #[test]
    fn who_may_not_go_keeps_its_place() {
        let mut waiting = Waiting::new();
        for key in 1..=3 {
            waiting.put(key, key);
        }
        assert_eq!(waiting.take(|key| key != 1), Some((2, 2)));
        assert_eq!(waiting.take(|_| false), None);
        assert_eq!(waiting.take(|_| true), Some((1, 1)));
    }
}
