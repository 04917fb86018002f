//! What things there are, by name. What is here is sound: it was read by `parsing.rs`.

use std::{borrow::Borrow, collections::BTreeMap, fmt, sync::Arc};

use serde::{Deserialize, Serialize};

use crate::domain::Slot;

/// The name of a kind of things, the same in definitions, databases and messages.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(into = "String", from = "String")]
pub struct Item(Arc<str>);

impl Item {
    pub fn new(name: &str) -> Self {
        Self(name.into())
    }

    pub fn name(&self) -> &str {
        &self.0
    }
}

impl From<String> for Item {
    fn from(name: String) -> Self {
        Self(name.into())
    }
}

impl From<Item> for String {
    fn from(item: Item) -> Self {
        item.name().to_owned()
    }
}

impl Borrow<str> for Item {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Item {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ItemDefinition {
    /// As players read it.
    pub title: String,
    /// How many lie on one place of a bag.
    pub stack_max: u32,
    /// Whether each has a number and a fate of its own.
    pub is_unique: bool,
    /// Where it is worn, if anywhere.
    pub slot: Option<Slot>,
    /// What it does in the battle, worn.
    pub effect: Option<Effect>,
    /// Points of health that who eats or drinks it has back; 0 of what is no food.
    pub heals: u16,
}

/// What something that is worn does in the battle: for players to read, the battle has its own numbers.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Keeps off so many 1/1000 of a blow.
    Armour(u16),
    /// The same, of one from ahead.
    Shield(u16),
    /// A blow of the sword takes so many points more.
    Blow(u16),
    /// An arrow does.
    Arrow(u16),
}

impl Effect {
    /// As pages know it, and how much.
    pub const fn parts(self) -> (&'static str, u16) {
        match self {
            Self::Armour(permille) => ("armour", permille),
            Self::Shield(permille) => ("shield", permille),
            Self::Blow(points) => ("blow", points),
            Self::Arrow(points) => ("arrow", points),
        }
    }
}

/// What becomes what.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Recipe {
    pub needs: BTreeMap<Item, u32>,
    pub gives: BTreeMap<Item, u32>,
}

/// What may be found, by weight.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LootTable {
    pub draws: u32,
    /// Of finding nothing in a draw.
    pub nothing_weight: u32,
    pub entries: Vec<LootEntry>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LootEntry {
    pub item: Item,
    pub weight: u32,
    pub count_min: u32,
    pub count_max: u32,
}

/// All of them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Definitions {
    pub items: BTreeMap<Item, ItemDefinition>,
    /// What every character begins with.
    pub start: BTreeMap<Item, u32>,
    pub recipes: BTreeMap<String, Recipe>,
    /// Drawn from by the battle, by a copy of its own that a test of `services/spoils` holds equal.
    pub loot_tables: BTreeMap<String, LootTable>,
}

impl Definitions {
    /// The game's own.
    pub fn embedded() -> Self {
        Self::parse(include_str!("../../items.toml")).expect("a test parses them")
    }

    pub fn item(&self, item: &Item) -> Option<&ItemDefinition> {
        self.items.get(item)
    }

    /// The item of a name that somebody gave.
    pub fn item_named(&self, name: &str) -> Option<&Item> {
        self.items.get_key_value(name).map(|(item, _)| item)
    }

    pub fn is_unique(&self, item: &Item) -> bool {
        self.item(item).is_some_and(|it| it.is_unique)
    }
}
