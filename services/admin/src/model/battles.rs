//! The battle that is fought, and those that are to come.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Serialize, ToSchema, Debug)]
pub struct BattlesView {
    /// Null where no world answers.
    pub present: Option<PresentBattle>,
    /// Those to come, the next first; behind them the last that were, the newest first.
    pub battles: Vec<BattleView>,
}

/// The one that is fought, or was last.
#[derive(Serialize, ToSchema, Debug)]
pub struct PresentBattle {
    pub number: u32,
    /// Of red and blue.
    pub score: [u32; 2],
    pub score_to_win: u32,
    /// Until the next begins; 0 while this one is fought.
    pub pause_ms: u64,
}

/// One that was scheduled.
#[derive(Serialize, ToSchema, Debug)]
pub struct BattleView {
    pub battle: String,
    pub title: String,
    /// What players are told with it; may be empty.
    pub note: String,
    pub start_ms: i64,
    pub state: ScheduleState,
    /// Who scheduled it, and when.
    pub by: String,
    pub at_ms: i64,
    /// What came of it, in a sentence; empty until then.
    pub effect: String,
}

#[derive(Serialize, ToSchema, Clone, Copy, PartialEq, Eq, Debug)]
#[serde(rename_all = "snake_case")]
pub enum ScheduleState {
    Scheduled,
    /// Its time has come.
    Starting,
    Started,
    Cancelled,
    /// Nobody was there to start it.
    Missed,
}

#[derive(Serialize, ToSchema, Clone, Debug)]
pub struct NextBattleView {
    /// Null where none is scheduled.
    pub battle: Option<NextBattle>,
}

/// What everybody is told of a battle that is to come.
#[derive(Serialize, ToSchema, Clone, Debug)]
pub struct NextBattle {
    pub title: String,
    /// May be empty.
    pub note: String,
    /// Milliseconds since 1970.
    pub start_ms: i64,
}

#[derive(Deserialize, ToSchema, Debug)]
pub struct BattleForm {
    #[schema(min_length = 1, max_length = 50)]
    pub title: String,
    /// What players are told with it; may be empty.
    #[schema(max_length = 120)]
    pub note: String,
    /// When it is to begin, in a year at the latest.
    pub start_ms: i64,
    #[schema(min_length = 1, max_length = 200)]
    pub reason: String,
}
