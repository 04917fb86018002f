//! What several routes read and write. Ids are decimal text: pages have no whole numbers of 63 bits.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use web::{Problem, ids::id_of};

use crate::{
    domain::Appearance,
    store::{Card, GuildSeat},
};

/// A character, as it is named everywhere.
#[derive(Serialize, ToSchema)]
pub struct CardAnswer {
    character: String,
    name: String,
    /// 0 red, 1 blue, 255 whichever needs people.
    house: u8,
    appearance: Appearance,
}

impl From<&Card> for CardAnswer {
    fn from(card: &Card) -> Self {
        Self {
            character: card.id.to_string(),
            name: card.name.clone(),
            house: card.house,
            appearance: card.look,
        }
    }
}

/// Somebody's guild, and what they are in it.
#[derive(Serialize, ToSchema)]
pub struct GuildSeatAnswer {
    guild: String,
    name: String,
    tag: String,
    rank: &'static str,
}

impl From<GuildSeat> for GuildSeatAnswer {
    fn from(seat: GuildSeat) -> Self {
        Self {
            guild: seat.guild.to_string(),
            name: seat.name,
            tag: seat.tag,
            rank: seat.rank.name(),
        }
    }
}

/// Somebody to do something with.
#[derive(Deserialize, ToSchema)]
pub struct OtherForm {
    character: String,
}

impl OtherForm {
    pub fn id(&self) -> Result<i64, Problem> {
        let id = id_of(&self.character);
        id.ok_or_else(|| Problem::invalid("character", "a character's number"))
    }
}

/// Where a page of a list begins.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Page {
    /// The last character of the page before.
    after: Option<String>,
}

impl Page {
    pub fn after(&self) -> Result<i64, Problem> {
        let Some(text) = &self.after else {
            return Ok(0);
        };
        let id = id_of(text);
        id.ok_or_else(|| Problem::invalid("after", "a character's number"))
    }
}
