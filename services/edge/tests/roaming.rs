//! Players who change their address or their edge, by will or not, and go on in the same body; and
//! those who wait for room.

mod common;

use std::{net::SocketAddr, sync::Arc, time::Duration};

use common::{
    client::{Client, hello, join, join_as, knock, knock_at, knock_socket, quic_address},
    http,
    relay::Relay,
    server::{Realm, Server, config},
};
use edge::{
    Known, Return, TokenKey,
    services::{Holder, TicketDesk, Tickets},
};
use engine::{SessionId, limits::RESUME_GRACE_TICKS};
use protocol::{Encoder, session::CloseReason, up::Hello, up::Leave};

/// Longer than any drain of one client takes.
const PATIENCE: Duration = Duration::from_secs(30);

fn with_token(token: &str) -> Hello {
    Hello {
        resume_token: token.into(),
        ..hello("somebody else")
    }
}

/// Sends inputs until one of them is applied.
async fn acts(client: &mut Client, yaw: u16) {
    let acts = |client: &Client| client.own.is_some_and(|own| own.yaw == yaw);
    while !acts(client) {
        client.input(|input| input.yaw = yaw);
        client.for_ticks(1).await;
    }
}

#[tokio::test]
async fn a_client_whose_address_changes_goes_on_in_the_same_session() {
    let server = Server::start();
    let relay = Relay::to(quic_address(server.http()).await).await;
    let first = Encoder::new().stream(&hello("Bera")).to_vec();
    let mut bera = knock_at(server.http(), relay.address(), &first).await;
    bera.wait_for_welcome().await;
    acts(&mut bera, 100).await;
    for yaw in [200, 300] {
        relay.change_address().await;
        acts(&mut bera, yaw).await;
    }
    let status = http::json(server.http(), "/status").await;
    assert_eq!(
        (&status["joined"], &status["resumed"]),
        (&1.into(), &0.into())
    );
    server.stop();
}

#[tokio::test]
async fn a_player_goes_on_at_another_edge_in_the_same_body() {
    let realm = Realm::start(2);
    let mut bera = join(realm.http(0), "Bera").await;
    acts(&mut bera, 100).await;
    let before = bera.vanish();
    let mut bera = join_as(realm.http(1), &with_token(&before.resume_token)).await;
    assert!(bera.welcome.resumed);
    assert_eq!(
        (bera.welcome.body, &bera.welcome.name),
        (before.body, &before.name)
    );
    acts(&mut bera, 200).await;
    realm.stop();
}

#[tokio::test]
async fn of_two_connections_at_two_edges_the_newer_one_holds_the_player() {
    let realm = Realm::start(2);
    let mut elder = join(realm.http(0), "Bera").await;
    elder.set_input_sequence(5_000);
    acts(&mut elder, 100).await;
    let token = elder.welcome.resume_token.clone();
    // What the elder one sends at the same time does not count.
    (0..50).for_each(|_| elder.input(|input| input.yaw = 150));
    let mut newer = join_as(realm.http(1), &with_token(&token)).await;
    (0..50).for_each(|_| elder.input(|input| input.yaw = 150));
    assert_eq!(newer.welcome.body, elder.welcome.body);
    acts(&mut newer, 200).await;
    let (words, code) = elder.until_closed().await;
    assert_eq!(words.map(|words| words.reason), Some(CloseReason::Replaced));
    assert_eq!(code, CloseReason::Replaced as u64);
    // Its going takes nothing with it.
    newer.for_ticks(20).await;
    acts(&mut newer, 300).await;
    realm.stop();
}

#[tokio::test]
async fn who_was_on_an_edge_that_died_goes_on_at_another_in_the_same_body() {
    let mut realm = Realm::start(2);
    let mut bera = join(realm.http(0), "Bera").await;
    let mut ivar = join(realm.http(1), "Ivar").await;
    acts(&mut bera, 100).await;
    realm.kill(0);
    ivar.for_ticks(40).await;
    let token = &bera.welcome.resume_token;
    let mut again = join_as(realm.http(1), &with_token(token)).await;
    assert!(again.welcome.resumed);
    assert_eq!(again.welcome.body, bera.welcome.body);
    assert_eq!(again.welcome.name, "Bera");
    acts(&mut again, 200).await;
    realm.stop();
}

