//! Every bound of telling what is worn, with its derivation and what happens at it (R10).

use std::time::Duration;

/// How often the world is looked at: no ring of frames (1.6 s) fills, and who comes is dressed while the land
/// around is still loading.
pub const LOOK_PERIOD: Duration = Duration::from_millis(100);
/// Looks until something is said again that no frame has shown yet: 1 s, which a frame needs a few ticks of,
/// also between processes.
pub const SAY_AGAIN_LOOKS: u64 = 10;
/// Looks until a character is asked about again although nothing was heard: a minute, after which a word that
/// the broker lost is made good. 10,000 characters are two hundred a second, one question.
pub const ASK_AGAIN_LOOKS: u64 = 600;
/// Characters of one question, and of a tenth of a second: a whole world that begins anew is dressed within 4 s.
pub const QUESTION_MAX: usize = 256;
/// Words from the broker that wait for the next look; who tells of more waits too.
pub const WORDS_MAX: usize = 1_024;
/// Between two tries while the database is away; doubled each time.
pub const RETRY_MIN: Duration = Duration::from_millis(100);
pub const RETRY_MAX: Duration = Duration::from_secs(10);

const _: () = assert!(QUESTION_MAX <= inventory::limits::EQUIPMENT_OWNERS_MAX);
