//! Sessions: families of refresh tokens, each used once. Which token of a family is the newest, one
//! statement decides, so that of two who ask at once one wins.

use backends::{
    broker,
    sql::{SqlError, Transaction, row},
};
use events::{Body, auth::SignedOut};
use sqlx::any::AnyRow;

use crate::{
    limits::SESSIONS_MAX,
    store::{Event, Store, audit},
};

#[derive(Clone, Debug)]
pub struct Session {
    pub account: i64,
    pub id: i64,
    pub secret_hash: String,
    /// Of the token before.
    pub previous_hash: Option<String>,
    pub created_ms: i64,
    pub rotated_ms: i64,
    pub expires_ms: i64,
    pub revoked_ms: Option<i64>,
    pub has_second_factor: bool,
    /// Where it was begun.
    pub address: String,
}

impl Session {
    fn of(it: &AnyRow) -> Result<Self, SqlError> {
        let has_second_factor: i64 = row::get(it, "has_second_factor")?;
        Ok(Self {
            account: row::get(it, "account_id")?,
            id: row::get(it, "session_id")?,
            secret_hash: row::get(it, "secret_hash")?,
            previous_hash: row::get(it, "previous_hash")?,
            created_ms: row::get(it, "created_ms")?,
            rotated_ms: row::get(it, "rotated_ms")?,
            expires_ms: row::get(it, "expires_ms")?,
            revoked_ms: row::get(it, "revoked_ms")?,
            has_second_factor: has_second_factor != 0,
            address: row::get(it, "address")?,
        })
    }

    pub fn is_alive(&self, now_ms: i64) -> bool {
        self.revoked_ms.is_none() && self.expires_ms > now_ms
    }
}

/// A refresh token put in place of the one before.
#[derive(Clone, Copy, Debug)]
pub struct Rotation<'a> {
    pub account: i64,
    pub session: i64,
    pub old_hash: &'a str,
    pub new_hash: &'a str,
    pub now_ms: i64,
    pub expires_ms: i64,
}

impl Store {
    /// Begins a session; the account's dead and, above the limit, oldest ones end.
    pub async fn open_session(&self, session: &Session, event: &Event<'_>) -> Result<(), SqlError> {
        let mut transaction = self.database.begin().await?;
        make_room(&mut transaction, session).await?;
        sqlx::query(
            "INSERT INTO auth_sessions (account_id, session_id, secret_hash, created_ms, rotated_ms, \
             expires_ms, has_second_factor, address) VALUES ($1, $2, $3, $4, $4, $5, $6, $7)",
        )
        .bind(session.account)
        .bind(session.id)
        .bind(&session.secret_hash)
        .bind(session.created_ms)
        .bind(session.expires_ms)
        .bind(i64::from(session.has_second_factor))
        .bind(&session.address)
        .execute(&mut *transaction)
        .await?;
        audit::write(&mut transaction, event).await?;
        Ok(transaction.commit().await?)
    }

    pub async fn session(&self, account: i64, id: i64) -> Result<Option<Session>, SqlError> {
        let found =
            sqlx::query("SELECT * FROM auth_sessions WHERE account_id = $1 AND session_id = $2")
                .bind(account)
                .bind(id)
                .fetch_optional(self.database.pool())
                .await?;
        found.as_ref().map(Session::of).transpose()
    }

    /// Those that live, the newest first.
    pub async fn sessions(&self, account: i64, now_ms: i64) -> Result<Vec<Session>, SqlError> {
        let rows = sqlx::query(
            "SELECT * FROM auth_sessions WHERE account_id = $1 AND revoked_ms IS NULL \
             AND expires_ms > $2 ORDER BY rotated_ms DESC",
        )
        .bind(account)
        .bind(now_ms)
        .fetch_all(self.database.pool())
        .await?;
        rows.iter().map(Session::of).collect()
    }

