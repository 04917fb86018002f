//! What is asked of the registry, and what it answers.

use std::net::IpAddr;

use engine::{Attachment, SessionId};

use crate::{registry::line::Spot, token::Known};

/// What a Hello asks for.
pub struct JoinRequest<'a> {
    pub name: &'a str,
    pub resume_token: &'a str,
    /// The auth service's word for who it is; may be empty.
    pub ticket: &'a str,
    /// What an edge said of since when it waits; may be empty, or anything.
    pub line_ticket: &'a str,
    pub address: IpAddr,
    /// When it came, in milliseconds since 1970.
    pub now_ms: u64,
}

/// Why a Hello was refused; [`Refusal::text`] is for the player.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Refusal {
    Name(&'static str),
    Ticket(&'static str),
    Full,
    TooManyJoins,
}

impl Refusal {
    pub fn text(self) -> &'static str {
        match self {
            Refusal::Name(text) | Refusal::Ticket(text) => text,
            Refusal::Full => "The battle is full, and so is the line. Try again in a while.",
            Refusal::TooManyJoins => "Too many people are joining. Try again in a few seconds.",
        }
    }
}

/// A session let in, for the connection that holds it from now on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Admission {
    pub session: SessionId,
    /// See [`Known::account`].
    pub account: u64,
    pub attachment: Attachment,
    pub token: String,
    /// What it is called, unless it is in the world already under another name.
    pub name: String,
}

/// The answer to a Hello that is not refused.
#[derive(PartialEq, Eq, Debug)]
pub enum Answer {
    In(Admission),
    /// There is no room yet.
    Wait(Place),
}

/// A place in the line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Place {
    pub(super) spot: Spot,
    pub(super) known: Known,
    /// Whether it is known for that by more than a line ticket, which others may show elsewhere.
    pub(super) is_proven: bool,
    pub(super) name: String,
}

/// How it stands with a place in the line.
#[derive(PartialEq, Eq, Debug)]
pub enum Turn {
    Now(Admission),
    /// 1 is the next, and how many wait.
    Later {
        position: u32,
        count: u32,
    },
    /// The same session stands there by a newer connection.
    Replaced,
}

/// To who was sent away, and to who is being sent.
pub const SENT_AWAY: &str = "You were sent away. Sign in to learn why.";
