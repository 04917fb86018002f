//! The access token: which account asks, in which session, and what it may do.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::jwt::{Token, seconds, text_id};

/// What an account may do; each may do all that those before it may.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    Player,
    Moderator,
    Operator,
    Admin,
}

impl Role {
    pub fn name(self) -> &'static str {
        match self {
            Self::Player => "player",
            Self::Moderator => "moderator",
            Self::Operator => "operator",
            Self::Admin => "admin",
        }
    }

    pub fn is_staff(self) -> bool {
        self > Self::Player
    }
}

impl fmt::Display for Role {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl FromStr for Role {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let all = [Self::Player, Self::Moderator, Self::Operator, Self::Admin];
        all.into_iter().find(|role| role.name() == text).ok_or(())
    }
}

/// The claims of an access token.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Access {
    #[serde(rename = "iss")]
    pub issuer: String,
    #[serde(rename = "aud")]
    pub audience: String,
    #[serde(rename = "sub", with = "text_id")]
    pub account: i64,
    #[serde(rename = "sid", with = "text_id")]
    pub session: i64,
    /// What this session may do: staff who did not give a second factor are players.
    pub role: Role,
    /// Whether the account has no mail address yet.
    pub guest: bool,
    #[serde(rename = "iat", with = "seconds")]
    pub issued_ms: i64,
    #[serde(rename = "exp", with = "seconds")]
    pub expires_ms: i64,
}

impl Token for Access {
    const KIND: &'static str = "at+jwt";

    fn audience(&self) -> &str {
        &self.audience
    }

    fn life_ms(&self) -> (i64, i64) {
        (self.issued_ms, self.expires_ms)
    }
}
