//! The whole at one look, once or again and again.

use std::{convert::Infallible, sync::Arc, time::Duration};

use axum::{
    body::Body,
    extract::State,
    http::{HeaderValue, header},
    response::Response,
};
use futures_util::stream;
use tokio::{
    sync::OwnedSemaphorePermit,
    time::{Instant, Interval, MissedTickBehavior, interval},
};
use web::{Json, Problem};

use crate::{
    Admin, AdminError,
    actor::Actor,
    limits::{LOOK_PERIOD, WATCH_TIME_MAX},
    model::Overview,
};

/// Pods, regions, edges, backends and players, now. For moderators.
#[utoipa::path(get, path = "/overview", tag = "operations", security(("bearer" = [])), responses(
    (status = OK, body = Overview), (status = 401, body = Problem), (status = 403, body = Problem),
    (status = 503, body = Problem)))]
pub async fn overview(State(admin): State<Admin>, _: Actor) -> Json<Overview> {
    Json(Overview::clone(&*admin.overview().await))
}

/// The same every second, a line of JSON each, until a token's life is over: then it is to be asked for anew. For
/// moderators.
#[utoipa::path(get, path = "/live", tag = "operations", security(("bearer" = [])), responses(
    (status = OK, body = Overview, content_type = "application/x-ndjson"),
    (status = 401, body = Problem), (status = 403, body = Problem), (status = 503, body = Problem)))]
pub async fn live(State(admin): State<Admin>, actor: Actor) -> Result<Response, AdminError> {
    let seats = admin.lookout.seats.clone();
    let seat = seats.try_acquire_owned();
    let seat = seat.map_err(|_| Problem::unavailable(1).detail("too many watch already"))?;
    let left_ms = actor.access.expires_ms - admin.clock.now_ms();
    let left = Duration::from_millis(left_ms.max(0).cast_unsigned());
    let watcher = Watcher::new(admin, seat, left);
    let lines = stream::unfold(watcher, async |mut watcher| {
        let line = watcher.next().await?;
        Some((Ok::<_, Infallible>(line), watcher))
    });
    let mut response = Response::new(Body::from_stream(lines));
    let headers = response.headers_mut();
    let content_type = HeaderValue::from_static("application/x-ndjson");
    headers.insert(header::CONTENT_TYPE, content_type);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// Who watches, for as long as its connection and its token last.
struct Watcher {
    admin: Admin,
    turns: Interval,
    until: Instant,
    _seat: OwnedSemaphorePermit,
}

impl Watcher {
    /// For as long as the token has left.
    fn new(admin: Admin, seat: OwnedSemaphorePermit, left: Duration) -> Self {
        let mut turns = interval(LOOK_PERIOD);
        turns.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self {
            admin,
            turns,
            until: Instant::now() + left.min(WATCH_TIME_MAX),
            _seat: seat,
        }
    }

    /// The next line; none when it is over.
    async fn next(&mut self) -> Option<Vec<u8>> {
        let mut stopped = self.admin.stopped();
        tokio::select! {
            _ = stopped.wait_for(|stopped| *stopped) => return None,
            _ = self.turns.tick() => {}
        }
        if Instant::now() >= self.until {
            return None;
        }
        let overview: Arc<Overview> = self.admin.overview().await;
        let mut line = serde_json::to_vec(&*overview).expect("strings and numbers are JSON");
        line.push(b'\n');
        Some(line)
    }
}
