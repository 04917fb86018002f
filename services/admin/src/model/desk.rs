//! What staff keep: the log of what they did, settings, words to all players, the books of the economy.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Who asks.
#[derive(Serialize, ToSchema, Debug)]
pub struct Staff {
    pub account: String,
    /// `moderator`, `operator` or `admin`; with a second factor given.
    pub role: String,
    /// Actions that this role may do, by their names in the audit log.
    pub may: Vec<String>,
}

#[derive(Serialize, ToSchema, Debug)]
pub struct AuditPage {
    /// The newest first.
    pub lines: Vec<AuditLine>,
    /// For `before` of the page behind this one; null if there is none.
    pub next: Option<String>,
}

/// Something that staff did.
#[derive(Serialize, ToSchema, Clone, Debug, PartialEq, Eq)]
pub struct AuditLine {
    pub line: String,
    pub at_ms: i64,
    /// The account.
    pub actor: String,
    pub role: String,
    /// `region.move`, `player.ban`, `config.put` and so on.
    pub action: String,
    /// An account, a region, a pod, a report, a line or a channel of chat; empty of what is about all.
    pub target: String,
    pub reason: String,
    pub outcome: Outcome,
    /// What came of it, in a sentence; empty until then.
    pub effect: String,
    /// From where it was asked.
    pub address: String,
}

/// What became of an action. A line is written before anything is done.
#[derive(Serialize, ToSchema, Clone, Copy, PartialEq, Eq, Debug)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Nobody knows: whoever did it was cut off.
    Begun,
    Done,
    Failed,
}

/// Whether all books close, and what came into the world and went out of it.
#[derive(Serialize, ToSchema, Debug)]
pub struct Economy {
    pub is_closed: bool,
    pub unbalanced: Vec<Unbalanced>,
    /// Accounts below zero that are no sources.
    pub overdrawn: i64,
    /// Unique things in more than one place.
    pub doubled: Vec<String>,
    pub flows: Vec<Flow>,
}

#[derive(Serialize, ToSchema, Debug)]
pub struct Unbalanced {
    pub item: String,
    pub sum: i64,
}

/// All of an item in all places of a kind.
#[derive(Serialize, ToSchema, Debug)]
pub struct Flow {
    /// `source.loot` is below zero by what it gave; `bag`, `chest`, `sink.used` and so on.
    pub place: String,
    pub item: String,
    pub sum: i64,
}

#[derive(Serialize, ToSchema, Debug)]
pub struct ConfigView {
    /// The file.
    pub path: String,
    pub text: String,
    /// Names this text: who replaces it says which one it has seen.
    pub digest: String,
    /// Changes by this service, the newest first; the first may be undone.
    pub changes: Vec<ConfigChange>,
}

#[derive(Serialize, ToSchema, Debug)]
pub struct ConfigChange {
    pub at_ms: i64,
    pub by: String,
    pub reason: String,
    pub is_undo: bool,
}

#[derive(Deserialize, ToSchema, Debug)]
pub struct ConfigText {
    #[schema(max_length = 12000)]
    pub text: String,
}

/// What a new text would change.
#[derive(Serialize, ToSchema, Debug)]
pub struct ConfigCheck {
    pub is_right: bool,
    /// What is wrong and where, in a sentence.
    pub trouble: Option<String>,
    pub diff: Vec<DiffLine>,
    /// Settings that a running server does not take over.
    pub needs_restart: Vec<String>,
}

#[derive(Serialize, ToSchema, Clone, PartialEq, Eq, Debug)]
pub struct DiffLine {
    pub kind: DiffKind,
    pub text: String,
}

#[derive(Serialize, ToSchema, Clone, Copy, PartialEq, Eq, Debug)]
#[serde(rename_all = "snake_case")]
pub enum DiffKind {
    Same,
    Gone,
    New,
}

#[derive(Deserialize, ToSchema, Debug)]
pub struct ConfigForm {
    #[schema(max_length = 12000)]
    pub text: String,
    /// Of the text that this replaces.
    #[schema(max_length = 64)]
    pub digest: String,
    #[schema(min_length = 1, max_length = 200)]
    pub reason: String,
}

/// What all players are told once, and newcomers as they come in.
#[derive(Serialize, ToSchema, Debug)]
pub struct MessageView {
    /// Empty: there is none.
    pub text: String,
    pub at_ms: i64,
    pub by: Option<String>,
}

#[derive(Deserialize, ToSchema, Debug)]
pub struct MessageOfTheDayForm {
    /// Empty takes the one that holds away.
    #[schema(max_length = 200)]
    pub text: String,
    #[schema(min_length = 1, max_length = 200)]
    pub reason: String,
}

/// One of the places where VoxelHeim runs.
#[derive(Serialize, ToSchema, Clone, Debug, PartialEq, Eq)]
pub struct EnvironmentView {
    pub environment: String,
    /// Where it answers; none of this one.
    pub url: Option<String>,
    pub is_here: bool,
    /// As it says itself; none if it does not answer.
    pub version: Option<String>,
    /// What is wrong, in a sentence.
    pub trouble: Option<String>,
    /// What a checkout's `argocd/environments` says; null where none is known.
    pub declared: Option<DeclaredView>,
}

/// What was approved for an environment.
#[derive(Serialize, ToSchema, Clone, Debug, PartialEq, Eq)]
pub struct DeclaredView {
    /// A commit, a version or a branch; `none` where nothing was promoted yet.
    pub revision: String,
    /// What a rollback goes back to.
    pub before: String,
    /// The revision of the stage before where that is another: promoting would bring it here.
    pub next: Option<String>,
}
