//! Players who talk to each other, against a whole server and over all transports.

mod common;

use chat::{Audience, Channel, Ears, Membership, Notice, Refusal, Speaker, Words};
use common::{
    client::{Client, hello, join_as, join_browser, join_socket},
    http,
    server::{Server, config},
};
use edge::{ChatService, EdgeConfig, services::Services};
use protocol::{
    chat::{Ignore, Say},
    up::Hello,
};
use tokio::sync::mpsc;

const RED: u8 = 0;
const BLUE: u8 = 1;

fn of_house(name: &str, house: u8) -> Hello {
    Hello {
        house,
        ..hello(name)
    }
}

async fn say(client: &mut Client, channel: Channel, text: &str) {
    let say = Say {
        channel: channel as u8,
        to: String::new(),
        text: text.into(),
    };
    client.control(&say).await;
}

async fn whisper(client: &mut Client, to: &str, text: &str) {
    let say = Say {
        channel: Channel::Whisper as u8,
        to: to.into(),
        text: text.into(),
    };
    client.control(&say).await;
}

fn texts(client: &Client) -> Vec<&str> {
    client.said.iter().map(|said| said.text.as_str()).collect()
}

async fn until_heard(client: &mut Client, text: &str) {
    let heard = |client: &Client| client.said.iter().any(|said| said.text == text);
    client.until(text, heard).await;
}

async fn until_refused(client: &mut Client, count: usize) {
    client
        .until("a refusal", |client| client.unsaid.len() >= count)
        .await;
}

/// A server of two edges, whose services listen to what is said.
fn linked(outlet: mpsc::Sender<Notice>) -> EdgeConfig {
    EdgeConfig {
        edges_count: 2,
        services: Services {
            chat: ChatService {
                outlet: Some(outlet),
                word_list: None,
            },
            ..Services::default()
        },
        ..config()
    }
}

#[tokio::test]
async fn players_talk_over_all_transports() {
    let server = Server::start();
    let quic = join_as(server.http(), &of_house("Bera", RED)).await;
    let browser = join_browser(server.http(), &of_house("Ivar", BLUE)).await;
    let socket = join_socket(server.http(), &of_house("Åsa", RED)).await;
    let mut clients = [quic, browser, socket];
    let markup = "<img src=x onerror=alert(1)> & \"so\"";
    for speaker in 0..clients.len() {
        let text = format!("{markup} {speaker}");
        say(&mut clients[speaker], Channel::Global, &text).await;
        let name = clients[speaker].welcome.name.clone();
        let body = clients[speaker].welcome.body;
        for client in &mut clients {
            until_heard(client, &text).await;
            let said = client.said.last().expect("it was heard");
            assert_eq!((said.name.as_str(), said.from), (name.as_str(), body));
            assert_eq!(said.channel, Channel::Global as u8);
            assert!(said.time_ms > 1_700_000_000_000, "{}", said.time_ms);
        }
    }
    let sequences: Vec<u64> = clients[0].said.iter().map(|said| said.sequence).collect();
    assert!(sequences.is_sorted_by(|a, b| a < b), "{sequences:?}");
    let status = http::json(server.http(), "/status").await;
    assert_eq!(
        (&status["chat_said"], &status["chat_heard"]),
        (&3.into(), &9.into())
    );
    server.stop();
}

#[tokio::test]
async fn a_voice_a_house_and_a_whisper_reach_only_whom_they_should() {
    let server = Server::start();
    let mut bera = join_as(server.http(), &of_house("Bera", RED)).await;
    let mut near = join_as(server.http(), &of_house("Near", RED)).await;
    let mut far = join_socket(server.http(), &of_house("Far", BLUE)).await;
    say(&mut bera, Channel::Local, "nearby").await;
    say(&mut bera, Channel::House, "ours").await;
    whisper(&mut bera, "nEAR", "for one").await;
    whisper(&mut near, "Far", "another").await;
    // They speak over connections of their own, which overtake each other.
    until_heard(&mut bera, "for one").await;
    until_heard(&mut near, "another").await;
    say(&mut far, Channel::Global, "end").await;
    for client in [&mut bera, &mut near, &mut far] {
        until_heard(client, "end").await;
    }
    assert_eq!(texts(&bera), ["nearby", "ours", "for one", "end"]);
    assert!(
        ["nearby", "ours", "for one"]
            .iter()
            .all(|text| texts(&near).contains(text))
    );
    assert_eq!(texts(&far), ["another", "end"]);
    let whispered = bera.said.iter().find(|said| said.text == "for one");
    assert_eq!(whispered.map(|said| said.to.as_str()), Some("Near"));
    server.stop();
}

