//! Those who wait for room and are lost meanwhile: they take their places again, at any edge, by what an edge said of
//! since when they wait. What was forged, stolen, used or kept for too long gives nobody an advantage.

mod common;

use std::{
    net::SocketAddr,
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use common::{
    client::{Client, hello, knock, knock_browser, knock_socket},
    http,
    server::{Realm, Server, config},
    within,
};
use edge::{
    EdgeConfig, LineTicket, TokenKey,
    services::{Holder, TicketDesk, Tickets},
};
use protocol::{
    Encoder,
    session::CloseReason,
    up::{Hello, Leave},
};
use spatial::random::SplitMix64;

fn showing(name: &str, line_ticket: &str) -> Hello {
    Hello {
        line_ticket: line_ticket.into(),
        ..hello(name)
    }
}

fn first_bytes(hello: &Hello) -> Vec<u8> {
    Encoder::new().stream(hello).to_vec()
}

/// Knocks where nobody is let in, and hears its place.
async fn waits(server: SocketAddr, hello: &Hello) -> Client {
    placed(knock(server, &first_bytes(hello)).await).await
}

async fn placed(mut client: Client) -> Client {
    client
        .until("its place", |client| !client.places.is_empty())
        .await;
    client
}

async fn until_at(client: &mut Client, place: (u32, u32)) {
    let is_there = |client: &Client| client.places.last() == Some(&place);
    client.until(&format!("place {place:?}"), is_there).await;
}

async fn until_waiting(server: SocketAddr, count: u32) {
    within("so many in line", async {
        while http::json(server, "/status").await["sessions_waiting_for_room"] != count {}
    })
    .await;
}

/// A server that lets nobody in.
fn closed() -> Server {
    closed_with(config())
}

fn closed_with(config: EdgeConfig) -> Server {
    let server = Server::start_with(config);
    server.edges().set_admission(false);
    server
}

#[tokio::test]
async fn who_is_lost_in_line_comes_back_to_its_place_over_any_transport() {
    let server = closed();
    let bera = waits(server.http(), &hello("Bera")).await;
    let mut ivar = waits(server.http(), &hello("Ivar")).await;
    let mut ticket = bera.line_ticket.clone();
    bera.vanish();
    until_at(&mut ivar, (1, 1)).await;
    let first = first_bytes(&showing("Bera", &ticket));
    let bera = placed(knock_socket(server.http(), first).await).await;
    assert_eq!(bera.places, [(1, 2)]);
    until_at(&mut ivar, (2, 2)).await;
    ticket.clone_from(&bera.line_ticket);
    drop(bera);
    until_at(&mut ivar, (1, 1)).await;
    let first = first_bytes(&showing("Bera", &ticket));
    let mut bera = placed(knock_browser(server.http(), &first).await).await;
    assert_eq!(bera.places, [(1, 2)]);
    server.edges().set_admission(true);
    bera.wait_for_welcome().await;
    ivar.wait_for_welcome().await;
    assert_eq!([bera.welcome.name, ivar.welcome.name], ["Bera", "Ivar"]);
    server.stop();
}

#[tokio::test]
async fn who_waited_at_an_edge_that_died_waits_as_long_at_another() {
    let mut realm = Realm::start(2);
    for edge in 0..2 {
        realm.edge(edge).set_admission(false);
    }
    let bera = waits(realm.http(0), &hello("Bera")).await;
    let mut ivar = waits(realm.http(1), &hello("Ivar")).await;
    realm.kill(0);
    let mut bera = waits(realm.http(1), &showing("Bera", &bera.line_ticket)).await;
    assert_eq!(bera.places, [(1, 2)]);
    until_at(&mut ivar, (2, 2)).await;
    realm.edge(1).set_admission(true);
    bera.wait_for_welcome().await;
    ivar.wait_for_welcome().await;
    realm.stop();
}

#[tokio::test]
async fn a_line_ticket_on_two_connections_keeps_one_place_for_the_newer() {
    let server = closed();
    let mut elder = waits(server.http(), &hello("Bera")).await;
    let mut ivar = waits(server.http(), &hello("Ivar")).await;
    let again = showing("Bera", &elder.line_ticket);
    let newer = waits(server.http(), &again).await;
    assert_eq!(newer.places, [(1, 2)]);
    let (words, code) = elder.until_closed().await;
    assert_eq!(words.map(|words| words.reason), Some(CloseReason::Replaced));
    assert_eq!(code, CloseReason::Replaced as u64);
    // Its going takes nothing with it.
    ivar.control(&Leave).await;
    ivar.vanish();
    until_waiting(server.http(), 1).await;
    let next = waits(server.http(), &hello("Next")).await;
    assert_eq!(next.places, [(2, 2)]);
    server.stop();
}

#[tokio::test]
async fn who_came_in_by_a_line_ticket_has_used_it() {
    let server = closed();
    let mut bera = waits(server.http(), &hello("Bera")).await;
    let ticket = bera.line_ticket.clone();
    server.edges().set_admission(true);
    bera.wait_for_welcome().await;
    bera.until("its body", |client| client.own.is_some()).await;
    server.edges().set_admission(false);
    waits_behind(&server, &showing("Eve", &ticket)).await;
    bera.for_ticks(5).await;
    server.stop();
}

/// Shows it after somebody else came to the line: it stands behind.
async fn waits_behind(server: &Server, hello: &Hello) {
    let other = waits(server.http(), &common::client::hello("Other")).await;
    let count = other.places[0].1;
    let eve = waits(server.http(), hello).await;
    assert_eq!(
        eve.places[0],
        (count + 1, count + 1),
        "{}",
        hello.line_ticket
    );
    eve.vanish();
    other.vanish();
    until_waiting(server.http(), count - 1).await;
}

fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.expect("it is past 1970").as_millis() as u64
}

