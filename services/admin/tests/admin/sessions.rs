//! Who is connected, as edges say it page by page, and those who are sent away whom no account names.

use std::{collections::HashMap, net::SocketAddr};

use axum::{
    Router,
    extract::Query,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::get,
};
use events::{Body, admin::Expelled};
use serde_json::{Value, json};
use tokio::{net::TcpListener, sync::watch};

use crate::common::{MODERATOR, World, on_each};

/// As many as an edge says at once.
const PAGE: usize = 100;
/// A number of who plays without an account.
const STRANGER: u64 = 1 << 63 | 5;

/// An edge with these sessions, which answers who shows the moderator's token.
async fn edge(numbers: Vec<u64>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await;
    let listener = listener.expect("a free port");
    let address = listener.local_addr().expect("it is bound");
    let respond = async move |headers: HeaderMap, Query(asked): Query<HashMap<String, String>>| {
        let shown = headers.get("authorization").map(|it| it.as_bytes());
        match shown == Some(format!("Bearer {MODERATOR}").as_bytes()) {
            true => roll(&numbers, &asked),
            false => StatusCode::UNAUTHORIZED.into_response(),
        }
    };
    let router = Router::new().route("/sessions", get(respond));
    tokio::spawn(async move {
        // Ends with the test.
        let (_running, stopped) = watch::channel(false);
        web::serve(listener, router, 16, stopped).await;
    });
    address
}

fn roll(numbers: &[u64], asked: &HashMap<String, String>) -> Response {
    let after: Option<u64> = asked.get("after").and_then(|it| it.parse().ok());
    let words = &asked["query"];
    let name = |number: u64| format!("Player {number}");
    let mut found = numbers.iter().copied().filter(|number| {
        after.is_none_or(|after| *number > after) && name(*number).contains(words.as_str())
    });
    let row = |number: u64| {
        let account = (number < STRANGER).then(|| (number * 10).to_string());
        json!({ "session": number.to_string(), "account": account, "name": name(number),
            "transport": "quic", "connected_s": 7 })
    };
    let sessions: Vec<Value> = found.by_ref().take(PAGE).map(row).collect();
    let is_cut = found.next().is_some();
    json!({ "sessions": sessions, "is_cut": is_cut })
        .to_string()
        .into_response()
}

impl World {
    async fn sessions(&self, query: &str) -> Value {
        let call = format!("GET /sessions{query}");
        self.call(&call, MODERATOR, Value::Null).await.ok(200)
    }
}

fn numbers(page: &Value) -> Vec<u64> {
    let sessions = page["sessions"].as_array().expect("a list").iter();
    let numbers = sessions.map(|it| it["session"].as_str().expect("text").parse());
    numbers.collect::<Result<_, _>>().expect("they are numbers")
}

#[test]
fn pages_go_through_the_sessions_of_all_edges_once() {
    on_each(async |world| {
        // Of one edge the first page ends far before that of the other.
        let dense: Vec<u64> = (1..=250).collect();
        let sparse: Vec<u64> = (1..=60).map(|it| it * 1_000).chain([STRANGER]).collect();
        let edges = [edge(dense.clone()).await, edge(sparse.clone()).await];
        let edges = edges.map(|address| format!("http://{address}"));
        world.edges.set(edges.to_vec());
        let (mut seen, mut query) = (Vec::new(), String::new());
        loop {
            let page = world.sessions(&query).await;
            assert_eq!(page["troubles"], json!([]));
            let found = numbers(&page);
            assert!(found.len() <= PAGE);
            seen.extend(found);
            match page["next"].as_str() {
                Some(next) => query = format!("?after={next}"),
                None => break,
            }
        }
        assert_eq!(seen, [dense, sparse].concat());
        let found = world.sessions("?query=ayer%2025").await;
        assert_eq!(numbers(&found), [25, 250, 25_000]);
        let row = json!({ "session": "25", "account": "250", "name": "Player 25", "edge": edges[0],
            "transport": "quic", "connected_s": 7 });
        assert_eq!(found["sessions"][0], row);
        let stranger = world.sessions(&format!("?after={}", STRANGER - 1)).await;
        assert_eq!(stranger["sessions"][0]["account"], Value::Null);
    });
}

#[test]
fn an_edge_that_does_not_say_is_a_trouble_and_no_more() {
    on_each(async |world| {
        let edge = edge(vec![1]).await;
        let edges = [format!("http://{edge}"), "http://127.0.0.1:9".to_owned()];
        world.edges.set(edges.to_vec());
        let page = world.sessions("").await;
        assert_eq!((numbers(&page), &page["next"]), (vec![1], &Value::Null));
        let trouble = json!(["the edge at http://127.0.0.1:9: it does not answer"]);
        assert_eq!(page["troubles"], trouble);
        for query in ["?after=x", "?after=-1", "?query=%00"] {
            let call = format!("GET /sessions{query}");
            let refused = world.call(&call, MODERATOR, Value::Null).await;
            refused.refused(422, "invalid-field");
        }
    });
}

#[test]
fn who_has_no_account_is_sent_away_by_its_session() {
    on_each(async |world| {
        let mut heard = world.hear(Expelled::TOPIC).await;
        let why = json!({ "reason": "shouts" });
        let call = format!("POST /sessions/{STRANGER}/kick");
        world.call(&call, MODERATOR, why.clone()).await.ok(200);
        let delivery = heard.next().await;
        let expelled = Expelled::from_bytes(&delivery.event.body).expect("ours");
        assert_eq!(expelled.account.cast_unsigned(), STRANGER);
        delivery.done().await;
        let line = world.last_line().await;
        let target = STRANGER.to_string();
        assert_eq!(
            (&line["action"], &line["target"]),
            (&json!("player.kick"), &json!(target))
        );
        let known = world.call("POST /sessions/7/kick", MODERATOR, why.clone());
        known.await.refused(422, "invalid-field");
        let none = world.call("POST /sessions/x/kick", MODERATOR, why);
        none.await.refused(404, "not-found");
    });
}
