//! Who is in which party and which guild, as far as an edge needs to know it.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::limits::MEMBERSHIPS_MAX;

/// To whom a character belongs from now on; to nobody, where there is nothing.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Membership {
    /// The session of whoever plays it.
    pub character: u64,
    pub party: Option<u64>,
    pub guild: Option<u64>,
}

/// All that are known, by character.
#[derive(Clone, Debug, Default)]
pub struct Memberships(HashMap<u64, Membership>);

impl Memberships {
    /// The newest word about a character holds. One that belongs nowhere needs no place; when there is no place
    /// left, newcomers have no group until others leave theirs.
    pub fn set(&mut self, membership: Membership) {
        let belongs_nowhere = membership.party.is_none() && membership.guild.is_none();
        if belongs_nowhere {
            self.0.remove(&membership.character);
        } else if self.0.len() < MEMBERSHIPS_MAX || self.0.contains_key(&membership.character) {
            self.0.insert(membership.character, membership);
        }
    }

    pub fn of(&self, character: u64) -> Membership {
        let nowhere = Membership {
            character,
            party: None,
            guild: None,
        };
        self.0.get(&character).copied().unwrap_or(nowhere)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_party(character: u64, party: Option<u64>) -> Membership {
        Membership {
            character,
            party,
            guild: None,
        }
    }

    #[test]
    fn the_newest_word_holds_and_who_left_takes_no_place() {
        let mut memberships = Memberships::default();
        memberships.set(of_party(7, Some(1)));
        memberships.set(of_party(7, Some(2)));
        assert_eq!(memberships.of(7).party, Some(2));
        memberships.set(of_party(7, None));
        assert_eq!(memberships.of(7).party, None);
        assert!(memberships.0.is_empty());
    }

    #[test]
    fn there_is_an_end_to_what_is_known() {
        let mut memberships = Memberships::default();
        for character in 0..=MEMBERSHIPS_MAX as u64 {
            memberships.set(of_party(character, Some(1)));
        }
        memberships.set(of_party(0, Some(2)));
        assert_eq!(memberships.0.len(), MEMBERSHIPS_MAX);
        assert_eq!(memberships.of(0).party, Some(2), "who is known is kept up");
        assert_eq!(memberships.of(MEMBERSHIPS_MAX as u64).party, None);
    }
}
