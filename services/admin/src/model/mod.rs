//! What the routes read and write. Ids are text, times are milliseconds since 1970, spans are microseconds.

mod battles;
mod chat;
mod desk;
mod players;
mod world;

pub use battles::{
    BattleForm, BattleView, BattlesView, NextBattle, NextBattleView, PresentBattle, ScheduleState,
};
pub use chat::{ChannelSlowForm, ChatLine, ChatPage, FilterForm, FilterView, SlowView};
pub use desk::{
    AuditLine, AuditPage, ConfigChange, ConfigCheck, ConfigForm, ConfigText, ConfigView,
    DeclaredView, DiffKind, DiffLine, Economy, EnvironmentView, Flow, MessageOfTheDayForm,
    MessageView, Outcome, Staff, Unbalanced,
};
pub use players::{
    BanForm, CharacterView, LedgerLine, LedgerPage, MuteView, PlayerFound, PlayerMuteForm,
    PlayerView, PlayersFound, ReportLine, ReportPage, ReportView, ResolvedView, RoleForm,
    RollbackForm, RollbackItem, RollbackPoint, RollbackPreview, SanctionView, SessionPage,
    SessionView, TellForm,
};
pub use world::{
    BackendView, EdgeView, MoveView, Overview, PartView, PhaseView, PlanApproval, PlanModeForm,
    PlanRowView, PlanView, PlayersView, PodView, RegionMoveForm, RegionView, ShardView, SpreadView,
};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Why something is done. It goes into the audit log, and where a player is told, to the player.
#[derive(Deserialize, ToSchema, Debug)]
pub struct ReasonForm {
    #[schema(min_length = 1, max_length = 200)]
    pub reason: String,
}

/// Something was done.
#[derive(Serialize, ToSchema, Debug)]
pub struct Done {
    /// What came of it, in a sentence.
    pub effect: String,
    /// Its line in the audit log.
    pub audit: String,
}
