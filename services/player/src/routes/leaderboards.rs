//! Leaderboards: the best, and those around oneself.

use axum::extract::{Path, State};
use serde::Serialize;
use tokens::Access;
use utoipa::ToSchema;
use web::{Bearer, Json, Problem};

use crate::{
    Player, PlayerError,
    domain::{Board, Period},
    routes::shapes::CardAnswer,
    store::Ranked,
};

#[derive(Serialize, ToSchema)]
pub struct RankAnswer {
    /// From 1; none beyond the 10,000th.
    rank: Option<i64>,
    #[serde(flatten)]
    card: CardAnswer,
    /// Of `level`, the experience.
    value: i64,
}

/// The best 100 of `score`, `kills` or `level`, of `all` times or of this `week` (from Monday, in UTC).
#[utoipa::path(get, path = "/leaderboards/{board}/{period}", tag = "leaderboard",
    params(("board" = String, Path), ("period" = String, Path)),
    security(("bearer" = [])), responses(
    (status = OK, body = Vec<RankAnswer>), (status = 401, body = Problem), (status = 404, body = Problem),
    (status = 503, body = Problem)))]
pub async fn best(
    State(player): State<Player>,
    Bearer(_): Bearer<Access>,
    Path((board, period)): Path<(String, String)>,
) -> Result<Json<Vec<RankAnswer>>, PlayerError> {
    let (board, period) = player.board(&board, &period)?;
    let best = player.store.best(board, period).await?;
    player.ranks(best, Some(1)).await
}

/// A character among those next to it, five on each side; 404 if it is not on the board.
#[utoipa::path(get, path = "/characters/{character}/leaderboards/{board}/{period}",
    params(("character" = String, Path), ("board" = String, Path), ("period" = String, Path)),
    tag = "leaderboard", security(("bearer" = [])), responses(
    (status = OK, body = Vec<RankAnswer>), (status = 401, body = Problem), (status = 404, body = Problem),
    (status = 503, body = Problem)))]
pub async fn around(
    State(player): State<Player>,
    Bearer(access): Bearer<Access>,
    Path((character, board, period)): Path<(String, String, String)>,
) -> Result<Json<Vec<RankAnswer>>, PlayerError> {
    let character = player.own(&access, &character).await?;
    let (board, period) = player.board(&board, &period)?;
    let around = player.store.around(board, period, character).await?;
    let around = around.ok_or_else(Problem::not_found)?;
    let index = i64::try_from(around.index).expect("it is among a few");
    // Whoever came in between may have moved it by one.
    let first = around.rank.map(|rank| (rank - index).max(1));
    player.ranks(around.ranked, first).await
}

impl Player {
    fn board(&self, board: &str, period: &str) -> Result<(Board, Period), Problem> {
        let board = Board::of_name(board).ok_or_else(Problem::not_found)?;
        let period = Period::of_name(period, self.clock.now_ms());
        Ok((board, period.ok_or_else(Problem::not_found)?))
    }

    /// With their names; the first has this rank.
    async fn ranks(
        &self,
        ranked: Vec<Ranked>,
        first: Option<i64>,
    ) -> Result<Json<Vec<RankAnswer>>, PlayerError> {
        let ids: Vec<i64> = ranked.iter().map(|it| it.character).collect();
        let cards = self.store.cards(&ids).await?;
        let ranks = ranked.iter().zip(0..).filter_map(|(it, index)| {
            Some(RankAnswer {
                rank: first.map(|first| first + index),
                card: cards.get(&it.character)?.into(),
                value: it.value,
            })
        });
        Ok(Json(ranks.collect()))
    }
}
