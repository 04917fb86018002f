//! Hears all that the warehouse is told, by a queue of its own, and counts it: each event once, however often it
//! comes.

use std::{
    collections::{BTreeMap, HashSet},
    sync::{Arc, Mutex, mpsc},
    thread,
    time::{SystemTime, UNIX_EPOCH},
};

use backends::{
    broker::{Broker, Consumer, Event, Subscription},
    testing::block_on,
    warehouse::Query,
};
use events::{
    Body,
    battle::{Happenings, Round, Ticks},
    inventory::Flows,
};

use crate::{stack::Stack, until};

const TOPICS: [&str; 3] = [Happenings::TOPIC, Ticks::TOPIC, Flows::TOPIC];
/// The world of the last event.
const END: &str = "end";

/// Sums by what they are of.
pub type Sums = BTreeMap<&'static str, i64>;

/// The same of the warehouse: each row once.
const KEPT: [(&str, &str); 10] = [
    ("visits", "SELECT count(*) AS sum FROM sessions FINAL"),
    ("kills", "SELECT count(*) AS sum FROM kills FINAL"),
    ("hits", "SELECT sum(hits) AS sum FROM damage FINAL"),
    ("damage", "SELECT sum(amount) AS sum FROM damage FINAL"),
    ("broken", "SELECT sum(broken) AS sum FROM blocks FINAL"),
    ("placed", "SELECT sum(placed) AS sum FROM blocks FINAL"),
    ("rounds", "SELECT count(*) AS sum FROM rounds FINAL"),
    ("ticks", "SELECT sum(ticks) AS sum FROM tick_health FINAL"),
    ("regions", "SELECT count(*) AS sum FROM region_health FINAL"),
    ("flows", "SELECT sum(count) AS sum FROM economy FINAL"),
];

/// See the module. Lives as long as the test's process.
pub struct Witness {
    broker: Broker,
    heard: Arc<Mutex<Heard>>,
}

struct Heard {
    ids: HashSet<String>,
    sums: Sums,
}

impl Witness {
    /// At the broker of this URL, before anybody tells anything. The warehouse's own queue is there since the tables
    /// were made.
    pub fn begin(url: &str) -> Self {
        let broker = Broker::open(url).expect("a URL");
        let heard = Arc::new(Mutex::new(Heard {
            ids: HashSet::new(),
            sums: KEPT.map(|(name, _)| (name, 0)).into(),
        }));
        let (listening, taking) = (broker.clone(), Arc::clone(&heard));
        let (ready, is_ready) = mpsc::channel();
        thread::spawn(move || {
            block_on(async {
                let mut consumer = queue(&listening, "witness").await;
                ready.send(()).expect("it is waited for");
                loop {
                    let delivery = consumer.next().await;
                    taking
                        .lock()
                        .expect("no holder panics")
                        .take(&delivery.event);
                    delivery.done().await;
                }
            });
        });
        is_ready.recv().expect("a broker");
        Self { broker, heard }
    }

    /// Once nobody tells anything any more: the warehouse has all that was told, and nothing twice.
    pub fn require_kept(&self, stack: &Stack) {
        block_on(self.broker.publish(&[end()])).expect("a broker");
        // All else was told before. It is of the kind that a batch puts down last.
        const LAST: Query = Query::same("SELECT count(*) AS sum FROM rounds WHERE world = 'end'");
        until("the last event is kept", || stack.sum(LAST) > 0);
        until("the last event is heard", || {
            self.heard
                .lock()
                .expect("no holder panics")
                .ids
                .contains(END)
        });
        let kept = KEPT.map(|(name, query)| (name, stack.sum(Query::same(query))));
        let told = self.heard.lock().expect("no holder panics").sums.clone();
        assert_eq!(Sums::from(kept), told);
        assert!(
            ["visits", "hits", "ticks", "flows"]
                .iter()
                .all(|it| told[it] != 0)
        );
    }
}

async fn queue(broker: &Broker, name: &str) -> Consumer {
    let wanted = Subscription::shared(name, &TOPICS);
    broker.subscribe(&wanted).await.expect("a broker")
}

impl Heard {
    fn take(&mut self, event: &Event) {
        if !self.ids.insert(event.id.clone()) {
            return;
        }
        let bytes = &event.body;
        match event.topic.as_str() {
            Happenings::TOPIC => self.happenings(&Happenings::from_bytes(bytes).expect("ours")),
            Ticks::TOPIC => {
                let ticks = Ticks::from_bytes(bytes).expect("ours");
                self.add("ticks", ticks.count);
                self.add("regions", ticks.regions.len() as u32);
            }
            _ => {
                let flows = Flows::from_bytes(bytes).expect("ours").flows;
                let sum: i64 = flows.iter().map(|flow| flow.count).sum();
                *self.sums.entry("flows").or_default() += sum;
            }
        }
    }

    fn happenings(&mut self, told: &Happenings) {
        self.add("visits", told.visits.len() as u32);
        self.add("kills", told.kills.len() as u32);
        self.add("rounds", told.rounds.len() as u32);
        for wounds in &told.wounds {
            self.add("hits", wounds.count);
            self.add("damage", wounds.damage);
        }
        for blocks in &told.blocks {
            self.add("broken", blocks.broken.values().sum());
            self.add("placed", blocks.placed.values().sum());
        }
    }

    fn add(&mut self, name: &'static str, count: u32) {
        *self.sums.entry(name).or_default() += i64::from(count);
    }
}

/// What nobody tells but us.
fn end() -> Event {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let round = Round {
        number: 1,
        winner: 0,
        score: [1, 0],
        seconds: 1,
        players: [1, 1],
    };
    let told = Happenings {
        world: END.to_owned(),
        at_ms: now.expect("after 1970").as_millis() as i64,
        rounds: vec![round],
        ..Happenings::default()
    };
    Event {
        id: END.to_owned(),
        topic: Happenings::TOPIC.to_owned(),
        body: told.to_bytes(),
    }
}