/// A hidden page sends nothing, but its edge speaks for it; for one that is gone nobody does.
#[tokio::test]
async fn who_is_attached_stays_and_who_is_gone_leaves_the_world() {
    let server = Server::start();
    let mut idle = join(server.http(), "Idle").await;
    let gone = join(server.http(), "Gone").await.vanish();
    idle.for_ticks(u32::from(RESUME_GRACE_TICKS) + 40).await;
    let again = join_as(server.http(), &with_token(&gone.resume_token)).await;
    assert!(!again.welcome.resumed && again.welcome.body != gone.body);
    let body = idle.welcome.body;
    acts(&mut idle, 100).await;
    let idle = join_as(server.http(), &with_token(&idle.welcome.resume_token)).await;
    assert!(idle.welcome.resumed && idle.welcome.body == body);
    server.stop();
}

#[tokio::test]
async fn names_are_unique_over_all_edges() {
    let realm = Realm::start(2);
    let _bera = join(realm.http(0), "Bera").await;
    let mut ivar = join(realm.http(1), "Ivar").await;
    // The other edge sees the first one now.
    ivar.for_ticks(5).await;
    let other = join(realm.http(1), "bera").await;
    assert_eq!(other.welcome.name, "bera 2");
    realm.stop();
}

#[tokio::test]
async fn a_forged_token_leads_into_nobodys_body() {
    let server = Server::start();
    let bera = join(server.http(), "Bera").await;
    let token = &bera.welcome.resume_token;
    let number = |digits: &str| u64::from_str_radix(digits, 16).expect("a number");
    let known = Known {
        session: SessionId(number(&token[..16])),
        account: number(&token[16..32]),
    };
    let other_key = TokenKey::new(&[8; TokenKey::BYTES]).token(known);
    let mut flipped = token.clone().into_bytes();
    flipped[40] ^= 1;
    let flipped = String::from_utf8(flipped).expect("still ASCII");
    for forged in [&token[..token.len() - 1], &other_key, &flipped, "zz"] {
        let other = join_as(server.http(), &with_token(forged)).await;
        assert!(!other.welcome.resumed, "{forged}");
        assert_ne!(other.welcome.body, bera.welcome.body);
    }
    server.stop();
}

/// How an edge that is drained sends its client away.
async fn drained(realm: Realm, siblings: Vec<String>) -> (Realm, Client, CloseReason) {
    realm.edge(0).set_siblings(siblings);
    let mut bera = join(realm.http(0), "Bera").await;
    let draining = tokio::task::spawn_blocking(move || {
        let left_count = realm.edge(0).drain(PATIENCE);
        (realm, left_count)
    });
    let (words, _) = bera.until_closed().await;
    let (realm, left_count) = draining.await.expect("it drains");
    assert_eq!(left_count, 0);
    let reason = words.expect("it says why").reason;
    let mut late = knock(realm.http(0), Encoder::new().stream(&hello("Ivar"))).await;
    let (words, _) = late.until_closed().await;
    assert_eq!(
        words.map(|words| words.reason),
        Some(reason),
        "newcomers hear the same"
    );
    (realm, bera, reason)
}

#[tokio::test]
async fn a_drained_edge_sends_its_clients_to_its_siblings() {
    let realm = Realm::start(2);
    let sibling = format!("http://{}", realm.http(1));
    let (realm, bera, reason) = drained(realm, vec![sibling.clone()]).await;
    assert_eq!(reason, CloseReason::Moving);
    let connect = http::json(realm.http(0), "/connect.json").await;
    assert_eq!(connect["edges"], serde_json::json!([sibling]));
    let there: SocketAddr = sibling[7..].parse().expect("an address");
    let again = join_as(there, &with_token(&bera.welcome.resume_token)).await;
    assert!(again.welcome.resumed);
    assert_eq!(again.welcome.body, bera.welcome.body);
    realm.stop();
}

#[tokio::test]
async fn a_drained_edge_that_is_alone_asks_to_try_again() {
    let (realm, ..) = match drained(Realm::start(1), Vec::new()).await {
        (realm, _, CloseReason::ServerStopping) => (realm,),
        (_, _, reason) => panic!("{reason:?}"),
    };
    realm.stop();
}

