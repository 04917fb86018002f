//! Pairs of players who trade without end, insist where they are put off, and write down what they are told.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    },
    thread::{self, JoinHandle},
};

use serde_json::{Value, json};

use crate::{
    http::{self, Answer},
    stack::Stack,
    until,
};

/// A place, an item, and how many more of it are there.
type Change = (String, String, i64);
/// What each batch changed.
type Ledger = BTreeMap<String, Vec<Change>>;

/// What each gives to the other in turn: all have some of both.
const WARES: [&str; 2] = ["oak_log", "stone"];
/// More than anybody has.
const TOO_MANY: u32 = 1_000;

/// What all pairs were told, while they still trade.
#[derive(Default)]
pub struct Tally {
    pub done: AtomicU64,
    pub refused: AtomicU64,
    /// Not now: nobody knows what became of it.
    pub put_off: AtomicU64,
    is_over: AtomicBool,
}

/// All pairs.
pub struct Market {
    pub tally: Arc<Tally>,
    pairs: Vec<JoinHandle<Pair>>,
}

impl Market {
    pub fn open(stack: &Stack, pairs_count: usize) -> Self {
        let tally = Arc::new(Tally::default());
        let open = |number| {
            let people = [0, 1].map(|side| Person::new(stack, &format!("Trader {number}{side}")));
            let mut pair = Pair {
                people,
                tally: Arc::clone(&tally),
                exchanges: 0,
                wishes: Vec::new(),
            };
            thread::spawn(move || {
                pair.trade_on();
                pair
            })
        };
        Self {
            pairs: (0..pairs_count).map(open).collect(),
            tally: Arc::clone(&tally),
        }
    }

    /// Has all finish what they are at.
    pub fn close(self) -> Vec<Pair> {
        self.tally.is_over.store(true, Relaxed);
        let pairs = self.pairs.into_iter();
        pairs.map(|it| it.join().expect("it trades")).collect()
    }
}

/// A guest with a character.
struct Person {
    address: String,
    access: String,
    character: String,
}

impl Person {
    fn new(stack: &Stack, name: &str) -> Self {
        let (access, ticket) = stack.guest(name);
        Self {
            address: stack.inventory.address.clone(),
            access,
            character: ticket.text("character_id"),
        }
    }

    /// One answer, whatever it is; none if the service went away.
    fn ask(&self, call: &str, body: &Value) -> Option<Answer> {
        let (method, path) = call.split_once(' ').expect("a method and a path");
        let call = format!("{method} /inventory/characters/{}{path}", self.character);
        http::ask(&self.address, &call, &self.access, body).ok()
    }
}

/// See the module.
pub struct Pair {
    people: [Person; 2],
    tally: Arc<Tally>,
    /// Trades that both were told are done.
    exchanges: u64,
    /// Batches of what the first was told is done, under keys.
    wishes: Vec<String>,
}

impl Pair {
    fn trade_on(&mut self) {
        let begun = self.insist(0, "GET /belongings", &Value::Null);
        assert_eq!(begun.status, 200, "{begun:?}");
        let begun = self.insist(1, "GET /belongings", &Value::Null);
        assert_eq!(begun.status, 200, "{begun:?}");
        for number in 0.. {
            if self.tally.is_over.load(Relaxed) {
                return;
            }
            match number % 4 {
                2 => self.trade_too_much(),
                3 => self.shift(number),
                _ => self.trade(),
            }
        }
    }

    /// The first answer that says what became of it.
    fn insist(&self, side: usize, call: &str, body: &Value) -> Answer {
        let mut told = None;
        until("an answer is final", || {
            match self.people[side].ask(call, body) {
                Some(answer) if answer.status == 429 => {}
                Some(answer) if answer.status < 500 && answer.status != 408 => {
                    told = Some(answer);
                }
                _ => {
                    self.tally.put_off.fetch_add(1, Relaxed);
                }
            }
            told.is_some()
        });
        told.expect("it was told")
    }

    /// All of the ledger: what each batch changed, by place and item, however often a page tells of it.
    fn ledger(&self, side: usize) -> Ledger {
        let mut batches = Ledger::new();
        let mut page = String::new();
        loop {
            let answer = self.insist(side, &format!("GET /ledger{page}"), &Value::Null);
            let entries = answer.body.as_array().expect("entries").clone();
            for entry in &entries {
                let text = |name: &str| entry[name].as_str().expect("text").to_owned();
                let change = entry["change"].as_i64().expect("a number");
                let batch = batches.entry(text("batch")).or_default();
                batch.push((text("place"), text("item"), change));
            }
            let Some(last) = entries.last() else {
                return batches;
            };
            let last = last["batch"].as_str().expect("text");
            page = format!("?before={last}");
        }
    }

