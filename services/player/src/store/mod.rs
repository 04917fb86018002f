//! What is kept in SQL. Each statement names the key by which its table is spread; what belongs together is
//! one transaction, with its events. Knows nothing of HTTP.
//!
//! Locks are taken in this order, so that nobody waits for each other: an account, characters in order of
//! their ids, a party or guild.

mod boards;
mod cards;
mod census;
mod characters;
mod events;
mod groups;
mod guilds;
mod invitations;
mod parties;
mod progress;
mod relations;
mod seats;
mod settings;

use std::{future::Future, sync::Arc};

use backends::{
    inbox::Inbox,
    outbox::Outbox,
    sql::{Database, Migration, SqlError, Transaction},
};

pub use boards::{Around, Ranked};
pub use cards::Card;
pub use characters::{Character, Wish};
pub use groups::Kept;
pub use guilds::GuildSeat;
pub use invitations::Invitation;
pub use progress::Progress;
pub use relations::{Relation, RelationKind};
pub use seats::Seats;
pub use settings::Settings;

use crate::{PlayerError, limits::CONFLICT_TRIES};

/// Where migrations are noted.
const MIGRATIONS: &str = "player_migrations";
const OUTBOX: &str = "player_outbox";
const INBOX: &str = "player_inbox";
/// Each table and the column by which it is spread: by a number, and by a text.
const SPREAD: [(&str, &str); 10] = [
    ("player_accounts", "account_id"),
    ("player_rosters", "account_id"),
    ("player_settings", "account_id"),
    ("player_characters", "character_id"),
    ("player_progress", "character_id"),
    ("player_relations", "character_id"),
    ("player_seats", "character_id"),
    ("player_invitations", "character_id"),
    ("player_parties", "party_id"),
    ("player_guilds", "guild_id"),
];
const SPREAD_BY_TEXT: [(&str, &str); 3] = [
    ("player_names", "name_key"),
    ("player_guild_names", "name_key"),
    ("player_leaderboard", "board"),
];

/// Cheap to clone; the clones are one.
#[derive(Clone)]
pub struct Store {
    database: Database,
    outbox: Arc<Outbox>,
    inbox: Arc<Inbox>,
}

impl Store {
    /// On a database whose tables are up to date.
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

    /// The events of changes, to be sent.
    pub fn outbox(&self) -> &Outbox {
        &self.outbox
    }

    /// Which events of others were taken.
    pub fn inbox(&self) -> &Inbox {
        &self.inbox
    }

    /// Ends a change, and has its events sent.
    async fn commit(&self, transaction: Transaction) -> Result<(), SqlError> {
        transaction.commit().await?;
        self.outbox.wake();
        Ok(())
    }
}

/// What this version needs of the tables, in order.
fn steps() -> [Migration; 5] {
    let tables = include_str!("../../migrations/0001_tables.sql");
    [
        Migration::same(1, "tables", tables),
        Migration::citus(2, &SPREAD, &[MIGRATIONS]),
        Migration::citus(3, &SPREAD_BY_TEXT, &[]),
        Outbox::new(OUTBOX).migration(4),
        Inbox::new(INBOX).migration(5),
    ]
}

/// Does it again while another change was in the way: it had no effect then.
async fn insist<T, F: Future<Output = Result<T, PlayerError>>>(
    attempt: impl Fn() -> F,
) -> Result<T, PlayerError> {
    let mut tries = 1;
    loop {
        match attempt().await {
            Err(PlayerError::Sql(SqlError::Conflict(_) | SqlError::Duplicate(_)))
                if tries < CONFLICT_TRIES =>
            {
                tries += 1;
            }
            result => return result,
        }
    }
}
