//! Server to client: any message, for readers such as the bots.

use crate::{
    battle::{Battle, Density, Kills, Scoreboard},
    chat::{Said, Unsaid},
    error::WireError,
    event::{Events, Pong},
    header::{Kind, split},
    loot::{Drops, Found},
    session::{Appearances, Closing, Overload, Refusals, Waiting, Welcome},
    snapshot::Snapshot,
    terrain::{Bricks, Edits, Forget},
};

/// Anything a server may say.
pub enum DownMessage<'a> {
    Snapshot(Snapshot<'a>),
    Events(Events),
    Pong(Pong),
    Welcome(Welcome),
    Closing(Closing),
    Appearances(Appearances),
    Battle(Battle),
    Kills(Kills),
    Scoreboard(Scoreboard),
    Density(Density),
    Refusals(Refusals),
    Waiting(Waiting),
    Overload(Overload),
    Said(Said),
    Unsaid(Unsaid),
    Drops(Drops),
    Found(Found),
    Bricks(Bricks),
    Edits(Edits),
    Forget(Forget),
}

impl<'a> DownMessage<'a> {
    /// Reads a whole message, header included; the number is the header's.
    pub fn decode(message: &'a [u8]) -> Result<(DownMessage<'a>, u32), WireError> {
        let (header, table) = split(message)?;
        let message = match header.kind {
            Kind::Snapshot => DownMessage::Snapshot(Snapshot::decode(table)?),
            Kind::Events => DownMessage::Events(Events::decode(table)?),
            Kind::Pong => DownMessage::Pong(Pong::decode(table)?),
            Kind::Welcome => DownMessage::Welcome(Welcome::decode(table)?),
            Kind::Closing => DownMessage::Closing(Closing::decode(table)?),
            Kind::Appearances => DownMessage::Appearances(Appearances::decode(table)?),
            Kind::Battle => DownMessage::Battle(Battle::decode(table)?),
            Kind::Kills => DownMessage::Kills(Kills::decode(table)?),
            Kind::Scoreboard => DownMessage::Scoreboard(Scoreboard::decode(table)?),
            Kind::Density => DownMessage::Density(Density::decode(table)?),
            Kind::Refusals => DownMessage::Refusals(Refusals::decode(table)?),
            Kind::Waiting => DownMessage::Waiting(Waiting::decode(table)?),
            Kind::Overload => DownMessage::Overload(Overload::decode(table)?),
            Kind::Said => DownMessage::Said(Said::decode(table)?),
            Kind::Unsaid => DownMessage::Unsaid(Unsaid::decode(table)?),
            Kind::Drops => DownMessage::Drops(Drops::decode(table)?),
            Kind::Found => DownMessage::Found(Found::decode(table)?),
            Kind::Bricks => DownMessage::Bricks(Bricks::decode(table)?),
            Kind::Edits => DownMessage::Edits(Edits::decode(table)?),
            Kind::Forget => DownMessage::Forget(Forget::decode(table)?),
            kind => return Err(WireError::UnknownKind(kind as u8)),
        };
        Ok((message, header.number))
    }
}
