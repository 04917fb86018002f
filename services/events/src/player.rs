//! What became of players: told by the player service, on topics that end with whom it is about, so that one
//! may follow one party, guild or character.

use serde::{Deserialize, Serialize};

use crate::{battle::Character, body::Body};

/// A character has reached a level.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Levelled {
    pub character: Character,
    pub level_before: u32,
    pub level: u32,
    pub at_ms: i64,
}

/// What happened in a party or guild.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum GroupChange {
    Founded,
    Invited,
    Joined,
    Left,
    Kicked,
    /// The character leads from now on.
    Leader,
    /// The character has another rank.
    Rank,
    /// The message of the day.
    Message,
    /// There is no such group any more.
    Ended,
}

/// A party, as it is after the change.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct PartyChanged {
    #[serde(with = "crate::body::text_id")]
    pub party: i64,
    pub change: GroupChange,
    /// Whom the change is about.
    pub character: Character,
    pub leader: Character,
    pub members: Vec<Character>,
    pub at_ms: i64,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct GuildChanged {
    #[serde(with = "crate::body::text_id")]
    pub guild: i64,
    pub change: GroupChange,
    /// Whom the change is about.
    pub character: Character,
    /// That one's rank afterwards, of a member.
    pub rank: Option<String>,
    pub name: String,
    pub tag: String,
    pub at_ms: i64,
}

/// What another is to a character from now on: `friend`, `asked`, `asking`, `blocked`, or nothing.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct FriendsChanged {
    pub character: Character,
    pub other: Character,
    pub relation: Option<String>,
    pub at_ms: i64,
}

impl Body for Levelled {
    const TOPIC: &'static str = "player.levelled";
    const VERSION: u64 = 1;
}

impl Body for PartyChanged {
    const TOPIC: &'static str = "player.party";
    const VERSION: u64 = 1;
}

impl Body for GuildChanged {
    const TOPIC: &'static str = "player.guild";
    const VERSION: u64 = 1;
}

impl Body for FriendsChanged {
    const TOPIC: &'static str = "player.friends";
    const VERSION: u64 = 1;
}
