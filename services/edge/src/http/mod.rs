//! HTTP: the page, where to connect, health, status and metrics, who is here, and the way into a WebSocket.

pub mod connect;
pub mod listener;
pub mod metrics;
pub mod pod;
pub mod sessions;
pub mod status;

use std::{net::SocketAddr, sync::Arc};

use assets::Assets;
use axum::{
    Router,
    body::Body,
    extract::{ConnectInfo, Request, State, WebSocketUpgrade, ws::WebSocket},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::Response,
    routing::{any, get},
};
use forwarded::FORWARDED_FOR;
use tokio::sync::mpsc;

use crate::{counters::Cause, edge::Shared, http::listener::Peer, limits};

/// What a request may need; one for each edge thread.
#[derive(Clone)]
pub struct HttpState {
    pub shared: Arc<Shared>,
    pub assets: Assets,
    /// Hands opened WebSockets to this thread's edge.
    pub sockets: mpsc::Sender<(WebSocket, SocketAddr)>,
}

pub fn router(state: HttpState) -> Router {
    Router::new()
        .route("/connect.json", get(connect::respond))
        .route("/healthz", get(status::healthz))
        .route("/status", get(status::status))
        .route("/metrics", get(metrics::respond))
        .route("/sessions", get(sessions::respond))
        .route("/ws", any(open_socket))
        .nest("/api", Router::new().fallback(api))
        .fallback(page)
        .with_state(state)
}

/// What services answer, on threads of theirs.
async fn api(
    State(state): State<HttpState>,
    ConnectInfo(Peer(address)): ConnectInfo<Peer>,
    request: Request,
) -> Response {
    match &state.shared.config.services.api {
        Some(api) => api.answer(request, address).await,
        None => text(StatusCode::NOT_FOUND, "this server has no services\n"),
    }
}

async fn page(State(state): State<HttpState>, request: Request) -> Response {
    let (path, headers) = (request.uri().path(), request.headers());
    state.assets.respond(request.method(), path, headers)
}

async fn open_socket(
    State(state): State<HttpState>,
    ConnectInfo(Peer(address)): ConnectInfo<Peer>,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response {
    let forwarded = headers.get_all(FORWARDED_FOR).iter();
    let proxies = &state.shared.config.trusted_proxies;
    let client = proxies.client(address.ip(), forwarded.map(|it| it.as_bytes()));
    let address = SocketAddr::new(client, address.port());
    upgrade
        .max_message_size(limits::SOCKET_UP_BYTES_MAX)
        .max_frame_size(limits::SOCKET_UP_BYTES_MAX)
        .read_buffer_size(limits::SOCKET_UP_BYTES_MAX)
        .on_upgrade(move |socket| async move {
            if state.sockets.try_send((socket, address)).is_err() {
                state.shared.counters.drop_one(Cause::HandshakeRefused);
            }
        })
}

/// A short plain answer.
pub fn text(status: StatusCode, body: impl Into<Body>) -> Response {
    answer(status, "text/plain; charset=utf-8", body)
}

/// A JSON answer that nobody keeps.
pub fn json(value: &serde_json::Value) -> Response {
    answer(StatusCode::OK, "application/json", format!("{value:#}\n"))
}

fn answer(status: StatusCode, content_type: &'static str, body: impl Into<Body>) -> Response {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    let headers: &mut HeaderMap = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
