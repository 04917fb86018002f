//! Bad input on every channel: a clear ending or a counted drop, never a panic, never another player
//! harmed (R7).

mod common;

use std::net::SocketAddr;

use common::{
    client::{
        Client, hello, join, join_as, join_socket, knock, knock_socket, knock_socket_through,
    },
    http,
    server::{Server, config},
};
use edge::{EdgeConfig, Network};
use protocol::{
    Encode, Encoder, Header, Kind,
    session::CloseReason,
    up::{Hello, InputRecord, Inputs, Leave, Ping},
};
use spatial::random::SplitMix64;

/// A player who must not notice what others do.
struct Bystander {
    client: Client,
}

impl Bystander {
    async fn new(server: SocketAddr) -> Self {
        let mut client = join(server, "Bystander").await;
        client
            .until("its body", |client| client.own.is_some())
            .await;
        Self { client }
    }

    /// Snapshots still come, and inputs are still applied.
    async fn is_well(&mut self) {
        self.client.for_ticks(3).await;
        self.client.input(|input| input.yaw = 5);
        let own = self.client.own.expect("told at the start");
        self.client
            .until("its input applied", |client| {
                client
                    .own
                    .is_some_and(|now| now.input_sequence > own.input_sequence)
            })
            .await;
    }
}

fn stream_bytes(message: &impl Encode) -> Vec<u8> {
    Encoder::new().stream(message).to_vec()
}

/// Random, truncated, inflated and flipped versions of real messages.
fn garbage(random: &mut SplitMix64) -> Vec<u8> {
    let inputs = Inputs::new(&[InputRecord {
        sequence: 1,
        ..InputRecord::default()
    }]);
    let mut bytes = match random.below(5) {
        0 => stream_bytes(&hello("Eve")),
        1 => Encoder::new().datagram(&inputs, 1).to_vec(),
        2 => stream_bytes(&Leave),
        3 => Encoder::new().datagram(&Ping { nonce: 1 }, 1).to_vec(),
        _ => (0..random.below(64))
            .map(|_| random.next_u32() as u8)
            .collect(),
    };
    match random.below(4) {
        0 => bytes.truncate(random.below(bytes.len() as u32 + 1) as usize),
        1 => bytes.extend((0..random.below(900)).map(|_| random.next_u32() as u8)),
        2 if !bytes.is_empty() => {
            for _ in 0..1 + random.below(8) {
                let place = random.below(bytes.len() as u32) as usize;
                bytes[place] ^= 1 << random.below(8);
            }
        }
        _ => {}
    }
    bytes
}

#[tokio::test]
async fn a_version_we_do_not_speak_is_told_so() {
    let server = Server::start();
    let old = Hello {
        protocol_version: protocol::VERSION + 7,
        ..hello("Bera")
    };
    for over_socket in [false, true] {
        let mut client = match over_socket {
            false => knock(server.http(), &stream_bytes(&old)).await,
            true => knock_socket(server.http(), stream_bytes(&old)).await,
        };
        let (words, code) = client.until_closed().await;
        let words = words.expect("a refusal is told");
        assert_eq!(words.reason, CloseReason::VersionMismatch);
        assert_eq!(words.protocol_version, protocol::VERSION);
        assert!(words.text.contains("Reload"), "{}", words.text);
        assert_eq!(code % 4_000, CloseReason::VersionMismatch as u64);
    }
    server.stop();
}

#[tokio::test]
async fn bad_names_are_refused_with_a_sentence() {
    let server = Server::start();
    for name in ["", "  ", "abcdefghijklmnopqrstuvwxyz", "a\u{202e}b", "<b>"] {
        let mut client = knock(server.http(), &stream_bytes(&hello(name))).await;
        let (words, code) = client.until_closed().await;
        let words = words.expect("a refusal is told");
        assert_eq!(words.reason, CloseReason::BadName, "{name:?}");
        assert!(words.text.starts_with("A name"), "{}", words.text);
        assert_eq!(code, CloseReason::BadName as u64);
    }
    assert_eq!(http::drops(server.http(), "join_refused").await, 5);
    server.stop();
}

