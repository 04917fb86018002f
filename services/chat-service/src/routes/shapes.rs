//! What several routes read and write.

use chat::{Refusal, Words, text};
use serde::Serialize;
use utoipa::ToSchema;
use web::Problem;

use crate::{ChannelKey, ChatError, channel_key::number_of, limits::REASON_CHARS_MAX};

/// Words as they were said.
#[derive(Serialize, ToSchema)]
pub struct LineAnswer {
    /// Its number, by which it is reported and removed.
    message: String,
    channel: String,
    time_ms: u64,
    /// Empty for the server itself.
    name: String,
    /// 0 or 1.
    house: u8,
    text: String,
    /// Of a whisper, whose ear it was for.
    #[serde(skip_serializing_if = "String::is_empty")]
    to: String,
    /// Whom a mute would be about; for moderators only.
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<String>,
}

impl LineAnswer {
    pub fn new(words: Words, for_moderator: bool) -> Self {
        let channel = ChannelKey::of(&words).map(|key| key.to_string());
        Self {
            message: words.sequence.to_string(),
            channel: channel.unwrap_or_default(),
            time_ms: words.time_ms,
            house: words.speaker.house,
            text: words.text,
            to: words.to,
            account: for_moderator.then(|| words.speaker.account.to_string()),
            name: words.speaker.name,
        }
    }
}

/// A channel in a path.
pub fn channel_of(text: &str) -> Result<ChannelKey, ChatError> {
    text.parse().map_err(|()| Problem::not_found().into())
}

/// A number in a path.
pub fn number_in_path(text: &str) -> Result<u64, ChatError> {
    number_of(text).ok_or_else(|| Problem::not_found().into())
}

/// A number in a form.
pub fn number_in(field: &str, text: &str) -> Result<u64, ChatError> {
    let number = number_of(text);
    number.ok_or_else(|| Problem::invalid(field, "a number in digits").into())
}

/// One line of safe text.
pub fn reason_of(field: &str, text: &str) -> Result<String, ChatError> {
    let detail = match text::cleaned(text) {
        Ok(text) if text.chars().count() <= REASON_CHARS_MAX => return Ok(text),
        Ok(_) | Err(Refusal::TooLong) => "200 letters at most",
        Err(Refusal::Empty) => "there is nothing in it to read",
        Err(_) => "it has characters that are not allowed here",
    };
    Err(Problem::invalid(field, detail).into())
}

/// Two numbers with a hyphen between, as a page before named its end.
pub fn pair_of(field: &str, text: &str) -> Result<(u64, u64), ChatError> {
    let pair = text.split_once('-');
    let pair = pair.and_then(|(one, other)| Some((number_of(one)?, number_of(other)?)));
    pair.ok_or_else(|| Problem::invalid(field, "what the page before named as its next").into())
}
