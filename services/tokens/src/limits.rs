//! Every bound of the tokens, with its derivation.

/// A token: ours have some 500 characters.
pub const TOKEN_CHARS_MAX: usize = 2_048;
/// How far two machines' clocks may be apart: NTP keeps them within milliseconds.
pub const CLOCK_SKEW_MS: i64 = 2_000;
/// A ticket: from the auth service over the page to the edge. Its own name, its own edge, once.
pub const TICKET_LIFE_MS: i64 = 30_000;
/// An access token: how long a demoted or banned account is believed where nobody looks up revocations.
pub const ACCESS_LIFE_MS: i64 = 10 * 60_000;
/// Keys of a set: the one that signs, the next, and those whose tokens still live.
pub const KEYS_MAX: usize = 16;
/// Burnt tickets that an edge remembers: 30 s of all the joins that it lets in (200 a second), twice.
/// When it is full, no ticket is admitted until one is forgotten.
pub const BURNT_MAX: usize = 12_000;
/// A name in the battle, as its name plate fits it.
pub const NAME_CHARS_MIN: usize = 2;
pub const NAME_CHARS_MAX: usize = 16;
