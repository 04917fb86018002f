//! The tables, made and brought up to date. What both databases understand is in one file; what only
//! one does, in its own folder.

use backends::sql::Migration;

use crate::{DirectoryError, store::Directory};

const STEPS: [Migration; 5] = [
    Migration::same(1, "tables", include_str!("../migrations/0001_tables.sql")),
    Migration::each(
        2,
        "clock",
        include_str!("../migrations/postgres/0002_clock.sql"),
        include_str!("../migrations/sqlite/0002_clock.sql"),
    ),
    Migration::postgres(
        3,
        "reference tables",
        include_str!("../migrations/postgres/0003_reference_tables.sql"),
    ),
    Migration::same(
        4,
        "configuration",
        include_str!("../migrations/0004_configuration.sql"),
    ),
    Migration::postgres(
        5,
        "configuration on citus",
        include_str!("../migrations/postgres/0005_configuration_on_citus.sql"),
    ),
];

impl Directory {
    /// Brings the tables up to date; on PostgreSQL several pods may do so at once.
    ///
    /// # Errors
    /// [`DirectoryError::Migration`], [`DirectoryError::Database`].
    pub async fn migrate(&self) -> Result<(), DirectoryError> {
        // The other services of a shared database keep their own list.
        Ok(self
            .database
            .migrate("directory_migrations", &STEPS)
            .await?)
    }
}
