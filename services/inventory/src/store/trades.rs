//! Trades. A row's revision decides whose step was first; the exchange is in the transaction of the step
//! that both agree with.

use backends::sql::{SqlError, Transaction, row};
use sqlx::{AnyConnection, Connection};

use web::ids::{new_id, ordered_id};

use crate::{
    domain::{Account, Changes, End, Move, Refusal, State, Step, Trade},
    store::{Store, balances, characters, events, insist, posting, posting::Stamp},
};

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KeptTrade {
    pub id: i64,
    pub trade: Trade,
    revision: i64,
}

impl Store {
    /// Begins a trade between two who are in none.
    ///
    /// # Errors
    /// [`SqlError`]; inside, [`Refusal::Trade`].
    pub async fn open_trade(
        &self,
        characters: [i64; 2],
        now_ms: i64,
    ) -> Result<Result<KeptTrade, Refusal>, SqlError> {
        let trade = match Trade::open(characters, now_ms) {
            Ok(trade) => trade,
            Err(refusal) => return Ok(Err(refusal)),
        };
        insist(async || self.try_open(&trade).await).await
    }

    async fn try_open(&self, trade: &Trade) -> Result<Result<KeptTrade, Refusal>, SqlError> {
        let id = new_id();
        let mut transaction = self.database.begin().await?;
        let mut characters = trade.sides.each_ref().map(|side| side.character);
        characters.sort_unstable();
        for character in characters {
            let is_opener = character == trade.sides[0].character;
            let seat = Seat {
                character,
                is_opener,
                trade: id,
            };
            if !take_seat(&mut transaction, seat, trade.touched_ms).await? {
                return Ok(Err(Refusal::trade("one of them is trading already")));
            }
        }
        sqlx::query("INSERT INTO inventory_trades (trade_id, revision, body) VALUES ($1, 0, $2)")
            .bind(id)
            .bind(text_of(trade))
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(Ok(KeptTrade {
            id,
            trade: trade.clone(),
            revision: 0,
        }))
    }

    /// What one side does, and the trade after it.
    ///
    /// # Errors
    /// [`SqlError`]; inside, [`Refusal`]; none if there is no such trade.
    pub async fn step_trade(
        &self,
        id: i64,
        by: i64,
        step: &Step,
        now_ms: i64,
    ) -> Result<Option<Result<KeptTrade, Refusal>>, SqlError> {
        insist(async || self.try_step(id, by, step, now_ms).await).await
    }

    async fn try_step(
        &self,
        id: i64,
        by: i64,
        step: &Step,
        now_ms: i64,
    ) -> Result<Option<Result<KeptTrade, Refusal>>, SqlError> {
        let mut transaction = self.database.begin().await?;
        let Some(mut kept) = find(&mut transaction, id).await? else {
            return Ok(None);
        };
        // To others it is as if it were not there.
        if !kept.trade.sides.iter().any(|side| side.character == by) {
            return Ok(None);
        }
        let before = kept.trade.clone();
        let expired = kept.trade.expire(now_ms);
        let stepped = kept.trade.step(&self.definitions, by, step.clone(), now_ms);
        let moves = match stepped {
            Ok(moves) => moves,
            // That it is over is kept all the same.
            Err(refusal) if !expired => return Ok(Some(Err(refusal))),
            Err(_) => None,
        };
        if kept.trade != before {
            if !save(&mut transaction, &mut kept).await? {
                return Err(SqlError::Conflict(sqlx::Error::RowNotFound));
            }
            if let Some(moves) = moves {
                self.exchange(&mut transaction, &mut kept, &moves, now_ms)
                    .await?;
            }
            transaction.commit().await?;
            self.outbox.wake();
        }
        Ok(Some(Ok(kept)))
    }

    /// Does the moves, or ends the trade with why not.
    async fn exchange(
        &self,
        transaction: &mut Transaction,
        kept: &mut KeptTrade,
        moves: &[Move],
        now_ms: i64,
    ) -> Result<(), SqlError> {
        let stamp = Stamp {
            batch: ordered_id(now_ms),
            at_ms: now_ms,
        };
        let characters = kept.trade.sides.each_ref().map(|side| side.character);
        let mut inner = transaction.begin().await?;
        match self.swap(&mut inner, characters, moves, stamp).await? {
            Ok(changes) => {
                inner.commit().await?;
                kept.trade.done();
                events::put(&self.outbox, transaction, stamp, &changes).await?;
            }
            Err(refusal) => {
                inner.rollback().await?;
                kept.trade.end(match refusal {
                    Refusal::NoRoom { .. } => End::NoRoom,
                    _ => End::Lacking,
                });
            }
        }
        let is_saved = save(transaction, kept).await?;
        assert!(is_saved, "the row is locked since it was saved before");
        Ok(())
    }

