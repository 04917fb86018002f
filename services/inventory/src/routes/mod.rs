//! The routes: what comes in is checked, what goes out is shaped, and what happens is the store's.

mod belongings;
mod definitions;
mod shapes;
mod shards;
mod trades;
mod wishes;

use axum::extract::DefaultBodyLimit;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{Inventory, limits::BATCH_BODY_BYTES_MAX};

pub fn router() -> OpenApiRouter<Inventory> {
    OpenApiRouter::new()
        .routes(routes!(definitions::definitions))
        .routes(routes!(belongings::belongings))
        .routes(routes!(belongings::ledger))
        .routes(routes!(wishes::craft))
        .routes(routes!(wishes::equip))
        .routes(routes!(wishes::unequip))
        .routes(routes!(wishes::shift))
        .routes(routes!(wishes::eat))
        .routes(routes!(wishes::discard))
        .routes(routes!(trades::current, trades::open))
        .routes(routes!(trades::offer))
        .routes(routes!(trades::confirm))
        .routes(routes!(trades::cancel))
}

pub fn shard_router() -> OpenApiRouter<Inventory> {
    OpenApiRouter::new()
        .routes(routes!(shards::apply))
        .routes(routes!(shards::claim))
        .routes(routes!(shards::contents))
        .routes(routes!(shards::audit))
        .layer(DefaultBodyLimit::max(BATCH_BODY_BYTES_MAX))
}
