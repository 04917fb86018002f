//! Processes that do not come back. What nobody buries is kept for it by all others, for ever.

use crate::{
    DirectoryError, Fence, Leadership,
    limits::BURIAL_AFTER,
    row::signed,
    store::{Directory, milliseconds},
};

impl Directory {
    /// Marks a process as gone whose lease has been over for [`BURIAL_AFTER`], if it owns nothing; returns
    /// whether it is now. That nobody needs what its folder holds is the leader's word, who knows the world:
    /// never to be asked for a member. One that comes back registers as a new incarnation, as ever.
    ///
    /// # Errors
    /// [`DirectoryError::LeaseLost`], [`DirectoryError::LeadershipLost`], [`DirectoryError::Database`].
    pub async fn bury(&self, dead: Fence, leadership: Leadership) -> Result<bool, DirectoryError> {
        let mut write = self.write().await?;
        write.require_leadership(leadership).await?;
        let buried = sqlx::query(
            "UPDATE directory_pods SET state = 'gone' WHERE id = $1 AND incarnation = $2 \
             AND state <> 'gone' AND lease_until_ms <= $3 AND NOT EXISTS \
             (SELECT 1 FROM directory_regions WHERE owner_pod = $1)",
        )
        .bind(i64::from(dead.pod))
        .bind(signed(dead.incarnation))
        .bind(write.now_ms - milliseconds(BURIAL_AFTER))
        .execute(&mut *write.transaction)
        .await?;
        write.commit().await?;
        Ok(buried.rows_affected() == 1)
    }
}