#[tokio::test]
async fn what_may_not_be_said_is_refused_and_told() {
    let server = Server::start();
    let mut bera = join_as(server.http(), &hello("Bera")).await;
    whisper(&mut bera, "Nobody", "hello").await;
    say(&mut bera, Channel::Party, "hello").await;
    say(&mut bera, Channel::System, "hello").await;
    say(&mut bera, Channel::Global, " ").await;
    say(&mut bera, Channel::Global, "a\u{202e}b").await;
    say(&mut bera, Channel::Global, &"x".repeat(201)).await;
    until_refused(&mut bera, 6).await;
    let reasons: Vec<u8> = bera.unsaid.iter().map(|unsaid| unsaid.reason).collect();
    assert_eq!(reasons, [5, 6, 7, 2, 3, 1]);
    assert!(bera.said.is_empty());
    server.stop();
}

#[tokio::test]
async fn what_the_services_cannot_take_is_refused_and_told_and_nobody_hears_it() {
    let (outlet, mut services) = mpsc::channel(1);
    let server = Server::start_with(linked(outlet));
    let mut bera = join_as(server.http(), &of_house("Bera", RED)).await;
    let mut ivar = join_as(server.http(), &of_house("Ivar", BLUE)).await;
    say(&mut bera, Channel::Global, "first").await;
    until_heard(&mut ivar, "first").await;
    say(&mut bera, Channel::Global, "second").await;
    until_refused(&mut bera, 1).await;
    let refusal = &bera.unsaid[0];
    assert_eq!(refusal.reason, Refusal::Unavailable.number());
    assert_eq!(refusal.channel, Channel::Global as u8);
    let Some(Notice::Said(words)) = services.recv().await else {
        panic!("the services are told");
    };
    assert_eq!(words.text, "first");
    say(&mut bera, Channel::Global, "third").await;
    for client in [&mut bera, &mut ivar] {
        until_heard(client, "third").await;
        assert_eq!(texts(client), ["first", "third"]);
    }
    server.stop();
}

#[tokio::test]
async fn a_flood_is_refused_told_and_counted_and_the_speaker_stays() {
    let server = Server::start();
    let mut bera = join_as(server.http(), &hello("Bera")).await;
    let mut ivar = join_as(server.http(), &hello("Ivar")).await;
    for number in 0..60 {
        say(&mut bera, Channel::Global, &format!("spam {number}")).await;
    }
    until_refused(&mut bera, 50).await;
    assert!(
        bera.unsaid
            .iter()
            .all(|unsaid| unsaid.reason == 0 && unsaid.until_ms > 0)
    );
    ivar.for_ticks(5).await;
    let most = chat::limits::MESSAGES_BURST as usize + 2;
    assert!((1..=most).contains(&ivar.said.len()), "{}", ivar.said.len());
    bera.for_ticks(5).await;
    let status = http::json(server.http(), "/status").await;
    let refused = status["drops"]["chat_refused"].as_u64().expect("a count");
    assert!(refused >= 50, "{refused}");
    server.stop();
}

