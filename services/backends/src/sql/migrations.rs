//! Tables, made and brought up to date. What both databases understand is written once; what only one
//! does, for that one.

use std::borrow::Cow;

use sqlx::{
    AssertSqlSafe, Connection, SqlSafeStr, SqlStr,
    migrate::{MigrationType, Migrator},
};

use crate::sql::{Database, Dialect, SqlError};

/// One step that a database takes once, in a transaction. Never changed once it was released.
#[derive(Clone, Debug)]
pub struct Migration {
    version: i64,
    name: &'static str,
    postgres: Option<Cow<'static, str>>,
    sqlite: Option<Cow<'static, str>>,
}

impl Migration {
    /// The same text on both databases.
    pub const fn same(version: i64, name: &'static str, text: &'static str) -> Self {
        Self::each(version, name, text, text)
    }

    /// A text for each database.
    pub const fn each(
        version: i64,
        name: &'static str,
        postgres: &'static str,
        sqlite: &'static str,
    ) -> Self {
        Self {
            version,
            name,
            postgres: Some(Cow::Borrowed(postgres)),
            sqlite: Some(Cow::Borrowed(sqlite)),
        }
    }

    /// Only on PostgreSQL, such as how tables are distributed by Citus.
    pub const fn postgres(version: i64, name: &'static str, text: &'static str) -> Self {
        Self {
            version,
            name,
            postgres: Some(Cow::Borrowed(text)),
            sqlite: None,
        }
    }

    fn text(&self, dialect: Dialect) -> Option<&Cow<'static, str>> {
        match dialect {
            Dialect::Postgres => self.postgres.as_ref(),
            Dialect::Sqlite => self.sqlite.as_ref(),
        }
    }
}

impl Database {
    /// Brings the tables up to date; on PostgreSQL several processes may do so at once. `list_table`
    /// keeps what was done: each service has its own, for services may share a database.
    ///
    /// # Errors
    /// [`SqlError::Migration`], also if the database is of a later version; [`SqlError::Unavailable`].
    pub async fn migrate(
        &self,
        list_table: &'static str,
        migrations: &[Migration],
    ) -> Result<(), SqlError> {
        let migrator = migrator(list_table, migrations, self.dialect());
        match self.dialect() {
            Dialect::Sqlite => migrator.run(self.pool()).await?,
            Dialect::Postgres => {
                // A connection of its own, for migrations may take longer than other statements.
                let mut connection = self.pool().acquire().await?.detach();
                for name in ["lock_timeout", "statement_timeout"] {
                    sqlx::query("SELECT set_config($1, '0', FALSE)")
                        .bind(name)
                        .execute(&mut connection)
                        .await?;
                }
                let result = migrator.run_direct(None, &mut connection, false).await;
                connection.close().await?;
                result?;
            }
        }
        Ok(())
    }
}

fn migrator(list_table: &'static str, migrations: &[Migration], dialect: Dialect) -> Migrator {
    let steps = migrations.iter().filter_map(|migration| {
        let text = match migration.text(dialect)? {
            Cow::Borrowed(text) => SqlStr::from_static(text),
            Cow::Owned(text) => AssertSqlSafe(text.clone()).into_sql_str(),
        };
        let (version, name) = (migration.version, Cow::Borrowed(migration.name));
        Some(sqlx::migrate::Migration::new(
            version,
            name,
            MigrationType::Simple,
            text,
            false,
        ))
    });
    let mut migrator = Migrator::with_migrations(steps.collect());
    migrator.dangerous_set_table_name(list_table);
    migrator
}
