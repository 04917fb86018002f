//! What each word asks of staff's service: a route, its body, and what of the answer is shown.

use std::{fs, path::Path};

use serde_json::{Value, json};
use web::Clock;

use crate::{
    Failure,
    ctl::arguments::{BattleVerb, ChatVerb, CtlVerb, PlayerVerb, RegionVerb, SettingsVerb, Switch},
};

/// One request.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Call {
    pub method: &'static str,
    pub path: String,
    /// Null: none.
    pub body: Value,
    /// Where in the answer that is which is shown; empty is all.
    pub shown: &'static str,
}

const MINUTE_MS: i64 = 60_000;
const DAY_MS: i64 = 24 * 60 * MINUTE_MS;

pub fn get(path: impl Into<String>) -> Call {
    Call {
        method: "GET",
        path: path.into(),
        body: Value::Null,
        shown: "",
    }
}

/// An action, whose reason is put into its body later.
fn act(path: impl Into<String>, body: Value) -> Call {
    Call {
        method: "POST",
        path: path.into(),
        body,
        shown: "",
    }
}

fn put(path: &str, body: Value) -> Call {
    Call {
        method: "PUT",
        ..act(path, body)
    }
}

impl Call {
    fn showing(self, shown: &'static str) -> Self {
        Self { shown, ..self }
    }

    /// Whether it changes something: then it needs a reason.
    pub fn is_action(&self) -> bool {
        let is_question = self.path.ends_with("/preview") || self.path.ends_with("/check");
        self.method != "GET" && !is_question
    }
}

/// The call of a word.
///
/// # Errors
/// [`Failure::Usage`] for what staff's service does not do, or a file that cannot be read.
pub fn call(verb: &CtlVerb) -> Result<Call, Failure> {
    Ok(match verb {
        CtlVerb::Overview => get("/overview"),
        CtlVerb::Regions { verb: None } => get("/overview").showing("regions"),
        CtlVerb::Regions { verb: Some(verb) } => region(verb),
        CtlVerb::Shards => get("/overview").showing("pods"),
        CtlVerb::Drain { pod, undo } => {
            let word = if *undo { "undrain" } else { "drain" };
            act(format!("/pods/{pod}/{word}"), json!({}))
        }
        CtlVerb::Plan { dry_run: None } => get("/plan"),
        CtlVerb::Plan {
            dry_run: Some(switch),
        } => put("/plan/mode", json!({ "is_dry_run": *switch == Switch::On })),
        CtlVerb::Approve { action, region, to } => act(
            "/plan/approve",
            json!({ "action": action, "region": region, "to": to }),
        ),
        CtlVerb::Players { verb } => player(verb),
        CtlVerb::Chat { verb } => chat(verb),
        CtlVerb::Sessions { .. } | CtlVerb::Reports { .. } => crowd(verb),
        CtlVerb::Config { verb } => settings(verb)?,
        CtlVerb::Why { .. } => {
            let why = "a server answers this on its own socket: say its data folder with --data";
            return Err(Failure::Usage(why.to_owned()));
        }
        CtlVerb::Login { .. } | CtlVerb::Statistics(_) => {
            unreachable!("they are asked of other services")
        }
        verb => desk(verb),
    })
}

/// Of what is not the world's nor one word of several.
fn desk(verb: &CtlVerb) -> Call {
    match verb {
        CtlVerb::Ledger {
            account,
            character,
            before,
        } => {
            let query = query(&[("character", Some(character)), ("before", before.as_ref())]);
            get(format!("/players/{}/ledger{query}", part(account)))
        }
        CtlVerb::Rollback {
            account,
            character,
            batch,
            ..
        } => act(
            format!("/players/{}/rollback/preview", part(account)),
            json!({ "character": character, "after_batch": batch }),
        ),
        CtlVerb::Economy => get("/economy"),
        CtlVerb::Audit {
            actor,
            target,
            before,
        } => {
            let names = [("actor", actor), ("target", target), ("before", before)];
            let names = names.map(|(name, value)| (name, value.as_ref()));
            get(format!("/audit{}", query(&names)))
        }
        CtlVerb::Motd {
            text: None,
            clear: false,
        } => get("/message-of-the-day"),
        CtlVerb::Motd { text, .. } => put(
            "/message-of-the-day",
            json!({ "text": text.as_deref().unwrap_or("") }),
        ),
        CtlVerb::Battles { verb } => battle(verb.as_ref()),
        CtlVerb::Environments => get("/environments"),
        _ => unreachable!("the others have their own"),
    }
}

