//! One's own characters, and what everybody sees of everybody's.

use axum::extract::{Path, State};
use serde::{Deserialize, Serialize};
use tokens::{Access, name_key};
use utoipa::ToSchema;
use web::{Bearer, Json, Problem, ids::id_of};

use crate::{
    Player, PlayerError,
    domain::{Appearance, Refusal, experience_at, is_house, level_of},
    routes::shapes::{CardAnswer, GuildSeatAnswer},
    service::require_name,
    store::{Character, Progress, Wish},
};

#[derive(Serialize, ToSchema)]
pub struct CharacterAnswer {
    #[serde(flatten)]
    card: CardAnswer,
    created_ms: i64,
}

impl From<&Character> for CharacterAnswer {
    fn from(character: &Character) -> Self {
        Self {
            card: CardAnswer::from(&character.card),
            created_ms: character.created_ms,
        }
    }
}

/// The account's characters, the oldest first; four at most.
#[utoipa::path(get, path = "/characters", tag = "character", security(("bearer" = [])), responses(
    (status = OK, body = Vec<CharacterAnswer>), (status = 401, body = Problem),
    (status = 503, body = Problem)))]
pub async fn list(
    State(player): State<Player>,
    Bearer(access): Bearer<Access>,
) -> Result<Json<Vec<CharacterAnswer>>, PlayerError> {
    let characters = player.store.characters(access.account).await?;
    Ok(Json(characters.iter().map(CharacterAnswer::from).collect()))
}

#[derive(Deserialize, ToSchema)]
pub struct CreateForm {
    #[schema(min_length = 2, max_length = 16)]
    name: String,
    /// 0 red, 1 blue, 255 whichever needs people.
    house: u8,
    appearance: Appearance,
}

/// Makes a character, if its name is free.
#[utoipa::path(post, path = "/characters", tag = "character", request_body = CreateForm,
    security(("bearer" = [])), responses(
    (status = OK, body = CardAnswer), (status = 400, body = Problem), (status = 401, body = Problem),
    (status = 409, body = Problem), (status = 422, body = Problem), (status = 429, body = Problem),
    (status = 503, body = Problem)))]
pub async fn create(
    State(player): State<Player>,
    Bearer(access): Bearer<Access>,
    Json(form): Json<CreateForm>,
) -> Result<Json<CardAnswer>, PlayerError> {
    require_name(&form.name)?;
    require_look(form.house, form.appearance)?;
    let now_ms = player.clock.now_ms();
    player.rates.admit_name(access.account, now_ms).await?;
    let wish = Wish {
        name: form.name,
        house: form.house,
        look: form.appearance,
    };
    let created = player.store.create_character(access.account, &wish, now_ms);
    Ok(Json(CardAnswer::from(&created.await?)))
}

/// Deletes a character, for good; its name is free from then on.
#[utoipa::path(delete, path = "/characters/{character}", tag = "character",
    params(("character" = String, Path)),
    security(("bearer" = [])), responses(
    (status = OK, body = Vec<CharacterAnswer>), (status = 401, body = Problem),
    (status = 404, body = Problem), (status = 409, body = Problem), (status = 503, body = Problem)))]
pub async fn delete(
    State(player): State<Player>,
    Bearer(access): Bearer<Access>,
    Path(character): Path<String>,
) -> Result<Json<Vec<CharacterAnswer>>, PlayerError> {
    let character = player.own(&access, &character).await?;
    let now_ms = player.clock.now_ms();
    let deleted = player
        .store
        .delete_character(access.account, character, now_ms);
    deleted.await?;
    list(State(player), Bearer(access)).await
}

#[derive(Deserialize, ToSchema)]
pub struct NameForm {
    #[schema(min_length = 2, max_length = 16)]
    name: String,
}

/// Gives a character another name, if that is free; the old one is from then on.
#[utoipa::path(put, path = "/characters/{character}/name", tag = "character",
    params(("character" = String, Path)),
    request_body = NameForm, security(("bearer" = [])), responses(
    (status = OK, body = CardAnswer), (status = 400, body = Problem), (status = 401, body = Problem),
    (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem),
    (status = 429, body = Problem), (status = 503, body = Problem)))]
pub async fn rename(
    State(player): State<Player>,
    Bearer(access): Bearer<Access>,
    Path(character): Path<String>,
    Json(form): Json<NameForm>,
) -> Result<Json<CardAnswer>, PlayerError> {
    let character = player.own(&access, &character).await?;
    require_name(&form.name)?;
    let now_ms = player.clock.now_ms();
    player.rates.admit_name(access.account, now_ms).await?;
    player.store.rename_character(character, &form.name).await?;
    let card = player.store.card(character).await?;
    Ok(Json(CardAnswer::from(&card)))
}

