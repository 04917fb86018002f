//! The routes: what comes in is checked, what goes out is shaped, and what happens is another service's.

mod audit;
mod battles;
mod chat;
mod config;
mod desk;
mod ledger;
mod message;
mod overview;
mod players;
mod regions;
mod reports;
mod roles;
mod sanctions;
mod sessions;

use std::panic;

use axum::{
    extract::{DefaultBodyLimit, Request},
    middleware::{Next, from_fn},
    response::{IntoResponse, Response},
};
use tracing::{Instrument, Span};
use utoipa_axum::{router::OpenApiRouter, routes};
use web::Problem;

use crate::{Admin, limits::CONFIG_BODY_BYTES_MAX};

/// Each operation as the service's document has it: its method, and its path under `/admin`. Whoever is to have a word
/// for each counts them by this.
pub fn operations() -> Vec<(&'static str, String)> {
    let router = router();
    let paths = router.get_openapi().paths.paths.iter();
    let operations = paths.flat_map(|(path, item)| {
        let methods = [
            ("GET", &item.get),
            ("POST", &item.post),
            ("PUT", &item.put),
            ("DELETE", &item.delete),
        ];
        let there = methods.into_iter().filter(|(_, it)| it.is_some());
        there.map(|(method, _)| (method, path.clone()))
    });
    operations.collect()
}

pub fn router() -> OpenApiRouter<Admin> {
    OpenApiRouter::new()
        .merge(world())
        .merge(people())
        .merge(desk())
        .merge(configuration())
        .layer(from_fn(see_through))
}

/// What changes something is seen through even if its caller hangs up or has waited too long: else the log would
/// say of it for ever that it was begun.
async fn see_through(request: Request, next: Next) -> Response {
    if request.method().is_safe() {
        return next.run(request).await;
    }
    let deed = tokio::spawn(next.run(request).instrument(Span::current()));
    match deed.await.map_err(|error| error.try_into_panic()) {
        Ok(response) => response,
        Err(Ok(panic)) => panic::resume_unwind(panic),
        // The process ends.
        Err(Err(_)) => Problem::internal().into_response(),
    }
}

fn world() -> OpenApiRouter<Admin> {
    OpenApiRouter::new()
        .routes(routes!(overview::overview))
        .routes(routes!(overview::live))
        .routes(routes!(regions::split))
        .routes(routes!(regions::merge))
        .routes(routes!(regions::give))
        .routes(routes!(regions::pin))
        .routes(routes!(regions::unpin))
        .routes(routes!(regions::drain))
        .routes(routes!(regions::undrain))
        .routes(routes!(regions::plan))
        .routes(routes!(regions::approve))
        .routes(routes!(regions::set_mode))
}

fn people() -> OpenApiRouter<Admin> {
    OpenApiRouter::new()
        .routes(routes!(players::find))
        .routes(routes!(players::inspect))
        .routes(routes!(players::message))
        .routes(routes!(sanctions::mute))
        .routes(routes!(sanctions::unmute))
        .routes(routes!(sanctions::kick))
        .routes(routes!(sanctions::ban))
        .routes(routes!(sanctions::unban))
        .routes(routes!(roles::give))
        .routes(routes!(sessions::list))
        .routes(routes!(sessions::kick))
        .routes(routes!(ledger::lines))
        .routes(routes!(ledger::preview))
        .routes(routes!(ledger::roll_back))
        .routes(routes!(reports::list))
        .routes(routes!(reports::close))
        .routes(routes!(chat::lines))
        .routes(routes!(chat::remove))
        .routes(routes!(chat::slows))
        .routes(routes!(chat::slow))
        .routes(routes!(chat::words, chat::edit_words))
}

fn configuration() -> OpenApiRouter<Admin> {
    OpenApiRouter::new()
        .routes(routes!(config::read, config::put))
        .routes(routes!(config::check))
        .routes(routes!(config::undo))
        .layer(DefaultBodyLimit::max(CONFIG_BODY_BYTES_MAX))
}

fn desk() -> OpenApiRouter<Admin> {
    OpenApiRouter::new()
        .routes(routes!(desk::me))
        .routes(routes!(desk::economy))
        .routes(routes!(desk::environments))
        .routes(routes!(audit::list))
        .routes(routes!(message::read, message::set))
        .routes(routes!(battles::list, battles::schedule))
        .routes(routes!(battles::next))
        .routes(routes!(battles::start))
        .routes(routes!(battles::cancel))
}
