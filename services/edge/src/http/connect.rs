//! `/connect.json`: where a client finds the battle, in terms of the host it asked by.

use std::{
    net::{IpAddr, SocketAddr},
    sync::atomic::Ordering,
};

use axum::{
    extract::State,
    http::{HeaderMap, HeaderValue, header},
    response::Response,
};
use serde_json::{Value, json};

use crate::{edge::Shared, http::HttpState, services::Services};

pub async fn respond(State(state): State<HttpState>, headers: HeaderMap) -> Response {
    let shared = &state.shared;
    let host = Host::of(&headers, shared.config.listen);
    let quic_port = shared.quic_ports[roomiest_edge(shared)];
    let certificate = shared.certificates.current();
    let scheme = if is_behind_tls(&headers) { "wss" } else { "ws" };
    let mut response = super::json(&json!({
        "protocol_version": protocol::VERSION,
        "webtransport_url": format!("https://{}:{quic_port}/", host.name),
        "certificate_sha256": certificate.sha256_hex(),
        "websocket_url": format!("{scheme}://{}/ws", host.name_and_port),
        "quic_address": format!("{}:{quic_port}", host.name),
        "edges": *shared.siblings(),
        "accounts": accounts(&shared.config.services),
    }));
    let anyone = HeaderValue::from_static("*");
    response
        .headers_mut()
        .insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, anyone);
    response
}

/// How one signs in here: null where nobody does, and every name is let in.
fn accounts(services: &Services) -> Value {
    services.tickets.as_ref().map_or(Value::Null, |tickets| {
        json!({ "api": "/api", "audience": tickets.audience, "are_required": tickets.are_required })
    })
}

/// How the client calls this machine.
#[derive(PartialEq, Eq, Debug)]
struct Host {
    name: String,
    name_and_port: String,
}

impl Host {
    /// `localhost` becomes an address: a browser takes it for ::1 in WebTransport and has no way back
    /// to IPv4 (docs of the wire, BROWSER facts).
    fn of(headers: &HeaderMap, listen: SocketAddr) -> Self {
        let asked = headers
            .get(header::HOST)
            .and_then(|host| host.to_str().ok())
            .filter(|host| is_plain(host));
        let Some(asked) = asked else {
            return Self {
                name: literal(reachable(listen.ip())),
                name_and_port: format!("{}:{}", literal(reachable(listen.ip())), listen.port()),
            };
        };
        let name = match without_port(asked) {
            "localhost" => literal(reachable(listen.ip())),
            name => name.to_owned(),
        };
        Self {
            name,
            name_and_port: asked.to_owned(),
        }
    }
}

/// Nothing but what a host and port are written with.
fn is_plain(host: &str) -> bool {
    let is_host_char =
        |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '[' | ']');
    !host.is_empty() && host.len() <= 255 && host.chars().all(is_host_char)
}

fn without_port(host: &str) -> &str {
    match host.rfind(':') {
        Some(colon) if !host.ends_with(']') => &host[..colon],
        _ => host,
    }
}

fn reachable(listen: IpAddr) -> IpAddr {
    match listen {
        IpAddr::V4(address) if address.is_unspecified() => IpAddr::from([127, 0, 0, 1]),
        IpAddr::V6(address) if address.is_unspecified() => IpAddr::from([127, 0, 0, 1]),
        address => address,
    }
}

fn literal(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => format!("[{address}]"),
    }
}

fn is_behind_tls(headers: &HeaderMap) -> bool {
    headers
        .get("x-forwarded-proto")
        .is_some_and(|proto| proto == "https")
}

fn roomiest_edge(shared: &Shared) -> usize {
    let sessions_count = |edge: &usize| shared.sessions_by_edge[*edge].load(Ordering::Relaxed);
    (0..shared.sessions_by_edge.len())
        .min_by_key(sessions_count)
        .expect("there is at least one edge")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host(asked: Option<&'static str>, listen: &str) -> Host {
        let mut headers = HeaderMap::new();
        if let Some(asked) = asked {
            headers.insert(header::HOST, HeaderValue::from_static(asked));
        }
        Host::of(&headers, listen.parse().expect("an address"))
    }

    #[test]
    fn hands_out_the_host_that_was_asked_by() {
        for (asked, listen, name) in [
            (Some("127.0.0.1:8080"), "127.0.0.1:8080", "127.0.0.1"),
            (Some("localhost:8080"), "127.0.0.1:8080", "127.0.0.1"),
            (Some("localhost"), "0.0.0.0:80", "127.0.0.1"),
            (Some("play.example.org"), "0.0.0.0:80", "play.example.org"),
            (Some("[::1]:8080"), "[::1]:8080", "[::1]"),
            (Some("localhost:8080"), "[::1]:8080", "[::1]"),
            (None, "0.0.0.0:8080", "127.0.0.1"),
            (Some("a\"b"), "10.0.0.7:8080", "10.0.0.7"),
        ] {
            assert_eq!(host(asked, listen).name, name, "{asked:?} on {listen}");
        }
        assert_eq!(
            host(Some("localhost:8080"), "[::1]:8080").name_and_port,
            "localhost:8080"
        );
    }
}
