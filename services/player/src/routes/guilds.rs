//! Guilds: of up to 200, with ranks. Of those who may not, [`crate::domain::Guild`] decides.

use axum::extract::{Path, Query, State};
use serde::{Deserialize, Serialize};
use tokens::Access;
use utoipa::ToSchema;
use web::{Bearer, Json, Problem, ids::id_of};

use crate::{
    Player, PlayerError,
    domain::{Guild, GuildMember, Rank, Refusal, is_guild_name, is_guild_tag, is_message},
    limits::PAGE_MAX,
    routes::shapes::{CardAnswer, OtherForm, Page},
    store::Kept,
};

#[derive(Serialize, ToSchema)]
pub struct GuildAnswer {
    guild: String,
    name: String,
    tag: String,
    /// Of the day.
    message: String,
    founded_ms: i64,
    members_count: usize,
    /// A page of them, by their ids; a hundred at most.
    members: Vec<MemberAnswer>,
}

#[derive(Serialize, ToSchema)]
pub struct MemberAnswer {
    #[serde(flatten)]
    card: CardAnswer,
    rank: Rank,
    since_ms: i64,
}

/// The guild that a character is in, and a page of its members.
#[utoipa::path(get, path = "/characters/{character}/guild", tag = "guild",
    params(("character" = String, Path), Page),
    security(("bearer" = [])), responses(
    (status = OK, body = GuildAnswer), (status = 400, body = Problem), (status = 401, body = Problem),
    (status = 404, body = Problem), (status = 422, body = Problem), (status = 503, body = Problem)))]
pub async fn guild(
    State(player): State<Player>,
    Bearer(access): Bearer<Access>,
    Path(character): Path<String>,
    Query(page): Query<Page>,
) -> Result<Json<GuildAnswer>, PlayerError> {
    let character = player.own(&access, &character).await?;
    let kept = player.store.group_of::<Guild>(character).await?;
    player
        .guild(kept.ok_or(Refusal::NO_GUILD)?, page.after()?)
        .await
}

#[derive(Deserialize, ToSchema)]
pub struct FoundForm {
    #[schema(min_length = 3, max_length = 24)]
    name: String,
    /// Letters.
    #[schema(min_length = 2, max_length = 5)]
    tag: String,
}

/// Founds a guild, if its name and tag are free.
#[utoipa::path(post, path = "/characters/{character}/guild", tag = "guild",
    params(("character" = String, Path)),
    request_body = FoundForm, security(("bearer" = [])), responses(
    (status = OK, body = GuildAnswer), (status = 400, body = Problem), (status = 401, body = Problem),
    (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem),
    (status = 429, body = Problem), (status = 503, body = Problem)))]
pub async fn found(
    State(player): State<Player>,
    Bearer(access): Bearer<Access>,
    Path(character): Path<String>,
    Json(form): Json<FoundForm>,
) -> Result<Json<GuildAnswer>, PlayerError> {
    let by = player.own(&access, &character).await?;
    if !is_guild_name(&form.name) {
        let told = "3 to 24 letters, digits and single joints";
        return Err(Problem::invalid("name", told).into());
    }
    if !is_guild_tag(&form.tag) {
        return Err(Problem::invalid("tag", "2 to 5 letters").into());
    }
    let now_ms = player.clock.now_ms();
    player.rates.admit_name(access.account, now_ms).await?;
    let names = (form.name.as_str(), form.tag.as_str());
    let kept = player.store.found_guild(by, names, now_ms).await?;
    player.guild(kept, 0).await
}

/// Invites somebody for a week. Recruits may not.
#[utoipa::path(post, path = "/characters/{character}/guild/invitations", tag = "guild",
    params(("character" = String, Path)),
    request_body = OtherForm, security(("bearer" = [])), responses(
    (status = OK, body = GuildAnswer), (status = 400, body = Problem), (status = 401, body = Problem),
    (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem),
    (status = 422, body = Problem), (status = 429, body = Problem), (status = 503, body = Problem)))]
