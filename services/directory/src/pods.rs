//! Pods and their leases. A pod's incarnation counts its registrations and is its fencing token:
//! whatever it asks for names it, and is refused once the lease of that incarnation is over.

use std::time::Duration;

use sqlx::any::AnyRow;

use crate::{
    DirectoryError,
    limits::{ADDRESS_BYTES_MAX, ADDRESSES_MAX, LEASE_TTL, METRICS_BYTES_MAX, SHARDS_MAX},
    row::{corrupt, get, number, number_if_any, signed},
    store::{Directory, Write, milliseconds, span_until},
};

/// What a pod runs.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Role {
    /// Shards, edges and services in one process.
    All,
    Shard,
    Edge,
}

impl Role {
    pub const fn name(self) -> &'static str {
        match self {
            Role::All => "all",
            Role::Shard => "shard",
            Role::Edge => "edge",
        }
    }

    fn of_name(name: &str) -> Option<Self> {
        let roles = [Role::All, Role::Shard, Role::Edge];
        roles.into_iter().find(|role| role.name() == name)
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum PodState {
    /// Registered, and not ready to own regions.
    Joining,
    Alive,
    /// Its regions are to move away.
    Draining,
    /// It left, or its regions were taken over: this incarnation is over for good.
    Gone,
}

impl PodState {
    pub const fn name(self) -> &'static str {
        match self {
            PodState::Joining => "joining",
            PodState::Alive => "alive",
            PodState::Draining => "draining",
            PodState::Gone => "gone",
        }
    }

    fn of_name(name: &str) -> Option<Self> {
        let states = [
            PodState::Joining,
            PodState::Alive,
            PodState::Draining,
            PodState::Gone,
        ];
        states.into_iter().find(|state| state.name() == name)
    }
}

/// What a pod says of itself when it registers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Registration {
    pub pod: u16,
    pub role: Role,
    /// Where other pods reach it, as `host:port`.
    pub link_addresses: Vec<String>,
    /// Where players reach its edges.
    pub player_addresses: Vec<String>,
    /// For each shard, by number, the core it is pinned to.
    pub shard_cores: Vec<Option<u16>>,
}

/// Who asks: one incarnation of a pod.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Fence {
    pub pod: u16,
    pub incarnation: u64,
}

impl Fence {
    /// What the asker is told when it is not, or no longer, who it says.
    pub(crate) const fn lost(self) -> DirectoryError {
        DirectoryError::LeaseLost {
            pod: self.pod,
            incarnation: self.incarnation,
        }
    }
}

/// A pod's right to act, for a while.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Lease {
    pub fence: Fence,
    /// From the moment **before** the directory was asked: a holder that reads its clock, then asks,
    /// then adds this to what it read, is never later than the directory.
    pub expires_in: Duration,
}

/// A pod as the directory knows it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Pod {
    pub id: u16,
    pub role: Role,
    pub state: PodState,
    pub incarnation: u64,
    /// By the database's clock; zero when it is over.
    pub lease_remaining: Duration,
    pub link_addresses: Vec<String>,
    pub player_addresses: Vec<String>,
    /// As the pod reported them last.
    pub metrics: Option<String>,
}

impl Pod {
    /// Its current incarnation.
    pub const fn fence(&self) -> Fence {
        Fence {
            pod: self.id,
            incarnation: self.incarnation,
        }
    }
}

/// A shard of a pod.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Shard {
    pub pod: u16,
    pub shard: u16,
    pub core: Option<u16>,
}

