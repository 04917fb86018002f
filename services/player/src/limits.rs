//! Every bound of the player service, with its derivation and what happens at it (R6, R10).

use std::{ops::RangeInclusive, time::Duration};

const SECOND_MS: i64 = 1_000;
const MINUTE_MS: i64 = 60 * SECOND_MS;
pub const DAY_MS: i64 = 24 * 60 * MINUTE_MS;
pub const WEEK_MS: i64 = 7 * DAY_MS;

/// Characters of one account: one a house, and two to try something.
pub const CHARACTERS_MAX: usize = 4;
/// How a character looks: what the client has models and colours for. A greater number is refused.
pub const HAIRS: u8 = 16;
pub const SKINS: u8 = 8;
pub const TABARDS: u8 = 16;
pub const EMBLEMS: u8 = 32;
/// Tries of a name that somebody else has, for one that must have some: eight by number, then by chance among
/// ten thousand, so that even a name that thousands want is found.
pub const NAME_COUNTS: u32 = 8;
pub const NAME_TRIES: u32 = 24;

/// Nobody gets further: 60 evenings, see `domain::levels`.
pub const LEVEL_MAX: u32 = 60;

/// Ranks of one answer, and those above and below one's own.
pub const RANKS_MAX: i64 = 100;
pub const RANKS_AROUND: i64 = 5;
/// Ranks that are counted: a look at an index takes some milliseconds for them. Whoever is further back is
/// told only that.
pub const RANK_MAX: i64 = 10_000;
/// Weeks before the current one whose boards are kept; and for how many more they are looked for and
/// deleted, for the service may have been down for a while. Rows of one statement that deletes.
pub const WEEKS_KEPT: i64 = 1;
pub const WEEKS_SWEPT: i64 = 4;
pub const SWEEP_ROWS: i64 = 2_000;
pub const SWEEP_PERIOD: Duration = Duration::from_secs(3_600);

/// Friends, requests and blocks of one character together: more than anybody knows. More are refused.
pub const RELATIONS_MAX: i64 = 400;
/// One page of a list.
pub const PAGE_MAX: usize = 100;
/// How long somebody counts as there after the last word of it: three words of one a minute, and a bit.
pub const PRESENCE_LIFE: Duration = Duration::from_secs(200);
/// Words of everybody's presence from what the battle tells: one a minute.
pub const PRESENCE_PERIOD: Duration = Duration::from_secs(60);
/// A world tells every ten seconds that it runs and who is there: what was silent for six of them has ended.
pub const WORLD_SILENCE_MS_MAX: i64 = MINUTE_MS;
/// A visit whose end nobody told, of a world that does not tell who is there: longer than anybody plays.
pub const VISIT_MS_MAX: i64 = 12 * 60 * MINUTE_MS;
/// Characters in battles at a time: ten of the largest battles. More are not shown as there.
pub const ATTENDING_MAX: usize = 100_000;
/// Where somebody is: the name of a battle.
pub const PLACE_BYTES_MAX: usize = 64;

/// A party: what fits beside the map on a screen, and one voice.
pub const PARTY_MEMBERS_MAX: usize = 8;
/// How long one thinks about a party, and about a guild.
pub const PARTY_INVITATION_MS: i64 = 5 * MINUTE_MS;
pub const GUILD_INVITATION_MS: i64 = 7 * DAY_MS;
/// Invitations that wait for one character. More are refused, until some are answered or over.
pub const INVITATIONS_MAX: i64 = 32;

/// A guild: as many as an officer still knows by name; its document has some 15 KB.
pub const GUILD_MEMBERS_MAX: usize = 200;
pub const GUILD_NAME_CHARS: RangeInclusive<usize> = 3..=24;
pub const GUILD_TAG_CHARS: RangeInclusive<usize> = 2..=5;
/// Of the day: a few lines above the chat.
pub const GUILD_MESSAGE_CHARS_MAX: usize = 300;

/// Settings: keys, volumes and window places are 2 KB.
pub const SETTINGS_BYTES_MAX: usize = 16 * 1_024;
/// A request's body: settings, and what is around them.
pub const BODY_BYTES_MAX: usize = SETTINGS_BYTES_MAX + 1_024;

/// Tries of a change that another was in the way of; then it is answered 503.
pub const CONFLICT_TRIES: u32 = 5;
/// Characters whose cards one statement reads.
pub const CARDS_PER_STATEMENT: usize = 100;

/// So many of a kind in a window.
#[derive(Clone, Copy, Debug)]
pub struct Allowance {
    pub count_max: u64,
    pub window: Duration,
}

const fn a_minute(count_max: u64) -> Allowance {
    let window = Duration::from_secs(60);
    Allowance { count_max, window }
}

/// What one account may do over all processes; it is what others would be bothered by. More is answered 429.
#[derive(Clone, Copy, Debug)]
pub struct Allowances {
    /// To parties and guilds: an evening's raid of forty in two minutes.
    pub invitations: Allowance,
    pub friend_requests: Allowance,
    /// Names taken: characters made and renamed, guilds founded. Who tries more is looking for free ones.
    pub names: Allowance,
}

/// Seats of one page of all: some 100 KB.
pub const SEATS_PAGE_MAX: i64 = 2_000;

impl Default for Allowances {
    fn default() -> Self {
        Self {
            invitations: a_minute(20),
            friend_requests: a_minute(20),
            names: a_minute(20),
        }
    }
}

const _: () = {
    // Two words may be lost.
    assert!(PRESENCE_PERIOD.as_secs() * 3 < PRESENCE_LIFE.as_secs());
    assert!(RANKS_MAX as usize <= CARDS_PER_STATEMENT && PAGE_MAX <= CARDS_PER_STATEMENT);
    // A guild's document, with the longest ids and times, is far below what one statement should carry.
    assert!(GUILD_MEMBERS_MAX * 80 + GUILD_MESSAGE_CHARS_MAX * 4 < 20_000);
};
