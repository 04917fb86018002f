//! Parties: of up to eight, for an evening.

use axum::extract::{Path, State};
use serde::{Deserialize, Serialize};
use tokens::Access;
use utoipa::ToSchema;
use web::{Bearer, Json, Problem, ids::id_of};

use crate::{
    Player, PlayerError,
    domain::{Party, Refusal},
    routes::shapes::{CardAnswer, OtherForm},
    store::Kept,
};

#[derive(Serialize, ToSchema)]
pub struct PartyAnswer {
    party: String,
    leader: String,
    /// The longest there first.
    members: Vec<CardAnswer>,
}

/// The party that a character is in.
#[utoipa::path(get, path = "/characters/{character}/party", tag = "party",
    params(("character" = String, Path)),
    security(("bearer" = [])), responses(
    (status = OK, body = PartyAnswer), (status = 401, body = Problem), (status = 404, body = Problem),
    (status = 503, body = Problem)))]
pub async fn party(
    State(player): State<Player>,
    Bearer(access): Bearer<Access>,
    Path(character): Path<String>,
) -> Result<Json<PartyAnswer>, PlayerError> {
    let character = player.own(&access, &character).await?;
    let kept = player.store.group_of::<Party>(character).await?;
    player.party(&kept.ok_or(Refusal::NO_PARTY)?).await
}

/// Invites somebody for five minutes; founds a party where one is in none. Only the leader invites.
#[utoipa::path(post, path = "/characters/{character}/party/invitations", tag = "party",
    params(("character" = String, Path)),
    request_body = OtherForm, security(("bearer" = [])), responses(
    (status = OK, body = PartyAnswer), (status = 400, body = Problem), (status = 401, body = Problem),
    (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem),
    (status = 422, body = Problem), (status = 429, body = Problem), (status = 503, body = Problem)))]
pub async fn invite(
    State(player): State<Player>,
    Bearer(access): Bearer<Access>,
    Path(character): Path<String>,
    Json(form): Json<OtherForm>,
) -> Result<Json<PartyAnswer>, PlayerError> {
    let by = player.own(&access, &character).await?;
    let other = form.id()?;
    let now_ms = player.clock.now_ms();
    player
        .rates
        .admit_invitation(access.account, now_ms)
        .await?;
    let kept = player.store.invite_to_party(by, other, now_ms).await?;
    player.party(&kept).await
}

#[derive(Deserialize, ToSchema)]
pub struct JoinForm {
    /// As the invitation says.
    party: String,
}

/// Joins a party that one is invited to.
#[utoipa::path(post, path = "/characters/{character}/party/join", tag = "party",
    params(("character" = String, Path)),
    request_body = JoinForm, security(("bearer" = [])), responses(
    (status = OK, body = PartyAnswer), (status = 400, body = Problem), (status = 401, body = Problem),
    (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem),
    (status = 503, body = Problem)))]
pub async fn join(
    State(player): State<Player>,
    Bearer(access): Bearer<Access>,
    Path(character): Path<String>,
    Json(form): Json<JoinForm>,
) -> Result<Json<PartyAnswer>, PlayerError> {
    let character = player.own(&access, &character).await?;
    let party = id_of(&form.party);
    let party = party.ok_or_else(|| Problem::invalid("party", "a party's number"))?;
    let now_ms = player.clock.now_ms();
    let kept = player.store.join_party(character, party, now_ms).await?;
    player.party(&kept).await
}

#[derive(Serialize, ToSchema)]
pub struct LeftAnswer {
    /// Who is in it no longer.
    character: String,
}

/// Leaves the party. When its leader does, who was there the longest leads; when the last does, it ends.
#[utoipa::path(post, path = "/characters/{character}/party/leave", tag = "party",
    params(("character" = String, Path)),
    security(("bearer" = [])), responses(
    (status = OK, body = LeftAnswer), (status = 401, body = Problem), (status = 404, body = Problem),
    (status = 503, body = Problem)))]
pub async fn leave(
    State(player): State<Player>,
    Bearer(access): Bearer<Access>,
    Path(character): Path<String>,
) -> Result<Json<LeftAnswer>, PlayerError> {
    let character = player.own(&access, &character).await?;
    let now_ms = player.clock.now_ms();
    player.store.leave_party(character, now_ms).await?;
    let character = character.to_string();
    Ok(Json(LeftAnswer { character }))
}

/// Sends somebody out of the party that one leads.
#[utoipa::path(post, path = "/characters/{character}/party/kick", tag = "party",
    params(("character" = String, Path)),
    request_body = OtherForm, security(("bearer" = [])), responses(
    (status = OK, body = PartyAnswer), (status = 400, body = Problem), (status = 401, body = Problem),
    (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem),
    (status = 422, body = Problem), (status = 503, body = Problem)))]
pub async fn kick(
    State(player): State<Player>,
    Bearer(access): Bearer<Access>,
    Path(character): Path<String>,
    Json(form): Json<OtherForm>,
) -> Result<Json<PartyAnswer>, PlayerError> {
    let by = player.own(&access, &character).await?;
    let now_ms = player.clock.now_ms();
    let kept = player.store.kick_from_party(by, form.id()?, now_ms).await?;
    player.party(&kept).await
}

/// Has another member lead.
#[utoipa::path(post, path = "/characters/{character}/party/leader", tag = "party",
    params(("character" = String, Path)),
    request_body = OtherForm, security(("bearer" = [])), responses(
    (status = OK, body = PartyAnswer), (status = 400, body = Problem), (status = 401, body = Problem),
    (status = 403, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem),
    (status = 503, body = Problem)))]
pub async fn promote(
    State(player): State<Player>,
    Bearer(access): Bearer<Access>,
    Path(character): Path<String>,
    Json(form): Json<OtherForm>,
) -> Result<Json<PartyAnswer>, PlayerError> {
    let by = player.own(&access, &character).await?;
    let now_ms = player.clock.now_ms();
    let kept = player
        .store
        .promote_in_party(by, form.id()?, now_ms)
        .await?;
    player.party(&kept).await
}

impl Player {
    async fn party(&self, kept: &Kept<Party>) -> Result<Json<PartyAnswer>, PlayerError> {
        let cards = self.store.cards(&kept.group.members).await?;
        let members = kept.group.members.iter();
        Ok(Json(PartyAnswer {
            party: kept.id.to_string(),
            leader: kept.group.leader.to_string(),
            members: members
                .filter_map(|it| cards.get(it))
                .map(CardAnswer::from)
                .collect(),
        }))
    }
}