impl Directory {
    /// Registers a pod as [`PodState::Joining`] with a new incarnation. Regions that it owned before
    /// are still its own, unless they were taken over.
    ///
    /// # Errors
    /// [`DirectoryError::LeaseHeld`] while the pod's former lease lasts,
    /// [`DirectoryError::ShardsMissing`], [`DirectoryError::BadArgument`],
    /// [`DirectoryError::Database`].
    pub async fn register_pod(&self, registration: &Registration) -> Result<Lease, DirectoryError> {
        check(registration)?;
        let mut write = self.write().await?;
        let former = write.pod_row(registration.pod).await?;
        if let Some(former) = &former {
            former.require_over(write.now_ms)?;
        }
        let incarnation = former.map_or(0, |former| former.incarnation) + 1;
        write.require_shards(registration).await?;
        write.put_pod(registration, incarnation).await?;
        write.put_shards(registration).await?;
        write.commit().await?;
        let pod = registration.pod;
        Ok(Lease {
            fence: Fence { pod, incarnation },
            expires_in: LEASE_TTL,
        })
    }

    /// Prolongs a lease to [`LEASE_TTL`] from now. A compare-and-set on the incarnation, in one
    /// statement: it waits for no change in progress.
    ///
    /// # Errors
    /// [`DirectoryError::LeaseLost`]; also if nobody has taken over: a lease that is over stays so.
    /// [`DirectoryError::Database`].
    pub async fn renew(&self, fence: Fence) -> Result<Lease, DirectoryError> {
        let now_ms = self.now_ms().await?;
        let until_ms = now_ms + milliseconds(LEASE_TTL);
        // A renewal that was held up on its way must not take back what a later one gave.
        let renewed = sqlx::query(
            "UPDATE directory_pods SET lease_until_ms = \
             CASE WHEN lease_until_ms < $1 THEN $1 ELSE lease_until_ms END \
             WHERE id = $2 AND incarnation = $3 AND state <> 'gone' AND lease_until_ms > $4",
        )
        .bind(until_ms)
        .bind(i64::from(fence.pod))
        .bind(signed(fence.incarnation))
        .bind(now_ms)
        .execute(self.pool())
        .await?;
        if renewed.rows_affected() == 0 {
            return Err(fence.lost());
        }
        Ok(Lease {
            fence,
            expires_in: LEASE_TTL,
        })
    }

    /// Ends a lease early and for good: the pod is gone, and regions that it still owns can be taken over
    /// from now on.
    ///
    /// # Errors
    /// [`DirectoryError::LeaseLost`], [`DirectoryError::Database`].
    pub async fn release(&self, fence: Fence) -> Result<(), DirectoryError> {
        self.end(
            fence,
            "UPDATE directory_pods SET state = 'gone', lease_until_ms = $1 \
             WHERE id = $2 AND incarnation = $3",
        )
        .await
    }

    /// Ends a lease early and nothing else: the pod stops and comes back as it was. Also for a restarted
    /// pod that knows its former incarnation to be dead and will not wait for the lease.
    ///
    /// # Errors
    /// [`DirectoryError::LeaseLost`], [`DirectoryError::Database`].
    pub async fn end_lease(&self, fence: Fence) -> Result<(), DirectoryError> {
        self.end(
            fence,
            "UPDATE directory_pods SET lease_until_ms = $1 WHERE id = $2 AND incarnation = $3",
        )
        .await
    }

    async fn end(&self, fence: Fence, statement: &'static str) -> Result<(), DirectoryError> {
        let mut write = self.write().await?;
        write.require_held(fence).await?;
        sqlx::query(statement)
            .bind(write.now_ms)
            .bind(i64::from(fence.pod))
            .bind(signed(fence.incarnation))
            .execute(&mut *write.transaction)
            .await?;
        write.end_leadership_of(fence).await?;
        write.commit().await
    }

    /// Says that a pod that joined is ready to own regions; of no effect otherwise.
    ///
    /// # Errors
    /// [`DirectoryError::LeaseLost`], [`DirectoryError::Database`].
    pub async fn set_ready(&self, fence: Fence) -> Result<(), DirectoryError> {
        let mut write = self.write().await?;
        write.require_held(fence).await?;
        sqlx::query(
            "UPDATE directory_pods SET state = 'alive' WHERE id = $1 AND state = 'joining'",
        )
        .bind(i64::from(fence.pod))
        .execute(&mut *write.transaction)
        .await?;
        write.commit().await
    }

