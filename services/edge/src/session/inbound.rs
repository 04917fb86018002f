//! What a client's messages do. Bytes come in as they are; whatever is wrong with them is counted
//! and ends at worst this session (R7).

use std::time::Instant;

use engine::{BlockTarget, Buttons, PlayerInput, Slot};
use protocol::{
    WireError,
    header::Channel,
    up::{Hello, InputRecord, UpMessage},
};
use spatial::BlockCoord;

use crate::{
    counters::{Cause, Counters, add},
    session::{
        Ending,
        meter::{Meter, Verdict},
    },
};

use protocol::session::CloseReason;

/// Checks a session's rates and parses what passes.
pub struct Gate<'a> {
    pub meter: &'a mut Meter,
    pub counters: &'a Counters,
}

impl Gate<'_> {
    /// A message that came as a datagram: what is wrong is dropped and counted.
    ///
    /// # Errors
    /// The session ends when too much was wrong.
    pub fn datagram(&mut self, bytes: &[u8], now: Instant) -> Result<Option<UpMessage>, Ending> {
        add(&self.counters.datagrams_in, 1);
        if !self.is_within_rate(bytes.len(), now)? {
            return Ok(None);
        }
        match parse(bytes, Channel::Datagram) {
            Ok(message) => Ok(Some(message)),
            Err(error) => {
                self.counters.drop_one(Cause::DatagramMalformed);
                match self.meter.malformed(now) {
                    Verdict::Close => Err(Ending::bad_message(error)),
                    Verdict::Keep | Verdict::Drop => Ok(None),
                }
            }
        }
    }

    /// A message that came on a reliable channel: what is wrong ends the session at once.
    ///
    /// # Errors
    /// The session ends when the message is wrong or there are far too many.
    pub fn reliable(
        &mut self,
        bytes: &[u8],
        channel: Option<Channel>,
        now: Instant,
    ) -> Result<Option<UpMessage>, Ending> {
        if !self.is_within_rate(bytes.len(), now)? {
            return Ok(None);
        }
        let parsed = match channel {
            Some(channel) => parse(bytes, channel),
            None => UpMessage::decode(bytes).map(|(message, _)| message),
        };
        parsed.map(Some).map_err(|error| {
            self.counters.drop_one(Cause::MessageMalformed);
            Ending::bad_message(error)
        })
    }

    /// Something that has no message in it but costs us time.
    ///
    /// # Errors
    /// The session ends when there is far too much of it.
    pub fn noise(&mut self, now: Instant) -> Result<(), Ending> {
        self.is_within_rate(0, now).map(|_| ())
    }

    fn is_within_rate(&mut self, bytes_count: usize, now: Instant) -> Result<bool, Ending> {
        add(&self.counters.bytes_in, bytes_count as u64);
        match self.meter.message(bytes_count, now) {
            Verdict::Keep => Ok(true),
            Verdict::Drop => {
                self.counters.drop_one(Cause::MessageRate);
                Ok(false)
            }
            Verdict::Close => {
                self.counters.drop_one(Cause::Flood);
                Err(Ending::closed(
                    CloseReason::Flood,
                    "Too many messages came from this client.",
                ))
            }
        }
    }
}

fn parse(bytes: &[u8], channel: Channel) -> Result<UpMessage, WireError> {
    let header = protocol::Header::decode(bytes)?;
    if header.kind.channel() != channel {
        return Err(WireError::UnknownKind(header.kind as u8));
    }
    UpMessage::decode(bytes).map(|(message, _)| message)
}

/// The first message of a session.
///
/// # Errors
/// The ending to tell the client: another version, another message, or no message at all.
pub fn hello(bytes: &[u8], counters: &Counters) -> Result<Hello, Ending> {
    match UpMessage::decode(bytes) {
        Ok((UpMessage::Hello(hello), _)) => Ok(hello),
        Ok(_) => {
            counters.drop_one(Cause::MessageMalformed);
            Err(Ending::bad_message("the first message must be Hello"))
        }
        Err(WireError::Version(theirs)) => {
            counters.drop_one(Cause::JoinRefused);
            Err(Ending::closed(
                CloseReason::VersionMismatch,
                version_text(theirs),
            ))
        }
        Err(error) => {
            counters.drop_one(Cause::MessageMalformed);
            Err(Ending::bad_message(error))
        }
    }
}

fn version_text(theirs: u16) -> String {
    let ours = protocol::VERSION;
    format!(
        "This page speaks version {theirs} of the protocol and the server version {ours}. \
         Reload the page."
    )
}

/// A record of the wire as the engine's input. Ranges that are rules of the game are the engine's to
/// refuse.
pub fn input(record: &InputRecord) -> PlayerInput {
    PlayerInput {
        sequence: record.sequence,
        view_tick: record.view_tick,
        view_fraction: record.view_fraction,
        buttons: Buttons(record.buttons),
        yaw: record.yaw,
        pitch: record.pitch,
        slot: Slot(record.slot),
        target: record.target.map(|([x, y, z], face)| BlockTarget {
            block: BlockCoord::new(x, y, z),
            face,
        }),
        respawn_banner: record.respawn_banner,
    }
}
