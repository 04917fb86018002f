//! The tables, made and brought up to date. What both databases understand is in one file; what
//! only one does, in its own folder.

use std::borrow::Cow;

use sqlx::{
    Connection, SqlStr,
    migrate::{Migration, MigrationType, Migrator},
};

use crate::{DirectoryError, store::Backend, store::Directory};

/// Number, name and text.
type Step = (i64, &'static str, &'static str);

const TABLES: Step = (1, "tables", include_str!("../migrations/0001_tables.sql"));
const SQLITE: &[Step] = &[
    TABLES,
    (
        2,
        "clock",
        include_str!("../migrations/sqlite/0002_clock.sql"),
    ),
];
const POSTGRES: &[Step] = &[
    TABLES,
    (
        2,
        "clock",
        include_str!("../migrations/postgres/0002_clock.sql"),
    ),
    (
        3,
        "reference tables",
        include_str!("../migrations/postgres/0003_reference_tables.sql"),
    ),
];

impl Directory {
    /// Brings the tables up to date; on PostgreSQL several pods may do so at once.
    ///
    /// # Errors
    /// [`DirectoryError::Migration`], also if the database is of a later version;
    /// [`DirectoryError::Database`].
    pub async fn migrate(&self) -> Result<(), DirectoryError> {
        match self.backend {
            Backend::Sqlite => migrator(SQLITE).run(&self.pool).await,
            Backend::Postgres => {
                // A connection of its own, for migrations may take longer than other statements.
                let mut connection = self.pool.acquire().await?.detach();
                for name in ["lock_timeout", "statement_timeout"] {
                    sqlx::query("SELECT set_config($1, '0', FALSE)")
                        .bind(name)
                        .execute(&mut connection)
                        .await?;
                }
                let result = migrator(POSTGRES)
                    .run_direct(None, &mut connection, false)
                    .await;
                connection.close().await?;
                result
            }
        }
        .map_err(DirectoryError::Migration)
    }
}

fn migrator(steps: &'static [Step]) -> Migrator {
    let migrations = steps.iter().map(|&(version, name, text)| {
        let kind = MigrationType::Simple;
        let text = SqlStr::from_static(text);
        Migration::new(version, Cow::Borrowed(name), kind, text, false)
    });
    let mut migrator = Migrator::with_migrations(migrations.collect());
    // The other services of a shared database keep their own list.
    migrator.dangerous_set_table_name("directory_migrations");
    migrator
}
