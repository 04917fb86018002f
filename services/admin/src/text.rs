//! What staff type, checked before anything else sees it.

use chat::{Refusal, text};
use web::Problem;

use crate::limits::REASON_CHARS_MAX;

/// One line of safe text: some of it is shown to players.
///
/// # Errors
/// A problem that names the field.
pub fn line_of(field: &str, text: &str) -> Result<String, Problem> {
    let detail = match text::cleaned(text) {
        Ok(text) if text.chars().count() <= REASON_CHARS_MAX => return Ok(text),
        Ok(_) | Err(Refusal::TooLong) => "200 letters at most",
        Err(Refusal::Empty) => "there is nothing in it to read",
        Err(_) => "it has characters that are not allowed here",
    };
    Err(Problem::invalid(field, detail))
}

/// An id in a path: there is nothing under what is none.
///
/// # Errors
/// 404.
pub fn id_in_path(text: &str) -> Result<i64, Problem> {
    web::ids::id_of(text).ok_or_else(Problem::not_found)
}

/// An id in a form or behind the question mark.
///
/// # Errors
/// A problem that names the field.
pub fn id_in(field: &str, text: &str) -> Result<i64, Problem> {
    web::ids::id_of(text).ok_or_else(|| Problem::invalid(field, "a number in digits"))
}
