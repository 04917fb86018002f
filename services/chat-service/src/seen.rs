//! Events that come again: a broker delivers twice what it could not say it had, and whoever insists sends twice.

use std::collections::{HashSet, VecDeque};

use crate::limits::SEEN_MAX;

/// The events that came last.
#[derive(Default)]
pub struct Seen {
    known: HashSet<String>,
    order: VecDeque<String>,
}

impl Seen {
    /// The first time.
    pub fn is_new(&mut self, id: &str) -> bool {
        if !self.known.insert(id.to_owned()) {
            return false;
        }
        self.order.push_back(id.to_owned());
        if self.order.len() > SEEN_MAX
            && let Some(eldest) = self.order.pop_front()
        {
            self.known.remove(&eldest);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_new_once_and_few_are_remembered() {
        let mut seen = Seen::default();
        assert!(seen.is_new("a") && !seen.is_new("a"));
        for number in 0..SEEN_MAX {
            assert!(seen.is_new(&number.to_string()));
        }
        assert!(seen.is_new("a"), "it was forgotten");
        assert_eq!(seen.known.len(), seen.order.len());
    }
}
