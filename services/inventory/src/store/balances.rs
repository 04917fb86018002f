//! How much of what is in which account.

use std::collections::BTreeMap;

use backends::sql::{SqlError, row};
use sqlx::{AnyConnection, any::AnyRow};

use crate::{
    domain::{Account, Books, Changes, Item, Place, Refusal, Thing},
    store::{Store, rows::Insert},
};

/// A row and what is added to it.
struct Row {
    account: Account,
    item: Item,
    /// 0 of what is not unique, and of sources and sinks: there all of an item is one row.
    unique: i64,
    change: i64,
}

const ADD: Insert<Row> = Insert {
    head: "INSERT INTO inventory_balances (owner, place, item, unique_id, balance)",
    columns: 5,
    tail: "ON CONFLICT (owner, place, item, unique_id) \
           DO UPDATE SET balance = inventory_balances.balance + excluded.balance",
    bind: |query, row| {
        query
            .bind(row.account.owner)
            .bind(row.account.place.name())
            .bind(row.item.name().to_owned())
            .bind(row.unique)
            .bind(row.change)
    },
};

/// The same, and what there is afterwards.
const TAKE: Insert<Row> = Insert {
    tail: "ON CONFLICT (owner, place, item, unique_id) \
           DO UPDATE SET balance = inventory_balances.balance + excluded.balance \
           RETURNING owner, place, item, unique_id, balance",
    ..ADD
};

/// Adds the changes to what there is. If that is refused, the caller rolls back.
pub async fn change(
    connection: &mut AnyConnection,
    changes: &Changes,
) -> Result<Result<(), Refusal>, SqlError> {
    let (takes, adds): (Vec<Row>, Vec<Row>) = rows_of(changes)
        .into_iter()
        .partition(|row| row.change < 0 && !row.account.place.is_world());
    for found in TAKE.fetch(connection, &takes).await? {
        let (account, thing, balance) = read(&found)?;
        if balance < 0 {
            return Ok(Err(Refusal::Lacking { account, thing }));
        }
        let comes_no_more = thing.unique.is_some() || account.place == Place::Ground;
        if balance == 0 && comes_no_more {
            forget(connection, account, &thing).await?;
        }
    }
    ADD.run(connection, &adds).await?;
    Ok(Ok(()))
}

/// In the order of the table's key, so that two changes do not wait for each other in a circle.
fn rows_of(changes: &Changes) -> Vec<Row> {
    let mut sums = BTreeMap::<(i64, &str, &Item, i64), (Account, i64)>::new();
    for ((account, thing), change) in changes {
        let unique = match account.place.is_world() {
            true => 0,
            false => thing.unique.unwrap_or(0),
        };
        let key = (account.owner, account.place.name(), &thing.item, unique);
        sums.entry(key).or_insert((*account, 0)).1 += change;
    }
    let rows = sums.into_iter();
    rows.map(|((_, _, item, unique), (account, change))| Row {
        account,
        item: item.clone(),
        unique,
        change,
    })
    .collect()
}

/// Deletes the row of what is gone.
async fn forget(
    connection: &mut AnyConnection,
    account: Account,
    thing: &Thing,
) -> Result<(), SqlError> {
    sqlx::query(
        "DELETE FROM inventory_balances WHERE owner = $1 AND place = $2 AND item = $3 \
         AND unique_id = $4 AND balance = 0",
    )
    .bind(account.owner)
    .bind(account.place.name())
    .bind(thing.item.name().to_owned())
    .bind(thing.unique.unwrap_or(0))
    .execute(connection)
    .await?;
    Ok(())
}

/// What these owners have, but not the world's books about them.
pub async fn load(connection: &mut AnyConnection, owners: &[i64]) -> Result<Books, SqlError> {
    let mut books = Books::default();
    for owner in owners {
        let rows = sqlx::query(
            "SELECT owner, place, item, unique_id, balance FROM inventory_balances \
             WHERE owner = $1 AND balance > 0 AND place IN ('bag', 'chest', 'ground', \
             'equipment.hand', 'equipment.off_hand', 'equipment.head', 'equipment.chest', \
             'equipment.legs', 'equipment.feet')",
        )
        .bind(owner)
        .fetch_all(&mut *connection)
        .await?;
        for found in &rows {
            let (account, thing, balance) = read(found)?;
            books.set(account, thing, balance);
        }
    }
    Ok(books)
}

impl Store {
    /// What an owner has: a character, or a drop on the ground.
    ///
    /// # Errors
    /// [`SqlError`].
    pub async fn belongings(&self, owner: i64) -> Result<Books, SqlError> {
        let mut connection = self.database.pool().acquire().await?;
        load(&mut connection, &[owner]).await
    }
}

fn read(it: &AnyRow) -> Result<(Account, Thing, i64), SqlError> {
    let account = Account::new(row::get(it, "owner")?, place_of(it)?);
    Ok((account, thing_of(it)?, row::get(it, "balance")?))
}

pub fn place_of(it: &AnyRow) -> Result<Place, SqlError> {
    let place: String = row::get(it, "place")?;
    place.parse().map_err(|()| row::corrupt("place", &place))
}

pub fn thing_of(it: &AnyRow) -> Result<Thing, SqlError> {
    let item: String = row::get(it, "item")?;
    let unique: i64 = row::get(it, "unique_id")?;
    Ok(Thing {
        item: item.into(),
        unique: (unique != 0).then_some(unique),
    })
}