    /// Marks a pod as draining, or takes that back: an operator's wish, so it names no incarnation.
    ///
    /// # Errors
    /// [`DirectoryError::UnknownPod`], also if it is gone; [`DirectoryError::Database`].
    pub async fn set_draining(&self, pod: u16, is_draining: bool) -> Result<(), DirectoryError> {
        let marked = sqlx::query(
            "UPDATE directory_pods SET state = CASE WHEN $1 THEN 'draining' \
             WHEN state = 'draining' THEN 'alive' ELSE state END WHERE id = $2 AND state <> 'gone'",
        )
        .bind(is_draining)
        .bind(i64::from(pod))
        .execute(self.pool())
        .await?;
        match marked.rows_affected() {
            0 => Err(DirectoryError::UnknownPod(pod)),
            _ => Ok(()),
        }
    }

    /// Keeps a pod's metrics, as JSON, in place of its former ones.
    ///
    /// # Errors
    /// [`DirectoryError::LeaseLost`], [`DirectoryError::BadArgument`] if they are too long,
    /// [`DirectoryError::Database`].
    pub async fn report(&self, fence: Fence, metrics: &str) -> Result<(), DirectoryError> {
        if metrics.len() > METRICS_BYTES_MAX {
            let message = format!("metrics of {} bytes are too long", metrics.len());
            return Err(DirectoryError::BadArgument(message));
        }
        let now_ms = self.now_ms().await?;
        let kept = sqlx::query(
            "UPDATE directory_pods SET metrics = $1 \
             WHERE id = $2 AND incarnation = $3 AND state <> 'gone' AND lease_until_ms > $4",
        )
        .bind(metrics)
        .bind(i64::from(fence.pod))
        .bind(signed(fence.incarnation))
        .bind(now_ms)
        .execute(self.pool())
        .await?;
        match kept.rows_affected() {
            0 => Err(fence.lost()),
            _ => Ok(()),
        }
    }

    /// All pods that ever were, by number.
    ///
    /// # Errors
    /// [`DirectoryError::Database`], [`DirectoryError::Corrupt`].
    pub async fn pods(&self) -> Result<Vec<Pod>, DirectoryError> {
        let now_ms = self.now_ms().await?;
        let rows = sqlx::query(
            "SELECT id, role, state, incarnation, lease_until_ms, link_addresses, \
             player_addresses, metrics FROM directory_pods ORDER BY id",
        )
        .fetch_all(self.pool())
        .await?;
        rows.iter().map(|row| read_pod(row, now_ms)).collect()
    }

    /// The pods whose lease is over and that somebody should do something about: those that are not
    /// marked as gone yet, and those that still own regions.
    ///
    /// # Errors
    /// [`DirectoryError::Database`], [`DirectoryError::Corrupt`].
    pub async fn expired_pods(&self) -> Result<Vec<Pod>, DirectoryError> {
        let now_ms = self.now_ms().await?;
        let rows = sqlx::query(
            "SELECT id, role, state, incarnation, lease_until_ms, link_addresses, \
             player_addresses, metrics FROM directory_pods \
             WHERE lease_until_ms <= $1 AND (state <> 'gone' OR EXISTS \
             (SELECT 1 FROM directory_regions WHERE owner_pod = directory_pods.id)) ORDER BY id",
        )
        .bind(now_ms)
        .fetch_all(self.pool())
        .await?;
        rows.iter().map(|row| read_pod(row, now_ms)).collect()
    }

    /// All shards of all pods that ever were, by pod and number.
    ///
    /// # Errors
    /// [`DirectoryError::Database`], [`DirectoryError::Corrupt`].
    pub async fn shards(&self) -> Result<Vec<Shard>, DirectoryError> {
        let rows = sqlx::query("SELECT pod, shard, core FROM directory_shards ORDER BY pod, shard")
            .fetch_all(self.pool())
            .await?;
        rows.iter().map(read_shard).collect()
    }
}

