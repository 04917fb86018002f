//! Who holds a character, and the lock of what it has.

use std::collections::{BTreeMap, BTreeSet};

use backends::sql::{SqlError, row};
use sqlx::AnyConnection;

use crate::{
    domain::{Books, Refusal},
    store::{Store, balances, insist, rows::Insert},
};

/// That a shard holds a character, since this epoch of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Claim {
    pub character: i64,
    pub epoch: i64,
}

/// What a shard that claimed a character takes over.
#[derive(Clone, Debug)]
pub struct Holding {
    pub character: i64,
    pub revision: i64,
    pub books: Books,
}

struct Row {
    claim: Claim,
    shard: i64,
}

/// A greater epoch takes over; otherwise all stays, and is told.
const HOLD: Insert<Row> = Insert {
    head: "INSERT INTO inventory_characters (owner, shard, epoch, revision)",
    columns: 4,
    tail: "ON CONFLICT (owner) DO UPDATE SET \
           shard = CASE WHEN excluded.epoch > inventory_characters.epoch \
             THEN excluded.shard ELSE inventory_characters.shard END, \
           epoch = CASE WHEN excluded.epoch > inventory_characters.epoch \
             THEN excluded.epoch ELSE inventory_characters.epoch END, \
           revision = inventory_characters.revision + 1 \
           RETURNING owner, shard, epoch, revision",
    bind: |query, row| {
        query
            .bind(row.claim.character)
            .bind(row.shard)
            .bind(row.claim.epoch)
            .bind(1_i64)
    },
};

/// Locks the characters for a shard, and their revisions from now on; or the one that it does not hold.
pub async fn hold(
    connection: &mut AnyConnection,
    shard: i64,
    claims: &BTreeMap<i64, i64>,
) -> Result<Result<BTreeMap<i64, i64>, Refusal>, SqlError> {
    let rows = claims.iter().map(|(&character, &epoch)| Row {
        claim: Claim { character, epoch },
        shard,
    });
    let rows: Vec<Row> = rows.collect();
    let mut revisions = BTreeMap::new();
    for found in HOLD.fetch(connection, &rows).await? {
        let character: i64 = row::get(&found, "owner")?;
        let held_by: i64 = row::get(&found, "shard")?;
        let epoch: i64 = row::get(&found, "epoch")?;
        if held_by != shard || claims.get(&character) != Some(&epoch) {
            return Ok(Err(Refusal::Stale { character }));
        }
        revisions.insert(character, row::get(&found, "revision")?);
    }
    Ok(Ok(revisions))
}

/// Whoever holds it.
const LOCK: Insert<i64> = Insert {
    head: "INSERT INTO inventory_characters (owner, shard, epoch, revision)",
    columns: 4,
    tail: "ON CONFLICT (owner) DO UPDATE SET revision = inventory_characters.revision + 1",
    bind: |query, owner| query.bind(*owner).bind(0_i64).bind(0_i64).bind(1_i64),
};

/// Locks characters, whoever holds them, in order of their ids.
pub async fn lock(connection: &mut AnyConnection, owners: &[i64]) -> Result<(), SqlError> {
    let owners: Vec<i64> = BTreeSet::from_iter(owners.iter().copied())
        .into_iter()
        .collect();
    LOCK.run(connection, &owners).await.map(drop)
}

/// Notes what was in a meal.
pub async fn feed(connection: &mut AnyConnection, owner: i64, points: u16) -> Result<(), SqlError> {
    sqlx::query("UPDATE inventory_characters SET eaten = eaten + $2 WHERE owner = $1")
        .bind(owner)
        .bind(i64::from(points))
        .execute(connection)
        .await?;
    Ok(())
}

impl Store {
    /// Takes characters over for a shard, all or none, and what they have then.
    ///
    /// # Errors
    /// [`SqlError`]; inside, [`Refusal::Stale`].
    pub async fn claim(
        &self,
        shard: i64,
        claims: &[Claim],
    ) -> Result<Result<Vec<Holding>, Refusal>, SqlError> {
        let claims: BTreeMap<_, _> = claims.iter().map(|it| (it.character, it.epoch)).collect();
        insist(async || self.try_claim(shard, &claims).await).await
    }

    async fn try_claim(
        &self,
        shard: i64,
        claims: &BTreeMap<i64, i64>,
    ) -> Result<Result<Vec<Holding>, Refusal>, SqlError> {
        let mut transaction = self.database.begin().await?;
        let revisions = match hold(&mut transaction, shard, claims).await? {
            Ok(revisions) => revisions,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let mut holdings = Vec::with_capacity(revisions.len());
        for (character, revision) in revisions {
            let books = balances::load(&mut transaction, &[character]).await?;
            holdings.push(Holding {
                character,
                revision,
                books,
            });
        }
        transaction.commit().await?;
        Ok(Ok(holdings))
    }

    /// How often what a character has was changed.
    ///
    /// # Errors
    /// [`SqlError`].
    pub async fn revision(&self, character: i64) -> Result<i64, SqlError> {
        let found = sqlx::query("SELECT revision FROM inventory_characters WHERE owner = $1")
            .bind(character)
            .fetch_optional(self.database.pool())
            .await?;
        found.map_or(Ok(0), |it| row::get(&it, "revision"))
    }
}
