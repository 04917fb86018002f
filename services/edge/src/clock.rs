//! The time of day, which processes share as well as their clocks agree. What is only timed goes by `Instant`.

use std::time::{SystemTime, UNIX_EPOCH};

/// Milliseconds since 1970; 0 before that.
pub fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| since.as_millis() as u64)
}
