//! The keys that sign, sealed.

use backends::sql::{SqlError, row};

use crate::store::Store;

#[derive(Clone, Debug)]
pub struct KeptKey {
    pub id: String,
    pub sealed: String,
    pub created_ms: i64,
}

impl Store {
    /// The newest first.
    pub async fn signing_keys(&self) -> Result<Vec<KeptKey>, SqlError> {
        let rows = sqlx::query(
            "SELECT key_id, sealed_key, created_ms FROM auth_signing_keys \
             ORDER BY created_ms DESC, key_id",
        )
        .fetch_all(self.database.pool())
        .await?;
        let key = |it| {
            Ok(KeptKey {
                id: row::get(it, "key_id")?,
                sealed: row::get(it, "sealed_key")?,
                created_ms: row::get(it, "created_ms")?,
            })
        };
        rows.iter().map(key).collect()
    }

    pub async fn put_signing_key(&self, key: &KeptKey) -> Result<(), SqlError> {
        sqlx::query(
            "INSERT INTO auth_signing_keys (key_id, sealed_key, created_ms) VALUES ($1, $2, $3)",
        )
        .bind(&key.id)
        .bind(&key.sealed)
        .bind(key.created_ms)
        .execute(self.database.pool())
        .await?;
        Ok(())
    }

    pub async fn delete_signing_keys(&self, created_before_ms: i64) -> Result<(), SqlError> {
        sqlx::query("DELETE FROM auth_signing_keys WHERE created_ms < $1")
            .bind(created_before_ms)
            .execute(self.database.pool())
            .await?;
        Ok(())
    }
}
