//! The routes, for players: what comes in is checked, what goes out is shaped, and what happens is the store's. What
//! moderators do about chat is the staff service's, which does it in the store and keeps a log of it.

mod channels;
mod mutes;
mod reports;
mod shapes;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::ChatService;

pub fn router() -> OpenApiRouter<ChatService> {
    OpenApiRouter::new()
        .routes(routes!(channels::lines))
        .routes(routes!(reports::report))
        .routes(routes!(mutes::own))
}
