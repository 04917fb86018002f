//! What is done about a player: by chat, by the auth service, and by the edges that send somebody away.

use auth::{Kind, NewSanction, Official};
use axum::extract::{Path, State};
use backends::broker::Event;
use chat_service::{limits::MUTE_MS_MAX, store::Stamp};
use events::{Body, admin::Expelled};
use web::{ClientAddress, Json, Problem};

use crate::{
    Admin, AdminError,
    actor::{Action, Actor},
    model::{BanForm, Done, PlayerMuteForm, ReasonForm},
    service::Deed,
    text,
};

type Acted = Result<Json<Done>, AdminError>;

/// Has a player say nothing, in place of a mute that holds. For moderators.
#[utoipa::path(post, path = "/players/{account}/mute", tag = "players", request_body = PlayerMuteForm,
    security(("bearer" = [])), responses(
    (status = OK, body = Done), (status = 400, body = Problem), (status = 401, body = Problem),
    (status = 403, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem),
    (status = 503, body = Problem)))]
pub async fn mute(
    State(admin): State<Admin>,
    actor: Actor,
    Path(account): Path<String>,
    Json(form): Json<PlayerMuteForm>,
) -> Acted {
    let id = admin.below(&actor, &account).await?;
    let stamp = admin.stamp(&actor);
    let longest = stamp.at_ms..=stamp.at_ms + MUTE_MS_MAX;
    if !longest.contains(&form.until_ms) {
        return Err(Problem::invalid("until_ms", "from now on, a year at most").into());
    }
    let deed = deed(Action::Mute, &account, &form.reason);
    let doing = async {
        let reason = text::line_of("reason", &form.reason)?;
        let chat = &admin.partners.chat;
        let muted = chat.mute(id.cast_unsigned(), form.until_ms, &reason, stamp);
        let minutes = (muted.await?.until_ms - stamp.at_ms + 59_999) / 60_000;
        Ok(format!("account {account} says nothing for {minutes} min"))
    };
    admin.act(&actor, deed, doing).await
}

/// Lets a player speak again. For moderators.
#[utoipa::path(post, path = "/players/{account}/unmute", tag = "players", request_body = ReasonForm,
    security(("bearer" = [])), responses(
    (status = OK, body = Done), (status = 400, body = Problem), (status = 401, body = Problem),
    (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem),
    (status = 422, body = Problem), (status = 503, body = Problem)))]
pub async fn unmute(
    State(admin): State<Admin>,
    actor: Actor,
    Path(account): Path<String>,
    Json(form): Json<ReasonForm>,
) -> Acted {
    let id = admin.below(&actor, &account).await?;
    let deed = deed(Action::Unmute, &account, &form.reason);
    let doing = async {
        let stamp = admin.stamp(&actor);
        let chat = &admin.partners.chat;
        match chat.unmute(id.cast_unsigned(), stamp).await? {
            true => Ok(format!("account {account} may speak again")),
            false => Err(AdminError::conflict("not-muted", "no mute holds")),
        }
    };
    admin.act(&actor, deed, doing).await
}

/// Sends a player away from the battle, who may come back. For moderators.
#[utoipa::path(post, path = "/players/{account}/kick", tag = "players", request_body = ReasonForm,
    security(("bearer" = [])), responses(
    (status = OK, body = Done), (status = 400, body = Problem), (status = 401, body = Problem),
    (status = 403, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem),
    (status = 503, body = Problem)))]
pub async fn kick(
    State(admin): State<Admin>,
    actor: Actor,
    Path(account): Path<String>,
    Json(form): Json<ReasonForm>,
) -> Acted {
    let id = admin.below(&actor, &account).await?;
    let deed = deed(Action::Kick, &account, &form.reason);
    let doing = async {
        admin.expel(id).await?;
        Ok(format!("account {account} is sent away from all edges"))
    };
    admin.act(&actor, deed, doing).await
}