#[derive(Deserialize, ToSchema)]
pub struct LookForm {
    house: u8,
    appearance: Appearance,
}

/// Gives a character another look, and the house that it would rather fight for.
#[utoipa::path(put, path = "/characters/{character}/look", tag = "character",
    params(("character" = String, Path)),
    request_body = LookForm, security(("bearer" = [])), responses(
    (status = OK, body = CardAnswer), (status = 400, body = Problem), (status = 401, body = Problem),
    (status = 404, body = Problem), (status = 422, body = Problem), (status = 503, body = Problem)))]
pub async fn dress(
    State(player): State<Player>,
    Bearer(access): Bearer<Access>,
    Path(character): Path<String>,
    Json(form): Json<LookForm>,
) -> Result<Json<CardAnswer>, PlayerError> {
    let character = player.own(&access, &character).await?;
    require_look(form.house, form.appearance)?;
    let dressed = player
        .store
        .set_look(character, form.house, form.appearance);
    dressed.await?;
    let card = player.store.card(character).await?;
    Ok(Json(CardAnswer::from(&card)))
}

fn require_look(house: u8, look: Appearance) -> Result<(), Problem> {
    if !is_house(house) {
        return Err(Problem::invalid("house", "0, 1 or 255"));
    }
    match look.misfit() {
        Some(field) => Err(Problem::invalid(
            format!("appearance.{field}"),
            "there is no such one",
        )),
        None => Ok(()),
    }
}

#[derive(Serialize, ToSchema)]
pub struct ProfileAnswer {
    #[serde(flatten)]
    card: CardAnswer,
    level: u32,
    experience: i64,
    /// At which this level began, and the next does; the same at the last level.
    level_experience: i64,
    next_level_experience: i64,
    kills: i64,
    deaths: i64,
    score: i64,
    blocks_dug: i64,
    blocks_placed: i64,
    guild: Option<GuildSeatAnswer>,
}

impl ProfileAnswer {
    fn new(card: CardAnswer, progress: &Progress, guild: Option<GuildSeatAnswer>) -> Self {
        let level = level_of(progress.experience);
        Self {
            card,
            level,
            experience: progress.experience,
            level_experience: experience_at(level),
            next_level_experience: experience_at(level + 1),
            kills: progress.kills,
            deaths: progress.deaths,
            score: progress.score,
            blocks_dug: progress.blocks_dug,
            blocks_placed: progress.blocks_placed,
            guild,
        }
    }
}

/// Who a character is and what it did, for everybody.
#[utoipa::path(get, path = "/profiles/{character}", tag = "character",
    params(("character" = String, Path)),
    security(("bearer" = [])), responses(
    (status = OK, body = ProfileAnswer), (status = 401, body = Problem), (status = 404, body = Problem),
    (status = 503, body = Problem)))]
pub async fn profile(
    State(player): State<Player>,
    Bearer(_): Bearer<Access>,
    Path(character): Path<String>,
) -> Result<Json<ProfileAnswer>, PlayerError> {
    let character = id_of(&character).ok_or(Refusal::NO_CHARACTER)?;
    let card = player.store.card(character).await?;
    let progress = player.store.progress(character).await?;
    let guild = player.store.guild_seat(character).await?;
    let guild = guild.map(GuildSeatAnswer::from);
    let card = CardAnswer::from(&card);
    Ok(Json(ProfileAnswer::new(card, &progress, guild)))
}

/// The character that has a name, however its letters are written.
#[utoipa::path(get, path = "/names/{name}", tag = "character",
    params(("name" = String, Path)), security(("bearer" = [])), responses(
    (status = OK, body = CardAnswer), (status = 401, body = Problem), (status = 404, body = Problem),
    (status = 422, body = Problem), (status = 503, body = Problem)))]
pub async fn find(
    State(player): State<Player>,
    Bearer(_): Bearer<Access>,
    Path(name): Path<String>,
) -> Result<Json<CardAnswer>, PlayerError> {
    require_name(&name)?;
    let found = player.store.character_named(&name_key(&name)).await?;
    let card = player
        .store
        .card(found.ok_or(Refusal::NO_CHARACTER)?)
        .await?;
    Ok(Json(CardAnswer::from(&card)))
}
