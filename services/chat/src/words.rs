//! Words that were taken, and what edges tell each other about chat.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{
    audience::{Audience, Place},
    channel::Channel,
    membership::Membership,
    word_list::WordList,
};

/// Who spoke, as it was then.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Speaker {
    /// That of the character, where it has one. 0 is the server itself.
    pub session: u64,
    /// Whom mutes and rates hold for: the account, or of who has none the session.
    pub account: u64,
    pub body: u32,
    pub name: String,
    pub house: u8,
    pub place: Place,
    pub party: Option<u64>,
    pub guild: Option<u64>,
}

/// Words that were taken: safe text, and who is to hear them.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
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

/// What one edge tells the others, and services all of them. Times are in milliseconds since 1970. Of two
/// notices about the same that have a `revision`, the greater holds, in whatever order they come.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Notice {
    Said(Arc<Words>),
    /// Said long ago: for newcomers only.
    Recalled(Arc<Words>),
    /// An account may say nothing until then; a time that is over ends a mute.
    Muted {
        account: u64,
        until_ms: u64,
        reason: String,
        revision: u64,
    },
    /// An account has said too much, on all its connections together.
    Hushed {
        account: u64,
        until_ms: u64,
    },
    /// Messages of one speaker in a channel are to be so far apart; 0 ends it.
    Slowed {
        channel: Channel,
        slow_ms: u64,
        revision: u64,
    },
    /// A moderator removed these words: who heard them is told, newcomers are not told them any more.
    Removed {
        sequence: u64,
    },
    /// Words that are not shown, in place of those before.
    Filtered {
        words: Arc<WordList>,
        revision: u64,
    },
    /// Who is with whom.
    Belongs(Membership),
    /// Several, heeded at once.
    Several {
        notices: Arc<[Notice]>,
    },
}

/// The edges of a process, to whoever tells them what is said elsewhere. Never waits.
pub trait Ears {
    fn tell(&self, notice: &Notice);

    /// So many words of others came too late to be told.
    fn lose(&self, count: usize);
}
