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

    /// How tables lie on Citus; does nothing on SQLite and on plain PostgreSQL, which have no such calls.
    /// `distributed` are tables with the columns that their rows are spread by, colocated with each other:
    /// rows of one key are on one node. `reference` are small tables that every node holds whole, the
    /// service's list of migrations among them. After the migrations that make them.
    pub fn citus(version: i64, distributed: &[(&str, &str)], reference: &[&str]) -> Self {
        let postgres = Some(Cow::Owned(citus_declarations(distributed, reference)));
        Self {
            version,
            name: "citus",
            postgres,
            sqlite: None,
        }
    }

    /// As [`Self::each`], of texts that are made.
    pub const fn each_made(
        version: i64,
        name: &'static str,
        postgres: String,
        sqlite: String,
    ) -> Self {
        Self {
            version,
            name,
            postgres: Some(Cow::Owned(postgres)),
            sqlite: Some(Cow::Owned(sqlite)),
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
    /// keeps what was done: each service has its own, for services may share a database. What a later version did is
    /// left as it is: migrations only add, so the version before runs with its tables.
    ///
    /// # Errors
    /// [`SqlError::Migration`], [`SqlError::Unavailable`].
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

/// Whether a PostgreSQL has the extension: only then are tables spread as they are declared, for good.
const HAS_CITUS: &str = "EXISTS (SELECT FROM pg_proc WHERE proname = 'create_reference_table')";

/// What [`Migration::citus`] is made of, for a migration that makes a table and says where it lies.
// It asks for the calls by name: their full signatures are Citus's own business.
pub fn citus_declarations(distributed: &[(&str, &str)], reference: &[&str]) -> String {
    let mut with = "none";
    let mut calls = String::new();
    for (table, column) in distributed {
        calls += &format!(
            "PERFORM create_distributed_table('{table}', '{column}', colocate_with => '{with}');\n"
        );
        if with == "none" {
            with = table;
        }
    }
    for table in reference {
        calls += &format!("PERFORM create_reference_table('{table}');\n");
    }
    format!(
        "DO $$ BEGIN\n\
         IF {HAS_CITUS} THEN\n\
         {calls}END IF;\nEND $$;\n"
    )
}

impl Database {
    /// Whether tables that are made now are spread over Citus's nodes; never in SQLite.
    ///
    /// # Errors
    /// [`SqlError::Unavailable`].
    pub async fn has_citus(&self) -> Result<bool, SqlError> {
        if self.dialect() == Dialect::Sqlite {
            return Ok(false);
        }
        let statement = AssertSqlSafe(format!("SELECT {HAS_CITUS}"));
        Ok(sqlx::query_scalar(statement).fetch_one(self.pool()).await?)
    }

    /// Whether the database answers and has the tables of these migrations, for readiness.
    ///
    /// # Errors
    /// [`SqlError::Unmigrated`], [`SqlError::Unavailable`].
    pub async fn ping_migrated(
        &self,
        list_table: &'static str,
        migrations: &[Migration],
    ) -> Result<(), SqlError> {
        let own = migrations
            .iter()
            .filter(|it| it.text(self.dialect()).is_some());
        let needed = own.map(|it| it.version).max().unwrap_or(0);
        let statement =
            format!("SELECT COALESCE(MAX(version), 0) FROM {list_table} WHERE success = TRUE");
        let asked = sqlx::query_scalar::<_, i64>(AssertSqlSafe(statement))
            .fetch_one(self.pool())
            .await;
        match asked.map_err(SqlError::from) {
            Ok(version) if version >= needed => Ok(()),
            // There is no such list yet.
            Ok(_) | Err(SqlError::Failed(_)) => Err(SqlError::Unmigrated { list_table }),
            Err(error) => Err(error),
        }
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
    migrator.set_ignore_missing(true);
    migrator
}
