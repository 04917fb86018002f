//! Players over QUIC against a whole server: joining, moving, seeing, coming back, leaving.

mod common;

use common::{
    client::{hello, join, join_as, join_socket},
    http,
    server::{Server, config},
};
use engine::Buttons;
use protocol::{
    session::CloseReason,
    up::{Hello, Leave, Ping, Settings},
};

#[tokio::test]
async fn a_player_joins_and_sees_the_battle() {
    let server = Server::start();
    let mut bera = join(server.http(), "Bera").await;
    let index = bera.body_index();
    assert_eq!(bera.welcome.name, "Bera");
    assert!(!bera.welcome.resumed && bera.welcome.house <= 1);
    bera.until("own state", |client| client.own.is_some()).await;
    bera.until("its own look", |client| {
        client.names.get(&index).is_some_and(|n| n == "Bera")
    })
    .await;
    bera.until("land all around", |client| client.bricks_count >= 16 * 29)
        .await;
    let soldiers = 2 * common::server::SOLDIERS_PER_HOUSE as usize;
    bera.until("looks of others", |client| {
        client.names.len() > soldiers / 4
    })
    .await;
    server.stop();
}

#[tokio::test]
async fn a_player_who_walks_is_seen_by_another() {
    let server = Server::start();
    let red = Hello {
        house: 0,
        ..hello("Bera")
    };
    let mut bera = join_as(server.http(), &red).await;
    let mut ivar = join_as(
        server.http(),
        &Hello {
            name: "Ivar".into(),
            ..red
        },
    )
    .await;
    bera.until("a living body", |client| {
        client.own.is_some_and(|own| own.alive)
    })
    .await;
    let start = bera.own.expect("told above").position;
    for _ in 0..40 {
        bera.input(|input| input.buttons = Buttons::FORWARD | Buttons::JUMP);
        bera.for_ticks(1).await;
    }
    let moved = |own: protocol::own::Own| {
        own.position[0].abs_diff(start[0]) + own.position[2].abs_diff(start[2]) > 4_096
    };
    bera.until("a metre walked", |client| client.own.is_some_and(moved))
        .await;
    let index = bera.body_index();
    ivar.until("the other's look", |client| {
        client.names.get(&index).is_some_and(|n| n == "Bera")
    })
    .await;
    ivar.until("the other to move", |client| {
        client.bodies.get(&index).is_some_and(|body| {
            body.position[0].abs_diff(start[0]) + body.position[2].abs_diff(start[2]) > 2_048
        })
    })
    .await;
    server.stop();
}

#[tokio::test]
async fn a_lost_player_comes_back_into_the_same_body() {
    let server = Server::start();
    let mut bera = join(server.http(), "Bera").await;
    for _ in 0..5 {
        bera.input(|input| input.yaw = 100);
        bera.for_ticks(1).await;
    }
    let before = bera.vanish();
    let again = Hello {
        resume_token: before.resume_token.clone(),
        ..hello("somebody else")
    };
    let mut bera = join_as(server.http(), &again).await;
    assert!(bera.welcome.resumed);
    assert_eq!(
        (bera.welcome.body, &bera.welcome.name),
        (before.body, &before.name)
    );
    bera.input(|input| input.yaw = 200);
    bera.until("its inputs counted anew", |client| {
        client
            .own
            .is_some_and(|own| own.input_sequence == 1 && own.yaw == 200)
    })
    .await;
    server.stop();
}

#[tokio::test]
async fn a_second_window_takes_the_session_over() {
    let server = Server::start();
    let mut first = join(server.http(), "Bera").await;
    let again = Hello {
        resume_token: first.welcome.resume_token.clone(),
        ..hello("Bera")
    };
    let mut second = join_socket(server.http(), &again).await;
    assert_eq!(second.welcome.body, first.welcome.body);
    let (words, code) = first.until_closed().await;
    assert_eq!(words.map(|words| words.reason), Some(CloseReason::Replaced));
    assert_eq!(code, CloseReason::Replaced as u64);
    second.for_ticks(20).await;
    server.stop();
}

