//! Bots that trade while they fight, two and two: what the first has goes to the second for what that has, and the
//! next time back again, so that they can go on for as long as they like. Where a service puts them off they ask
//! again, and count it.

use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
    rc::Rc,
};

use serde_json::{Value, json};
use tokio::time::{sleep, timeout};

use crate::{
    bot::{Shared, Stage},
    guest::{Guest, Told},
    limits,
};

/// What every character begins with some of.
const WARES: [&str; 2] = ["oak_log", "stone"];

/// Where bots find who they trade with.
pub struct Market {
    /// The inventory service; without one nobody trades.
    url: Option<String>,
    /// By the numbers of bots who are in, and whose partner is not.
    waiting: RefCell<HashMap<usize, Guest>>,
    /// Bots that have traded at least once.
    pub traders: Cell<usize>,
}

/// Two who trade, the one with the lesser number first.
struct Pair {
    url: String,
    guests: [Guest; 2],
    shared: Rc<Shared>,
}

/// What became of a trade.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Outcome {
    Done,
    Refused,
}

impl Market {
    pub fn new(url: Option<String>) -> Self {
        Self {
            url,
            waiting: RefCell::default(),
            traders: Cell::new(0),
        }
    }

    /// The bot of this number is in the battle. The second of two trades with the first, until the run ends.
    pub async fn come(&self, number: usize, guest: Guest, shared: Rc<Shared>) {
        let Some(url) = self.url.clone() else { return };
        let partner = self.waiting.borrow_mut().remove(&(number ^ 1));
        let Some(partner) = partner else {
            self.waiting.borrow_mut().insert(number, guest);
            return;
        };
        let guests = match number % 2 {
            0 => [guest, partner],
            _ => [partner, guest],
        };
        let pair = Pair {
            url,
            guests,
            shared,
        };
        // Not all of them at once.
        sleep(limits::TRADE_PERIOD.mul_f32((number % 100) as f32 / 100.0)).await;
        self.trade_on(pair).await;
    }

    async fn trade_on(&self, mut pair: Pair) {
        let mut done_count = 0_usize;
        pair.unpack().await;
        while let Some(outcome) = pair.trade(done_count % 2).await {
            pair.note(outcome);
            if outcome == Outcome::Done {
                done_count += 1;
                if done_count == 1 {
                    self.traders.set(self.traders.get() + 2);
                }
            }
            sleep(limits::TRADE_PERIOD).await;
        }
    }
}

impl Pair {
    /// What a character begins with it has once somebody looks.
    async fn unpack(&mut self) {
        for side in [0, 1] {
            self.insist(side, "GET /belongings", &Value::Null).await;
        }
    }

    fn note(&self, outcome: Outcome) {
        let measured = &mut self.shared.notes.borrow_mut().measured;
        match outcome {
            Outcome::Done => measured.trades += 1,
            Outcome::Refused => measured.trades_refused += 1,
        }
    }

    /// One of each ware changes hands. None once the run has ended.
    async fn trade(&mut self, turn: usize) -> Option<Outcome> {
        let with = json!({ "with": self.guests[1].character });
        let mut opened = self.insist(0, "POST /trades", &with).await?;
        // One whose beginning nobody heard of.
        if opened.status == 409 {
            opened = self.insist(0, "GET /trades", &Value::Null).await?;
        }
        let path = match opened.text("trade") {
            "" => return Some(Outcome::Refused),
            trade => format!("/trades/{trade}"),
        };
        if self.agree(&path, turn).await? {
            return Some(Outcome::Done);
        }
        self.insist(0, &format!("POST {path}/cancel"), &Value::Null)
            .await?;
        Some(Outcome::Refused)
    }

    /// Both offer, and both confirm what they saw; whether it was done.
    async fn agree(&mut self, path: &str, turn: usize) -> Option<bool> {
        let mut revision = Value::Null;
        for side in [0, 1] {
            let offered = self.offer(side, path, WARES[turn ^ side]).await?;
            if offered.status >= 400 {
                return Some(false);
            }
            revision = offered.body["offers_revision"].clone();
        }
        let seen = json!({ "offers_revision": revision });
        let confirm = format!("POST {path}/confirm");
        self.insist(0, &confirm, &seen).await?;
        let confirmed = self.insist(1, &confirm, &seen).await?;
        Some(confirmed.text("state") == "done")
    }

    async fn offer(&mut self, side: usize, path: &str, ware: &str) -> Option<Told> {
        let lots = json!({ "lots": [{ "item": ware, "count": 1 }] });
        self.insist(side, &format!("PUT {path}/offer"), &lots).await
    }

    /// The first answer that says what became of it. None once the run has ended.
    async fn insist(&mut self, side: usize, call: &str, body: &Value) -> Option<Told> {
        let (method, path) = call.split_once(' ').expect("a method and a path");
        let guest = &mut self.guests[side];
        let call = format!("{method} /characters/{}{path}", guest.character);
        while self.shared.stage.get() != Stage::Ended {
            let asked = guest.ask(&self.url, &call, body);
            match timeout(limits::ANSWER_TIMEOUT, asked).await {
                Ok(Ok(told)) if is_final(told.status) => return Some(told),
                _ => self.shared.notes.borrow_mut().measured.trades_put_off += 1,
            }
            sleep(limits::TRADE_WAIT).await;
        }
        None
    }
}

/// Whether the same would be answered again: it is not a service that is busy, slow or away.
fn is_final(status: u16) -> bool {
    status < 500 && !matches!(status, 408 | 429)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_put_off_knows_nothing_yet() {
        assert!([200, 201, 401, 404, 409, 422].into_iter().all(is_final));
        assert!(![408, 429, 500, 502, 503, 504].into_iter().any(is_final));
    }
}
