//! The routes: what comes in is checked, what goes out is shaped, and what happens is the store's.

mod channels;
mod messages;
mod mutes;
mod reports;
mod shapes;
mod words;

use axum::extract::DefaultBodyLimit;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{ChatService, limits::FILTER_BODY_BYTES_MAX};

pub fn router() -> OpenApiRouter<ChatService> {
    let words = OpenApiRouter::new()
        .routes(routes!(words::read, words::replace))
        .layer(DefaultBodyLimit::max(FILTER_BODY_BYTES_MAX));
    OpenApiRouter::new()
        .routes(routes!(channels::lines))
        .routes(routes!(channels::slow))
        .routes(routes!(messages::remove))
        .routes(routes!(reports::report, reports::list))
        .routes(routes!(reports::resolve))
        .routes(routes!(mutes::own))
        .routes(routes!(mutes::list))
        .routes(routes!(mutes::mute, mutes::unmute))
        .merge(words)
}