/// Of many players at once.
fn crowd(verb: &CtlVerb) -> Call {
    match verb {
        CtlVerb::Sessions {
            kick: Some(session),
            ..
        } => act(format!("/sessions/{}/kick", part(session)), json!({})),
        CtlVerb::Sessions {
            query: words,
            after,
            ..
        } => {
            let query = query(&[("query", words.as_ref()), ("after", after.as_ref())]);
            get(format!("/sessions{query}"))
        }
        CtlVerb::Reports {
            close: Some(report),
            ..
        } => act(format!("/reports/{}/close", part(report)), json!({})),
        CtlVerb::Reports {
            resolved, after, ..
        } => {
            let state = if *resolved { "resolved" } else { "open" }.to_owned();
            let query = query(&[("state", Some(&state)), ("after", after.as_ref())]);
            get(format!("/reports{query}"))
        }
        _ => unreachable!("the others have their own"),
    }
}

fn region(verb: &RegionVerb) -> Call {
    let path = |region: &str, word| format!("/regions/{}/{word}", part(region));
    match verb {
        RegionVerb::Split { region } => act(path(region, "split"), json!({})),
        RegionVerb::Merge { region } => act(path(region, "merge"), json!({})),
        RegionVerb::Move { region, to } => act(path(region, "move"), json!({ "to": to })),
        RegionVerb::Pin { region, undo } => {
            let word = if *undo { "unpin" } else { "pin" };
            act(path(region, word), json!({}))
        }
    }
}

