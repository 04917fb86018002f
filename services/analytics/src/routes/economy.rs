//! What things came into the world, and went out of it.

use axum::extract::{Query, State};
use web::{Bearer, Json, Problem};

use crate::{
    Analytics, AnalyticsError,
    gate::Analyst,
    routes::range::{Range, Rows},
    store::EconomySum,
};

/// What came out of sources and went into sinks, by item.
#[utoipa::path(get, path = "/economy", tag = "analytics", params(Range),
    security(("bearer" = [])), responses(
    (status = OK, body = Rows<EconomySum>), (status = 400, body = Problem), (status = 401, body = Problem),
    (status = 403, body = Problem), (status = 422, body = Problem), (status = 503, body = Problem)))]
pub async fn economy(
    State(analytics): State<Analytics>,
    Bearer(Analyst): Bearer<Analyst>,
    Query(range): Query<Range>,
) -> Result<Json<Rows<EconomySum>>, AnalyticsError> {
    let (from_ms, to_ms) = range.hours()?;
    let rows = analytics.store.economy(from_ms, to_ms).await?;
    Ok(Json(Rows::new((from_ms, to_ms), rows)))
}
