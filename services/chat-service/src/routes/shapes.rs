//! What several routes read and write.

use chat::{Refusal, Words, text};
use serde::Serialize;
use utoipa::ToSchema;
use web::Problem;

use crate::{ChannelKey, ChatError, channel_key::number_of, limits::REASON_CHARS_MAX};

/// Words as they were said.
#[derive(Serialize, ToSchema)]
pub struct LineAnswer {
    /// Its number, by which it is reported.
    message: String,
    channel: String,
    time_ms: u64,
    /// Empty for the server itself.
    name: String,
    /// 0 or 1.
    house: u8,
    text: String,
}

impl From<Words> for LineAnswer {
    fn from(words: Words) -> Self {
        let channel = ChannelKey::of(&words).map(|key| key.to_string());
        Self {
            message: words.sequence.to_string(),
            channel: channel.unwrap_or_default(),
            time_ms: words.time_ms,
            house: words.speaker.house,
            text: words.text,
            name: words.speaker.name,
        }
    }
}

/// A number in a form.
pub fn number_in(field: &str, text: &str) -> Result<u64, ChatError> {
    let number = number_of(text);
    number.ok_or_else(|| Problem::invalid(field, "a number in digits").into())
}

/// A reason in a form: one line of safe text.
pub fn reason_of(text: &str) -> Result<String, ChatError> {
    let detail = match text::cleaned(text) {
        Ok(text) if text.chars().count() <= REASON_CHARS_MAX => return Ok(text),
        Ok(_) | Err(Refusal::TooLong) => "200 letters at most",
        Err(Refusal::Empty) => "there is nothing in it to read",
        Err(_) => "it has characters that are not allowed here",
    };
    Err(Problem::invalid("reason", detail).into())
}