/// What decides whether a pod may act.
pub(crate) struct PodRow {
    pub id: u16,
    pub incarnation: u64,
    pub lease_until_ms: i64,
    is_gone: bool,
}

impl PodRow {
    pub fn is_held(&self, now_ms: i64) -> bool {
        !self.is_gone && self.lease_until_ms > now_ms
    }

    pub fn require_over(&self, now_ms: i64) -> Result<(), DirectoryError> {
        if !self.is_held(now_ms) {
            return Ok(());
        }
        Err(DirectoryError::LeaseHeld {
            pod: self.id,
            remaining: span_until(self.lease_until_ms, now_ms),
        })
    }
}

impl Write {
    pub async fn pod_row(&mut self, pod: u16) -> Result<Option<PodRow>, DirectoryError> {
        let row = sqlx::query(
            "SELECT id, incarnation, lease_until_ms, state FROM directory_pods WHERE id = $1",
        )
        .bind(i64::from(pod))
        .fetch_optional(&mut *self.transaction)
        .await?;
        row.map(|row| {
            Ok(PodRow {
                id: number(&row, "id")?,
                incarnation: number(&row, "incarnation")?,
                lease_until_ms: number(&row, "lease_until_ms")?,
                is_gone: read_state(&row)? == PodState::Gone,
            })
        })
        .transpose()
    }

    /// The fence of whatever a pod asks for. Its lease may end before the change does, but nobody
    /// can take over before that, for takeovers wait in line (see [`Directory::write`]).
    pub async fn require_held(&mut self, fence: Fence) -> Result<(), DirectoryError> {
        if self.is_held(fence).await? {
            Ok(())
        } else {
            Err(fence.lost())
        }
    }

    pub async fn is_held(&mut self, fence: Fence) -> Result<bool, DirectoryError> {
        let row = self.pod_row(fence.pod).await?;
        let now_ms = self.now_ms;
        Ok(row.is_some_and(|row| row.incarnation == fence.incarnation && row.is_held(now_ms)))
    }

    /// Refuses a pod that comes back with fewer shards than its regions are on.
    async fn require_shards(&mut self, registration: &Registration) -> Result<(), DirectoryError> {
        let shard_last: Option<i64> = sqlx::query_scalar(
            "SELECT MAX(owner_shard) FROM directory_regions WHERE owner_pod = $1",
        )
        .bind(i64::from(registration.pod))
        .fetch_one(&mut *self.transaction)
        .await?;
        let shard_count_min = shard_last.map_or(0, |shard| shard + 1);
        if registration.shard_cores.len() as i64 >= shard_count_min {
            return Ok(());
        }
        Err(DirectoryError::ShardsMissing {
            pod: registration.pod,
            shard_count_min: u16::try_from(shard_count_min)
                .map_err(|_| corrupt("owner_shard", &shard_count_min.to_string()))?,
        })
    }

    async fn put_pod(
        &mut self,
        registration: &Registration,
        incarnation: u64,
    ) -> Result<(), DirectoryError> {
        // A renewal does not wait in line: had one come in between, the last condition would hold
        // the former incarnation's lease up.
        let put = sqlx::query(
            "INSERT INTO directory_pods (id, role, state, incarnation, lease_until_ms, \
             link_addresses, player_addresses, metrics) \
             VALUES ($1, $2, 'joining', $3, $4, $5, $6, NULL) \
             ON CONFLICT (id) DO UPDATE SET role = excluded.role, state = excluded.state, \
             incarnation = excluded.incarnation, lease_until_ms = excluded.lease_until_ms, \
             link_addresses = excluded.link_addresses, \
             player_addresses = excluded.player_addresses, metrics = NULL \
             WHERE directory_pods.state = 'gone' OR directory_pods.lease_until_ms <= $7",
        )
        .bind(i64::from(registration.pod))
        .bind(registration.role.name())
        .bind(signed(incarnation))
        .bind(self.now_ms + milliseconds(LEASE_TTL))
        .bind(registration.link_addresses.join(SEPARATOR))
        .bind(registration.player_addresses.join(SEPARATOR))
        .bind(self.now_ms)
        .execute(&mut *self.transaction)
        .await?;
        match put.rows_affected() {
            0 => Err(DirectoryError::LeaseHeld {
                pod: registration.pod,
                remaining: LEASE_TTL,
            }),
            _ => Ok(()),
        }
    }

