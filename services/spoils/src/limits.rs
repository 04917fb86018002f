//! Every bound of keeping spoils, with its derivation and what happens at it (R10).

use std::time::Duration;

use engine::limits::{ESTATES_MAX, PLAYERS_MAX};

/// How often the world is looked at: no ring of frames (1.6 s) fills, and what a player gained is put
/// down within some hundred milliseconds of being told.
pub const LOOK_PERIOD: Duration = Duration::from_millis(100);
/// Spoils that wait to be put down: all that a world can tell of at once, one for each session. What comes
/// on top is left where it is; the world tells of it again.
pub const WAITING_MAX: usize = PLAYERS_MAX + ESTATES_MAX;
/// Of one transaction: 2,000 a second are the most that are sealed, and ten transactions a second are not
/// hard for any database. Below the 32,766 values that SQLite binds, of three each.
pub const BATCH_MAX: usize = 256;
/// Between two tries while the database is away; doubled each time.
pub const RETRY_MIN: Duration = Duration::from_millis(100);
pub const RETRY_MAX: Duration = Duration::from_secs(10);