    /// Whether the old token was the newest of a session that lives.
    pub async fn rotate(&self, rotation: Rotation<'_>) -> Result<bool, SqlError> {
        let changed = sqlx::query(
            "UPDATE auth_sessions SET secret_hash = $4, previous_hash = $3, rotated_ms = $5, \
             expires_ms = $6 WHERE account_id = $1 AND session_id = $2 AND secret_hash = $3 \
             AND revoked_ms IS NULL AND expires_ms > $5",
        )
        .bind(rotation.account)
        .bind(rotation.session)
        .bind(rotation.old_hash)
        .bind(rotation.new_hash)
        .bind(rotation.now_ms)
        .bind(rotation.expires_ms)
        .execute(self.database.pool())
        .await?;
        Ok(changed.rows_affected() == 1)
    }

    /// One that has ended is not noted again.
    pub async fn end_session(&self, session: i64, event: &Event<'_>) -> Result<(), SqlError> {
        let mut transaction = self.database.begin().await?;
        let ended = sqlx::query(
            "UPDATE auth_sessions SET revoked_ms = $3 \
             WHERE account_id = $1 AND session_id = $2 AND revoked_ms IS NULL",
        )
        .bind(event.account)
        .bind(session)
        .bind(event.at_ms)
        .execute(&mut *transaction)
        .await?;
        if ended.rows_affected() > 0 {
            audit::write(&mut transaction, event).await?;
        }
        Ok(transaction.commit().await?)
    }

    /// All of an account, but for one that may stay; edges are told, for who plays is to leave.
    pub async fn end_sessions(&self, but: Option<i64>, event: &Event<'_>) -> Result<(), SqlError> {
        let mut transaction = self.database.begin().await?;
        end_all(&mut transaction, event.account, but, event.at_ms).await?;
        audit::write(&mut transaction, event).await?;
        let outbox = self.outbox();
        let told = signed_out(event);
        outbox.put(&mut transaction, event.account, &told).await?;
        transaction.commit().await?;
        outbox.wake();
        Ok(())
    }

    /// From now on the session is one of somebody who gave a second factor.
    pub async fn raise_session(&self, account: i64, session: i64) -> Result<(), SqlError> {
        sqlx::query(
            "UPDATE auth_sessions SET has_second_factor = 1 WHERE account_id = $1 AND session_id = $2",
        )
        .bind(account)
        .bind(session)
        .execute(self.database.pool())
        .await?;
        Ok(())
    }
}

fn signed_out(event: &Event<'_>) -> broker::Event {
    let Event { account, at_ms, .. } = *event;
    broker::Event {
        id: format!("signed-out-{:016x}", web::ids::ordered_id(at_ms)),
        topic: SignedOut::TOPIC.to_owned(),
        body: SignedOut { account, at_ms }.to_bytes(),
    }
}

pub async fn end_all(
    transaction: &mut Transaction,
    account: i64,
    but: Option<i64>,
    now_ms: i64,
) -> Result<(), SqlError> {
    sqlx::query(
        "UPDATE auth_sessions SET revoked_ms = $2 \
         WHERE account_id = $1 AND revoked_ms IS NULL AND session_id <> $3",
    )
    .bind(account)
    .bind(now_ms)
    // Ids are positive.
    .bind(but.unwrap_or(-1))
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

/// Dead sessions are kept until they would have expired, so that a stolen token of theirs is known.
async fn make_room(transaction: &mut Transaction, session: &Session) -> Result<(), SqlError> {
    sqlx::query("DELETE FROM auth_sessions WHERE account_id = $1 AND expires_ms <= $2")
        .bind(session.account)
        .bind(session.created_ms)
        .execute(&mut **transaction)
        .await?;
    let excess = sqlx::query_scalar::<_, i64>(
        "SELECT session_id FROM auth_sessions WHERE account_id = $1 AND revoked_ms IS NULL \
         ORDER BY rotated_ms DESC, session_id LIMIT 1000 OFFSET $2",
    )
    .bind(session.account)
    .bind(i64::try_from(SESSIONS_MAX - 1).expect("a small number"))
    .fetch_all(&mut **transaction)
    .await?;
    for id in excess {
        sqlx::query(
            "UPDATE auth_sessions SET revoked_ms = $3 WHERE account_id = $1 AND session_id = $2",
        )
        .bind(session.account)
        .bind(id)
        .bind(session.created_ms)
        .execute(&mut **transaction)
        .await?;
    }
    Ok(())
}
