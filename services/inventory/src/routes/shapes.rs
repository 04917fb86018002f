//! What several routes read and write. Numbers of things and characters are decimal text: pages have no whole
//! numbers of 63 bits.

use ring::digest::{SHA256, digest};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{Problem, ids::id_of};

use crate::{
    domain::{Account, Books, Definitions, Item, Lot, Place, Thing},
    limits::KEY_BYTES_MAX,
    store::Order,
};

/// Some of a thing, as somebody names it.
#[derive(Clone, Deserialize, Serialize, ToSchema)]
pub struct LotForm {
    item: String,
    /// Which one, of a unique item.
    unique: Option<String>,
    count: u32,
}

/// Some of a thing, as it is told.
#[derive(Serialize, ToSchema)]
pub struct LotAnswer {
    item: String,
    unique: Option<String>,
    count: i64,
}

/// What a character has, by place.
#[derive(Serialize, ToSchema)]
pub struct Belongings {
    /// How often it was changed.
    revision: i64,
    bag: Vec<LotAnswer>,
    chest: Vec<LotAnswer>,
    equipment: Vec<Worn>,
}

#[derive(Serialize, ToSchema)]
pub struct Worn {
    slot: &'static str,
    item: String,
    unique: Option<String>,
}

/// The thing of these names, if there is such an item.
pub fn thing_of(
    definitions: &Definitions,
    item: &str,
    unique: Option<&str>,
) -> Result<Thing, Problem> {
    let item = item_of(definitions, item)?;
    let unique = unique.map(|text| {
        let id = id_of(text);
        id.ok_or_else(|| Problem::invalid("unique", "a number above zero"))
    });
    let unique = unique.transpose()?;
    if unique.is_some() != definitions.is_unique(&item) {
        let told = "a unique item has a number, another has none";
        return Err(Problem::invalid("unique", told));
    }
    Ok(Thing { item, unique })
}

pub fn item_of(definitions: &Definitions, name: &str) -> Result<Item, Problem> {
    let item = definitions.item_named(name).cloned();
    item.ok_or_else(|| Problem::invalid("item", "there is no such item"))
}

/// What a player asks for under a key of their own.
pub struct Asked {
    key: String,
    digest: String,
}

impl Asked {
    /// `what` is all of it, so that the same key cannot ask for something else.
    pub fn new(author: &str, key: &str, what: &impl Serialize) -> Result<Self, Problem> {
        let is_sound = |it: u8| it.is_ascii_alphanumeric() || it == b'-' || it == b'_';
        if !(1..=KEY_BYTES_MAX).contains(&key.len()) || !key.bytes().all(is_sound) {
            let told = "1 to 64 letters, digits, - and _";
            return Err(Problem::invalid("key", told));
        }
        let text = serde_json::to_vec(what).expect("a form is JSON");
        let digest = digest(&SHA256, &text);
        let digest = digest.as_ref().iter().map(|byte| format!("{byte:02x}"));
        Ok(Self {
            // Players and shards choose keys apart from each other.
            key: format!("{author}:{key}"),
            digest: digest.collect(),
        })
    }

    pub fn order(&self, author: i64, at_ms: i64) -> Order<'_> {
        Order {
            author,
            key: &self.key,
            digest: &self.digest,
            at_ms,
        }
    }
}

impl LotForm {
    pub fn lot(&self, definitions: &Definitions) -> Result<Lot, Problem> {
        let thing = thing_of(definitions, &self.item, self.unique.as_deref())?;
        match self.count {
            0 => Err(Problem::invalid("count", "1 or more")),
            count => Ok(Lot::new(thing, count)),
        }
    }
}

impl LotAnswer {
    pub fn new(thing: &Thing, count: i64) -> Self {
        Self {
            item: thing.item.to_string(),
            unique: thing.unique.map(|it| it.to_string()),
            count,
        }
    }
}

impl Belongings {
    pub fn new(revision: i64, owner: i64, books: &Books) -> Self {
        let at = |place| {
            let lots = books.contents(Account::new(owner, place));
            lots.map(|(thing, count)| LotAnswer::new(thing, count))
                .collect()
        };
        let worn = books.iter().filter_map(|(account, thing, _)| {
            let Place::Equipment(slot) = account.place else {
                return None;
            };
            Some(Worn {
                slot: slot.name(),
                item: thing.item.to_string(),
                unique: thing.unique.map(|it| it.to_string()),
            })
        });
        Self {
            revision,
            bag: at(Place::Bag),
            chest: at(Place::Chest),
            equipment: worn.collect(),
        }
    }
}
