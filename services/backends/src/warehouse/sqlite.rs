//! The warehouse in an SQLite file.

use serde_json::{Map, Number, Value};
use sqlx::{
    AssertSqlSafe, Column, Row, TypeInfo, ValueRef,
    any::{AnyArguments, AnyRow, AnyTypeInfoKind},
};

use crate::{
    limits::{ANSWER_BYTES_MAX, BATCHES_REMEMBERED},
    sql::{Database, Migration, SqlLimits},
    warehouse::{Batch, Param, WarehouseError, WarehouseMigration},
};

#[derive(Clone, Debug)]
pub struct Sqlite(Database);

/// What ClickHouse's tables do by themselves.
const BATCHES: Migration = Migration::same(
    1,
    "batches",
    "CREATE TABLE warehouse_batches (
       number INTEGER PRIMARY KEY AUTOINCREMENT,
       table_name TEXT NOT NULL,
       token TEXT NOT NULL,
       UNIQUE (table_name, token)
     )",
);

impl Sqlite {
    pub async fn open(url: &str) -> Result<Self, WarehouseError> {
        let database = Database::open(url, SqlLimits::default()).await?;
        database.migrate("warehouse_migrations", &[BATCHES]).await?;
        Ok(Self(database))
    }

    pub async fn migrate(
        &self,
        list_table: &'static str,
        migrations: &[WarehouseMigration],
    ) -> Result<(), WarehouseError> {
        let steps = migrations.iter();
        let steps = steps.map(|it| Migration::same(it.version, it.name, it.sqlite));
        let steps: Vec<_> = steps.collect();
        Ok(self.0.migrate(list_table, &steps).await?)
    }

    pub async fn insert(&self, batch: &Batch<'_>) -> Result<(), WarehouseError> {
        let mut transaction = self.0.begin().await?;
        let is_new = sqlx::query(
            "INSERT INTO warehouse_batches (table_name, token) VALUES ($1, $2) \
             ON CONFLICT (table_name, token) DO NOTHING",
        );
        let is_new = is_new.bind(batch.table).bind(batch.token);
        if is_new.execute(&mut *transaction).await?.rows_affected() == 0 {
            return Ok(());
        }
        sqlx::query(AssertSqlSafe(insert_statement(batch)))
            .bind(serde_json::to_string(&batch.rows)?)
            .execute(&mut *transaction)
            .await?;
        let forget = sqlx::query(
            "DELETE FROM warehouse_batches WHERE table_name = $1 \
             AND number <= (SELECT max(number) FROM warehouse_batches) - $2",
        );
        let forget = forget.bind(batch.table).bind(BATCHES_REMEMBERED);
        forget.execute(&mut *transaction).await?;
        Ok(transaction.commit().await?)
    }

    pub async fn execute(
        &self,
        text: &'static str,
        params: &[Param<'_>],
    ) -> Result<(), WarehouseError> {
        let done = bound(text, params).execute(self.0.pool()).await;
        Ok(done.map(drop)?)
    }

    pub async fn delete_before(
        &self,
        table: &str,
        column: &str,
        end_ms: i64,
    ) -> Result<(), WarehouseError> {
        let delete = format!("DELETE FROM {table} WHERE {column} < $1");
        let delete = sqlx::query(AssertSqlSafe(delete)).bind(end_ms);
        Ok(delete.execute(self.0.pool()).await.map(drop)?)
    }

    pub async fn query(
        &self,
        text: &'static str,
        params: &[Param<'_>],
    ) -> Result<Vec<Value>, WarehouseError> {
        let rows = bound(text, params).fetch_all(self.0.pool()).await?;
        let rows: Vec<Value> = rows.iter().map(object_of).collect::<Result<_, _>>()?;
        if serde_json::to_string(&rows)?.len() > ANSWER_BYTES_MAX {
            return Err(WarehouseError::TooLarge("an answer"));
        }
        Ok(rows)
    }
}

fn bound<'q>(
    text: &'static str,
    params: &[Param<'_>],
) -> sqlx::query::Query<'q, sqlx::Any, AnyArguments> {
    params
        .iter()
        .fold(sqlx::query(text), |query, param| match *param {
            Param::Number(number) => query.bind(number),
            Param::Text(text) => query.bind(text.to_owned()),
        })
}

/// All rows at once, out of one text.
fn insert_statement(batch: &Batch) -> String {
    let columns = batch.columns.join(", ");
    let values = batch.columns.iter();
    let values: Vec<_> = values
        .map(|it| format!("json_extract(value, '$.{it}')"))
        .collect();
    let (table, values) = (batch.table, values.join(", "));
    format!("INSERT INTO {table} ({columns}) SELECT {values} FROM json_each($1)")
}

fn object_of(row: &AnyRow) -> Result<Value, WarehouseError> {
    let mut object = Map::new();
    for column in row.columns() {
        let name = column.name().to_owned();
        object.insert(name, value_of(row, column.ordinal())?);
    }
    Ok(Value::Object(object))
}

fn value_of(row: &AnyRow, index: usize) -> Result<Value, WarehouseError> {
    let value = row.try_get_raw(index)?;
    if value.is_null() {
        return Ok(Value::Null);
    }
    Ok(match value.type_info().kind() {
        AnyTypeInfoKind::SmallInt | AnyTypeInfoKind::Integer | AnyTypeInfoKind::BigInt => {
            row.try_get::<i64, _>(index)?.into()
        }
        AnyTypeInfoKind::Real | AnyTypeInfoKind::Double => {
            let number = Number::from_f64(row.try_get(index)?);
            number.map_or(Value::Null, Value::Number)
        }
        AnyTypeInfoKind::Text => row.try_get::<String, _>(index)?.into(),
        _ => {
            let name = value.type_info().name().to_owned();
            return Err(WarehouseError::Failed(format!("a column of type {name}")));
        }
    })
}
