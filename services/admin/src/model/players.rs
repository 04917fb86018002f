//! Players as staff see them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Serialize, ToSchema, Debug)]
pub struct PlayersFound {
    pub players: Vec<PlayerFound>,
    /// Whether there are more than are listed.
    pub is_cut: bool,
}

#[derive(Serialize, ToSchema, Debug)]
pub struct PlayerFound {
    pub account: String,
    /// The character by which it was found; none if by the account's number or mail address.
    pub character: Option<String>,
    pub name: Option<String>,
    /// Whether that character is in the battle.
    pub is_there: bool,
}

#[derive(Serialize, ToSchema, Debug)]
pub struct PlayerView {
    pub account: String,
    /// `player`, `moderator`, `operator` or `admin`.
    pub role: String,
    pub is_guest: bool,
    pub created_ms: i64,
    /// For operators and admins only.
    pub email: Option<String>,
    /// Signed in at so many devices.
    pub sessions: usize,
    pub characters: Vec<CharacterView>,
    pub mute: Option<MuteView>,
    /// Bans and suspensions, the newest first.
    pub sanctions: Vec<SanctionView>,
    /// What staff did to the account by this service, the newest first.
    pub log: Vec<super::AuditLine>,
}

#[derive(Serialize, ToSchema, Debug)]
pub struct CharacterView {
    pub character: String,
    pub name: String,
    pub house: u8,
    pub created_ms: i64,
    pub is_there: bool,
    pub kills: i64,
    pub deaths: i64,
    pub score: i64,
}

#[derive(Serialize, ToSchema, Debug)]
pub struct MuteView {
    pub until_ms: i64,
    pub reason: String,
    pub by: String,
}

#[derive(Serialize, ToSchema, Debug)]
pub struct SanctionView {
    pub sanction: String,
    /// `ban` or `suspension`.
    pub kind: String,
    pub reason: String,
    pub by: String,
    pub from_ms: i64,
    /// None: for ever.
    pub until_ms: Option<i64>,
    pub is_in_force: bool,
}

/// Words of the server to all characters of a player.
#[derive(Deserialize, ToSchema, Debug)]
pub struct TellForm {
    #[schema(min_length = 1, max_length = 200)]
    pub text: String,
    #[schema(min_length = 1, max_length = 200)]
    pub reason: String,
}

#[derive(Deserialize, ToSchema, Debug)]
pub struct PlayerMuteForm {
    /// A year from now at most.
    pub until_ms: i64,
    /// For the muted to read.
    #[schema(min_length = 1, max_length = 200)]
    pub reason: String,
}

#[derive(Deserialize, ToSchema, Debug)]
pub struct BanForm {
    /// None: for ever, which only operators may. Moderators suspend for a week at most.
    pub until_ms: Option<i64>,
    /// For the banned to read.
    #[schema(min_length = 1, max_length = 200)]
    pub reason: String,
}

#[derive(Deserialize, ToSchema, Debug)]
pub struct RoleForm {
    /// `player`, `moderator`, `operator` or `admin`.
    #[schema(max_length = 16)]
    pub role: String,
    #[schema(min_length = 1, max_length = 200)]
    pub reason: String,
}

/// Who is connected to edges now.
#[derive(Serialize, ToSchema, Debug, Default)]
pub struct SessionPage {
    /// By their numbers.
    pub sessions: Vec<SessionView>,
    /// For `after` of the page behind this one; null if there is none.
    pub next: Option<String>,
    /// Which edges did not say, a sentence each.
    pub troubles: Vec<String>,
}

#[derive(Serialize, ToSchema, Debug)]
pub struct SessionView {
    /// The character's number, or one above all of them of who plays without an account.
    pub session: String,
    pub account: Option<String>,
    pub name: String,
    /// Where that edge answers.
    pub edge: String,
    /// `webtransport`, `quic` or `websocket`.
    pub transport: String,
    /// How long this connection has lasted.
    pub connected_s: u64,
}

/// What a character has, and how that came about.
#[derive(Serialize, ToSchema, Debug)]
pub struct LedgerPage {
    pub character: String,
    /// The newest first.
    pub lines: Vec<LedgerLine>,
    /// For `before` of the page behind this one; null if there is none.
    pub next: Option<String>,
}

#[derive(Serialize, ToSchema, Debug)]
pub struct LedgerLine {
    /// Lines of one batch happened at once; a rollback goes back to behind one.
    pub batch: String,
    pub at_ms: i64,
    /// `bag`, `chest`, `equipment.hand`, `source.loot`, `sink.used` and so on.
    pub place: String,
    pub item: String,
    /// Which one, of a unique item.
    pub unique: Option<String>,
    pub change: i64,
}

/// A point to go back to.
#[derive(Deserialize, ToSchema, Debug)]
pub struct RollbackPoint {
    #[schema(max_length = 20)]
    pub character: String,
    /// All that came after this batch is reversed.
    #[schema(max_length = 20)]
    pub after_batch: String,
}

/// What a rollback would do. What others got from the character stays with them, and is not made anew.
#[derive(Serialize, ToSchema, Debug)]
pub struct RollbackPreview {
    pub character: String,
    pub after_batch: String,
    /// How often what it has was changed by then; the rollback is refused if that is not so any more.
    pub revision: i64,
    pub items: Vec<RollbackItem>,
}

#[derive(Serialize, ToSchema, Debug)]
pub struct RollbackItem {
    pub item: String,
    pub unique: Option<String>,
    /// What the rollback changes: below zero it is taken away, above it is given back.
    pub change: i64,
    /// What should be changed and cannot be, as it is with others, or once of a kind.
    pub short: i64,
    /// What came to the character out of the world since then, and others have now.
    pub passed_on: i64,
}

#[derive(Deserialize, ToSchema, Debug)]
pub struct RollbackForm {
    #[schema(max_length = 20)]
    pub character: String,
    #[schema(max_length = 20)]
    pub after_batch: String,
    /// As the preview said.
    pub revision: i64,
    /// Chosen by who asks: the same twice is done once.
    #[schema(min_length = 8, max_length = 64)]
    pub key: String,
    #[schema(min_length = 1, max_length = 200)]
    pub reason: String,
}

#[derive(Serialize, ToSchema, Debug)]
pub struct ReportPage {
    pub reports: Vec<ReportView>,
    /// For `after` of the page behind this one; null if there is none.
    pub next: Option<String>,
}

#[derive(Serialize, ToSchema, Debug)]
pub struct ReportView {
    pub report: String,
    pub at_ms: i64,
    /// The account.
    pub reporter: String,
    pub reason: String,
    /// What was said before, the eldest first; the last is what is reported.
    pub context: Vec<ReportLine>,
    /// Null while it is open.
    pub resolved: Option<ResolvedView>,
}

#[derive(Serialize, ToSchema, Debug)]
pub struct ReportLine {
    /// Its number, by which it is removed.
    pub message: String,
    pub time_ms: i64,
    pub name: String,
    pub account: String,
    pub text: String,
}

#[derive(Serialize, ToSchema, Debug)]
pub struct ResolvedView {
    pub at_ms: i64,
    pub by: String,
    pub note: String,
}