/// Bans a player for ever, or suspends it; it is sent away and its sessions end. Moderators for a week at most.
#[utoipa::path(post, path = "/players/{account}/ban", tag = "players", request_body = BanForm,
    security(("bearer" = [])), responses(
    (status = OK, body = Done), (status = 400, body = Problem), (status = 401, body = Problem),
    (status = 403, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem),
    (status = 503, body = Problem)))]
pub async fn ban(
    State(admin): State<Admin>,
    actor: Actor,
    Path(account): Path<String>,
    Json(form): Json<BanForm>,
) -> Acted {
    let id = admin.below(&actor, &account).await?;
    let deed = deed(Action::Ban, &account, &form.reason);
    let doing = async {
        let wanted = NewSanction {
            kind: match form.until_ms {
                None => Kind::Ban,
                Some(_) => Kind::Suspension,
            },
            reason: text::line_of("reason", &form.reason)?,
            until_ms: form.until_ms,
        };
        let magistrate = &admin.partners.magistrate;
        let sanction = magistrate.impose(actor.official(), id, wanted).await?;
        let length = match sanction.until_ms {
            None => "banned for ever".to_owned(),
            Some(until_ms) => {
                let hours = (until_ms - sanction.from_ms + 3_599_999) / 3_600_000;
                format!("suspended for {hours} h")
            }
        };
        Ok(format!("account {account} is {length}"))
    };
    admin.act(&actor, deed, doing).await
}

/// Lifts all bans and suspensions of a player: moderators those that moderators may impose.
#[utoipa::path(post, path = "/players/{account}/unban", tag = "players", request_body = ReasonForm,
    security(("bearer" = [])), responses(
    (status = OK, body = Done), (status = 400, body = Problem), (status = 401, body = Problem),
    (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem),
    (status = 422, body = Problem), (status = 503, body = Problem)))]
pub async fn unban(
    State(admin): State<Admin>,
    actor: Actor,
    Path(account): Path<String>,
    Json(form): Json<ReasonForm>,
) -> Acted {
    let id = admin.below(&actor, &account).await?;
    let deed = deed(Action::Unban, &account, &form.reason);
    let doing = async {
        let magistrate = &admin.partners.magistrate;
        match magistrate.lift_all(actor.official(), id).await? {
            0 => Err(AdminError::conflict("not-banned", "no ban holds")),
            _ => Ok(format!("account {account} may play again")),
        }
    };
    admin.act(&actor, deed, doing).await
}

fn deed<'a>(action: Action, target: &'a str, reason: &'a str) -> Deed<'a> {
    Deed {
        action,
        target,
        reason,
    }
}

impl Actor {
    /// As the auth service knows staff.
    pub fn official(&self) -> Official<'_> {
        Official {
            access: &self.access,
            address: ClientAddress(self.address),
        }
    }
}

impl Admin {
    /// The account of a path, if its role is below one's own.
    async fn below(&self, actor: &Actor, account: &str) -> Result<i64, AdminError> {
        let card = self.require_account(text::id_in_path(account)?).await?;
        match actor.access.role > card.role {
            true => Ok(card.account),
            false => Err(Problem::forbidden("only on those whose role is below one's own").into()),
        }
    }

    /// As chat knows who did something.
    pub fn stamp(&self, actor: &Actor) -> Stamp {
        Stamp {
            by: actor.access.account.cast_unsigned(),
            at_ms: self.clock.now_ms(),
        }
    }

    pub async fn expel(&self, account: i64) -> Result<(), AdminError> {
        let at_ms = self.clock.now_ms();
        let event = Event {
            id: format!("admin-expelled-{:016x}", web::ids::ordered_id(at_ms)),
            topic: Expelled::TOPIC.to_owned(),
            body: Expelled { account, at_ms }.to_bytes(),
        };
        Ok(self.partners.broker.publish(&[event]).await?)
    }
}
