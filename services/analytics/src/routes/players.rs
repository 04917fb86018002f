//! How many players there are, and who of them comes again.

use axum::extract::{Query, State};
use web::{Bearer, Json, Problem};

use crate::{
    Analytics, AnalyticsError,
    gate::Analyst,
    routes::range::{Range, Rows, Step, SteppedRange},
    store::{Cohort, Crowd},
};

/// How many players were there at once.
#[utoipa::path(get, path = "/players/concurrent", tag = "analytics", params(SteppedRange),
    security(("bearer" = [])), responses(
    (status = OK, body = Rows<Crowd>), (status = 400, body = Problem), (status = 401, body = Problem),
    (status = 403, body = Problem), (status = 422, body = Problem), (status = 503, body = Problem)))]
pub async fn concurrent(
    State(analytics): State<Analytics>,
    Bearer(Analyst): Bearer<Analyst>,
    Query(range): Query<SteppedRange>,
) -> Result<Json<Rows<Crowd>>, AnalyticsError> {
    let (span, step) = range.span()?;
    let rows = match step {
        Step::Minute => analytics.store.crowd_by_minute(span).await?,
        Step::Hour => analytics.store.crowd_by_hour(span).await?,
    };
    Ok(Json(Rows::new((span.from_ms, span.to_ms), rows)))
}

/// Of those who came first on each day, who came again a day and a week later. Days are UTC's.
#[utoipa::path(get, path = "/players/retention", tag = "analytics", params(Range),
    security(("bearer" = [])), responses(
    (status = OK, body = Rows<Cohort>), (status = 400, body = Problem), (status = 401, body = Problem),
    (status = 403, body = Problem), (status = 422, body = Problem), (status = 503, body = Problem)))]
pub async fn retention(
    State(analytics): State<Analytics>,
    Bearer(Analyst): Bearer<Analyst>,
    Query(range): Query<Range>,
) -> Result<Json<Rows<Cohort>>, AnalyticsError> {
    let (from_ms, to_ms) = range.days()?;
    let rows = analytics.store.cohorts(from_ms, to_ms).await?;
    Ok(Json(Rows::new((from_ms, to_ms), rows)))
}
