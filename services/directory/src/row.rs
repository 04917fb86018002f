//! Reading rows: the database holds 64-bit numbers and words, the code narrower types.

use sqlx::{Decode, Row, Type, any::Any, any::AnyRow};

use spatial::region::RegionId;

use crate::DirectoryError;

/// A column that both databases have as `T`.
pub fn get<'r, T>(row: &'r AnyRow, column: &str) -> Result<T, DirectoryError>
where
    T: Decode<'r, Any> + Type<Any>,
{
    Ok(row.try_get(column)?)
}

/// A number that must fit `T`.
pub fn number<T: TryFrom<i64>>(row: &AnyRow, column: &str) -> Result<T, DirectoryError> {
    narrow(get(row, column)?, column)
}

/// A number that may be missing.
pub fn number_if_any<T: TryFrom<i64>>(
    row: &AnyRow,
    column: &str,
) -> Result<Option<T>, DirectoryError> {
    let value: Option<i64> = get(row, column)?;
    value.map(|value| narrow(value, column)).transpose()
}

/// A region's name.
pub fn region_id(row: &AnyRow, column: &str) -> Result<RegionId, DirectoryError> {
    let bits: u64 = number(row, column)?;
    RegionId::from_bits(bits).ok_or_else(|| corrupt(column, &bits.to_string()))
}

/// A region's name as the databases hold it. The level is small, so the sign stays clear.
pub fn region_bits(id: RegionId) -> i64 {
    signed(id.to_bits())
}

/// Counters and names as the databases hold them.
pub fn signed(value: u64) -> i64 {
    i64::try_from(value).expect("counters and names stay below 2^63")
}

/// What a column must not hold.
pub fn corrupt(column: &str, value: &str) -> DirectoryError {
    DirectoryError::Corrupt(format!("{column} is {value:?}"))
}

fn narrow<T: TryFrom<i64>>(value: i64, column: &str) -> Result<T, DirectoryError> {
    T::try_from(value).map_err(|_| corrupt(column, &value.to_string()))
}
