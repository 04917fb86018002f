//! The births of unique things: each once, whoever says so.

use std::collections::BTreeMap;

use backends::sql::{SqlError, row};
use sqlx::AnyConnection;

use crate::{
    domain::{Item, Move, Refusal, births},
    store::{posting::Stamp, rows::Insert},
};

struct Row {
    unique: i64,
    item: Item,
    born_ms: i64,
}

const BEAR: Insert<Row> = Insert {
    head: "INSERT INTO inventory_uniques (unique_id, item, born_ms)",
    columns: 3,
    tail: "ON CONFLICT (unique_id) DO NOTHING RETURNING unique_id",
    bind: |query, row| {
        query
            .bind(row.unique)
            .bind(row.item.name().to_owned())
            .bind(row.born_ms)
    },
};

pub async fn bear(
    connection: &mut AnyConnection,
    stamp: Stamp,
    moves: &[Move],
) -> Result<Result<(), Refusal>, SqlError> {
    // In order of their numbers, as rows are locked in all changes.
    let mut born: BTreeMap<i64, Item> =
        births(moves).map(|(it, item)| (it, item.clone())).collect();
    let rows = born.iter().map(|(unique, item)| Row {
        unique: *unique,
        item: item.clone(),
        born_ms: stamp.at_ms,
    });
    let rows: Vec<Row> = rows.collect();
    for found in BEAR.fetch(connection, &rows).await? {
        born.remove(&row::get::<i64>(&found, "unique_id")?);
    }
    Ok(match born.pop_first() {
        None => Ok(()),
        Some((unique, item)) => Err(Refusal::BornTwice { item, unique }),
    })
}
