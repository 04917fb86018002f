//! The ticket by which an edge lets a player in: for one account, one name, one edge; 30 seconds; once.

use std::collections::{HashSet, VecDeque};

use serde::{Deserialize, Serialize};

use crate::{
    KeySet, Role,
    jwt::{Refusal, Token, seconds, text_id},
    limits::{BURNT_MAX, CLOCK_SKEW_MS, TICKET_LIFE_MS},
};

/// The claims of a ticket.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Ticket {
    #[serde(rename = "iss")]
    pub issuer: String,
    /// The edge's name.
    #[serde(rename = "aud")]
    pub audience: String,
    #[serde(rename = "sub", with = "text_id")]
    pub account: i64,
    /// Who it is in the battle, and under which name.
    #[serde(rename = "cid", with = "text_id")]
    pub character_id: i64,
    pub character: String,
    pub role: Role,
    /// Its own name, by which it is burnt.
    #[serde(rename = "jti")]
    pub id: String,
    #[serde(rename = "iat", with = "seconds")]
    pub issued_ms: i64,
    #[serde(rename = "exp", with = "seconds")]
    pub expires_ms: i64,
}

impl Token for Ticket {
    const KIND: &'static str = "ticket+jwt";

    fn audience(&self) -> &str {
        &self.audience
    }

    fn life_ms(&self) -> (i64, i64) {
        (self.issued_ms, self.expires_ms)
    }
}

/// An edge's gate: checks tickets offline and burns each. Each process of edges of one name has its own (decision 0013):
/// a ticket opens each of them once.
#[derive(Debug)]
pub struct TicketGate {
    audience: String,
    burnt: HashSet<String>,
    /// Until when each must be remembered, earliest first, as they were admitted.
    forget_at: VecDeque<(i64, String)>,
}

impl TicketGate {
    /// For the edge of this name.
    pub fn new(audience: impl Into<String>) -> Self {
        Self {
            audience: audience.into(),
            burnt: HashSet::new(),
            forget_at: VecDeque::new(),
        }
    }

    /// Lets the holder of a ticket in, once.
    ///
    /// # Errors
    /// [`Refusal`]; after [`Refusal::UnknownKey`] a newer set of keys may help.
    pub fn admit(&mut self, text: &str, keys: &KeySet, now_ms: i64) -> Result<Ticket, Refusal> {
        let ticket = Ticket::verify(text, keys, &self.audience, now_ms)?;
        if ticket.expires_ms - ticket.issued_ms > TICKET_LIFE_MS {
            return Err(Refusal::Malformed);
        }
        self.forget(now_ms);
        if self.burnt.contains(&ticket.id) {
            return Err(Refusal::Burnt);
        }
        if self.burnt.len() >= BURNT_MAX {
            return Err(Refusal::Full);
        }
        // The longest that any ticket admitted by now can hold, so that the queue stays in order.
        let forget_at_ms = now_ms + TICKET_LIFE_MS + CLOCK_SKEW_MS;
        self.burnt.insert(ticket.id.clone());
        self.forget_at.push_back((forget_at_ms, ticket.id.clone()));
        Ok(ticket)
    }

    fn forget(&mut self, now_ms: i64) {
        while let Some((at_ms, _)) = self.forget_at.front() {
            if *at_ms > now_ms {
                break;
            }
            let (_, id) = self.forget_at.pop_front().expect("it has a front");
            self.burnt.remove(&id);
        }
    }
}
