//! Reading rows: the database holds 64-bit numbers and words, the code narrower types.

use spatial::region::RegionId;
use sqlx::any::AnyRow;

use crate::DirectoryError;
pub use backends::sql::row::{get, number, number_if_any};

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
    backends::sql::row::corrupt(column, value).into()
}