pub async fn invite(
    State(player): State<Player>,
    Bearer(access): Bearer<Access>,
    Path(character): Path<String>,
    Json(form): Json<OtherForm>,
) -> Result<Json<GuildAnswer>, PlayerError> {
    let by = player.own(&access, &character).await?;
    let other = form.id()?;
    let now_ms = player.clock.now_ms();
    player
        .rates
        .admit_invitation(access.account, now_ms)
        .await?;
    let kept = player.store.invite_to_guild(by, other, now_ms).await?;
    player.guild(kept, 0).await
}

#[derive(Deserialize, ToSchema)]
pub struct JoinGuildForm {
    /// As the invitation says.
    guild: String,
}

/// Joins a guild that one is invited to, as a recruit.
#[utoipa::path(post, path = "/characters/{character}/guild/join", tag = "guild",
    params(("character" = String, Path)),
    request_body = JoinGuildForm, security(("bearer" = [])), responses(
    (status = OK, body = GuildAnswer), (status = 400, body = Problem), (status = 401, body = Problem),
    (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem),
    (status = 503, body = Problem)))]
pub async fn join(
    State(player): State<Player>,
    Bearer(access): Bearer<Access>,
    Path(character): Path<String>,
    Json(form): Json<JoinGuildForm>,
) -> Result<Json<GuildAnswer>, PlayerError> {
    let character = player.own(&access, &character).await?;
    let guild = id_of(&form.guild);
    let guild = guild.ok_or_else(|| Problem::invalid("guild", "a guild's number"))?;
    let now_ms = player.clock.now_ms();
    let kept = player.store.join_guild(character, guild, now_ms).await?;
    player.guild(kept, 0).await
}

#[derive(Serialize, ToSchema)]
pub struct LeftGuildAnswer {
    /// Who is in it no longer.
    character: String,
}

/// Leaves the guild. Its leader hands it over first, unless there is nobody else; then it ends.
#[utoipa::path(post, path = "/characters/{character}/guild/leave", tag = "guild",
    params(("character" = String, Path)),
    security(("bearer" = [])), responses(
    (status = OK, body = LeftGuildAnswer), (status = 401, body = Problem),
    (status = 404, body = Problem), (status = 409, body = Problem), (status = 503, body = Problem)))]
pub async fn leave(
    State(player): State<Player>,
    Bearer(access): Bearer<Access>,
    Path(character): Path<String>,
) -> Result<Json<LeftGuildAnswer>, PlayerError> {
    let character = player.own(&access, &character).await?;
    let now_ms = player.clock.now_ms();
    player.store.leave_guild(character, now_ms).await?;
    let character = character.to_string();
    Ok(Json(LeftGuildAnswer { character }))
}

/// Sends somebody of a lower rank out of the guild; officers and the leader may.
#[utoipa::path(post, path = "/characters/{character}/guild/kick", tag = "guild",
    params(("character" = String, Path)),
    request_body = OtherForm, security(("bearer" = [])), responses(
    (status = OK, body = GuildAnswer), (status = 400, body = Problem), (status = 401, body = Problem),
    (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem),
    (status = 422, body = Problem), (status = 503, body = Problem)))]
pub async fn kick(
    State(player): State<Player>,
    Bearer(access): Bearer<Access>,
    Path(character): Path<String>,
    Json(form): Json<OtherForm>,
) -> Result<Json<GuildAnswer>, PlayerError> {
    let by = player.own(&access, &character).await?;
    let now_ms = player.clock.now_ms();
    let kept = player.store.kick_from_guild(by, form.id()?, now_ms).await?;
    player.guild(kept, 0).await
}

#[derive(Deserialize, ToSchema)]
pub struct RankForm {
    character: String,
    rank: Rank,
}

/// Raises or lowers somebody of a lower rank, to a rank below one's own; officers and the leader may.
#[utoipa::path(put, path = "/characters/{character}/guild/rank", tag = "guild",
    params(("character" = String, Path)),
    request_body = RankForm, security(("bearer" = [])), responses(
    (status = OK, body = GuildAnswer), (status = 400, body = Problem), (status = 401, body = Problem),
    (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem),
    (status = 422, body = Problem), (status = 503, body = Problem)))]
