//! Where words are kept and published: `global`, `house.1`, `party.17`, `whisper.3.9`.

use std::{fmt, str::FromStr};

use chat::{Audience, Channel, Words};

/// See the module.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ChannelKey {
    Global,
    System,
    Local,
    House(u8),
    Party(u64),
    Guild(u64),
    /// Two sessions, the smaller first.
    Whisper(u64, u64),
}

impl ChannelKey {
    /// None for words that contradict themselves, as a party's that everybody is to hear.
    pub fn of(words: &Words) -> Option<Self> {
        match (words.channel, words.audience) {
            (Channel::Global, Audience::Everyone) => Some(Self::Global),
            (Channel::System, Audience::Everyone) => Some(Self::System),
            // The server's words for one: kept where nobody else reads.
            (Channel::System, Audience::Pair(one, other)) => {
                Some(Self::Whisper(one.min(other), one.max(other)))
            }
            (Channel::Local, Audience::Near(_)) => Some(Self::Local),
            (Channel::House, Audience::House(house @ 0..=1)) => Some(Self::House(house)),
            (Channel::Party, Audience::Party(party)) => Some(Self::Party(party)),
            (Channel::Guild, Audience::Guild(guild)) => Some(Self::Guild(guild)),
            (Channel::Whisper, Audience::Pair(one, other)) => {
                Some(Self::Whisper(one.min(other), one.max(other)))
            }
            _ => None,
        }
    }
}

impl fmt::Display for ChannelKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Global => formatter.write_str("global"),
            Self::System => formatter.write_str("system"),
            Self::Local => formatter.write_str("local"),
            Self::House(house) => write!(formatter, "house.{house}"),
            Self::Party(party) => write!(formatter, "party.{party}"),
            Self::Guild(guild) => write!(formatter, "guild.{guild}"),
            Self::Whisper(one, other) => write!(formatter, "whisper.{one}.{other}"),
        }
    }
}

impl FromStr for ChannelKey {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let parts: Vec<&str> = text.split('.').collect();
        let number = |text: &str| number_of(text).ok_or(());
        let key = match parts.as_slice() {
            ["global"] => Self::Global,
            ["system"] => Self::System,
            ["local"] => Self::Local,
            ["house", "0"] => Self::House(0),
            ["house", "1"] => Self::House(1),
            ["party", party] => Self::Party(number(party)?),
            ["guild", guild] => Self::Guild(number(guild)?),
            ["whisper", one, other] => Self::Whisper(number(one)?, number(other)?),
            _ => return Err(()),
        };
        // One channel has one name.
        (key.to_string() == text).then_some(key).ok_or(())
    }
}

/// A number in plain decimal digits.
pub fn number_of(text: &str) -> Option<u64> {
    let is_plain = !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit());
    is_plain.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_as_it_is_written_and_nothing_else_is() {
        for key in [
            ChannelKey::Global,
            ChannelKey::System,
            ChannelKey::Local,
            ChannelKey::House(1),
            ChannelKey::Party(17),
            ChannelKey::Guild(u64::MAX),
            ChannelKey::Whisper(3, 9),
        ] {
            assert_eq!(key.to_string().parse(), Ok(key));
        }
        for text in [
            "",
            "Global",
            "house",
            "house.2",
            "party",
            "party.",
            "party.-1",
            "party.01",
            "party.18446744073709551616",
            "guild.1.2",
            "whisper.1",
            "global.1",
            "party.٣",
            "'; DROP TABLE chat_lines; --",
        ] {
            assert_eq!(text.parse::<ChannelKey>(), Err(()), "{text:?}");
        }
    }
}