#[tokio::test]
async fn the_same_name_twice_gets_a_number() {
    let server = Server::start();
    let first = join(server.http(), "Bera").await;
    let second = join(server.http(), "bera").await;
    assert_eq!(first.welcome.name, "Bera");
    assert_eq!(second.welcome.name, "bera 2");
    server.stop();
}

#[tokio::test]
async fn a_flood_of_joins_is_refused_and_harms_nobody() {
    let server = Server::start();
    let mut bystander = Bystander::new(server.http()).await;
    // More come at once than the rate lets in, however slow this machine is.
    let mut refused = 0;
    while refused == 0 {
        let flood = (0..50).map(|_| join_and_leave(server.http()));
        let reasons = futures_util::future::join_all(flood).await;
        let too_many = |reason: &&Option<CloseReason>| **reason == Some(CloseReason::TooManyJoins);
        refused += reasons.iter().filter(too_many).count() as u64;
    }
    let counted = http::drops(server.http(), "join_refused").await;
    assert_eq!(refused, counted, "each refusal is told and counted");
    bystander.is_well().await;
    server.stop();
}

/// All come by one proxy's address. Nobody has a name, so nobody takes room either.
#[tokio::test]
async fn a_flood_by_way_of_a_trusted_proxy_is_its_senders_alone() {
    let proxies = ["127.0.0.1".parse::<Network>().expect("an address")];
    let server = Server::start_with(EdgeConfig {
        trusted_proxies: proxies.into_iter().collect(),
        ..config()
    });
    let nameless = stream_bytes(&hello(""));
    let knocks = async |chain: &'static str| {
        let mut client = knock_socket_through(server.http(), nameless.clone(), Some(chain)).await;
        let (words, _) = client.until_closed().await;
        words.map(|words| words.reason)
    };
    let mut refused = false;
    while !refused {
        let flood = (0..50).map(|_| knocks("6.6.6.6, 192.0.2.1"));
        let reasons = futures_util::future::join_all(flood).await;
        refused = reasons.contains(&Some(CloseReason::TooManyJoins));
        let other = knocks("192.0.2.1, 192.0.2.2").await;
        assert_eq!(other, Some(CloseReason::BadName), "another player");
    }
    server.stop();
}

/// Why it was refused, if it was.
async fn join_and_leave(server: SocketAddr) -> Option<CloseReason> {
    let mut client = knock_socket(server, stream_bytes(&hello("flood"))).await;
    client.control(&Leave).await;
    let (words, _) = client.until_closed().await;
    words.map(|words| words.reason)
}

#[tokio::test]
async fn garbage_instead_of_a_hello_ends_only_its_sender() {
    let server = Server::start();
    let mut bystander = Bystander::new(server.http()).await;
    let mut random = SplitMix64::new(1);
    for round in 0..60 {
        let bytes = garbage(&mut random);
        let mut client = match round % 2 {
            0 => knock(server.http(), &bytes).await,
            _ => knock_socket(server.http(), bytes.clone()).await,
        };
        // An incomplete message is waited for; the rest of it is nonsense too.
        client.control_bytes(&[0xff; 2_000]).await;
        client.until_closed().await;
    }
    bystander.is_well().await;
    server.stop();
}

#[tokio::test]
async fn garbage_on_the_control_stream_ends_only_its_sender() {
    let server = Server::start();
    let mut bystander = Bystander::new(server.http()).await;
    let long = Header {
        kind: Kind::Settings,
        number: u32::MAX,
    };
    let down = Header {
        kind: Kind::Welcome,
        number: 0,
    };
    let messages = [
        vec![0xff; 64],
        long.encode().to_vec(),
        down.encode().to_vec(),
        stream_bytes(&hello("again")),
        Encoder::new().datagram(&Ping { nonce: 1 }, 1).to_vec(),
    ];
    for (round, bytes) in messages.iter().enumerate() {
        let mut eve = join(server.http(), &format!("Eve {round}")).await;
        eve.control_bytes(bytes).await;
        let (words, code) = eve.until_closed().await;
        assert_eq!(
            words.map(|words| words.reason),
            Some(CloseReason::BadMessage),
            "{bytes:?}"
        );
        assert_eq!(code, CloseReason::BadMessage as u64);
    }
    let counted = http::drops(server.http(), "message_malformed").await;
    assert!(counted >= messages.len() as u64 - 1, "{counted} counted");
    bystander.is_well().await;
    server.stop();
}