#[tokio::test]
async fn a_player_who_leaves_is_gone_and_cannot_come_back() {
    let server = Server::start();
    let mut ivar = join_as(
        server.http(),
        &Hello {
            house: 0,
            ..hello("Ivar")
        },
    )
    .await;
    let mut bera = join_as(
        server.http(),
        &Hello {
            house: 0,
            ..hello("Bera")
        },
    )
    .await;
    let body = bera.welcome.body;
    bera.control(&Leave).await;
    bera.until_closed().await;
    ivar.for_ticks(5).await;
    let again = Hello {
        resume_token: bera.welcome.resume_token.clone(),
        ..hello("Bera")
    };
    let bera = join_as(server.http(), &again).await;
    assert!(!bera.welcome.resumed && bera.welcome.body != body);
    assert_eq!(bera.welcome.name, "Bera", "the name was free again");
    server.stop();
}

#[tokio::test]
async fn players_survive_a_restart_of_the_server() {
    let server = Server::start();
    let mut bera = join(server.http(), "Bera").await;
    let config = edge::EdgeConfig {
        listen: server.http(),
        ..config()
    };
    let stopping = tokio::task::spawn_blocking(move || server.stop());
    let (words, _) = bera.until_closed().await;
    assert_eq!(
        words.map(|words| words.reason),
        Some(CloseReason::ServerStopping)
    );
    let remains = stopping.await.expect("the server stops");
    let server = Server::go_on(config, remains);
    let again = Hello {
        resume_token: bera.welcome.resume_token.clone(),
        ..hello("Bera")
    };
    let after = join_as(server.http(), &again).await;
    assert!(after.welcome.resumed);
    assert_eq!(after.welcome.body, bera.welcome.body);
    assert!(after.welcome.tick >= bera.welcome.tick);
    server.stop();
}

#[tokio::test]
async fn a_websocket_player_plays_like_any_other() {
    let server = Server::start();
    let mut bera = join_socket(server.http(), &hello("Bera")).await;
    bera.until("a living body", |client| {
        client.own.is_some_and(|own| own.alive)
    })
    .await;
    bera.until("land", |client| client.bricks_count > 0).await;
    for _ in 0..5 {
        bera.input(|input| input.yaw = 1_000);
        bera.for_ticks(1).await;
    }
    bera.until("inputs applied", |client| {
        client.own.is_some_and(|own| own.input_sequence == 5)
    })
    .await;
    let status = http::json(server.http(), "/status").await;
    assert_eq!(status["sessions_by_transport"]["websocket"], 1);
    server.stop();
}

#[tokio::test]
async fn settings_change_what_is_sent_and_pings_are_answered() {
    let server = Server::start();
    let mut bera = join(server.http(), "Bera").await;
    bera.until("land", |client| client.bricks_count >= 16 * 29)
        .await;
    let before = bera.bricks_count;
    let settings = Settings {
        view_distance_blocks: 128,
        ..Settings::default()
    };
    bera.control(&settings).await;
    bera.until("more land", |client| client.bricks_count > before + 16 * 40)
        .await;
    bera.datagram(&Ping { nonce: 77 });
    bera.until("a pong", |client| client.pong == Some(77)).await;
    server.stop();
}

#[tokio::test]
async fn a_repeated_input_is_applied_once() {
    let server = Server::start();
    let mut bera = join(server.http(), "Bera").await;
    bera.until("a living body", |client| {
        client.own.is_some_and(|own| own.alive)
    })
    .await;
    for _ in 0..3 {
        bera.input(|input| input.yaw = 500);
        bera.set_input_sequence(0);
    }
    bera.set_input_sequence(1);
    bera.input(|input| input.yaw = 600);
    bera.until("both inputs", |client| {
        client.own.is_some_and(|own| own.input_sequence == 2)
    })
    .await;
    bera.for_ticks(5).await;
    assert!(
        bera.refusals.is_empty(),
        "repeats heal losses: {:?}",
        bera.refusals
    );
    server.stop();
}