#[tokio::test]
async fn a_line_ticket_that_does_not_count_is_the_end_of_the_line() {
    let server = closed();
    let bera = waits(server.http(), &hello("Bera")).await;
    let key = TokenKey::new(&[7; TokenKey::BYTES]);
    let said = key.line_ticket_said(&bera.line_ticket).expect("our key");
    let elder = LineTicket {
        since_ms: 0,
        ..said
    };
    let over = key.line_ticket(&LineTicket {
        until_ms: now_ms(),
        ..elder
    });
    let forged = TokenKey::new(&[8; TokenKey::BYTES]).line_ticket(&elder);
    let resume_token = key.token(said.known);
    for line_ticket in [&over, &forged, &resume_token] {
        waits_behind(&server, &showing("Eve", line_ticket)).await;
    }
    let mut random = SplitMix64::new(1);
    for _ in 0..10 {
        let mut line_ticket = bera.line_ticket.clone().into_bytes();
        let place = random.below(line_ticket.len() as u32) as usize;
        match random.below(3) {
            0 => line_ticket.truncate(place),
            // The next bit is a letter's case, which says nothing.
            1 => line_ticket[place] ^= 1 << random.below(5),
            _ => line_ticket.insert(place, b'a' + random.below(26) as u8),
        }
        let line_ticket = String::from_utf8(line_ticket).expect("still ASCII");
        waits_behind(&server, &showing("Eve", &line_ticket)).await;
    }
    let status = http::json(server.http(), "/status").await;
    assert_eq!(status["sessions_waiting_for_room"], 1);
    server.stop();
}

/// Lets in the character whose number the ticket is.
struct OpenDesk;

impl TicketDesk for OpenDesk {
    fn admit(&self, ticket: &str) -> Result<Holder, &'static str> {
        let character = ticket.parse().map_err(|_| "forged")?;
        Ok(Holder {
            ticket_ms: 0,
            account: 1,
            character,
            name: format!("Bera {ticket}"),
        })
    }
}

#[tokio::test]
async fn a_line_ticket_is_of_use_to_its_own_character_only() {
    let mut config = config();
    config.services.tickets = Some(Tickets {
        desk: Arc::new(OpenDesk),
        audience: "battle".into(),
        are_required: false,
    });
    let server = closed_with(config);
    let of = |character: &str, line_ticket: &str| Hello {
        ticket: character.into(),
        ..showing("Eve", line_ticket)
    };
    let bera = waits(server.http(), &of("7", "")).await;
    let ticket = bera.line_ticket.clone();
    bera.vanish();
    until_waiting(server.http(), 0).await;
    // Neither another character nor a guest gets its place.
    waits_behind(&server, &of("8", &ticket)).await;
    waits_behind(&server, &of("", &ticket)).await;
    let _other = waits(server.http(), &hello("Other")).await;
    let bera = waits(server.http(), &of("7", &ticket)).await;
    assert_eq!(bera.places, [(1, 2)]);
    server.stop();
}
