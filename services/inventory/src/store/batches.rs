//! Batches: changes that are done once, however often they are asked for.

use std::collections::BTreeMap;

use backends::sql::{SqlError, Transaction, row};
use sqlx::{AnyConnection, Connection};

use web::ids::ordered_id;

use crate::{
    domain::{Books, Changes, Item, Move, Refusal, check, consume},
    limits::{ANSWER_MEMORY_MS, BATCHES_PER_SWEEP},
    store::{
        Claim, Point, Store, balances, characters, entries, events, insist, posting,
        posting::Stamp, rollback,
    },
};

/// Who asks for a change, and by which key the same is known.
#[derive(Clone, Copy, Debug)]
pub struct Order<'a> {
    /// A character or a shard.
    pub author: i64,
    pub key: &'a str,
    /// Of all that is asked: the same key cannot ask for something else.
    pub digest: &'a str,
    pub at_ms: i64,
}

/// What a shard has its characters gain, lose and exchange.
#[derive(Clone, Debug)]
pub struct ShardBatch {
    pub shard: i64,
    pub claims: Vec<Claim>,
    pub moves: Vec<Move>,
}

/// What became of a batch. The same each time.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Outcome {
    Done { batch: i64 },
    Refused(Refusal),
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Answer {
    New(Outcome),
    /// It was asked before.
    Repeated(Outcome),
    /// Something else was asked under this key.
    KeyReused,
}

/// How the moves of a batch are found, once it is known to be new.
pub(super) enum Work<'a> {
    Shard(&'a ShardBatch),
    /// Decided on what the owners have, while nobody else changes it.
    Decision {
        owners: &'a [i64],
        decide: &'a (dyn Fn(&Books) -> Result<Vec<Move>, Refusal> + Sync),
    },
    /// Of one who did not eat or drink just before.
    Meal {
        owner: i64,
        at_ms: i64,
        item: &'a Item,
    },
    /// By staff, on what the owner has at this revision.
    Rollback(Point, i64),
}

impl Store {
    /// Does a shard's batch.
    ///
    /// # Errors
    /// [`SqlError`]: if it is retryable, ask again with the same key.
    pub async fn apply(&self, order: Order<'_>, batch: &ShardBatch) -> Result<Answer, SqlError> {
        insist(async || self.perform(order, Work::Shard(batch)).await).await
    }

    /// Does what `decide` makes of what the owners have.
    ///
    /// # Errors
    /// As of [`Self::apply`].
    pub async fn decide(
        &self,
        order: Order<'_>,
        owners: &[i64],
        decide: &(dyn Fn(&Books) -> Result<Vec<Move>, Refusal> + Sync),
    ) -> Result<Answer, SqlError> {
        insist(async || self.perform(order, Work::Decision { owners, decide }).await).await
    }

    /// Has who asks eat or drink one of an item, unless the last meal was less than
    /// [`MEAL_PAUSE_MS`](crate::limits::MEAL_PAUSE_MS) ago.
    ///
    /// # Errors
    /// As of [`Self::apply`].
    pub async fn eat(&self, order: Order<'_>, item: &Item) -> Result<Answer, SqlError> {
        let meal = || Work::Meal {
            owner: order.author,
            at_ms: order.at_ms,
            item,
        };
        insist(async || self.perform(order, meal()).await).await
    }

    pub(super) async fn perform(
        &self,
        order: Order<'_>,
        work: Work<'_>,
    ) -> Result<Answer, SqlError> {
        let stamp = Stamp {
            batch: ordered_id(order.at_ms),
            at_ms: order.at_ms,
        };
        let mut transaction = self.database.begin().await?;
        if let Some(answer) = begin(&mut transaction, order, stamp).await? {
            return Ok(answer);
        }
        // What is refused is undone, and that it was refused is not.
        let mut inner = transaction.begin().await?;
        let outcome = match self.work(&mut inner, stamp, &work).await? {
            Ok(changes) => {
                inner.commit().await?;
                events::put(&self.outbox, &mut transaction, stamp, &changes).await?;
                Outcome::Done { batch: stamp.batch }
            }
            // It is about who asks and when: whoever holds the character now, or looks anew, may ask the same.
            Err(
                refusal @ (Refusal::Stale { .. }
                | Refusal::Unclaimed { .. }
                | Refusal::TooSoon { .. }
                | Refusal::Overtaken { .. }),
            ) => {
                return Ok(Answer::New(Outcome::Refused(refusal)));
            }
            Err(refusal) => {
                inner.rollback().await?;
                refuse(&mut transaction, order, &refusal).await?;
                Outcome::Refused(refusal)
            }
        };
        transaction.commit().await?;
        self.outbox.wake();
        Ok(Answer::New(outcome))
    }

