//! Friends, and those whom one does not want to be asked by.

use axum::extract::{Path, Query, State};
use serde::Serialize;
use tokens::Access;
use utoipa::ToSchema;
use web::{Bearer, Json, Problem, ids::id_of};

use crate::{
    Player, PlayerError,
    domain::Refusal,
    routes::shapes::{CardAnswer, OtherForm, Page},
    store::{Relation, RelationKind},
};

#[derive(Serialize, ToSchema)]
pub struct FriendAnswer {
    #[serde(flatten)]
    card: CardAnswer,
    /// `friend`; `asked` by oneself; `asking` oneself; `blocked`.
    relation: &'static str,
    since_ms: i64,
    /// Where a friend plays just now.
    place: Option<String>,
}

/// A page of what others are to a character, a hundred at most.
#[utoipa::path(get, path = "/characters/{character}/friends", tag = "friend",
    params(("character" = String, Path), Page),
    security(("bearer" = [])), responses(
    (status = OK, body = Vec<FriendAnswer>), (status = 400, body = Problem),
    (status = 401, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem),
    (status = 503, body = Problem)))]
pub async fn list(
    State(player): State<Player>,
    Bearer(access): Bearer<Access>,
    Path(character): Path<String>,
    Query(page): Query<Page>,
) -> Result<Json<Vec<FriendAnswer>>, PlayerError> {
    let character = player.own(&access, &character).await?;
    let relations = player.store.relations(character, page.after()?).await?;
    player.friends(&relations).await.map(Json)
}

/// Asks somebody to be a friend; whoever asks back is one.
#[utoipa::path(post, path = "/characters/{character}/friends", tag = "friend",
    params(("character" = String, Path)),
    request_body = OtherForm, security(("bearer" = [])), responses(
    (status = OK, body = Related), (status = 400, body = Problem), (status = 401, body = Problem),
    (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem),
    (status = 429, body = Problem), (status = 503, body = Problem)))]
pub async fn ask(
    State(player): State<Player>,
    Bearer(access): Bearer<Access>,
    Path(character): Path<String>,
    Json(form): Json<OtherForm>,
) -> Result<Json<Related>, PlayerError> {
    let character = player.own(&access, &character).await?;
    let other = form.id()?;
    let now_ms = player.clock.now_ms();
    let admitted = player.rates.admit_friend_request(access.account, now_ms);
    admitted.await?;
    let kind = player.store.ask_friend(character, other, now_ms).await?;
    Ok(Json(Related::new(other, Some(kind))))
}

/// What another is to a character from now on.
#[derive(Serialize, ToSchema)]
pub struct Related {
    character: String,
    /// None: nothing.
    relation: Option<&'static str>,
}

impl Related {
    fn new(other: i64, kind: Option<RelationKind>) -> Self {
        Self {
            character: other.to_string(),
            relation: kind.map(RelationKind::name),
        }
    }
}

/// Accepts who asks.
#[utoipa::path(post, path = "/characters/{character}/friends/{other}/accept", tag = "friend",
    params(("character" = String, Path), ("other" = String, Path)),
    security(("bearer" = [])), responses(
    (status = OK, body = Related), (status = 401, body = Problem), (status = 404, body = Problem),
    (status = 409, body = Problem), (status = 503, body = Problem)))]
pub async fn accept(
    State(player): State<Player>,
    Bearer(access): Bearer<Access>,
    Path((character, other)): Path<(String, String)>,
) -> Result<Json<Related>, PlayerError> {
    let character = player.own(&access, &character).await?;
    let other = id_of(&other).ok_or(Refusal::NO_REQUEST)?;
    let now_ms = player.clock.now_ms();
    player.store.accept_friend(character, other, now_ms).await?;
    Ok(Json(Related::new(other, Some(RelationKind::Friend))))
}

/// Ends what another is to a character: declines, withdraws, parts, or lifts a block.
#[utoipa::path(delete, path = "/characters/{character}/friends/{other}", tag = "friend",
    params(("character" = String, Path), ("other" = String, Path)),
    security(("bearer" = [])), responses(
    (status = OK, body = Related), (status = 401, body = Problem), (status = 404, body = Problem),
    (status = 503, body = Problem)))]
pub async fn end(
    State(player): State<Player>,
    Bearer(access): Bearer<Access>,
    Path((character, other)): Path<(String, String)>,
) -> Result<Json<Related>, PlayerError> {
    let character = player.own(&access, &character).await?;
    let other = id_of(&other).ok_or(Refusal::NO_RELATION)?;
    let now_ms = player.clock.now_ms();
    player.store.drop_relation(character, other, now_ms).await?;
    Ok(Json(Related::new(other, None)))
}

/// Blocks somebody, who is no friend from then on, and can neither ask nor invite.
#[utoipa::path(post, path = "/characters/{character}/blocks", tag = "friend",
    params(("character" = String, Path)),
    request_body = OtherForm, security(("bearer" = [])), responses(
    (status = OK, body = Related), (status = 400, body = Problem), (status = 401, body = Problem),
    (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem),
    (status = 503, body = Problem)))]
pub async fn block(
    State(player): State<Player>,
    Bearer(access): Bearer<Access>,
    Path(character): Path<String>,
    Json(form): Json<OtherForm>,
) -> Result<Json<Related>, PlayerError> {
    let character = player.own(&access, &character).await?;
    let other = form.id()?;
    let now_ms = player.clock.now_ms();
    player.store.block(character, other, now_ms).await?;
    Ok(Json(Related::new(other, Some(RelationKind::Blocked))))
}

impl Player {
    async fn friends(&self, relations: &[Relation]) -> Result<Vec<FriendAnswer>, PlayerError> {
        let ids: Vec<i64> = relations.iter().map(|it| it.other).collect();
        let cards = self.store.cards(&ids).await?;
        let mut friends = Vec::with_capacity(relations.len());
        for relation in relations {
            // Deleted meanwhile.
            let Some(card) = cards.get(&relation.other) else {
                continue;
            };
            let place = match relation.kind {
                RelationKind::Friend => self.presence.place(relation.other).await,
                _ => None,
            };
            friends.push(FriendAnswer {
                card: card.into(),
                relation: relation.kind.name(),
                since_ms: relation.since_ms,
                place,
            });
        }
        Ok(friends)
    }
}
