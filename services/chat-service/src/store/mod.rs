//! What is kept, in SQL. Each statement on a spread table names the key by which it is spread; what moderators do
//! is in small tables that every node holds whole. What belongs together is one transaction, with its events.
//! Knows nothing of HTTP.

mod history;
mod mutes;
mod reports;
mod settings;
mod sweep;

use std::sync::Arc;

use backends::{
    inbox::Inbox,
    outbox::Outbox,
    sql::{Database, Migration, SqlError, Transaction},
};
use chat::Notice;

use crate::topics::{self, Told};

pub use history::{Cursor, Line};
pub use mutes::KeptMute;
pub use reports::{NewReport, Report, ReportState};
pub use settings::{Filter, Slow};

/// Where migrations are noted.
const MIGRATIONS: &str = "chat_migrations";
const OUTBOX: &str = "chat_outbox";
const INBOX: &str = "chat_inbox";
/// Each table and the column by which it is spread: by text, and by number.
const SPREAD_BY_NAME: [(&str, &str); 1] = [("chat_lines", "channel")];
const SPREAD_BY_NUMBER: [(&str, &str); 2] =
    [("chat_messages", "message_id"), ("chat_channels", "lane")];
/// Small tables that every node holds whole.
const WHOLE: [&str; 4] = ["chat_reports", "chat_mutes", "chat_settings", MIGRATIONS];

/// Cheap to clone.
#[derive(Clone)]
pub struct Store {
    database: Database,
    outbox: Arc<Outbox>,
    inbox: Arc<Inbox>,
}

/// Who does something, and when.
#[derive(Clone, Copy, Debug)]
pub struct Stamp {
    pub by: u64,
    pub at_ms: i64,
}

impl Store {
    pub fn new(database: Database) -> Self {
        Self {
            database,
            outbox: Arc::new(Outbox::new(OUTBOX)),
            inbox: Arc::new(Inbox::new(INBOX)),
        }
    }

    /// Makes the tables or brings them up to date.
    ///
    /// # Errors
    /// As of [`Database::migrate`].
    pub async fn migrate(database: &Database) -> Result<(), SqlError> {
        database.migrate(MIGRATIONS, &steps()).await
    }

    /// Whether the database answers, and has all tables.
    ///
    /// # Errors
    /// [`SqlError::Unavailable`], [`SqlError::Unmigrated`].
    pub async fn ping(&self) -> Result<(), SqlError> {
        self.database.ping_migrated(MIGRATIONS, &steps()).await
    }

    pub fn database(&self) -> &Database {
        &self.database
    }

    pub fn outbox(&self) -> &Outbox {
        &self.outbox
    }

    pub fn inbox(&self) -> &Inbox {
        &self.inbox
    }

    /// Has all edges told, if the transaction is committed. Those of one `key` are told in order.
    async fn put(
        &self,
        transaction: &mut Transaction,
        (topic, key): (String, u64),
        notice: Notice,
        at_ms: i64,
    ) -> Result<(), SqlError> {
        let id = format!("chat-{:016x}", web::ids::ordered_id(at_ms));
        let event = topics::event(id, topic, &Told::new(0, notice));
        self.outbox
            .put(transaction, key.cast_signed(), &event)
            .await
    }
}

/// What this version needs of the tables, in order.
fn steps() -> [Migration; 5] {
    let tables = include_str!("../../migrations/0001_tables.sql");
    [
        Migration::same(1, "tables", tables),
        Migration::citus(2, &SPREAD_BY_NAME, &WHOLE),
        Migration::citus(3, &SPREAD_BY_NUMBER, &[]),
        Outbox::new(OUTBOX).migration(4),
        Inbox::new(INBOX).migration(5),
    ]
}
