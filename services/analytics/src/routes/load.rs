//! How the ticks went.

use axum::extract::{Query, State};
use web::{Bearer, Json, Problem};

use crate::{
    Analytics, AnalyticsError,
    gate::Analyst,
    routes::range::{Rows, Step, SteppedRange},
    store::{RegionLoad, ShardLoad},
};

/// How the ticks of each shard went.
#[utoipa::path(get, path = "/ticks/shards", tag = "analytics", params(SteppedRange),
    security(("bearer" = [])), responses(
    (status = OK, body = Rows<ShardLoad>), (status = 400, body = Problem), (status = 401, body = Problem),
    (status = 403, body = Problem), (status = 422, body = Problem), (status = 503, body = Problem)))]
pub async fn shards(
    State(analytics): State<Analytics>,
    Bearer(Analyst): Bearer<Analyst>,
    Query(range): Query<SteppedRange>,
) -> Result<Json<Rows<ShardLoad>>, AnalyticsError> {
    let (span, step) = range.span()?;
    let rows = match step {
        Step::Minute => analytics.store.shards_by_minute(span).await?,
        Step::Hour => analytics.store.shards_by_hour(span).await?,
    };
    Ok(Json(Rows::new((span.from_ms, span.to_ms), rows)))
}

/// How the ticks of the shards that had each region went.
#[utoipa::path(get, path = "/ticks/regions", tag = "analytics", params(SteppedRange),
    security(("bearer" = [])), responses(
    (status = OK, body = Rows<RegionLoad>), (status = 400, body = Problem), (status = 401, body = Problem),
    (status = 403, body = Problem), (status = 422, body = Problem), (status = 503, body = Problem)))]
pub async fn regions(
    State(analytics): State<Analytics>,
    Bearer(Analyst): Bearer<Analyst>,
    Query(range): Query<SteppedRange>,
) -> Result<Json<Rows<RegionLoad>>, AnalyticsError> {
    let (span, step) = range.span()?;
    let rows = analytics.store.regions(span, step == Step::Hour).await?;
    Ok(Json(Rows::new((span.from_ms, span.to_ms), rows)))
}
