//! Processes with edges hear each other, in order and once.

use std::sync::{Arc, atomic::AtomicI64};

use backends::{broker::Broker, testing::block_on};
use chat::{Audience, Channel, Membership, Notice, Words};
use chat_service::{
    ChannelKey,
    limits::{RATE_WORDS_MAX, WORDS_AGE_MAX_MS},
    store::Cursor,
    topics::{self, Announcement, Members},
};

use web::Clock;

use crate::common::{NOW_MS, Process, on_each, wait_for, words};

#[test]
fn each_hears_the_others_in_order_and_not_itself() {
    on_each(async |world| {
        let mut processes = [
            world.process().await,
            world.process().await,
            world.process().await,
        ];
        let texts = |speaker: u64| (0..30).map(move |number| format!("{speaker} says {number}"));
        for (speaker, process) in (1..).zip(&processes) {
            for (number, text) in (0..).zip(texts(speaker)) {
                process.say(words(speaker, number, &text)).await;
            }
        }
        for (listener, process) in (1..).zip(&mut processes) {
            let mut heard = Vec::new();
            while heard.len() < 60 {
                let said = |notice: &Notice| matches!(notice, Notice::Said(_));
                if let Notice::Said(words) = process.until("words", said).await {
                    heard.push(words.text.clone());
                }
            }
            for speaker in 1..=3 {
                let prefix = format!("{speaker} says");
                let of = heard.iter().filter(|text| text.starts_with(&prefix));
                let wanted: Vec<String> = match speaker == listener {
                    true => Vec::new(),
                    false => texts(speaker).collect(),
                };
                assert_eq!(
                    of.cloned().collect::<Vec<_>>(),
                    wanted,
                    "{listener} hears {speaker}"
                );
            }
        }
    });
}

#[test]
fn what_is_published_twice_is_heard_and_kept_once() {
    on_each(async |world| {
        let mut process = world.process().await;
        let once = topics::said(7, words(1, 1, "once")).expect("it is sound");
        let last = topics::said(7, words(1, 2, "last")).expect("it is sound");
        let events = [once.clone(), once.clone(), once, last];
        world.broker.publish(&events).await.expect("a broker");
        assert_eq!(process.texts_until("last").await, ["once", "last"]);
        let place = async || world.chat.store.place(words(1, 2, "").sequence).await;
        wait_for(async || place().await.expect("a database").is_some()).await;
        let lines = world.chat.store.lines(ChannelKey::Global, Cursor::TOP, 9);
        assert_eq!(lines.await.expect("a database").len(), 2);
    });
}

#[test]
fn services_speak_and_groups_become_known() {
    on_each(async |world| {
        let mut process = world.process().await;
        let membership = Membership {
            character: 101,
            party: Some(5),
            guild: Some(6),
        };
        let members = Members::new(vec![membership]);
        let announced = Announcement::new("Bera won".into(), None, NOW_MS.cast_unsigned());
        let hidden = Announcement::new("a\u{202e}b".into(), None, 0);
        let events = [
            topics::event("a".into(), "chat.member.101".into(), &members),
            topics::event("b".into(), topics::SYSTEM.into(), &hidden),
            topics::event("c".into(), topics::SYSTEM.into(), &announced),
        ];
        world.broker.publish(&events).await.expect("a broker");
        let belongs = Notice::Belongs(membership);
        process.until("a membership", |it| *it == belongs).await;
        let is_said = |notice: &Notice| matches!(notice, Notice::Said(_));
        let Notice::Said(said) = process.until("the system", is_said).await else {
            panic!("it was said");
        };
        assert_eq!(
            (said.channel, said.text.as_str()),
            (Channel::System, "Bera won")
        );
        assert_eq!(
            (said.speaker.session, said.audience),
            (0, Audience::Everyone)
        );
        let page = async || world.get("/chat/channels/system/lines", "1").await.ok(200);
        wait_for(async || page().await["lines"][0]["text"] == "Bera won").await;
    });
}

#[test]
fn who_speaks_too_much_over_several_processes_is_hushed_at_all() {
    on_each(async |world| {
        let mut processes = [world.process().await, world.process().await];
        for number in 0..=RATE_WORDS_MAX {
            let process = &processes[number as usize % 2];
            process.say(words(1, number, "spam")).await;
        }
        for process in &mut processes {
            let is_hushed = |notice: &Notice| matches!(notice, Notice::Hushed { account: 1, .. });
            let hushed = process.until("a hush", is_hushed).await;
            let Notice::Hushed { until_ms, .. } = hushed else {
                panic!("{hushed:?}");
            };
            let left_ms = until_ms - NOW_MS.cast_unsigned();
            assert!((1..=10_000).contains(&left_ms), "{left_ms}");
        }
    });
}

#[test]
fn who_ends_in_an_orderly_way_has_said_all() {
    on_each(async |world| {
        let process = world.process().await;
        for number in 0..100 {
            process.say(words(1, number, "last")).await;
        }
        process.end().await;
        let lines = async || {
            let lines = world.chat.store.lines(ChannelKey::Global, Cursor::TOP, 200);
            lines.await.expect("a database").len()
        };
        wait_for(async || lines().await == 100).await;
    });
}

#[test]
fn words_that_come_late_are_counted_and_not_told() {
    on_each(async |world| {
        let here = world.process().await;
        let mut there = world.process().await;
        let late_ms = NOW_MS.cast_unsigned() - WORDS_AGE_MAX_MS - 1;
        here.say(Words {
            time_ms: late_ms,
            ..words(1, 1, "late")
        })
        .await;
        here.say(words(1, 2, "young")).await;
        assert_eq!(there.texts_until("young").await, ["young"]);
        assert_eq!((there.lost(), here.lost()), (1, 0));
        let lines = async || {
            let lines = world.chat.store.lines(ChannelKey::Global, Cursor::TOP, 9);
            lines.await.expect("a database").len()
        };
        wait_for(async || lines().await == 2).await;
    });
}

/// Nothing waits, so nothing is waited for.
#[test]
fn who_has_said_nothing_ends_without_a_broker() {
    block_on(async {
        // Nobody listens on port 1.
        let broker = Broker::open("amqp://127.0.0.1:1").expect("a URL");
        let clock = Clock::at(Arc::new(AtomicI64::new(NOW_MS)));
        Process::start(&broker, clock).end().await;
    });
}
