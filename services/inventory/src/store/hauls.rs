//! What the battle brought to many, put down in one transaction, that is with one wait for the disk.

use std::collections::{BTreeMap, BTreeSet, btree_map::Entry};

use backends::sql::{SqlError, Transaction, row};
use web::ids::ordered_id;

use crate::{
    domain::{Find, Move, Refusal, check, put_away},
    limits::BATCHES_PER_SWEEP,
    store::{
        Answer, Order, Outcome, Store, balances, batches, characters, events, insist, posting,
        posting::Stamp, rows::Insert,
    },
};

/// What one character found; it is the order's author.
#[derive(Clone, Copy, Debug)]
pub struct Haul<'a> {
    pub order: Order<'a>,
    pub finds: &'a [Find],
}

struct Row {
    author: i64,
    key: String,
    digest: String,
    stamp: Stamp,
}

/// Those that are new.
const NOTE: Insert<Row> = Insert {
    head: "INSERT INTO inventory_batches (author, batch_key, batch_id, digest, at_ms)",
    columns: 5,
    tail: "ON CONFLICT (author, batch_key) DO NOTHING RETURNING author, batch_key",
    bind: |query, row| {
        query
            .bind(row.author)
            .bind(row.key.clone())
            .bind(row.stamp.batch)
            .bind(row.digest.clone())
            .bind(row.stamp.at_ms)
    },
};

impl Store {
    /// Puts hauls away, each once; what became of each, in their order. One that cannot be takes no other with it.
    ///
    /// # Errors
    /// [`SqlError`] that is retryable: ask again with the same orders.
    pub async fn put_spoils(
        &self,
        hauls: &[Haul<'_>],
    ) -> Result<Vec<Result<Answer, SqlError>>, SqlError> {
        match insist(async || self.try_together(hauls).await).await {
            Ok(Some(answers)) => return Ok(answers.into_iter().map(Ok).collect()),
            Err(error) if error.is_retryable() => return Err(error),
            Ok(None) | Err(_) => {}
        }
        let mut answers = Vec::with_capacity(hauls.len());
        for Haul { order, finds } in hauls {
            let character = order.author;
            let decide = |books: &_| Ok(put_away(&self.definitions, books, character, finds));
            match self.decide(*order, &[character], &decide).await {
                Err(error) if error.is_retryable() => return Err(error),
                answer => answers.push(answer),
            }
        }
        Ok(answers)
    }

    /// None if something of it is refused; then nothing is done.
    async fn try_together(&self, hauls: &[Haul<'_>]) -> Result<Option<Vec<Answer>>, SqlError> {
        let at_ms = hauls.iter().map(|it| it.order.at_ms).max().unwrap_or(0);
        let stamp = Stamp {
            batch: ordered_id(at_ms),
            at_ms,
        };
        let mut transaction = self.database.begin().await?;
        let answers = note(&mut transaction, hauls, stamp).await?;
        let hauls_and_answers = hauls.iter().zip(&answers);
        let fresh = hauls_and_answers.filter(|(_, answer)| is_new(answer));
        let fresh: Vec<Haul> = fresh.map(|(haul, _)| *haul).collect();
        let Ok(moves) = self.moves(&mut transaction, &fresh).await? else {
            return Ok(None);
        };
        if !moves.is_empty() {
            let Ok(changes) = posting::post(&mut transaction, stamp, &moves).await? else {
                return Ok(None);
            };
            events::put(&self.outbox, &mut transaction, stamp, &changes).await?;
        }
        transaction.commit().await?;
        self.outbox.wake();
        Ok(Some(answers))
    }

    /// Of all, under the lock of whom they are about; one after the other, as a character may have several.
    async fn moves(
        &self,
        transaction: &mut Transaction,
        hauls: &[Haul<'_>],
    ) -> Result<Result<Vec<Move>, Refusal>, SqlError> {
        let owners: Vec<i64> = hauls.iter().map(|it| it.order.author).collect();
        characters::lock(transaction, &owners).await?;
        let mut books = BTreeMap::new();
        for owner in owners {
            if let Entry::Vacant(unknown) = books.entry(owner) {
                unknown.insert(balances::load(transaction, &[owner]).await?);
            }
        }
        let mut moves = Vec::new();
        for haul in hauls {
            let owner = haul.order.author;
            let books = books.get_mut(&owner).expect("they were just loaded");
            let own = put_away(&self.definitions, books, owner, haul.finds);
            if own.is_empty() {
                continue;
            }
            let possible = check(&own, &self.definitions).and_then(|()| books.apply(&own));
            if let Err(refusal) = possible {
                return Ok(Err(refusal));
            }
            moves.extend(own);
        }
        Ok(Ok(moves))
    }
}

fn is_new(answer: &Answer) -> bool {
    matches!(answer, Answer::New(_))
}

/// Notes the orders down, in the order of the table's key, so that two who have the same do not wait for each other in
/// a circle; what is to be answered to each if the transaction is committed.
async fn note(
    transaction: &mut Transaction,
    hauls: &[Haul<'_>],
    stamp: Stamp,
) -> Result<Vec<Answer>, SqlError> {
    // As likely for each haul as for a batch by itself.
    let place = stamp.batch % BATCHES_PER_SWEEP;
    if let Some(haul) = usize::try_from(place).ok().and_then(|it| hauls.get(it)) {
        batches::sweep(transaction, haul.order).await?;
    }
    let mut rows = BTreeMap::new();
    for Haul { order, .. } in hauls {
        let row = Row {
            author: order.author,
            key: order.key.to_owned(),
            digest: order.digest.to_owned(),
            stamp,
        };
        rows.entry((order.author, order.key)).or_insert(row);
    }
    let rows: Vec<Row> = rows.into_values().collect();
    let mut new = BTreeSet::<(i64, String)>::new();
    for found in NOTE.fetch(transaction, &rows).await? {
        new.insert((row::get(&found, "author")?, row::get(&found, "batch_key")?));
    }
    let mut answers = Vec::with_capacity(hauls.len());
    for Haul { order, .. } in hauls {
        // Of those that are the same in one group the first is new.
        answers.push(match new.remove(&(order.author, order.key.to_owned())) {
            true => Answer::New(Outcome::Done { batch: stamp.batch }),
            false => batches::recall(transaction, *order).await?,
        });
    }
    Ok(answers)
}
