//! What every decoder does first: the table must be what its schema says, and columns must fit.

use alloc::vec::Vec;

use flatbuffers::{Follow, Vector, Verifiable, VerifierOptions};

use crate::{error::WireError, header::Kind};

/// The root table, verified. A message holds one table; expanded it may be no larger than four times
/// its bytes, so that a small message cannot make a reader work long.
pub(crate) fn root<'a, T>(kind: Kind, table: &'a [u8]) -> Result<T::Inner, WireError>
where
    T: Follow<'a> + Verifiable + 'a,
{
    if table.len() > kind.table_bytes_max() {
        return Err(WireError::TooLong(kind));
    }
    let options = VerifierOptions {
        max_depth: 4,
        max_tables: 2,
        max_apparent_size: table.len() * 4 + 64,
        ignore_missing_null_terminator: false,
    };
    flatbuffers::root_with_opts::<T>(&options, table).map_err(|_| WireError::Malformed(kind))
}

/// A column's rows; one left out has none.
pub(crate) fn count<T>(column: &Option<Vector<'_, T>>) -> usize {
    column.as_ref().map_or(0, Vector::len)
}

/// Copies a column of numbers; one left out is empty.
pub(crate) fn copy<'a, T>(column: Option<Vector<'a, T>>) -> Vec<T::Inner>
where
    T: Follow<'a> + 'a,
{
    column.map_or_else(Vec::new, |column| column.iter().collect())
}

/// Holds that a column has as many rows as it should.
pub(crate) fn same(kind: Kind, is_same: bool) -> Result<(), WireError> {
    if is_same {
        Ok(())
    } else {
        Err(WireError::Columns(kind))
    }
}

/// Holds that a number is in its range.
pub(crate) fn range(field: &'static str, holds: bool) -> Result<(), WireError> {
    if holds {
        Ok(())
    } else {
        Err(WireError::Range(field))
    }
}
