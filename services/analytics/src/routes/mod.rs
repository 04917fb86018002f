//! The routes: what comes in is checked, what goes out is shaped, and what happened is the store's.

mod battle;
mod economy;
mod load;
mod players;
mod range;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::Analytics;

pub fn router() -> OpenApiRouter<Analytics> {
    OpenApiRouter::new()
        .routes(routes!(players::concurrent))
        .routes(routes!(players::retention))
        .routes(routes!(battle::balance))
        .routes(routes!(battle::weapons))
        .routes(routes!(battle::kill_map))
        .routes(routes!(battle::blocks))
        .routes(routes!(economy::economy))
        .routes(routes!(load::shards))
        .routes(routes!(load::regions))
}
