//! How sessions end, and what the client is told.

use bytes::Bytes;
use protocol::{
    Encoder,
    session::{CloseReason, Closing},
};

/// The last words to a client: why, and a sentence for the player.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Goodbye {
    pub reason: CloseReason,
    pub text: String,
}

impl Goodbye {
    pub fn new(reason: CloseReason, text: impl Into<String>) -> Self {
        Self {
            reason,
            text: text.into(),
        }
    }

    /// The code a connection is closed with.
    pub fn code(&self) -> u32 {
        self.reason as u32
    }

    /// The Closing message.
    pub fn message(&self) -> Bytes {
        let closing = Closing {
            reason: self.reason,
            text: self.text.clone(),
            protocol_version: protocol::VERSION,
        };
        Bytes::copy_from_slice(Encoder::new().stream(&closing))
    }
}

/// How a session ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Ending {
    /// The connection broke: the body waits for its player.
    Lost,
    /// The player went for good.
    Left,
    /// We closed it; the client is told.
    Closed(Goodbye),
}

impl Ending {
    pub fn closed(reason: CloseReason, text: impl Into<String>) -> Self {
        Ending::Closed(Goodbye::new(reason, text))
    }

    /// The player came back over another connection.
    pub fn replaced() -> Self {
        Self::closed(
            CloseReason::Replaced,
            "This player came in from another window.",
        )
    }

    /// The client sent what no client of this version sends.
    pub fn bad_message(error: impl std::fmt::Display) -> Self {
        Self::closed(
            CloseReason::BadMessage,
            format!("The server did not understand: {error}."),
        )
    }
}
