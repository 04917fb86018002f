//! Words that were taken, and what edges tell each other about chat.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{
    audience::{Audience, Place},
    channel::Channel,
};

/// Who spoke, as it was then.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Speaker {
    /// That of the character, where it has one. 0 is the server itself.
    pub session: u64,
    pub body: u32,
    pub name: String,
    pub house: u8,
    pub place: Place,
    pub party: Option<u64>,
    pub guild: Option<u64>,
}

/// Words that were taken: safe text, and who is to hear them.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Words {
    pub channel: Channel,
    pub speaker: Speaker,
    pub audience: Audience,
    /// The name of whose ear a whisper was for; else empty.
    pub to: String,
    pub text: String,
    /// Names them, in the whole battle.
    pub sequence: u64,
    /// Since 1970.
    pub time_ms: u64,
}

/// What one edge tells the others, and a moderator all of them. Times are in milliseconds since 1970.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Notice {
    Said(Arc<Words>),
    Muted {
        session: u64,
        until_ms: u64,
        reason: String,
    },
    Unmuted {
        session: u64,
    },
    /// Messages of one speaker in a channel are to be so far apart; 0 ends it.
    Slowed {
        channel: Channel,
        slow_ms: u64,
    },
    /// Newcomers are not told these words any more.
    Removed {
        sequence: u64,
    },
}