    async fn put_shards(&mut self, registration: &Registration) -> Result<(), DirectoryError> {
        let pod = i64::from(registration.pod);
        sqlx::query("DELETE FROM directory_shards WHERE pod = $1")
            .bind(pod)
            .execute(&mut *self.transaction)
            .await?;
        for (shard, core) in (0i64..).zip(&registration.shard_cores) {
            sqlx::query("INSERT INTO directory_shards (pod, shard, core) VALUES ($1, $2, $3)")
                .bind(pod)
                .bind(shard)
                .bind(core.map(i64::from))
                .execute(&mut *self.transaction)
                .await?;
        }
        Ok(())
    }
}

/// No address holds one.
const SEPARATOR: &str = " ";

fn check(registration: &Registration) -> Result<(), DirectoryError> {
    let shard_count = registration.shard_cores.len();
    if shard_count > SHARDS_MAX {
        let message = format!("{shard_count} shards are more than {SHARDS_MAX}");
        return Err(DirectoryError::BadArgument(message));
    }
    check_addresses(&registration.link_addresses)?;
    check_addresses(&registration.player_addresses)
}

fn check_addresses(addresses: &[String]) -> Result<(), DirectoryError> {
    if addresses.len() > ADDRESSES_MAX {
        let message = format!(
            "{} addresses are more than {ADDRESSES_MAX}",
            addresses.len()
        );
        return Err(DirectoryError::BadArgument(message));
    }
    let is_bad = |address: &&String| {
        address.is_empty()
            || address.len() > ADDRESS_BYTES_MAX
            || address.contains(char::is_whitespace)
    };
    match addresses.iter().find(is_bad) {
        Some(address) => Err(DirectoryError::BadArgument(format!(
            "{address:?} is no address"
        ))),
        None => Ok(()),
    }
}

fn read_pod(row: &AnyRow, now_ms: i64) -> Result<Pod, DirectoryError> {
    let role: String = get(row, "role")?;
    let addresses = |column| {
        let joined: String = get(row, column)?;
        Ok::<_, DirectoryError>(joined.split_whitespace().map(str::to_owned).collect())
    };
    let state = read_state(row)?;
    let lease_remaining = match state {
        PodState::Gone => Duration::ZERO,
        _ => span_until(number(row, "lease_until_ms")?, now_ms),
    };
    Ok(Pod {
        id: number(row, "id")?,
        role: Role::of_name(&role).ok_or_else(|| corrupt("role", &role))?,
        state,
        incarnation: number(row, "incarnation")?,
        lease_remaining,
        link_addresses: addresses("link_addresses")?,
        player_addresses: addresses("player_addresses")?,
        metrics: get(row, "metrics")?,
    })
}

fn read_state(row: &AnyRow) -> Result<PodState, DirectoryError> {
    let name: String = get(row, "state")?;
    PodState::of_name(&name).ok_or_else(|| corrupt("state", &name))
}

fn read_shard(row: &AnyRow) -> Result<Shard, DirectoryError> {
    Ok(Shard {
        pod: number(row, "pod")?,
        shard: number(row, "shard")?,
        core: number_if_any(row, "core")?,
    })
}
