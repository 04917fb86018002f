//! What was said, and what holds for all who speak.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Serialize, ToSchema, Debug)]
pub struct ChatPage {
    /// The newest first.
    pub lines: Vec<ChatLine>,
    /// For `before` of the page behind this one; null if there is none.
    pub next: Option<String>,
}

/// Words as they were said.
#[derive(Serialize, ToSchema, Debug)]
pub struct ChatLine {
    /// Its number, by which it is removed.
    pub message: String,
    pub time_ms: i64,
    /// Empty for the server itself.
    pub name: String,
    pub account: String,
    /// Of a whisper, whose ear it was for; else empty.
    pub to: String,
    pub text: String,
    /// Players are not shown it any more.
    pub is_removed: bool,
}

/// How far apart messages of one speaker in a channel are to be.
#[derive(Serialize, ToSchema, Debug)]
pub struct SlowView {
    /// `global`, `local`, `house`, `party`, `guild` or `whisper`.
    pub channel: String,
    /// 0: as the usual rates allow.
    pub seconds: u64,
}

#[derive(Deserialize, ToSchema, Debug)]
pub struct ChannelSlowForm {
    /// Between two messages of one speaker; 0 ends it.
    #[schema(maximum = 600)]
    pub seconds: u64,
    #[schema(min_length = 1, max_length = 200)]
    pub reason: String,
}

/// Words that nobody is shown.
#[derive(Serialize, ToSchema, Debug)]
pub struct FilterView {
    /// In alphabetical order.
    pub words: Vec<String>,
}

#[derive(Deserialize, ToSchema, Debug)]
pub struct FilterForm {
    /// Each one word of lower case letters and digits, 2 to 40 of them.
    #[schema(max_items = 20)]
    pub add: Vec<String>,
    #[schema(max_items = 20)]
    pub remove: Vec<String>,
    #[schema(min_length = 1, max_length = 200)]
    pub reason: String,
}