#[tokio::test]
async fn who_is_ignored_is_not_heard() {
    let server = Server::start();
    let mut bera = join_as(server.http(), &hello("Bera")).await;
    let mut ivar = join_as(server.http(), &hello("Ivar")).await;
    let ignore = |ignored| Ignore {
        name: "ivar".into(),
        ignored,
    };
    bera.control(&ignore(true)).await;
    // Behind it on the same stream: when this was heard, that was heeded.
    say(&mut bera, Channel::Global, "one").await;
    until_heard(&mut ivar, "one").await;
    say(&mut ivar, Channel::Global, "two").await;
    whisper(&mut ivar, "Bera", "three").await;
    until_heard(&mut ivar, "three").await;
    bera.control(&ignore(false)).await;
    say(&mut bera, Channel::Global, "four").await;
    until_heard(&mut ivar, "four").await;
    say(&mut ivar, Channel::Global, "five").await;
    until_heard(&mut bera, "five").await;
    assert_eq!(texts(&bera), ["one", "four", "five"]);
    server.stop();
}

#[tokio::test]
async fn a_moderator_mutes_removes_and_slows() {
    let (outlet, mut said_here) = mpsc::channel(64);
    let server = Server::start_with(linked(outlet));
    let mut bera = join_as(server.http(), &hello("Bera")).await;
    say(&mut bera, Channel::Global, "rude").await;
    until_heard(&mut bera, "rude").await;
    let Some(Notice::Said(words)) = said_here.recv().await else {
        panic!("the services hear what is said");
    };
    let (account, sequence) = (words.speaker.account, words.sequence);
    let until_ms = bera.said[0].time_ms + 60_000;
    let muted = |until_ms, revision| Notice::Muted {
        account,
        until_ms,
        reason: "rude".to_owned(),
        revision,
    };
    server.edges().chat().tell(&muted(until_ms, 1));
    server.edges().chat().tell(&Notice::Removed { sequence });
    until_refused(&mut bera, 1).await;
    say(&mut bera, Channel::Global, "again").await;
    until_refused(&mut bera, 2).await;
    for told in &bera.unsaid {
        assert_eq!((told.reason, told.until_ms), (4, until_ms));
    }
    server.edges().chat().tell(&muted(0, 2));
    let slowed = Notice::Slowed {
        channel: Channel::Global,
        slow_ms: 600_000,
        revision: 1,
    };
    server.edges().chat().tell(&slowed);
    bera.for_ticks(3).await;
    say(&mut bera, Channel::Global, "too soon").await;
    until_refused(&mut bera, 3).await;
    assert_eq!(bera.unsaid[2].reason, 8);
    say(&mut bera, Channel::House, "elsewhere").await;
    until_heard(&mut bera, "elsewhere").await;
    let mut ivar = join_as(server.http(), &hello("Ivar")).await;
    server.edges().chat().tell(&slowed);
    say(&mut ivar, Channel::Global, "what was before?").await;
    until_heard(&mut ivar, "what was before?").await;
    assert!(!texts(&ivar).contains(&"rude"), "it was removed");
    server.stop();
}

/// The words that it was told are removed.
fn removed(client: &Client) -> Vec<u64> {
    let said = client.said.iter().filter(|said| said.removed);
    said.map(|said| said.sequence).collect()
}

#[tokio::test]
async fn what_a_moderator_removes_is_told_to_all_who_play_and_to_who_comes_back() {
    let (outlet, mut said_here) = mpsc::channel(64);
    let server = Server::start_with(linked(outlet));
    let mut bera = join_as(server.http(), &hello("Bera")).await;
    let mut ivar = join_socket(server.http(), &hello("Ivar")).await;
    say(&mut bera, Channel::Local, "rude").await;
    let Some(Notice::Said(words)) = said_here.recv().await else {
        panic!("the services hear what is said");
    };
    let sequence = words.sequence;
    // Told again, as to all when a process begins, it is no news.
    for _ in 0..2 {
        server.edges().chat().tell(&Notice::Removed { sequence });
        for client in [&mut bera, &mut ivar] {
            let is_told = |client: &Client| removed(client) == [sequence];
            client.until("the removal", is_told).await;
            client.for_ticks(3).await;
        }
    }
    assert_eq!(
        (removed(&bera), removed(&ivar)),
        (vec![sequence], vec![sequence])
    );
    let again = Hello {
        resume_token: ivar.welcome.resume_token.clone(),
        ..hello("Ivar")
    };
    let mut ivar = join_as(server.http(), &again).await;
    let is_told = |client: &Client| removed(client) == [sequence];
    ivar.until("what it may have missed", is_told).await;
    let mut anna = join_as(server.http(), &hello("Anna")).await;
    anna.for_ticks(3).await;
    assert!(anna.said.is_empty(), "she never heard it: {:?}", anna.said);
    server.stop();
}

