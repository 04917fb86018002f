//! Why words are not taken; the numbers are those of the wire.

/// See the module. Times are in milliseconds since 1970.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Refusal {
    /// More words than one may say.
    TooFast {
        until_ms: u64,
    },
    TooLong,
    /// Nothing in it to read.
    Empty,
    /// Characters that hide, turn or break what stands beside them.
    Unsafe,
    /// By a moderator.
    Muted {
        until_ms: u64,
    },
    /// No player of that name is here.
    Nobody,
    /// In no party or guild.
    NotMember,
    /// Only the server speaks there.
    NotAllowed,
    /// The channel is slowed down.
    SlowMode {
        until_ms: u64,
    },
    /// No more players can be ignored.
    ListFull,
    /// What keeps words and carries them to others takes no more for now.
    Unavailable,
}

impl Refusal {
    /// On the wire.
    pub const fn number(self) -> u8 {
        match self {
            Self::TooFast { .. } => 0,
            Self::TooLong => 1,
            Self::Empty => 2,
            Self::Unsafe => 3,
            Self::Muted { .. } => 4,
            Self::Nobody => 5,
            Self::NotMember => 6,
            Self::NotAllowed => 7,
            Self::SlowMode { .. } => 8,
            Self::ListFull => 9,
            Self::Unavailable => 10,
        }
    }

    /// When the same words would be taken; 0 where waiting does not help.
    pub const fn until_ms(self) -> u64 {
        match self {
            Self::TooFast { until_ms } | Self::Muted { until_ms } | Self::SlowMode { until_ms } => {
                until_ms
            }
            _ => 0,
        }
    }
}
