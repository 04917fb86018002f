//! Where things are: the accounts of the ledger. Beside what a character carries lie the world's own books
//! about that character, so that no row is everybody's: what they got from where is a question about them.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// One side of a move.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Account {
    /// A character; of [`Place::Ground`] a drop in the world.
    pub owner: i64,
    pub place: Place,
}

impl Account {
    pub const fn new(owner: i64, place: Place) -> Self {
        Self { owner, place }
    }

    pub const fn bag(owner: i64) -> Self {
        Self::new(owner, Place::Bag)
    }
}

impl fmt::Display for Account {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        write!(formatter, "{} of {}", self.place.name(), self.owner)
    }
}

/// What kind of account.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(into = "&'static str", try_from = "String")]
pub enum Place {
    Bag,
    Equipment(Slot),
    Chest,
    /// Lies in the world until somebody picks it up or it decays.
    Ground,
    /// Where things come from: below zero by what it gave.
    Source(Source),
    /// Where things end: never gives anything back.
    Sink(Sink),
}

/// Where on a body something is worn.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Slot {
    Hand,
    OffHand,
    Head,
    Chest,
    Legs,
    Feet,
}

/// Why something came to be.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Source {
    Start,
    Mining,
    Loot,
    Crafting,
    Reward,
    /// By staff.
    Grant,
}

/// Why something is no more.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Sink {
    Crafting,
    /// Became part of the world.
    Built,
    /// Eaten or drunk: what that heals the battle is told of.
    Used,
    /// Thrown away by who had it.
    Discarded,
    Broken,
    Decayed,
    /// By staff.
    Confiscated,
}

impl Slot {
    pub const ALL: [Self; 6] = [
        Self::Hand,
        Self::OffHand,
        Self::Head,
        Self::Chest,
        Self::Legs,
        Self::Feet,
    ];

    pub const fn name(self) -> &'static str {
        // Behind the dot of the place's name.
        Place::Equipment(self).name().split_at(10).1
    }
}

impl FromStr for Slot {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let found = Self::ALL.into_iter().find(|slot| slot.name() == text);
        found.ok_or(())
    }
}

impl Place {
    pub const ALL: [Self; 22] = [
        Self::Bag,
        Self::Equipment(Slot::Hand),
        Self::Equipment(Slot::OffHand),
        Self::Equipment(Slot::Head),
        Self::Equipment(Slot::Chest),
        Self::Equipment(Slot::Legs),
        Self::Equipment(Slot::Feet),
        Self::Chest,
        Self::Ground,
        Self::Source(Source::Start),
        Self::Source(Source::Mining),
        Self::Source(Source::Loot),
        Self::Source(Source::Crafting),
        Self::Source(Source::Reward),
        Self::Source(Source::Grant),
        Self::Sink(Sink::Crafting),
        Self::Sink(Sink::Built),
        Self::Sink(Sink::Used),
        Self::Sink(Sink::Discarded),
        Self::Sink(Sink::Broken),
        Self::Sink(Sink::Decayed),
        Self::Sink(Sink::Confiscated),
    ];

    /// As databases and clients know it; never changed.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bag => "bag",
            Self::Equipment(Slot::Hand) => "equipment.hand",
            Self::Equipment(Slot::OffHand) => "equipment.off_hand",
            Self::Equipment(Slot::Head) => "equipment.head",
            Self::Equipment(Slot::Chest) => "equipment.chest",
            Self::Equipment(Slot::Legs) => "equipment.legs",
            Self::Equipment(Slot::Feet) => "equipment.feet",
            Self::Chest => "chest",
            Self::Ground => "ground",
            Self::Source(Source::Start) => "source.start",
            Self::Source(Source::Mining) => "source.mining",
            Self::Source(Source::Loot) => "source.loot",
            Self::Source(Source::Crafting) => "source.crafting",
            Self::Source(Source::Reward) => "source.reward",
            Self::Source(Source::Grant) => "source.grant",
            Self::Sink(Sink::Crafting) => "sink.crafting",
            Self::Sink(Sink::Built) => "sink.built",
            Self::Sink(Sink::Used) => "sink.used",
            Self::Sink(Sink::Discarded) => "sink.discarded",
            Self::Sink(Sink::Broken) => "sink.broken",
            Self::Sink(Sink::Decayed) => "sink.decayed",
            Self::Sink(Sink::Confiscated) => "sink.confiscated",
        }
    }

    /// Whether it is the world's: what is there is nobody's to spend.
    pub const fn is_world(self) -> bool {
        matches!(self, Self::Source(_) | Self::Sink(_))
    }

    /// Whether a character has it.
    pub const fn is_carried(self) -> bool {
        matches!(self, Self::Bag | Self::Equipment(_) | Self::Chest)
    }
}

impl From<Place> for &'static str {
    fn from(place: Place) -> Self {
        place.name()
    }
}

impl FromStr for Place {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let found = Self::ALL.into_iter().find(|place| place.name() == text);
        found.ok_or(())
    }
}

impl TryFrom<String> for Place {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse().map_err(|()| "no such place".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_leads_back_to_its_place() {
        for place in Place::ALL {
            assert_eq!(place.name().parse(), Ok(place));
        }
        for slot in Slot::ALL {
            assert_eq!(slot.name().parse(), Ok(slot));
            assert_eq!(
                Place::Equipment(slot).name(),
                format!("equipment.{}", slot.name())
            );
        }
        assert!("bags".parse::<Place>().is_err() && "".parse::<Slot>().is_err());
    }
}
