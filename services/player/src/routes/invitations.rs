//! What waits for a character's answer.

use axum::extract::{Path, State};
use serde::Serialize;
use tokens::Access;
use utoipa::ToSchema;
use web::{Bearer, Json, Problem, ids::id_of};

use crate::{Player, PlayerError, domain::Refusal, routes::shapes::CardAnswer};

#[derive(Serialize, ToSchema)]
pub struct InvitationAnswer {
    /// `party` or `guild`.
    kind: String,
    /// To be named when one joins.
    group: String,
    by: CardAnswer,
    expires_ms: i64,
}

/// Invitations to parties and guilds that are open, the first to end first; 32 at most.
#[utoipa::path(get, path = "/characters/{character}/invitations", tag = "invitation",
    params(("character" = String, Path)),
    security(("bearer" = [])), responses(
    (status = OK, body = Vec<InvitationAnswer>), (status = 401, body = Problem),
    (status = 404, body = Problem), (status = 503, body = Problem)))]
pub async fn list(
    State(player): State<Player>,
    Bearer(access): Bearer<Access>,
    Path(character): Path<String>,
) -> Result<Json<Vec<InvitationAnswer>>, PlayerError> {
    let character = player.own(&access, &character).await?;
    player.invitations(character).await.map(Json)
}

/// Declines an invitation.
#[utoipa::path(delete, path = "/characters/{character}/invitations/{group}", tag = "invitation",
    params(("character" = String, Path), ("group" = String, Path)),
    security(("bearer" = [])), responses(
    (status = OK, body = Vec<InvitationAnswer>), (status = 401, body = Problem),
    (status = 404, body = Problem), (status = 503, body = Problem)))]
pub async fn decline(
    State(player): State<Player>,
    Bearer(access): Bearer<Access>,
    Path((character, group)): Path<(String, String)>,
) -> Result<Json<Vec<InvitationAnswer>>, PlayerError> {
    let character = player.own(&access, &character).await?;
    let group = id_of(&group).ok_or(Refusal::NO_INVITATION)?;
    player.store.decline(character, group).await?;
    player.invitations(character).await.map(Json)
}

impl Player {
    async fn invitations(&self, character: i64) -> Result<Vec<InvitationAnswer>, PlayerError> {
        let now_ms = self.clock.now_ms();
        let invitations = self.store.invitations(character, now_ms).await?;
        let ids: Vec<i64> = invitations.iter().map(|it| it.by).collect();
        let cards = self.store.cards(&ids).await?;
        let answers = invitations.into_iter().filter_map(|it| {
            Some(InvitationAnswer {
                by: cards.get(&it.by)?.into(),
                kind: it.kind,
                group: it.group.to_string(),
                expires_ms: it.expires_ms,
            })
        });
        Ok(answers.collect())
    }
}
