//! Which bodies a client was told the looks of: one bit for each body index. And what became of the
//! roster since the last frame.

use std::collections::HashMap;

use engine::{Appearance, BodyId, Worn, limits::BODIES_MAX};

use crate::hub::population::folded;

/// A set of body indices; grows to the highest one in it, 2.5 KB for a full world.
#[derive(Clone, Default)]
pub struct BodySet(Vec<u64>);

impl BodySet {
    pub fn contains(&self, index: u32) -> bool {
        let word = self.0.get(index as usize / 64);
        word.is_some_and(|word| word >> (index % 64) & 1 == 1)
    }

    /// True if it was not in it before.
    pub fn insert(&mut self, index: u32) -> bool {
        let place = index as usize / 64;
        if place >= self.0.len() {
            self.0.resize(place + 1, 0);
        }
        let bit = 1 << (index % 64);
        let is_new = self.0[place] & bit == 0;
        self.0[place] |= bit;
        is_new
    }

    /// True if it was in it.
    pub fn remove(&mut self, index: u32) -> bool {
        let is_in = self.contains(index);
        if is_in {
            self.0[index as usize / 64] &= !(1 << (index % 64));
        }
        is_in
    }
}

/// Body indices of which somebody left, somebody else came, or somebody wears something else since the last
/// look.
#[derive(Default)]
pub struct RosterChanges {
    version: u64,
    known: Vec<Known>,
    /// How often each name is there, folded; soldiers have none.
    names: HashMap<String, u32>,
    /// Who was at an index before, where it is not who is there now.
    pub gone: Vec<BodyId>,
    /// Who is still there and looks otherwise than at the last look.
    pub dressed: Vec<BodyId>,
}

/// Who was at an index at the last look.
#[derive(Clone, Default)]
struct Known {
    id: BodyId,
    worn: Worn,
    name_folded: String,
}

impl RosterChanges {
    /// Compares with the roster of the last call; cheap while nothing changed.
    pub fn update(&mut self, roster: &engine::Roster) {
        self.gone.clear();
        self.dressed.clear();
        if roster.version == self.version {
            return;
        }
        self.version = roster.version;
        let count = roster.appearances.len().min(BODIES_MAX + 1);
        self.known
            .resize(count.max(self.known.len()), Known::default());
        for index in 0..self.known.len() {
            let look = roster.appearances.get(index).and_then(Option::as_ref);
            let now = look.map_or((BodyId::NOBODY, Worn::NOTHING), |look| (look.id, look.worn));
            let known = &mut self.known[index];
            if known.id != now.0 {
                self.change(index, look);
            } else if known.worn != now.1 {
                known.worn = now.1;
                self.dressed.push(now.0);
            }
        }
    }

    /// Whether somebody has this name, which is folded.
    pub fn has_name(&self, folded: &str) -> bool {
        self.names.contains_key(folded)
    }

    fn change(&mut self, index: usize, look: Option<&Appearance>) {
        let now = look.map_or_else(Known::default, |look| Known {
            id: look.id,
            worn: look.worn,
            name_folded: folded(&look.name),
        });
        if !now.name_folded.is_empty() {
            *self.names.entry(now.name_folded.clone()).or_default() += 1;
        }
        let was = std::mem::replace(&mut self.known[index], now);
        if was.id != BodyId::NOBODY {
            self.gone.push(was.id);
        }
        if let Some(count) = self.names.get_mut(&was.name_folded) {
            *count -= 1;
            if *count == 0 {
                self.names.remove(&was.name_folded);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine::{House, Piece, Roster};

    fn roster(version: u64, ids: &[Option<BodyId>]) -> Roster {
        let look = |id: &BodyId| Appearance {
            id: *id,
            name: format!("Body {}", id.index()),
            house: House::Red,
            gear: 0,
            worn: Worn::NOTHING,
        };
        Roster {
            version,
            appearances: ids.iter().map(|id| id.as_ref().map(look)).collect(),
        }
    }

    #[test]
    fn a_set_grows_and_tells_what_is_new() {
        let mut set = BodySet::default();
        assert!(set.insert(700) && !set.insert(700) && set.contains(700));
        assert!(!set.contains(701) && !set.contains(1 << 23));
        assert!(set.remove(700) && !set.remove(700) && !set.remove(1 << 23));
    }

    #[test]
    fn who_left_or_was_followed_is_gone() {
        let [a, b, c] = [BodyId::new(1, 0), BodyId::new(2, 0), BodyId::new(1, 1)];
        let mut changes = RosterChanges::default();
        changes.update(&roster(1, &[None, Some(a), Some(b)]));
        assert!(changes.gone.is_empty());
        changes.update(&roster(2, &[None, Some(c), None]));
        assert_eq!(changes.gone, [a, b]);
        assert!(changes.has_name("body 1") && !changes.has_name("body 2"));
        changes.update(&roster(2, &[]));
        assert!(changes.gone.is_empty(), "the same version is not looked at");
    }

    #[test]
    fn who_wears_something_else_is_told_of_and_a_newcomer_is_not() {
        let [a, b, c] = [BodyId::new(1, 0), BodyId::new(2, 0), BodyId::new(1, 1)];
        let mut changes = RosterChanges::default();
        changes.update(&roster(1, &[None, Some(a), Some(b)]));
        let dress = |roster: &mut Roster, index: usize| {
            let look = roster.appearances[index].as_mut().expect("it is there");
            look.worn = Worn::from_iter([Piece::Helmet]);
        };
        let mut dressed = roster(2, &[None, Some(a), Some(b)]);
        dress(&mut dressed, 2);
        changes.update(&dressed);
        assert_eq!((&changes.dressed[..], changes.gone.len()), (&[b][..], 0));
        dressed.version = 3;
        changes.update(&dressed);
        assert!(changes.dressed.is_empty(), "it was told of");
        let mut followed = roster(4, &[None, Some(c), Some(b)]);
        dress(&mut followed, 1);
        changes.update(&followed);
        assert_eq!(
            (&changes.dressed[..], &changes.gone[..]),
            (&[b][..], &[a][..]),
            "one undressed, the other came as it is"
        );
    }
}