fn battle(verb: Option<&BattleVerb>) -> Call {
    match verb {
        None | Some(BattleVerb::List) => get("/battles"),
        Some(BattleVerb::Start) => act("/battles/start", json!({})),
        Some(BattleVerb::Schedule { title, r#in, note }) => {
            let start_ms = in_minutes(*r#in);
            act(
                "/battles",
                json!({ "title": title, "note": note, "start_ms": start_ms }),
            )
        }
        Some(BattleVerb::Cancel { battle }) => {
            act(format!("/battles/{}/cancel", part(battle)), json!({}))
        }
    }
}

/// By this machine's clock.
fn in_minutes(minutes: i64) -> i64 {
    let now_ms = Clock::system().now_ms();
    now_ms.saturating_add(minutes.saturating_mul(MINUTE_MS))
}

fn player(verb: &PlayerVerb) -> Call {
    let path = |account: &str, word| format!("/players/{}/{word}", part(account));
    match verb {
        PlayerVerb::Find { query: words } => {
            get(format!("/players{}", query(&[("query", Some(words))])))
        }
        PlayerVerb::Show { account } => get(format!("/players/{}", part(account))),
        PlayerVerb::Message { account, text } => {
            act(path(account, "message"), json!({ "text": text }))
        }
        PlayerVerb::Mute { account, minutes } => {
            let until_ms = in_minutes(*minutes);
            act(path(account, "mute"), json!({ "until_ms": until_ms }))
        }
        PlayerVerb::Unmute { account } => act(path(account, "unmute"), json!({})),
        PlayerVerb::Kick { account } => act(path(account, "kick"), json!({})),
        PlayerVerb::Ban { account, days } => {
            let until_ms = days.map(|days| {
                Clock::system()
                    .now_ms()
                    .saturating_add(days.saturating_mul(DAY_MS))
            });
            act(path(account, "ban"), json!({ "until_ms": until_ms }))
        }
        PlayerVerb::Unban { account } => act(path(account, "unban"), json!({})),
        PlayerVerb::Role { account, role } => put(&path(account, "role"), json!({ "role": role })),
    }
}

fn chat(verb: &ChatVerb) -> Call {
    let path = |channel: &str, word| format!("/chat/channels/{}/{word}", part(channel));
    match verb {
        ChatVerb::Lines { channel, before } => {
            let query = query(&[("before", before.as_ref())]);
            get(path(channel, "lines") + &query)
        }
        ChatVerb::Remove { message } => act(
            format!("/chat/messages/{}/remove", part(message)),
            json!({}),
        ),
        ChatVerb::Slow {
            channel: Some(channel),
            seconds,
        } => put(&path(channel, "slow"), json!({ "seconds": seconds })),
        ChatVerb::Slow { channel: None, .. } => get("/chat/slow"),
        ChatVerb::Words { add, remove } if add.is_empty() && remove.is_empty() => {
            get("/chat/words").showing("words")
        }
        ChatVerb::Words { add, remove } => {
            act("/chat/words", json!({ "add": add, "remove": remove }))
        }
    }
}

/// A file is put in the place of the text whose digest is asked for first.
fn settings(verb: &SettingsVerb) -> Result<Call, Failure> {
    Ok(match verb {
        SettingsVerb::Show => get("/config"),
        SettingsVerb::Check { file } => act("/config/check", json!({ "text": text_of(file)? })),
        SettingsVerb::Put { file } => put("/config", json!({ "text": text_of(file)? })),
        SettingsVerb::Undo => act("/config/undo", json!({})),
    })
}

fn text_of(file: &Path) -> Result<String, Failure> {
    let shown = file.display();
    let text = fs::read_to_string(file);
    text.map_err(|error| Failure::Usage(format!("{shown} cannot be read: {error}")))
}

/// A rollback as its preview said.
pub fn rollback(preview: &Call, shown: &Value, key: &str) -> Call {
    let path = preview.path.trim_end_matches("/preview");
    act(
        path,
        json!({ "character": shown["character"], "after_batch": shown["after_batch"],
            "revision": shown["revision"], "key": key }),
    )
}

/// One part of a path, whatever is in it.
fn part(text: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    let bytes = text.bytes().map(|byte| match is_plain(byte) {
        true => char::from(byte).to_string(),
        false => format!("%{byte:02X}"),
    });
    bytes.collect()
}

pub fn query(names: &[(&str, Option<&String>)]) -> String {
    let known = names
        .iter()
        .filter_map(|(name, value)| Some((name, (*value)?)));
    let pairs: Vec<String> = known
        .map(|(name, value)| format!("{name}={}", part(value)))
        .collect();
    match pairs.is_empty() {
        true => String::new(),
        false => format!("?{}", pairs.join("&")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ctl::arguments::CtlArguments;

    #[test]
    fn words_become_calls() {
        let split = CtlVerb::Regions {
            verb: Some(RegionVerb::Split {
                region: "b/c".to_owned(),
            }),
        };
        let called = call(&split).expect("it is known");
        assert_eq!(
            (called.method, called.path.as_str()),
            ("POST", "/regions/b%2Fc/split")
        );
        assert!(called.is_action());
        let audit = CtlVerb::Audit {
            actor: Some("7".to_owned()),
            target: None,
            before: Some("a&b".to_owned()),
        };
        let called = call(&audit).expect("it is known");
        assert_eq!(called.path, "/audit?actor=7&before=a%26b");
        assert!(!called.is_action());
    }

    #[derive(clap::Parser)]
    struct Line {
        #[command(flatten)]
        arguments: CtlArguments,
    }

    /// What these words ask, of a file that is there.
    fn asked(words: &str) -> Call {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
        let words = words.split(' ').map(|word| match word {
            "FILE" => file,
            word => word,
        });
        let line = ["ctl", "--url", "http://there"].into_iter().chain(words);
        let line: Line = clap::Parser::try_parse_from(line).expect("it is a line");
        call(&line.arguments.verb).expect("it is known")
    }

    /// Each that the panel or anybody may ask for, but who one is, the stream that the panel draws, and what the
    /// game's title shows.
    const WORDLESS: [&str; 3] = ["/me", "/live", "/battles/next"];
    const LINES: [&str; 47] = [
        "overview",
        "regions split R",
        "regions merge R",
        "regions move R 0/1",
        "regions pin R",
        "regions pin R --undo",
        "drain 0",
        "drain 0 --undo",
        "plan",
        "plan --dry-run on",
        "approve merge R",
        "players find x",
        "players show 1",
        "players message 1 x",
        "players mute 1 --minutes 5",
        "players unmute 1",
        "players kick 1",
        "players ban 1",
        "players unban 1",
        "players role 1 player",
        "sessions",
        "sessions --kick 1",
        "reports",
        "reports --close 1",
        "chat lines global",
        "chat remove 1",
        "chat slow",
        "chat slow house 5",
        "chat words",
        "chat words --add x",
        "ledger 1 2",
        "rollback 1 2 3",
        "economy",
        "audit",
        "config show",
        "config check FILE",
        "config put FILE",
        "config undo",
        "motd",
        "motd x",
        "battles",
        "battles start",
        "battles schedule x --in 5",
        "battles cancel 1",
        "environments",
        "shards",
        "regions",
    ];

    #[test]
    fn whatever_staff_may_ask_there_is_a_word_for() {
        let mut calls: Vec<Call> = LINES.into_iter().map(asked).collect();
        let preview = asked("rollback 1 2 3");
        calls.push(rollback(&preview, &Value::Null, "key"));
        let operations = admin::operations();
        let is_of = |call: &Call, (method, path): &(&str, String)| {
            let asked = call.path.split('?').next().expect("a first part");
            let mut parts = asked.split('/').zip(path.split('/'));
            call.method == *method
                && asked.split('/').count() == path.split('/').count()
                && parts.all(|(part, named)| part == named || named.starts_with('{'))
        };
        for operation in &operations {
            let has_word = calls.iter().any(|call| is_of(call, operation));
            let is_wordless = WORDLESS.contains(&operation.1.as_str());
            assert!(has_word != is_wordless, "{operation:?}");
        }
        for call in &calls {
            let is_there = operations.iter().any(|it| is_of(call, it));
            assert!(is_there, "{call:?}");
        }
    }

    #[test]
    fn chat_is_read_or_changed() {
        let called = |verb| call(&CtlVerb::Chat { verb }).expect("it is known");
        let words = |add: &[&str]| ChatVerb::Words {
            add: add.iter().map(|&word| word.to_owned()).collect(),
            remove: Vec::new(),
        };
        assert!(!called(words(&[])).is_action());
        let edit = called(words(&["heck"]));
        assert!(edit.is_action() && edit.body["add"] == json!(["heck"]));
        let slow = ChatVerb::Slow {
            channel: Some("house".to_owned()),
            seconds: Some(30),
        };
        let slow = called(slow);
        assert_eq!(
            (slow.method, slow.path.as_str()),
            ("PUT", "/chat/channels/house/slow")
        );
        let lines = ChatVerb::Lines {
            channel: "party.17".to_owned(),
            before: Some("9-1".to_owned()),
        };
        assert_eq!(
            called(lines).path,
            "/chat/channels/party.17/lines?before=9-1"
        );
    }

    #[test]
    fn pages_are_read_on_from_where_they_end() {
        let reports = CtlVerb::Reports {
            resolved: true,
            close: None,
            after: Some("17".to_owned()),
        };
        let called = call(&reports).expect("it is known");
        assert_eq!(called.path, "/reports?state=resolved&after=17");
    }

    #[test]
    fn a_rollback_is_of_its_preview() {
        let verb = CtlVerb::Rollback {
            account: "1".to_owned(),
            character: "2".to_owned(),
            batch: "3".to_owned(),
            yes: true,
        };
        let preview = call(&verb).expect("it is known");
        assert!(!preview.is_action());
        let shown = json!({ "character": "2", "after_batch": "3", "revision": 9 });
        let called = rollback(&preview, &shown, "some-key");
        assert_eq!(called.path, "/players/1/rollback");
        assert_eq!(called.body["revision"], 9);
        assert!(called.is_action());
    }
}