    /// Begins a trade, or finds the one whose beginning nobody heard of; its path.
    fn open(&self) -> String {
        let with = json!({ "with": self.people[1].character });
        let mut opened = self.insist(0, "POST /trades", &with);
        if opened.status == 409 {
            opened = self.insist(0, "GET /trades", &Value::Null);
        }
        assert_eq!(opened.body["state"], "open", "{opened:?}");
        format!("/trades/{}", opened.text("trade"))
    }

    fn offer(&self, side: usize, trade: &str, item: &str, count: u32) -> Answer {
        let lots = json!({ "lots": [{ "item": item, "count": count }] });
        self.insist(side, &format!("PUT {trade}/offer"), &lots)
    }

    /// One of each ware changes hands, there and back again.
    fn trade(&mut self) {
        let trade = self.open();
        let turn = (self.exchanges % 2) as usize;
        self.offer(0, &trade, WARES[turn], 1);
        let offered = self.offer(1, &trade, WARES[1 - turn], 1);
        let seen = json!({ "offers_revision": offered.body["offers_revision"] });
        let confirm = format!("POST {trade}/confirm");
        self.insist(0, &confirm, &seen);
        let confirmed = self.insist(1, &confirm, &seen);
        assert_eq!(confirmed.body["state"], "done", "{confirmed:?}");
        let same = self.insist(0, &confirm, &seen);
        assert_eq!(same.body["state"], "done", "the other is told the same");
        self.exchanges += 1;
        self.tally.done.fetch_add(1, Relaxed);
    }

    fn trade_too_much(&self) {
        let trade = self.open();
        let refused = self.offer(0, &trade, WARES[0], TOO_MANY);
        assert_eq!(refused.status, 409, "{refused:?}");
        let cancelled = self.insist(0, &format!("POST {trade}/cancel"), &Value::Null);
        assert_eq!(cancelled.body["state"], "cancelled", "{cancelled:?}");
        self.tally.refused.fetch_add(1, Relaxed);
    }

    /// Bread goes into the chest, or comes out again; asked a second time it is known.
    fn shift(&mut self, number: u64) {
        let direction = ["in", "out"][self.wishes.len() % 2];
        let lot = json!({ "item": "bread", "count": 1 });
        let key = format!("wish-{number}");
        let wish = json!({ "key": key, "direction": direction, "lot": lot });
        let done = self.insist(0, "POST /chest", &wish);
        let batch = done.text("batch");
        let again = self.insist(0, "POST /chest", &wish);
        assert_eq!(again.body["repeated"], true, "{again:?}");
        assert_eq!(again.text("batch"), batch);
        self.wishes.push(batch);
        self.tally.done.fetch_add(1, Relaxed);
    }

    /// What was told as done is in the ledgers, once, and nothing else is; what they have is what came of it.
    pub fn require_kept(&self) {
        let [first, second] = [0, 1].map(|side| self.ledger(side));
        let is_trade = |batch: &&Vec<Change>| {
            batch.len() == 2
                && batch
                    .iter()
                    .all(|(place, item, _)| place == "bag" && WARES.contains(&item.as_str()))
        };
        let trades = |ledger: &Ledger| ledger.values().filter(is_trade).count() as u64;
        assert_eq!(trades(&first), self.exchanges);
        assert_eq!(trades(&second), self.exchanges);
        // Besides, each was given what one begins with.
        let wishes = self.wishes.iter().filter(|it| first[*it].len() == 2);
        assert_eq!(wishes.count(), self.wishes.len());
        assert_eq!(
            first.len() as u64,
            self.exchanges + self.wishes.len() as u64 + 1
        );
        assert_eq!(second.len() as u64, self.exchanges + 1);
        let has_given = i64::from(self.exchanges % 2 == 1);
        assert_eq!(sum(&first, WARES[0]), START[0] - has_given);
        assert_eq!(sum(&first, WARES[1]), START[1] + has_given);
    }
}

/// Of the wares, as items.toml says.
const START: [i64; 2] = [12, 8];

/// What a ledger says is in the bag.
fn sum(ledger: &Ledger, ware: &str) -> i64 {
    let entries = ledger.values().flatten();
    let changes = entries.filter(|(place, item, _)| place == "bag" && item == ware);
    changes.map(|(_, _, change)| change).sum()
}
