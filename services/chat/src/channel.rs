//! Where words are said; the numbers are those of the wire.

use serde::{Deserialize, Serialize};

/// See the module.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum Channel {
    Global = 0,
    Local = 1,
    House = 2,
    Party = 3,
    Guild = 4,
    Whisper = 5,
    System = 6,
}

impl Channel {
    pub const ALL: [Channel; 7] = [
        Channel::Global,
        Channel::Local,
        Channel::House,
        Channel::Party,
        Channel::Guild,
        Channel::Whisper,
        Channel::System,
    ];

    /// As staff name it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Global => "global",
            Self::Local => "local",
            Self::House => "house",
            Self::Party => "party",
            Self::Guild => "guild",
            Self::Whisper => "whisper",
            Self::System => "system",
        }
    }

    /// Those that players speak in.
    pub fn spoken() -> impl Iterator<Item = Self> {
        let all = Self::ALL.into_iter();
        all.filter(|channel| *channel != Self::System)
    }

    /// By its number on the wire.
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.get(usize::from(number)).copied()
    }
}