#[tokio::test]
async fn newcomers_are_told_what_was_said_before() {
    let server = Server::start();
    let mut bera = join_as(server.http(), &of_house("Bera", RED)).await;
    say(&mut bera, Channel::Global, "to all").await;
    say(&mut bera, Channel::House, "to us").await;
    say(&mut bera, Channel::Local, "to the near").await;
    until_heard(&mut bera, "to the near").await;
    let mut foe = join_as(server.http(), &of_house("Ivar", BLUE)).await;
    let mut friend = join_as(server.http(), &of_house("Åsa", RED)).await;
    say(&mut bera, Channel::Global, "end").await;
    until_heard(&mut foe, "end").await;
    until_heard(&mut friend, "end").await;
    assert_eq!(texts(&foe), ["to all", "end"]);
    assert_eq!(texts(&friend), ["to all", "to us", "end"]);
    server.stop();
}

#[tokio::test]
async fn players_at_two_edges_and_at_two_processes_hear_each_other() {
    let (outlet, mut said_here) = mpsc::channel(64);
    let here = Server::start_with(linked(outlet));
    let (outlet, mut said_there) = mpsc::channel(64);
    let there = Server::start_with(linked(outlet));
    let mut bera = join_as(here.http(), &hello("Bera")).await;
    let mut ivar = join_as(here.http(), &hello("Ivar")).await;
    let mut other = join_as(there.http(), &hello("Åsa")).await;
    let status = http::json(here.http(), "/status").await;
    assert_eq!(status["sessions_by_edge"], serde_json::json!([1, 1]));
    say(&mut bera, Channel::Global, "across").await;
    until_heard(&mut ivar, "across").await;
    let notice = said_here.recv().await.expect("it goes to the services");
    there.edges().chat().tell(&notice);
    until_heard(&mut other, "across").await;
    assert_eq!(other.said[0], ivar.said[0]);
    assert!(said_there.try_recv().is_err(), "what came does not go back");
    here.stop();
    there.stop();
}

#[tokio::test]
async fn a_party_and_a_guild_hear_their_own_as_they_come_and_go() {
    let (outlet, mut said_here) = mpsc::channel(64);
    let server = Server::start_with(linked(outlet));
    let mut bera = join_as(server.http(), &hello("Bera")).await;
    let mut ivar = join_as(server.http(), &hello("Ivar")).await;
    let mut characters = Vec::new();
    for client in [&mut bera, &mut ivar] {
        say(client, Channel::Local, "who am I?").await;
        let Some(Notice::Said(words)) = said_here.recv().await else {
            panic!("the services hear what is said");
        };
        characters.push(words.speaker.session);
    }
    let belongs = |character, party, guild| {
        Notice::Belongs(Membership {
            character,
            party,
            guild,
        })
    };
    server
        .edges()
        .chat()
        .tell(&belongs(characters[0], Some(3), Some(9)));
    server
        .edges()
        .chat()
        .tell(&belongs(characters[1], Some(3), None));
    let server_says = |client: &Client, channel: Channel| {
        let mut lines = client.said.iter();
        lines.any(|said| said.from == 0 && said.channel == channel as u8)
    };
    for channel in [Channel::Party, Channel::Guild] {
        bera.until("its groups", |client| server_says(client, channel))
            .await;
    }
    ivar.until("its party", |client| server_says(client, Channel::Party))
        .await;
    assert!(!server_says(&ivar, Channel::Guild));
    say(&mut bera, Channel::Party, "to the party").await;
    say(&mut bera, Channel::Guild, "to the guild").await;
    until_heard(&mut bera, "to the guild").await;
    say(&mut ivar, Channel::Guild, "let me in").await;
    until_refused(&mut ivar, 1).await;
    assert_eq!(ivar.unsaid[0].reason, 6);
    until_heard(&mut ivar, "to the party").await;
    assert!(!texts(&ivar).contains(&"to the guild"));
    server
        .edges()
        .chat()
        .tell(&belongs(characters[1], None, None));
    until_refused(&mut ivar, 2).await;
    let left = &ivar.unsaid[1];
    assert_eq!((left.reason, left.channel), (6, Channel::Party as u8));
    say(&mut ivar, Channel::Party, "still here?").await;
    until_refused(&mut ivar, 3).await;
    server.stop();
}