#[tokio::test]
async fn a_few_bad_datagrams_are_counted_and_many_end_the_session() {
    let server = Server::start();
    let mut bystander = Bystander::new(server.http()).await;
    let mut eve = join(server.http(), "Eve").await;
    for _ in 0..10 {
        eve.datagram_bytes(vec![0xee; 40]);
    }
    eve.for_ticks(3).await;
    assert!(http::drops(server.http(), "datagram_malformed").await >= 1);
    let mut random = SplitMix64::new(2);
    let mut closed = None;
    for _ in 0..200 {
        eve.datagram_bytes((0..40).map(|_| random.next_u32() as u8).collect());
        eve.datagram(&Ping { nonce: 9 });
        if let Some(end) = eve.ended_within_a_tick().await {
            closed = Some(end);
            break;
        }
    }
    let (words, _) = closed.expect("many bad datagrams end the session");
    assert_eq!(
        words.map(|words| words.reason),
        Some(CloseReason::BadMessage)
    );
    bystander.is_well().await;
    server.stop();
}

#[tokio::test]
async fn garbage_over_a_websocket_ends_only_its_sender() {
    let server = Server::start();
    let mut bystander = Bystander::new(server.http()).await;
    let mut random = SplitMix64::new(3);
    for round in 0..20 {
        let mut eve = join_socket(server.http(), &hello(&format!("Eve {round}"))).await;
        let size = 1 + random.below(6_000) as usize;
        eve.control_bytes(&vec![0xa5; size]).await;
        eve.until_closed().await;
    }
    bystander.is_well().await;
    server.stop();
}

#[tokio::test]
async fn a_flood_of_messages_is_dropped_counted_and_ended() {
    let server = Server::start();
    let mut bystander = Bystander::new(server.http()).await;
    let mut eve = join_socket(server.http(), &hello("Eve")).await;
    let flood = edge::limits::MESSAGES_BURST + edge::limits::FLOOD_DROPS_MAX;
    for nonce in 0..flood * 2 {
        eve.datagram(&Ping { nonce });
    }
    let (words, _) = eve.until_closed().await;
    assert_eq!(words.map(|words| words.reason), Some(CloseReason::Flood));
    assert!(http::drops(server.http(), "message_rate").await >= 100);
    bystander.is_well().await;
    server.stop();
}

#[tokio::test]
async fn inputs_out_of_every_range_are_refused_and_answered() {
    let server = Server::start();
    let mut bystander = Bystander::new(server.http()).await;
    let mut eve = join_as(server.http(), &hello("Eve")).await;
    eve.until("its body", |client| client.own.is_some()).await;
    eve.input(|input| input.buttons = u16::MAX);
    eve.for_ticks(2).await;
    eve.input(|input| input.pitch = i16::MIN);
    eve.for_ticks(2).await;
    eve.input(|input| input.slot = 200);
    eve.until("refusals", |client| client.refusals.len() >= 3)
        .await;
    eve.input(|_| ());
    eve.for_ticks(2).await;
    eve.set_input_sequence(u32::MAX - 1);
    eve.input(|_| ());
    eve.until("a refusal of the leap", |client| client.refusals.len() >= 4)
        .await;
    eve.set_input_sequence(5);
    eve.input(|input| input.yaw = 9);
    eve.until("inputs that go on", |client| {
        client.own.is_some_and(|own| own.input_sequence == 6)
    })
    .await;
    bystander.is_well().await;
    server.stop();
}

#[tokio::test]
async fn half_open_and_silent_connections_end_by_themselves() {
    let server = Server::start();
    let mut bystander = Bystander::new(server.http()).await;
    let mut silent = knock(server.http(), &[]).await;
    silent.control_bytes(&[Kind::Hello as u8]).await;
    let mut silent_socket = knock_socket(server.http(), Vec::new()).await;
    let (words, code) = silent.until_closed().await;
    assert_eq!(code, CloseReason::HelloTimeout as u64, "{words:?}");
    silent_socket.until_closed().await;
    bystander.is_well().await;
    server.stop();
}
