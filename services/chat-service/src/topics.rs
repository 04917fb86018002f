//! Who publishes what about chat. All bodies are JSON.
//!
//! | topic | body | from | to |
//! | --- | --- | --- | --- |
//! | `chat.said.<channel>` | [`Told`] with `said` | edges | all edges, the store, the rates |
//! | `chat.wanted` | [`Wanted`] | a process that begins | who knows mutes, memberships |
//! | `chat.state` | [`Told`] with `several` | the service | all edges: all that holds, again and again |
//! | `chat.muted.<account>`, `chat.removed.<message>`, `chat.slowed.<channel>`, `chat.words` | [`Told`] | the service | all edges |
//! | `chat.hushed.<account>` | [`Told`] | the service | all edges |
//! | `chat.member.<character>` | [`Members`] | who keeps parties and guilds | all edges, the service |
//! | `chat.system` | [`Announcement`] | any service | all edges, the store |
//!
//! Who keeps parties and guilds publishes a [`Members`] whenever a character joins or leaves one, and all of
//! those that belong anywhere after each `chat.wanted`.

use backends::broker::Event;
use chat::{Membership, Notice, Words};
use ring::digest::{SHA256, digest};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::ChannelKey;

pub const SAID: &str = "chat.said";
pub const WANTED: &str = "chat.wanted";
pub const STATE: &str = "chat.state";
pub const MUTED: &str = "chat.muted";
pub const REMOVED: &str = "chat.removed";
pub const SLOWED: &str = "chat.slowed";
pub const WORDS: &str = "chat.words";
pub const HUSHED: &str = "chat.hushed";
pub const MEMBER: &str = "chat.member";
pub const SYSTEM: &str = "chat.system";

const VERSION: u64 = 1;

/// A notice on its way.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Told {
    version: u64,
    /// The process that says it, which need not be told.
    pub origin: u64,
    pub notice: Notice,
}

/// To whom characters belong from now on.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Members {
    version: u64,
    pub members: Vec<Membership>,
}

/// A process has begun and wants to know what holds.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    version: u64,
    pub origin: u64,
}

/// Words of a service to players.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Announcement {
    version: u64,
    pub text: String,
    /// The character that is to hear it; nobody for everybody.
    pub to: Option<u64>,
    pub time_ms: u64,
}

impl Told {
    pub fn new(origin: u64, notice: Notice) -> Self {
        let version = VERSION;
        Self {
            version,
            origin,
            notice,
        }
    }
}

impl Members {
    pub fn new(members: Vec<Membership>) -> Self {
        let version = VERSION;
        Self { version, members }
    }
}

impl Announcement {
    pub fn new(text: String, to: Option<u64>, time_ms: u64) -> Self {
        let version = VERSION;
        Self {
            version,
            text,
            to,
            time_ms,
        }
    }
}

/// Words on their way, under a name that is theirs alone. None for words that contradict themselves.
pub fn said(origin: u64, words: Words) -> Option<Event> {
    let key = ChannelKey::of(&words)?;
    let id = format!("chat-said-{:016x}", words.sequence);
    let told = Told::new(origin, Notice::Said(words.into()));
    Some(event(id, format!("{SAID}.{key}"), &told))
}

pub fn wanted(origin: u64) -> Event {
    let version = VERSION;
    let id = format!("chat-wanted-{origin:016x}");
    event(id, WANTED.to_owned(), &Wanted { version, origin })
}

pub fn event(id: String, topic: String, body: &impl Serialize) -> Event {
    let body = serde_json::to_vec(body).expect("strings and numbers are JSON");
    Event { id, topic, body }
}

/// A number that follows from an event's name: the first bytes of its SHA-256.
pub fn number_of_event(id: &str) -> u64 {
    let digest = digest(&SHA256, id.as_bytes());
    let first = digest.as_ref().first_chunk();
    u64::from_be_bytes(*first.expect("SHA-256 has 32 bytes"))
}

/// What an event says.
///
/// # Errors
/// A sentence, for a body that is not of this shape and version.
pub fn body<B: Versioned>(event: &Event) -> Result<B, String> {
    let body: B = serde_json::from_slice(&event.body).map_err(|error| error.to_string())?;
    match body.version() {
        VERSION => Ok(body),
        version => Err(format!("version {version} is not known")),
    }
}

/// A body that says in which version it is written.
pub trait Versioned: DeserializeOwned {
    fn version(&self) -> u64;
}

macro_rules! versioned {
    ($($body:ty),*) => {
        $(impl Versioned for $body {
            fn version(&self) -> u64 {
                self.version
            }
        })*
    };
}

versioned!(Told, Members, Wanted, Announcement);

#[cfg(test)]
mod tests {
    use super::*;
    use chat::{Audience, Channel, Speaker, WordList};
    use std::sync::Arc;

    #[test]
    fn each_notice_comes_out_as_it_went_in() {
        let words = Words {
            channel: Channel::Party,
            speaker: Speaker {
                name: "\"Åsa\" <b>".into(),
                account: u64::MAX,
                ..Speaker::default()
            },
            audience: Audience::Party(3),
            to: String::new(),
            text: "'; DROP TABLE chat_lines; --".into(),
            sequence: u64::MAX,
            time_ms: 5,
        };
        let words = Arc::new(words);
        let notices = [
            Notice::Said(words.clone()),
            Notice::Recalled(words),
            Notice::Hushed {
                account: 1,
                until_ms: 2,
            },
            Notice::Filtered {
                words: Arc::new(WordList::built_in()),
                revision: 3,
            },
        ];
        let notices = Notice::Several {
            notices: notices.into(),
        };
        let told = Told::new(9, notices);
        let event = event("x".into(), STATE.into(), &told);
        assert_eq!(body::<Told>(&event), Ok(told));
    }

    #[test]
    fn what_is_not_of_this_shape_and_version_is_refused() {
        let refused = |text: &str| {
            let body = text.as_bytes().to_vec();
            let (id, topic) = ("x".to_owned(), WANTED.to_owned());
            super::body::<Wanted>(&Event { id, topic, body }).is_err()
        };
        assert!(!refused(r#"{"version":1,"origin":7}"#));
        for text in [
            "",
            "null",
            r#"{"version":2,"origin":7}"#,
            r#"{"version":1,"origin":7,"x":1}"#,
            r#"{"origin":7}"#,
            r#"{"version":1,"origin":-7}"#,
        ] {
            assert!(refused(text), "{text}");
        }
    }
}
