//! Spoils put down in SQL: each once, with the event that tells of it.

use std::sync::Arc;

use backends::{
    broker::Event,
    outbox::Outbox,
    sql::{Database, Migration, SqlError, Transaction, row},
};
use engine::{
    SessionId,
    spoils::{Gains, Sealed, Source},
};
use events::{
    Body,
    battle::{Deeds, Gain, GainSource, Spoils},
};
use sqlx::AssertSqlSafe;

/// Where migrations are noted.
const MIGRATIONS: &str = "spoils_migrations";
const OUTBOX: &str = "spoils_outbox";

/// Cheap to clone.
#[derive(Clone, Debug)]
pub struct Store {
    database: Database,
    outbox: Arc<Outbox>,
    world: Arc<str>,
}

impl Store {
    /// For the spoils of one world.
    pub fn new(database: Database, world: &str) -> Self {
        Self {
            database,
            outbox: Arc::new(Outbox::new(OUTBOX)),
            world: world.into(),
        }
    }

    /// Makes the tables or brings them up to date.
    ///
    /// # Errors
    /// As of [`Database::migrate`].
    pub async fn migrate(database: &Database) -> Result<(), SqlError> {
        let tables = include_str!("../migrations/0001_tables.sql");
        let steps = [
            Migration::same(1, "tables", tables),
            Migration::citus(2, &[("spoils_seals", "character")], &[MIGRATIONS]),
            Outbox::new(OUTBOX).migration(3),
        ];
        database.migrate(MIGRATIONS, &steps).await
    }

    pub fn database(&self) -> &Database {
        &self.database
    }

    /// What is put down, to be sent.
    pub fn outbox(&self) -> &Outbox {
        &self.outbox
    }

    /// Puts spoils down, in order of their sessions, each unless it is there already; afterwards all are
    /// there for good. How many were new.
    ///
    /// # Errors
    /// [`SqlError`]; then it is not known whether they are there, and the same may be put down again.
    pub async fn put_down(&self, spoils: &[Sealed], now_ms: i64) -> Result<usize, SqlError> {
        let mut transaction = self.database.begin().await?;
        let new = self.note_seals(&mut transaction, spoils).await?;
        for sealed in &new {
            let event = self.event(sealed, now_ms);
            let character = character_of(sealed.session);
            self.outbox.put(&mut transaction, character, &event).await?;
        }
        transaction.commit().await?;
        self.outbox.wake();
        Ok(new.len())
    }

    /// Those that are later than all that was put down of their characters.
    async fn note_seals(
        &self,
        transaction: &mut Transaction,
        spoils: &[Sealed],
    ) -> Result<Vec<Sealed>, SqlError> {
        let text = insertion(spoils.len());
        let mut query = sqlx::query(AssertSqlSafe(text)).bind(self.world.to_string());
        for sealed in spoils {
            let character = character_of(sealed.session);
            query = query.bind(character).bind(i64::from(sealed.seal));
        }
        let rows = query.fetch_all(&mut **transaction).await?;
        let mut new = Vec::with_capacity(rows.len());
        for found in &rows {
            let character: i64 = row::get(found, "character")?;
            let place = spoils.binary_search_by_key(&character, |it| character_of(it.session));
            new.push(spoils[place.expect("it was just inserted")]);
        }
        Ok(new)
    }

    fn event(&self, sealed: &Sealed, now_ms: i64) -> Event {
        let character = character_of(sealed.session);
        let (world, seal) = (&self.world, sealed.seal);
        let body = Spoils {
            world: world.to_string(),
            character,
            seal,
            at_ms: now_ms,
            deeds: deeds_of(&sealed.gains),
            gains: gains_of(&sealed.gains),
        };
        Event {
            // Ids of one character have to rise as text.
            id: format!("{world}.{character}.{seal:010}"),
            topic: Spoils::TOPIC.to_owned(),
            body: body.to_bytes(),
        }
    }
}

/// Whose session it is; that of a stranger is nobody's.
fn character_of(session: SessionId) -> i64 {
    assert!(!session.is_stranger(), "strangers keep nothing");
    session.0.cast_signed()
}

/// Made of constants and numbers alone.
fn insertion(row_count: usize) -> String {
    let mut text = "INSERT INTO spoils_seals (character, world, seal) VALUES ".to_owned();
    for row in 0..row_count {
        let comma = if row == 0 { "" } else { ", " };
        let (character, seal) = (2 * row + 2, 2 * row + 3);
        text += &format!("{comma}(${character}, $1, ${seal})");
    }
    text + " ON CONFLICT (character, world) DO UPDATE SET seal = excluded.seal \
            WHERE spoils_seals.seal < excluded.seal RETURNING character"
}

fn deeds_of(gains: &Gains) -> Deeds {
    let deeds = gains.deeds;
    Deeds {
        kills: deeds.kills,
        deaths: deeds.deaths,
        score: deeds.score,
        blocks_dug: deeds.blocks_dug,
        blocks_placed: deeds.blocks_placed,
    }
}

fn gains_of(gains: &Gains) -> Vec<Gain> {
    let gains = gains.things().map(|(thing, count)| Gain {
        item: thing.name().to_owned(),
        count,
        source: match thing.source() {
            Source::Mining => GainSource::Mining,
            Source::Loot => GainSource::Loot,
        },
    });
    gains.collect()
}
