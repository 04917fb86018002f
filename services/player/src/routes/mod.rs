//! The routes: what comes in is checked, what goes out is shaped, and what happens is the store's.

mod characters;
mod friends;
mod guilds;
mod invitations;
mod leaderboards;
mod parties;
mod settings;
mod shapes;

use axum::extract::DefaultBodyLimit;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{Player, limits::BODY_BYTES_MAX};

pub fn router() -> OpenApiRouter<Player> {
    OpenApiRouter::new()
        .routes(routes!(characters::list, characters::create))
        .routes(routes!(characters::delete))
        .routes(routes!(characters::rename))
        .routes(routes!(characters::dress))
        .routes(routes!(characters::profile))
        .routes(routes!(characters::find))
        .routes(routes!(leaderboards::best))
        .routes(routes!(leaderboards::around))
        .routes(routes!(friends::list, friends::ask))
        .routes(routes!(friends::accept))
        .routes(routes!(friends::end))
        .routes(routes!(friends::block))
        .routes(routes!(invitations::list))
        .routes(routes!(invitations::decline))
        .routes(routes!(parties::party))
        .routes(routes!(parties::invite))
        .routes(routes!(parties::join))
        .routes(routes!(parties::leave))
        .routes(routes!(parties::kick))
        .routes(routes!(parties::promote))
        .routes(routes!(guilds::guild, guilds::found))
        .routes(routes!(guilds::invite))
        .routes(routes!(guilds::join))
        .routes(routes!(guilds::leave))
        .routes(routes!(guilds::kick))
        .routes(routes!(guilds::set_rank))
        .routes(routes!(guilds::hand_over))
        .routes(routes!(guilds::disband))
        .routes(routes!(guilds::set_message))
        .routes(routes!(settings::settings, settings::set))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
}