#[tokio::test]
async fn those_who_wait_for_room_hear_their_place_and_come_in_in_order() {
    let server = Server::start_with(edge::EdgeConfig {
        bounds: edge::Bounds::new(2, protocol::limits::BUDGET_BYTES_PER_SECOND_MAX),
        ..config()
    });
    let mut inside = join(server.http(), "a").await;
    let _other = join(server.http(), "b").await;
    let knocks = |name| Encoder::new().stream(&hello(name)).to_vec();
    let mut first = knock(server.http(), &knocks("c")).await;
    first
        .until("its place", |client| client.places == [(1, 1)])
        .await;
    let mut second = knock_socket(server.http(), knocks("d")).await;
    second
        .until("its place", |client| client.places == [(2, 2)])
        .await;
    let mut third = knock(server.http(), &knocks("e")).await;
    third
        .until("its place", |client| client.places == [(3, 3)])
        .await;
    let status = http::json(server.http(), "/status").await;
    assert_eq!(status["sessions_waiting_for_room"], 3);
    // One who gives up makes room in the line, one who leaves in the battle.
    second.vanish();
    third
        .until("a better place", |client| {
            client.places.last() == Some(&(2, 2))
        })
        .await;
    inside.control(&Leave).await;
    first.wait_for_welcome().await;
    assert!(third.welcome.resume_token.is_empty());
    first.control(&Leave).await;
    third.wait_for_welcome().await;
    assert_eq!(third.places.last(), Some(&(1, 1)));
    assert_eq!(third.welcome.name, "e");
    server.stop();
}

#[tokio::test]
async fn a_battle_that_lets_nobody_in_keeps_newcomers_waiting() {
    let server = Server::start();
    let bera = join(server.http(), "Bera").await;
    server.edges().set_admission(false);
    let mut ivar = knock(server.http(), Encoder::new().stream(&hello("Ivar"))).await;
    ivar.until("its place", |client| client.places == [(1, 1)])
        .await;
    let again = join_as(server.http(), &with_token(&bera.welcome.resume_token)).await;
    assert!(again.welcome.resumed, "who is in the battle may come back");
    server.edges().set_admission(true);
    ivar.wait_for_welcome().await;
    server.stop();
}

/// Knows one character, and lets it in as often as it comes.
struct OpenDesk;

const ACCOUNT: u64 = 7;
const CHARACTER: u64 = 77;
const TICKET_MS: i64 = 1_790_000_000_000;

impl TicketDesk for OpenDesk {
    fn admit(&self, _ticket: &str) -> Result<Holder, &'static str> {
        Ok(Holder {
            account: ACCOUNT.cast_signed(),
            character: CHARACTER.cast_signed(),
            name: "Bera".into(),
            ticket_ms: TICKET_MS,
        })
    }
}

/// The world says so, which it does now and then.
async fn until_players(server: &Server, count: u64) {
    let there = async || {
        let status = http::json(server.http(), "/status").await;
        status["players"].as_u64() == Some(count)
    };
    while !there().await {
        tokio::task::yield_now().await;
    }
}

async fn is_sent_away(mut client: Client) {
    let (words, code) = client.until_closed().await;
    assert_eq!(
        words.map(|words| words.reason),
        Some(CloseReason::BadTicket)
    );
    assert_eq!(code, CloseReason::BadTicket as u64);
}

#[tokio::test]
async fn who_is_sent_away_loses_connection_body_and_the_way_back() {
    let tickets = Tickets {
        desk: Arc::new(OpenDesk),
        audience: "battle".into(),
        are_required: true,
    };
    let mut config = config();
    config.services.tickets = Some(tickets);
    let server = Server::start_with(config);
    let with_ticket = Hello {
        ticket: "a".into(),
        ..hello("")
    };
    let mut bera = join_as(server.http(), &with_ticket).await;
    acts(&mut bera, 100).await;
    let stranger = ACCOUNT + 1;
    let expeller = server.edges().expeller();
    assert!(expeller.expel(stranger, Return::Later), "nobody here");
    acts(&mut bera, 100).await;
    until_players(&server, 1).await;
    // Signed out everywhere, it leaves, and comes back by a ticket that was given since.
    assert!(expeller.expel(ACCOUNT, Return::ByTicketSince(TICKET_MS - 1)));
    is_sent_away(bera).await;
    until_players(&server, 0).await;
    let mut bera = join_as(server.http(), &with_ticket).await;
    acts(&mut bera, 100).await;
    assert!(expeller.expel(ACCOUNT, Return::ByTicketSince(TICKET_MS)));
    assert!(expeller.expel(ACCOUNT, Return::Later));
    let resume_token = bera.welcome.resume_token.clone();
    is_sent_away(bera).await;
    // Neither what it was given for coming back helps, nor a ticket from before.
    let token = with_token(&resume_token);
    for hello in [token, with_ticket] {
        let first = Encoder::new().stream(&hello).to_vec();
        let (words, _) = knock(server.http(), &first).await.until_closed().await;
        let reason = words.map(|words| words.reason);
        assert_eq!(reason, Some(CloseReason::BadTicket));
    }
    let world = server.stop();
    assert!(world.players.slot_of(SessionId(CHARACTER)).is_none());
}
