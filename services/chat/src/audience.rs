//! Who hears.

use serde::{Deserialize, Serialize};

use crate::{channel::Channel, limits::LOCAL_BLOCKS, refusal::Refusal, words::Speaker};

/// Where somebody stands on the map, in blocks of 1 m.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Place {
    pub x: i32,
    pub z: i32,
}

/// Who is to hear some words.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    Everyone,
    /// As far as a voice carries from here.
    Near(Place),
    House(u8),
    Party(u64),
    Guild(u64),
    /// The sessions of who whispers and of whose ear it is.
    Pair(u64, u64),
}

/// One who may hear.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Listener {
    pub session: u64,
    pub house: u8,
    pub place: Place,
    pub party: Option<u64>,
    pub guild: Option<u64>,
}

impl Audience {
    /// Who hears `speaker` in a channel; `ear` is whose ear a whisper is for, if anybody's.
    ///
    /// # Errors
    /// [`Refusal::NotMember`], [`Refusal::Nobody`] or [`Refusal::NotAllowed`].
    pub fn of(channel: Channel, speaker: &Speaker, ear: Option<u64>) -> Result<Self, Refusal> {
        match channel {
            Channel::Global => Ok(Self::Everyone),
            Channel::Local => Ok(Self::Near(speaker.place)),
            Channel::House => Ok(Self::House(speaker.house)),
            Channel::Party => speaker.party.map(Self::Party).ok_or(Refusal::NotMember),
            Channel::Guild => speaker.guild.map(Self::Guild).ok_or(Refusal::NotMember),
            Channel::Whisper => {
                let ear = ear.ok_or(Refusal::Nobody)?;
                Ok(Self::Pair(speaker.session, ear))
            }
            Channel::System => Err(Refusal::NotAllowed),
        }
    }

    pub fn hears(&self, listener: &Listener) -> bool {
        match *self {
            Self::Everyone => true,
            Self::Near(place) => is_near(place, listener.place),
            Self::House(house) => listener.house == house,
            Self::Party(party) => listener.party == Some(party),
            Self::Guild(guild) => listener.guild == Some(guild),
            Self::Pair(one, other) => [one, other].contains(&listener.session),
        }
    }
}

fn is_near(a: Place, b: Place) -> bool {
    let [x, z] = [a.x.abs_diff(b.x), a.z.abs_diff(b.z)].map(u64::from);
    let reach = LOCAL_BLOCKS as u64;
    x * x + z * z <= reach * reach
}

#[cfg(test)]
mod tests {
    use super::*;

    fn speaker() -> Speaker {
        Speaker {
            session: 1,
            house: 1,
            place: Place { x: 100, z: -20 },
            guild: Some(9),
            ..Speaker::default()
        }
    }

    fn hears(channel: Channel, listener: Listener) -> bool {
        let audience = Audience::of(channel, &speaker(), Some(2)).expect("it may speak there");
        audience.hears(&listener)
    }

    #[test]
    fn each_channel_has_its_listeners() {
        let stranger = Listener {
            session: 3,
            place: Place { x: 149, z: -20 },
            ..Listener::default()
        };
        assert!(hears(Channel::Global, stranger));
        for channel in [
            Channel::Local,
            Channel::House,
            Channel::Guild,
            Channel::Whisper,
        ] {
            assert!(!hears(channel, stranger), "{channel:?}");
        }
        assert!(hears(
            Channel::House,
            Listener {
                house: 1,
                ..stranger
            }
        ));
        assert!(hears(
            Channel::Guild,
            Listener {
                guild: Some(9),
                ..stranger
            }
        ));
        assert!(!hears(
            Channel::Guild,
            Listener {
                party: Some(9),
                ..stranger
            }
        ));
        assert!(hears(
            Channel::Whisper,
            Listener {
                session: 2,
                ..stranger
            }
        ));
        assert!(hears(
            Channel::Whisper,
            Listener {
                session: 1,
                ..stranger
            }
        ));
    }

    #[test]
    fn a_voice_carries_round_about_as_far_as_the_limit() {
        let at = |x, z| Listener {
            place: Place { x, z },
            ..Listener::default()
        };
        assert!(hears(Channel::Local, at(100 + LOCAL_BLOCKS, -20)));
        assert!(!hears(Channel::Local, at(101 + LOCAL_BLOCKS, -20)));
        assert!(!hears(Channel::Local, at(100 + LOCAL_BLOCKS, -21)));
        assert!(!hears(Channel::Local, at(i32::MIN, i32::MAX)));
    }

    #[test]
    fn some_channels_are_closed_to_some() {
        let of = |channel, ear| Audience::of(channel, &speaker(), ear);
        assert_eq!(of(Channel::Party, None), Err(Refusal::NotMember));
        assert_eq!(of(Channel::Whisper, None), Err(Refusal::Nobody));
        assert_eq!(of(Channel::System, None), Err(Refusal::NotAllowed));
    }
}
