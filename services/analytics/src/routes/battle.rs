//! What happens in the battle: rounds, weapons, places, blocks.

use axum::extract::{Query, State};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use web::{Bearer, Json, Problem};

use crate::{
    Analytics, AnalyticsError,
    gate::Analyst,
    limits::CELL_BLOCKS,
    routes::range::{Range, Rows, WorldRange},
    store::{Balance, BlockSum, CellKills, WeaponSum},
};

/// Blocks along the side of a cell.
const CELL_SIDES: std::ops::RangeInclusive<i64> = CELL_BLOCKS as i64..=1_024;

/// How even the rounds were, by world.
#[utoipa::path(get, path = "/rounds/balance", tag = "analytics", params(WorldRange),
    security(("bearer" = [])), responses(
    (status = OK, body = Rows<Balance>), (status = 400, body = Problem), (status = 401, body = Problem),
    (status = 403, body = Problem), (status = 422, body = Problem), (status = 503, body = Problem)))]
pub async fn balance(
    State(analytics): State<Analytics>,
    Bearer(Analyst): Bearer<Analyst>,
    Query(range): Query<WorldRange>,
) -> Result<Json<Rows<Balance>>, AnalyticsError> {
    let span = range.hours()?;
    let rows = analytics.store.balance(span).await?;
    Ok(Json(Rows::new((span.from_ms, span.to_ms), rows)))
}

/// What each weapon did.
#[utoipa::path(get, path = "/weapons", tag = "analytics", params(WorldRange),
    security(("bearer" = [])), responses(
    (status = OK, body = Rows<WeaponSum>), (status = 400, body = Problem), (status = 401, body = Problem),
    (status = 403, body = Problem), (status = 422, body = Problem), (status = 503, body = Problem)))]
pub async fn weapons(
    State(analytics): State<Analytics>,
    Bearer(Analyst): Bearer<Analyst>,
    Query(range): Query<WorldRange>,
) -> Result<Json<Rows<WeaponSum>>, AnalyticsError> {
    let span = range.hours()?;
    let rows = analytics.store.weapons(span).await?;
    Ok(Json(Rows::new((span.from_ms, span.to_ms), rows)))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct MapQuestion {
    /// Milliseconds since 1970; the whole hour of it counts.
    from_ms: i64,
    /// The same; what happened from then on does not count.
    to_ms: i64,
    /// Of all worlds if it is not said.
    world: Option<String>,
    /// Only kills by this one.
    #[param(inline)]
    weapon: Option<WeaponName>,
    /// Blocks along the side of a cell: 8, 16, 32 and so on; 8 if it is not said.
    #[param(minimum = 8, maximum = 1024)]
    cell: Option<i64>,
}

#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum WeaponName {
    Sword,
    Arrow,
    Bomb,
    Fall,
    Drown,
}

impl WeaponName {
    const fn name(self) -> &'static str {
        match self {
            Self::Sword => "sword",
            Self::Arrow => "arrow",
            Self::Bomb => "bomb",
            Self::Fall => "fall",
            Self::Drown => "drown",
        }
    }
}

/// Where was killed, by weapon; the bloodiest cells first.
#[utoipa::path(get, path = "/kills/map", tag = "analytics", params(MapQuestion),
    security(("bearer" = [])), responses(
    (status = OK, body = Rows<CellKills>), (status = 400, body = Problem), (status = 401, body = Problem),
    (status = 403, body = Problem), (status = 422, body = Problem), (status = 503, body = Problem)))]
pub async fn kill_map(
    State(analytics): State<Analytics>,
    Bearer(Analyst): Bearer<Analyst>,
    Query(question): Query<MapQuestion>,
) -> Result<Json<Rows<CellKills>>, AnalyticsError> {
    let side = question.cell.unwrap_or(CELL_BLOCKS.into());
    let cells = side / i64::from(CELL_BLOCKS);
    if !CELL_SIDES.contains(&side) || side.count_ones() != 1 {
        return Err(Problem::invalid("cell", "8, 16, 32 and so on, up to 1024").into());
    }
    let range = WorldRange::new(question.from_ms, question.to_ms, question.world);
    let span = range.hours()?;
    let weapon = question.weapon.map_or("", WeaponName::name);
    let rows = analytics.store.kill_map(span, cells, weapon).await?;
    Ok(Json(Rows::new((span.from_ms, span.to_ms), rows)))
}

/// Blocks that were broken and placed, by kind.
#[utoipa::path(get, path = "/blocks", tag = "analytics", params(Range),
    security(("bearer" = [])), responses(
    (status = OK, body = Rows<BlockSum>), (status = 400, body = Problem), (status = 401, body = Problem),
    (status = 403, body = Problem), (status = 422, body = Problem), (status = 503, body = Problem)))]
pub async fn blocks(
    State(analytics): State<Analytics>,
    Bearer(Analyst): Bearer<Analyst>,
    Query(range): Query<Range>,
) -> Result<Json<Rows<BlockSum>>, AnalyticsError> {
    let (from_ms, to_ms) = range.hours()?;
    let rows = analytics.store.blocks(from_ms, to_ms).await?;
    Ok(Json(Rows::new((from_ms, to_ms), rows)))
}