#[tokio::test]
async fn the_servers_words_for_one_reach_one_and_name_whom() {
    let (outlet, mut said_here) = mpsc::channel(64);
    let server = Server::start_with(linked(outlet));
    let mut bera = join_as(server.http(), &hello("Bera")).await;
    let mut ivar = join_as(server.http(), &hello("Ivar")).await;
    say(&mut bera, Channel::Global, "who am I?").await;
    let Some(Notice::Said(words)) = said_here.recv().await else {
        panic!("the services hear what is said");
    };
    let character = words.speaker.session;
    let audiences = [Audience::Pair(character, character), Audience::Everyone];
    for (sequence, (audience, text)) in (1..).zip(audiences.into_iter().zip(["for one", "for all"]))
    {
        let words = Words {
            channel: Channel::System,
            speaker: Speaker::default(),
            audience,
            to: String::new(),
            text: text.into(),
            sequence,
            time_ms: words.time_ms,
        };
        server.edges().chat().tell(&Notice::Said(words.into()));
    }
    for client in [&mut bera, &mut ivar] {
        until_heard(client, "for all").await;
    }
    let told = |client: &Client| -> Vec<(String, String)> {
        let lines = client.said.iter().filter(|said| said.from == 0);
        lines
            .map(|said| (said.text.clone(), said.to.clone()))
            .collect()
    };
    let [for_one, for_all] =
        [("for one", "Bera"), ("for all", "")].map(|(text, to)| (text.to_owned(), to.to_owned()));
    assert_eq!(told(&bera), [for_one, for_all.clone()]);
    assert_eq!(told(&ivar), [for_all]);
    server.stop();
}

#[tokio::test]
async fn what_services_remember_is_told_to_newcomers_alone() {
    let (outlet, mut said_here) = mpsc::channel(64);
    let server = Server::start_with(linked(outlet));
    let mut bera = join_as(server.http(), &hello("Bera")).await;
    say(&mut bera, Channel::Global, "now").await;
    let Some(Notice::Said(words)) = said_here.recv().await else {
        panic!("the services hear what is said");
    };
    let before = Words {
        text: "before".into(),
        sequence: 1,
        time_ms: words.time_ms - 1,
        ..Words::clone(&words)
    };
    let recalled = [before, Words::clone(&words)].map(|words| Notice::Recalled(words.into()));
    let several = Notice::Several {
        notices: recalled.into(),
    };
    server.edges().chat().tell(&several);
    server.edges().chat().tell(&several);
    bera.for_ticks(3).await;
    let mut ivar = join_as(server.http(), &hello("Ivar")).await;
    say(&mut bera, Channel::Global, "end").await;
    until_heard(&mut ivar, "end").await;
    until_heard(&mut bera, "end").await;
    assert_eq!(texts(&ivar), ["before", "now", "end"]);
    assert_eq!(texts(&bera), ["now", "end"]);
    server.stop();
}

#[tokio::test]
async fn coming_back_is_no_way_around_the_rates() {
    let server = Server::start();
    let mut bera = join_as(server.http(), &hello("Bera")).await;
    for number in 0..8 {
        say(&mut bera, Channel::Global, &format!("spam {number}")).await;
    }
    until_refused(&mut bera, 1).await;
    let again = Hello {
        resume_token: bera.welcome.resume_token.clone(),
        ..hello("Bera")
    };
    let mut again = join_as(server.http(), &again).await;
    say(&mut again, Channel::Global, "me again").await;
    until_refused(&mut again, 1).await;
    assert_eq!(again.unsaid[0].reason, 0);
    server.stop();
}
