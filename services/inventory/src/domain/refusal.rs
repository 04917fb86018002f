//! Why something may not happen. Kept with the batch, so that a repeated one is told the same.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::domain::{Account, Item, Slot, Thing};

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "reason", rename_all = "snake_case")]
pub enum Refusal {
    /// A move of the batch cannot be, whatever anybody has.
    Malformed { index: usize, what: String },
    /// There is not as much there.
    Lacking { account: Account, thing: Thing },
    /// The account would be fuller than it may be.
    NoRoom { account: Account },
    /// There was this very thing before.
    BornTwice { item: Item, unique: i64 },
    /// Another shard, or a later life of the same, holds the character.
    Stale { character: i64 },
    /// A shard's batch touches a character that it does not say it holds.
    Unclaimed { character: i64 },
    /// There is no such recipe.
    UnknownRecipe,
    /// It is not worn there.
    WrongSlot { item: Item },
    /// Nothing is worn there.
    EmptySlot { slot: String },
    /// It cannot be eaten or drunk.
    NoFood { item: Item },
    /// The last meal is not long enough ago.
    TooSoon { left_ms: i64 },
    /// The trade is not what the call takes it for.
    Trade { what: String },
    /// What the character has was changed since somebody looked.
    Overtaken { character: i64 },
    /// All is as it should be.
    NothingToDo,
    /// More was changed than one batch can reverse.
    TooMuch,
}

impl Refusal {
    pub(crate) fn malformed(index: usize, what: &str) -> Self {
        let what = what.to_owned();
        Self::Malformed { index, what }
    }

    pub(crate) fn trade(what: &str) -> Self {
        let what = what.to_owned();
        Self::Trade { what }
    }

    pub(crate) fn empty_slot(slot: Slot) -> Self {
        let slot = slot.name().to_owned();
        Self::EmptySlot { slot }
    }

    /// What clients branch on, and counters count by.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Malformed { .. } => "malformed-batch",
            Self::Lacking { .. } => "lacking",
            Self::NoRoom { .. } => "no-room",
            Self::BornTwice { .. } => "born-twice",
            Self::Stale { .. } => "stale-epoch",
            Self::Unclaimed { .. } => "unclaimed",
            Self::UnknownRecipe => "unknown-recipe",
            Self::WrongSlot { .. } => "wrong-slot",
            Self::EmptySlot { .. } => "empty-slot",
            Self::NoFood { .. } => "no-food",
            Self::TooSoon { .. } => "too-soon",
            Self::Trade { .. } => "trade",
            Self::Overtaken { .. } => "overtaken",
            Self::NothingToDo => "nothing-to-do",
            Self::TooMuch => "too-much",
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::Malformed { index, what } => write!(formatter, "move {index}: {what}"),
            Self::Lacking { account, thing } => {
                write!(formatter, "not enough {} in {account}", thing.item)
            }
            Self::NoRoom { account } => write!(formatter, "no room in {account}"),
            Self::BornTwice { item, unique } => {
                write!(formatter, "there was {item} {unique} before")
            }
            Self::Stale { character } => write!(formatter, "{character} is held by another shard"),
            Self::Unclaimed { character } => write!(formatter, "no epoch is given for {character}"),
            Self::UnknownRecipe => formatter.write_str("there is no such recipe"),
            Self::WrongSlot { item } => write!(formatter, "{item} is not worn there"),
            Self::EmptySlot { slot } => write!(formatter, "nothing is worn in {slot}"),
            Self::NoFood { item } => write!(formatter, "{item} cannot be eaten or drunk"),
            Self::TooSoon { left_ms } => {
                write!(
                    formatter,
                    "the last meal was just now; again in {left_ms} ms"
                )
            }
            Self::Trade { what } => formatter.write_str(what),
            Self::Overtaken { character } => {
                write!(
                    formatter,
                    "what {character} has was changed since; look again"
                )
            }
            Self::NothingToDo => formatter.write_str("there is nothing to change"),
            Self::TooMuch => {
                formatter.write_str("too much was changed since; choose a later point")
            }
        }
    }
}

impl std::error::Error for Refusal {}
