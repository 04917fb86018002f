//! Who leads: the one pod whose controller plans and acts. Like a pod's lease, with a token in place
//! of the incarnation.

use std::time::Duration;

use sqlx::any::AnyRow;

use crate::{
    DirectoryError, Fence,
    limits::LEADERSHIP_TTL,
    row::{number, signed},
    store::{Directory, Write, milliseconds, span_until},
};

/// The right to plan, for a while. It also takes the lease of the pod that leads.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Leadership {
    pub fence: Fence,
    /// Grows with each election: the fencing token.
    pub token: u64,
    /// From the moment before the directory was asked, as in [`crate::Lease::expires_in`].
    pub expires_in: Duration,
}

impl Leadership {
    const fn lost(self) -> DirectoryError {
        DirectoryError::LeadershipLost { token: self.token }
    }
}

impl Directory {
    /// Makes a pod the leader, with a new token, unless another leads. Nobody leads without a pod's
    /// lease. A pod that leads already is elected anew: its former token is over.
    ///
    /// # Errors
    /// [`DirectoryError::LeaderHeld`], [`DirectoryError::LeaseLost`], [`DirectoryError::Database`].
    pub async fn elect(&self, candidate: Fence) -> Result<Leadership, DirectoryError> {
        let mut write = self.write().await?;
        write.require_held(candidate).await?;
        let former = write.leader().await?;
        let held = DirectoryError::LeaderHeld {
            pod: former.fence.pod,
            remaining: span_until(former.until_ms, write.now_ms),
        };
        let is_leading = former.until_ms > write.now_ms && write.is_held(former.fence).await?;
        if is_leading && former.fence != candidate {
            return Err(held);
        }
        // As it was read: a renewal does not wait in line, and may have come since.
        let elected = sqlx::query(
            "UPDATE directory_leader SET pod = $1, incarnation = $2, token = $3, \
             lease_until_ms = $4 WHERE id = 1 AND token = $5 AND lease_until_ms = $6",
        )
        .bind(i64::from(candidate.pod))
        .bind(signed(candidate.incarnation))
        .bind(signed(former.token + 1))
        .bind(write.now_ms + milliseconds(LEADERSHIP_TTL))
        .bind(signed(former.token))
        .bind(former.until_ms)
        .execute(&mut *write.transaction)
        .await?;
        if elected.rows_affected() == 0 {
            return Err(held);
        }
        write.commit().await?;
        Ok(Leadership {
            fence: candidate,
            token: former.token + 1,
            expires_in: LEADERSHIP_TTL,
        })
    }

    /// Prolongs leadership to [`LEADERSHIP_TTL`] from now.
    ///
    /// # Errors
    /// [`DirectoryError::LeadershipLost`], [`DirectoryError::Database`].
    pub async fn renew_leadership(
        &self,
        leadership: Leadership,
    ) -> Result<Leadership, DirectoryError> {
        let now_ms = self.now_ms().await?;
        let renewed = sqlx::query(
            "UPDATE directory_leader SET lease_until_ms = \
             CASE WHEN lease_until_ms < $1 THEN $1 ELSE lease_until_ms END \
             WHERE id = 1 AND token = $2 AND lease_until_ms > $3",
        )
        .bind(now_ms + milliseconds(LEADERSHIP_TTL))
        .bind(signed(leadership.token))
        .bind(now_ms)
        .execute(self.pool())
        .await?;
        match renewed.rows_affected() {
            0 => Err(leadership.lost()),
            _ => Ok(Leadership {
                expires_in: LEADERSHIP_TTL,
                ..leadership
            }),
        }
    }

    /// Gives leadership up early.
    ///
    /// # Errors
    /// [`DirectoryError::LeadershipLost`], [`DirectoryError::Database`].
    pub async fn resign(&self, leadership: Leadership) -> Result<(), DirectoryError> {
        let mut write = self.write().await?;
        write.require_leadership(leadership).await?;
        write.end_leadership_of(leadership.fence).await?;
        write.commit().await
    }

    /// The pod that leads, if one does.
    ///
    /// # Errors
    /// [`DirectoryError::Database`], [`DirectoryError::Corrupt`].
    pub async fn leader(&self) -> Result<Option<Fence>, DirectoryError> {
        let now_ms = self.now_ms().await?;
        let row = sqlx::query(LEADER).fetch_one(self.pool()).await?;
        let leader = read_leader(&row)?;
        let is_leading = leader.until_ms > now_ms && self.holds(leader.fence).await?;
        Ok(is_leading.then_some(leader.fence))
    }

    async fn holds(&self, fence: Fence) -> Result<bool, DirectoryError> {
        let pods = self.pods().await?;
        Ok(pods
            .iter()
            .any(|pod| pod.fence() == fence && !pod.lease_remaining.is_zero()))
    }
}

const LEADER: &str =
    "SELECT pod, incarnation, token, lease_until_ms FROM directory_leader WHERE id = 1";

struct Leader {
    fence: Fence,
    token: u64,
    until_ms: i64,
}

fn read_leader(row: &AnyRow) -> Result<Leader, DirectoryError> {
    Ok(Leader {
        fence: Fence {
            pod: number(row, "pod")?,
            incarnation: number(row, "incarnation")?,
        },
        token: number(row, "token")?,
        until_ms: number(row, "lease_until_ms")?,
    })
}

impl Write {
    /// The fence of whatever a leader asks for.
    pub async fn require_leadership(
        &mut self,
        leadership: Leadership,
    ) -> Result<(), DirectoryError> {
        self.require_held(leadership.fence).await?;
        let leader = self.leader().await?;
        let is_current = leader.token == leadership.token && leader.until_ms > self.now_ms;
        if is_current {
            Ok(())
        } else {
            Err(leadership.lost())
        }
    }

    /// Whether a pod, whose lease was checked, leads.
    pub async fn is_leader(&mut self, fence: Fence) -> Result<bool, DirectoryError> {
        let leader = self.leader().await?;
        Ok(leader.fence == fence && leader.until_ms > self.now_ms)
    }

    pub async fn end_leadership_of(&mut self, fence: Fence) -> Result<(), DirectoryError> {
        sqlx::query(
            "UPDATE directory_leader SET lease_until_ms = $1 \
             WHERE id = 1 AND pod = $2 AND incarnation = $3 AND lease_until_ms > $1",
        )
        .bind(self.now_ms)
        .bind(i64::from(fence.pod))
        .bind(signed(fence.incarnation))
        .execute(&mut *self.transaction)
        .await?;
        Ok(())
    }

    async fn leader(&mut self) -> Result<Leader, DirectoryError> {
        let row = sqlx::query(LEADER)
            .fetch_one(&mut *self.transaction)
            .await?;
        read_leader(&row)
    }
}
