//! Who of staff asks, and what each role may do. A token names a role only if its session gave a second factor.

use std::net::IpAddr;

use axum::{extract::FromRequestParts, http::request::Parts};
use tokens::{Access, Role};
use web::{Bearer, ClientAddress, Problem};

use crate::Admin;

/// Everything that is logged, by its name in the log.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Action {
    Message,
    Mute,
    Unmute,
    Kick,
    Ban,
    Unban,
    CloseReport,
    RemoveLine,
    SlowChannel,
    EditWords,
    Split,
    Merge,
    Move,
    Pin,
    Unpin,
    Drain,
    Undrain,
    ApprovePlan,
    SetPlanMode,
    Rollback,
    SetMessage,
    StartBattle,
    ScheduleBattle,
    CancelBattle,
    GiveRole,
    PutConfig,
    UndoConfig,
}

impl Action {
    pub const ALL: [Self; 27] = [
        Self::Message,
        Self::Mute,
        Self::Unmute,
        Self::Kick,
        Self::Ban,
        Self::Unban,
        Self::CloseReport,
        Self::RemoveLine,
        Self::SlowChannel,
        Self::EditWords,
        Self::Split,
        Self::Merge,
        Self::Move,
        Self::Pin,
        Self::Unpin,
        Self::Drain,
        Self::Undrain,
        Self::ApprovePlan,
        Self::SetPlanMode,
        Self::Rollback,
        Self::SetMessage,
        Self::StartBattle,
        Self::ScheduleBattle,
        Self::CancelBattle,
        Self::GiveRole,
        Self::PutConfig,
        Self::UndoConfig,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Message => "player.message",
            Self::Mute => "player.mute",
            Self::Unmute => "player.unmute",
            Self::Kick => "player.kick",
            Self::Ban => "player.ban",
            Self::Unban => "player.unban",
            Self::CloseReport => "report.close",
            Self::RemoveLine => "chat.remove",
            Self::SlowChannel => "chat.slow",
            Self::EditWords => "chat.words",
            Self::Split => "region.split",
            Self::Merge => "region.merge",
            Self::Move => "region.move",
            Self::Pin => "region.pin",
            Self::Unpin => "region.unpin",
            Self::Drain => "pod.drain",
            Self::Undrain => "pod.undrain",
            Self::ApprovePlan => "plan.approve",
            Self::SetPlanMode => "plan.mode",
            Self::Rollback => "inventory.rollback",
            Self::SetMessage => "message_of_the_day.set",
            Self::StartBattle => "battle.start",
            Self::ScheduleBattle => "battle.schedule",
            Self::CancelBattle => "battle.cancel",
            Self::GiveRole => "player.role",
            Self::PutConfig => "config.put",
            Self::UndoConfig => "config.undo",
        }
    }

    /// The least role that may do it.
    pub fn role(self) -> Role {
        match self {
            Self::Message
            | Self::Mute
            | Self::Unmute
            | Self::Kick
            | Self::Ban
            | Self::Unban
            | Self::CloseReport
            | Self::RemoveLine
            | Self::SlowChannel
            | Self::EditWords => Role::Moderator,
            Self::Split
            | Self::Merge
            | Self::Move
            | Self::Pin
            | Self::Unpin
            | Self::Drain
            | Self::Undrain
            | Self::ApprovePlan
            | Self::SetPlanMode
            | Self::Rollback
            | Self::SetMessage
            | Self::StartBattle
            | Self::ScheduleBattle
            | Self::CancelBattle => Role::Operator,
            Self::GiveRole | Self::PutConfig | Self::UndoConfig => Role::Admin,
        }
    }
}

/// As an argument of a handler: only staff get there.
#[derive(Clone, Debug)]
pub struct Actor {
    pub access: Access,
    pub address: IpAddr,
}

impl Actor {
    /// # Errors
    /// 403 for whose role is below.
    pub fn require(&self, role: Role) -> Result<(), Problem> {
        match self.access.role >= role {
            true => Ok(()),
            false => Err(Problem::forbidden(format!(
                "this needs the role {role}, and a second factor"
            ))),
        }
    }
}

impl FromRequestParts<Admin> for Actor {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, admin: &Admin) -> Result<Self, Problem> {
        let Bearer(access) = Bearer::<Access>::from_request_parts(parts, admin).await?;
        let Ok(ClientAddress(address)) = ClientAddress::from_request_parts(parts, admin).await;
        let actor = Self { access, address };
        actor.require(Role::Moderator)?;
        Ok(actor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_action_has_a_name_of_its_own_and_needs_staff() {
        let names: std::collections::BTreeSet<_> = Action::ALL.map(Action::name).into();
        assert_eq!(names.len(), Action::ALL.len());
        assert!(Action::ALL.iter().all(|action| action.role().is_staff()));
    }
}