    async fn swap(
        &self,
        connection: &mut AnyConnection,
        characters: [i64; 2],
        moves: &[Move],
        stamp: Stamp,
    ) -> Result<Result<Changes, Refusal>, SqlError> {
        characters::lock(connection, &characters).await?;
        let books = balances::load(connection, &characters).await?;
        let rooms = characters.map(Account::bag);
        match books.possible(moves.to_vec(), &rooms, &self.definitions) {
            Ok(moves) => posting::post(connection, stamp, &moves).await,
            Err(refusal) => Ok(Err(refusal)),
        }
    }

    /// The trade that a character is in, or was in last.
    ///
    /// # Errors
    /// [`SqlError`].
    pub async fn trade_of(
        &self,
        character: i64,
        now_ms: i64,
    ) -> Result<Option<KeptTrade>, SqlError> {
        let mut connection = self.database.pool().acquire().await?;
        let Some(id) = trade_at(&mut connection, character).await? else {
            return Ok(None);
        };
        let mut kept = find(&mut connection, id).await?;
        if let Some(kept) = &mut kept {
            kept.trade.expire(now_ms);
        }
        Ok(kept)
    }
}

/// A place at a trade that is about to begin.
#[derive(Clone, Copy)]
struct Seat {
    character: i64,
    is_opener: bool,
    trade: i64,
}

/// Seats a character at a trade, unless it is in another that goes on.
async fn take_seat(
    transaction: &mut Transaction,
    seat: Seat,
    now_ms: i64,
) -> Result<bool, SqlError> {
    let character = seat.character;
    if let Some(old) = trade_at(transaction, character).await? {
        if !leave(transaction, old, seat, now_ms).await? {
            return Ok(false);
        }
        let changed = sqlx::query(
            "UPDATE inventory_traders SET trade_id = $2 WHERE owner = $1 AND trade_id = $3",
        )
        .bind(character)
        .bind(seat.trade)
        .bind(old)
        .execute(&mut **transaction)
        .await?;
        return Ok(changed.rows_affected() == 1);
    }
    let inserted = sqlx::query(
        "INSERT INTO inventory_traders (owner, trade_id) VALUES ($1, $2) \
         ON CONFLICT (owner) DO NOTHING",
    )
    .bind(character)
    .bind(seat.trade)
    .execute(&mut **transaction)
    .await?;
    Ok(inserted.rows_affected() == 1)
}

/// Whether a character's trade of before is over. It is then forgotten. One that they were only asked to does
/// not keep them from opening another; whoever asked sees it cancelled.
async fn leave(
    transaction: &mut Transaction,
    old: i64,
    seat: Seat,
    now_ms: i64,
) -> Result<bool, SqlError> {
    let Some(mut kept) = find(transaction, old).await? else {
        return Ok(true);
    };
    kept.trade.expire(now_ms);
    if kept.trade.state == State::Open {
        if !seat.is_opener || !kept.trade.is_only_invited(seat.character) {
            return Ok(false);
        }
        kept.trade.end(End::Cancelled);
        return save(transaction, &mut kept).await;
    }
    // One that is over cannot go on, so nobody writes it in between.
    sqlx::query("DELETE FROM inventory_trades WHERE trade_id = $1 AND revision = $2")
        .bind(old)
        .bind(kept.revision)
        .execute(&mut **transaction)
        .await?;
    Ok(true)
}

async fn trade_at(connection: &mut AnyConnection, character: i64) -> Result<Option<i64>, SqlError> {
    let found = sqlx::query("SELECT trade_id FROM inventory_traders WHERE owner = $1")
        .bind(character)
        .fetch_optional(connection)
        .await?;
    found.map(|it| row::get(&it, "trade_id")).transpose()
}

async fn find(connection: &mut AnyConnection, id: i64) -> Result<Option<KeptTrade>, SqlError> {
    let found = sqlx::query("SELECT revision, body FROM inventory_trades WHERE trade_id = $1")
        .bind(id)
        .fetch_optional(connection)
        .await?;
    let Some(found) = found else { return Ok(None) };
    let text: String = row::get(&found, "body")?;
    let trade = serde_json::from_str(&text).map_err(|_| row::corrupt("body", &text))?;
    Ok(Some(KeptTrade {
        id,
        trade,
        revision: row::get(&found, "revision")?,
    }))
}

/// Whether nobody else has since it was found.
async fn save(transaction: &mut Transaction, kept: &mut KeptTrade) -> Result<bool, SqlError> {
    let changed = sqlx::query(
        "UPDATE inventory_trades SET revision = revision + 1, body = $3 \
         WHERE trade_id = $1 AND revision = $2",
    )
    .bind(kept.id)
    .bind(kept.revision)
    .bind(text_of(&kept.trade))
    .execute(&mut **transaction)
    .await?;
    kept.revision += 1;
    Ok(changed.rows_affected() == 1)
}

fn text_of(trade: &Trade) -> String {
    serde_json::to_string(trade).expect("names and numbers are JSON")
}