pub async fn set_rank(
    State(player): State<Player>,
    Bearer(access): Bearer<Access>,
    Path(character): Path<String>,
    Json(form): Json<RankForm>,
) -> Result<Json<GuildAnswer>, PlayerError> {
    let by = player.own(&access, &character).await?;
    let other = id_of(&form.character);
    let other = other.ok_or_else(|| Problem::invalid("character", "a character's number"))?;
    let now_ms = player.clock.now_ms();
    let wish = (other, form.rank);
    let kept = player.store.set_guild_rank(by, wish, now_ms).await?;
    player.guild(kept, 0).await
}

/// Has another member lead; who led is an officer.
#[utoipa::path(post, path = "/characters/{character}/guild/leader", tag = "guild",
    params(("character" = String, Path)),
    request_body = OtherForm, security(("bearer" = [])), responses(
    (status = OK, body = GuildAnswer), (status = 400, body = Problem), (status = 401, body = Problem),
    (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem),
    (status = 422, body = Problem), (status = 503, body = Problem)))]
pub async fn hand_over(
    State(player): State<Player>,
    Bearer(access): Bearer<Access>,
    Path(character): Path<String>,
    Json(form): Json<OtherForm>,
) -> Result<Json<GuildAnswer>, PlayerError> {
    let by = player.own(&access, &character).await?;
    let now_ms = player.clock.now_ms();
    let kept = player.store.hand_guild_over(by, form.id()?, now_ms).await?;
    player.guild(kept, 0).await
}

/// Ends the guild that one leads; its name and tag are free from then on.
#[utoipa::path(post, path = "/characters/{character}/guild/disband", tag = "guild",
    params(("character" = String, Path)),
    security(("bearer" = [])), responses(
    (status = OK, body = LeftGuildAnswer), (status = 401, body = Problem),
    (status = 403, body = Problem), (status = 404, body = Problem), (status = 503, body = Problem)))]
pub async fn disband(
    State(player): State<Player>,
    Bearer(access): Bearer<Access>,
    Path(character): Path<String>,
) -> Result<Json<LeftGuildAnswer>, PlayerError> {
    let character = player.own(&access, &character).await?;
    let now_ms = player.clock.now_ms();
    player.store.disband_guild(character, now_ms).await?;
    let character = character.to_string();
    Ok(Json(LeftGuildAnswer { character }))
}

#[derive(Deserialize, ToSchema)]
pub struct MessageForm {
    #[schema(max_length = 300)]
    message: String,
}

/// Sets the message of the day; officers and the leader may.
#[utoipa::path(put, path = "/characters/{character}/guild/message", tag = "guild",
    params(("character" = String, Path)),
    request_body = MessageForm, security(("bearer" = [])), responses(
    (status = OK, body = GuildAnswer), (status = 400, body = Problem), (status = 401, body = Problem),
    (status = 403, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem),
    (status = 503, body = Problem)))]
pub async fn set_message(
    State(player): State<Player>,
    Bearer(access): Bearer<Access>,
    Path(character): Path<String>,
    Json(form): Json<MessageForm>,
) -> Result<Json<GuildAnswer>, PlayerError> {
    let by = player.own(&access, &character).await?;
    if !is_message(&form.message) {
        let told = "300 letters at most, without control characters";
        return Err(Problem::invalid("message", told).into());
    }
    let now_ms = player.clock.now_ms();
    let set = player.store.set_guild_message(by, &form.message, now_ms);
    player.guild(set.await?, 0).await
}

impl Player {
    /// With the members behind one of them.
    async fn guild(&self, kept: Kept<Guild>, after: i64) -> Result<Json<GuildAnswer>, PlayerError> {
        let guild = kept.group;
        let page = guild.members.range(after.saturating_add(1)..);
        let page: Vec<(&i64, &GuildMember)> = page.take(PAGE_MAX).collect();
        let ids: Vec<i64> = page.iter().map(|(id, _)| **id).collect();
        let cards = self.store.cards(&ids).await?;
        let members = page.iter().filter_map(|(id, member)| {
            Some(MemberAnswer {
                card: cards.get(id)?.into(),
                rank: member.rank,
                since_ms: member.since_ms,
            })
        });
        let members = members.collect();
        Ok(Json(GuildAnswer {
            guild: kept.id.to_string(),
            members_count: guild.members.len(),
            members,
            name: guild.name,
            tag: guild.tag,
            message: guild.message,
            founded_ms: guild.founded_ms,
        }))
    }
}
