//! A trade between two characters: a machine without I/O. Nothing is set aside meanwhile: whether both have
//! what they offer is settled when it is exchanged, all at once.

use serde::{Deserialize, Serialize};

use crate::{
    domain::{Account, Definitions, Lot, Move, Refusal, check},
    limits::{TRADE_LIFE_MS, TRADE_LOTS_MAX},
};

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Trade {
    pub sides: [Side; 2],
    pub state: State,
    /// Rises with each change of an offer; a confirmation says which it saw.
    pub offers_revision: u32,
    pub touched_ms: i64,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Side {
    pub character: i64,
    pub offer: Vec<Lot>,
    pub is_confirmed: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    Open,
    Done,
    Ended(End),
}

/// Why a trade came to nothing.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    Cancelled,
    TimedOut,
    /// Somebody no longer had what they offered.
    Lacking,
    /// Somebody had no room for what they would have got.
    NoRoom,
}

/// What one side does.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Step {
    /// In place of what that side offered before.
    Offer(Vec<Lot>),
    Confirm {
        offers_revision: u32,
    },
    Cancel,
}

impl Trade {
    /// # Errors
    /// [`Refusal::Trade`] with oneself.
    pub fn open(characters: [i64; 2], now_ms: i64) -> Result<Self, Refusal> {
        if characters[0] == characters[1] {
            return Err(Refusal::trade("a trade is with somebody else"));
        }
        let sides = characters.map(|character| Side {
            character,
            offer: Vec::new(),
            is_confirmed: false,
        });
        Ok(Self {
            sides,
            state: State::Open,
            offers_revision: 0,
            touched_ms: now_ms,
        })
    }

    /// Ends the trade if nobody has touched it for long; whether it did.
    pub fn expire(&mut self, now_ms: i64) -> bool {
        let is_over = self.state == State::Open && now_ms - self.touched_ms >= TRADE_LIFE_MS;
        if is_over {
            self.end(End::TimedOut);
        }
        is_over
    }

    /// What one side does. When both have confirmed, the moves that are to be done, whereupon the caller says
    /// [`Self::done`] or [`Self::end`].
    ///
    /// # Errors
    /// [`Refusal::Trade`], [`Refusal::Malformed`]; then nothing has changed.
    pub fn step(
        &mut self,
        definitions: &Definitions,
        by: i64,
        step: Step,
        now_ms: i64,
    ) -> Result<Option<Vec<Move>>, Refusal> {
        let side = self.sides.iter().position(|side| side.character == by);
        let side = side.ok_or_else(|| Refusal::trade("this is a trade of others"))?;
        if self.state != State::Open {
            return match self.is_last(&step) {
                true => Ok(None),
                false => Err(Refusal::trade("the trade is over")),
            };
        }
        match step {
            Step::Offer(offer) => self.offer(definitions, side, offer)?,
            Step::Confirm { offers_revision } => self.confirm(side, offers_revision)?,
            Step::Cancel => self.end(End::Cancelled),
        }
        self.touched_ms = now_ms;
        let is_agreed = self.state == State::Open && self.sides.iter().all(|it| it.is_confirmed);
        Ok(is_agreed.then(|| self.moves()))
    }

    /// Whether a character was asked to trade and has done nothing yet.
    pub fn is_only_invited(&self, character: i64) -> bool {
        let invited = &self.sides[1];
        invited.character == character && invited.offer.is_empty() && !invited.is_confirmed
    }

    pub fn done(&mut self) {
        self.state = State::Done;
    }

    pub fn end(&mut self, end: End) {
        self.state = State::Ended(end);
        for side in &mut self.sides {
            side.is_confirmed = false;
        }
    }

    /// Whether this step ended the trade, and its answer may have been lost.
    fn is_last(&self, step: &Step) -> bool {
        match step {
            Step::Offer(_) => false,
            Step::Confirm { offers_revision } => {
                self.state == State::Done && *offers_revision == self.offers_revision
            }
            Step::Cancel => self.state == State::Ended(End::Cancelled),
        }
    }

    /// A change resets both confirmations: nobody gets what they did not see.
    fn offer(
        &mut self,
        definitions: &Definitions,
        side: usize,
        offer: Vec<Lot>,
    ) -> Result<(), Refusal> {
        let moves = self.moves_of(side, &offer);
        if offer.len() > TRADE_LOTS_MAX {
            return Err(Refusal::trade("an offer has 16 lots at most"));
        }
        if !moves.is_empty() {
            check(&moves, definitions)?;
        }
        let is_double =
            |(index, lot): (usize, &Lot)| offer[..index].iter().any(|it| it.thing == lot.thing);
        if offer.iter().enumerate().any(is_double) {
            return Err(Refusal::trade("an offer names a thing once"));
        }
        self.sides[side].offer = offer;
        self.offers_revision += 1;
        for side in &mut self.sides {
            side.is_confirmed = false;
        }
        Ok(())
    }

    fn confirm(&mut self, side: usize, offers_revision: u32) -> Result<(), Refusal> {
        if offers_revision != self.offers_revision {
            return Err(Refusal::trade("the offers have changed"));
        }
        if self.sides.iter().all(|side| side.offer.is_empty()) {
            return Err(Refusal::trade("nobody offers anything"));
        }
        self.sides[side].is_confirmed = true;
        Ok(())
    }

    fn moves(&self) -> Vec<Move> {
        let both = self.sides.iter().enumerate();
        both.flat_map(|(side, it)| self.moves_of(side, &it.offer))
            .collect()
    }

    fn moves_of(&self, side: usize, offer: &[Lot]) -> Vec<Move> {
        let from = Account::bag(self.sides[side].character);
        let to = Account::bag(self.sides[1 - side].character);
        let moves = offer.iter().map(|lot| Move {
            lot: lot.clone(),
            from,
            to,
        });
        moves.collect()
    }
}