    async fn work(
        &self,
        connection: &mut AnyConnection,
        stamp: Stamp,
        work: &Work<'_>,
    ) -> Result<Result<Changes, Refusal>, SqlError> {
        let moves = match work {
            Work::Shard(batch) => match take_hold(connection, batch).await? {
                Ok(()) => Ok(batch.moves.clone()),
                Err(refusal) => Err(refusal),
            },
            Work::Decision { owners, decide } => {
                characters::lock(connection, owners).await?;
                decide(&balances::load(connection, owners).await?)
            }
            Work::Meal { owner, at_ms, item } => {
                self.meal(connection, (*owner, *at_ms), item).await?
            }
            Work::Rollback(point, revision) => {
                characters::lock(connection, &[point.owner]).await?;
                rollback::moves(connection, *point, *revision).await?
            }
        };
        let checked = moves.and_then(|moves| check(&moves, &self.definitions).map(|()| moves));
        match checked {
            Ok(moves) => posting::post(connection, stamp, &moves).await,
            Err(refusal) => Ok(Err(refusal)),
        }
    }
}

impl Store {
    async fn meal(
        &self,
        connection: &mut AnyConnection,
        (owner, at_ms): (i64, i64),
        item: &Item,
    ) -> Result<Result<Vec<Move>, Refusal>, SqlError> {
        characters::lock(connection, &[owner]).await?;
        let left_ms = entries::pause_left_ms(connection, owner, at_ms).await?;
        if left_ms > 0 {
            return Ok(Err(Refusal::TooSoon { left_ms }));
        }
        let books = balances::load(connection, &[owner]).await?;
        let points = self.definitions.item(item).map_or(0, |it| it.heals);
        characters::feed(connection, owner, points).await?;
        Ok(consume(&self.definitions, &books, owner, item))
    }
}

/// Locks whom the batch is about, if the shard holds them all.
async fn take_hold(
    connection: &mut AnyConnection,
    batch: &ShardBatch,
) -> Result<Result<(), Refusal>, SqlError> {
    let claims = batch.claims.iter().map(|it| (it.character, it.epoch));
    let claims: BTreeMap<i64, i64> = claims.collect();
    let accounts = batch.moves.iter().flat_map(|it| [it.from, it.to]);
    let mut touched = accounts
        .filter(|it| it.place.is_carried())
        .map(|it| it.owner);
    if let Some(character) = touched.find(|it| !claims.contains_key(it)) {
        return Ok(Err(Refusal::Unclaimed { character }));
    }
    let held = characters::hold(connection, batch.shard, &claims).await?;
    Ok(held.map(drop))
}

/// Notes the batch down; what was answered, if it was before. Of two at once the later waits here.
async fn begin(
    transaction: &mut Transaction,
    order: Order<'_>,
    stamp: Stamp,
) -> Result<Option<Answer>, SqlError> {
    if stamp.batch % BATCHES_PER_SWEEP == 0 {
        sweep(transaction, order).await?;
    }
    let inserted = sqlx::query(
        "INSERT INTO inventory_batches (author, batch_key, batch_id, digest, at_ms) \
         VALUES ($1, $2, $3, $4, $5) ON CONFLICT (author, batch_key) DO NOTHING",
    )
    .bind(order.author)
    .bind(order.key.to_owned())
    .bind(stamp.batch)
    .bind(order.digest.to_owned())
    .bind(stamp.at_ms)
    .execute(&mut **transaction)
    .await?;
    match inserted.rows_affected() {
        0 => recall(transaction, order).await.map(Some),
        _ => Ok(None),
    }
}

pub(super) async fn recall(
    transaction: &mut Transaction,
    order: Order<'_>,
) -> Result<Answer, SqlError> {
    let found = sqlx::query(
        "SELECT batch_id, digest, refusal FROM inventory_batches \
         WHERE author = $1 AND batch_key = $2",
    )
    .bind(order.author)
    .bind(order.key.to_owned())
    .fetch_one(&mut **transaction)
    .await?;
    let digest: String = row::get(&found, "digest")?;
    if digest != order.digest {
        return Ok(Answer::KeyReused);
    }
    let refusal: Option<String> = row::get(&found, "refusal")?;
    let outcome = match refusal {
        None => Outcome::Done {
            batch: row::get(&found, "batch_id")?,
        },
        Some(text) => {
            let refusal = serde_json::from_str(&text);
            Outcome::Refused(refusal.map_err(|_| row::corrupt("refusal", &text))?)
        }
    };
    Ok(Answer::Repeated(outcome))
}

async fn refuse(
    transaction: &mut Transaction,
    order: Order<'_>,
    refusal: &Refusal,
) -> Result<(), SqlError> {
    let text = serde_json::to_string(refusal).expect("names and numbers are JSON");
    sqlx::query("UPDATE inventory_batches SET refusal = $3 WHERE author = $1 AND batch_key = $2")
        .bind(order.author)
        .bind(order.key.to_owned())
        .bind(text)
        .execute(&mut **transaction)
        .await?;
    Ok(())
}

/// Forgets this author's old answers.
pub(super) async fn sweep(transaction: &mut Transaction, order: Order<'_>) -> Result<(), SqlError> {
    sqlx::query("DELETE FROM inventory_batches WHERE author = $1 AND at_ms < $2")
        .bind(order.author)
        .bind(order.at_ms - ANSWER_MEMORY_MS)
        .execute(&mut **transaction)
        .await?;
    Ok(())
}
