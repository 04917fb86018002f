//! Reading rows: databases hold signed 64-bit numbers, the code narrower types.

use sqlx::{Decode, Row, Type, any::Any, any::AnyRow};

use crate::sql::SqlError;

/// A column that both databases have as `T`.
///
/// # Errors
/// [`SqlError::Failed`] if there is no such column, or of another type.
pub fn get<'r, T>(row: &'r AnyRow, column: &str) -> Result<T, SqlError>
where
    T: Decode<'r, Any> + Type<Any>,
{
    Ok(row.try_get(column)?)
}

/// A number that must fit `T`.
///
/// # Errors
/// [`SqlError::Corrupt`] if it does not; as of [`get`].
pub fn number<T: TryFrom<i64>>(row: &AnyRow, column: &str) -> Result<T, SqlError> {
    narrow(get(row, column)?, column)
}

/// A number that may be missing.
///
/// # Errors
/// As of [`number`].
pub fn number_if_any<T: TryFrom<i64>>(row: &AnyRow, column: &str) -> Result<Option<T>, SqlError> {
    let value: Option<i64> = get(row, column)?;
    value.map(|value| narrow(value, column)).transpose()
}

/// What a column must not hold.
pub fn corrupt(column: &str, value: &str) -> SqlError {
    SqlError::Corrupt(format!("{column} is {value:?}"))
}

fn narrow<T: TryFrom<i64>>(value: i64, column: &str) -> Result<T, SqlError> {
    T::try_from(value).map_err(|_| corrupt(column, &value.to_string()))
}
