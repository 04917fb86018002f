//! What the controller planned, and what became of it: the log behind "plan" and "why".

use sqlx::any::AnyRow;

use spatial::{
    limits::{REGION_LEVEL_MAX, REGION_LEVEL_MIN},
    partition::{Owner, Region},
    region::RegionId,
};

use crate::{
    DirectoryError, Leadership, Pod,
    controller::{Action, Plan},
    limits::{PLANS_KEPT, REASONS_BYTES_MAX, WHY_PLANS_MAX},
    row::{corrupt, get, number, number_if_any, region_bits, region_id, signed},
    store::{Directory, Write},
};

/// Counts plans, from 1.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct PlanId(pub u64);

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum PlanState {
    /// About to be carried out.
    Proposed,
    /// Only said.
    DryRun,
    Applied,
    Failed,
}

impl PlanState {
    pub const fn name(self) -> &'static str {
        match self {
            PlanState::Proposed => "proposed",
            PlanState::DryRun => "dry-run",
            PlanState::Applied => "applied",
            PlanState::Failed => "failed",
        }
    }

    fn of_name(name: &str) -> Option<Self> {
        let states = [
            PlanState::Proposed,
            PlanState::DryRun,
            PlanState::Applied,
            PlanState::Failed,
        ];
        states.into_iter().find(|state| state.name() == name)
    }
}

/// A plan as it was recorded.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PlanRecord {
    pub id: PlanId,
    /// By the database's clock, since 1970.
    pub at_ms: i64,
    /// Of the leader that planned it.
    pub leader_token: u64,
    pub plan: Plan,
    pub state: PlanState,
}

/// Why a region is where it is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Why {
    /// Its owner, and the epoch of its last change.
    pub region: Region,
    pub is_pinned: bool,
    pub pod: Option<Pod>,
    /// About it and what it was split off from, newest first.
    pub plans: Vec<PlanRecord>,
}

impl Directory {
    /// Records a plan of the leader's. The oldest are forgotten beyond [`PLANS_KEPT`].
    ///
    /// # Errors
    /// [`DirectoryError::LeaseLost`], [`DirectoryError::LeadershipLost`],
    /// [`DirectoryError::BadArgument`] if its reasons are too long, [`DirectoryError::Database`].
    pub async fn record_plan(
        &self,
        leadership: Leadership,
        plan: &Plan,
        state: PlanState,
    ) -> Result<PlanId, DirectoryError> {
        let reasons = plan.reasons.join(SEPARATOR);
        if reasons.len() > REASONS_BYTES_MAX {
            let message = format!("reasons of {} bytes are too long", reasons.len());
            return Err(DirectoryError::BadArgument(message));
        }
        let mut write = self.write().await?;
        write.require_leadership(leadership).await?;
        let id = write.next_plan().await?;
        let record = PlanRecord {
            id,
            at_ms: write.now_ms,
            leader_token: leadership.token,
            plan: plan.clone(),
            state,
        };
        write.insert_plan(&record, &reasons).await?;
        write.forget_plans(id).await?;
        write.commit().await?;
        Ok(id)
    }

    /// Says what became of a plan.
    ///
    /// # Errors
    /// [`DirectoryError::LeaseLost`], [`DirectoryError::LeadershipLost`],
    /// [`DirectoryError::UnknownPlan`], [`DirectoryError::Database`].
    pub async fn set_plan_state(
        &self,
        leadership: Leadership,
        id: PlanId,
        state: PlanState,
    ) -> Result<(), DirectoryError> {
        let mut write = self.write().await?;
        write.require_leadership(leadership).await?;
        let set = sqlx::query("UPDATE directory_plans SET state = $1 WHERE id = $2")
            .bind(state.name())
            .bind(signed(id.0))
            .execute(&mut *write.transaction)
            .await?;
        if set.rows_affected() == 0 {
            return Err(DirectoryError::UnknownPlan(id));
        }
        write.commit().await
    }

    /// The last plans, newest first.
    ///
    /// # Errors
    /// [`DirectoryError::Database`], [`DirectoryError::Corrupt`].
    pub async fn plans(&self, count_max: u32) -> Result<Vec<PlanRecord>, DirectoryError> {
        let rows = sqlx::query(
            "SELECT id, at_ms, leader_token, kind, region, from_pod, from_shard, to_pod, to_shard, \
             reasons, gain_permille, state FROM directory_plans ORDER BY id DESC LIMIT $1",
        )
        .bind(i64::from(count_max))
        .fetch_all(self.pool())
        .await?;
        rows.iter().map(read_plan).collect()
    }

    /// Why a region is where it is: its owner, its pin, and the plans that brought it there.
    ///
    /// # Errors
    /// [`spatial::partition::PartitionError::NotALeaf`], [`DirectoryError::NoWorld`],
    /// [`DirectoryError::Database`], [`DirectoryError::Corrupt`].
    pub async fn why(&self, id: RegionId) -> Result<Why, DirectoryError> {
        let layout = self.layout().await?;
        let region = *layout.partition.region(id)?;
        let pods = self.pods().await?;
        Ok(Why {
            region,
            is_pinned: layout.pinned.contains(&id),
            pod: pods.into_iter().find(|pod| pod.id == region.owner.pod),
            plans: self.plans_about(id).await?,
        })
    }

    async fn plans_about(&self, id: RegionId) -> Result<Vec<PlanRecord>, DirectoryError> {
        let [a, b, c, d, e, f] = lineage(id).map(region_bits);
        let rows = sqlx::query(
            "SELECT id, at_ms, leader_token, kind, region, from_pod, from_shard, to_pod, to_shard, \
             reasons, gain_permille, state FROM directory_plans \
             WHERE region IN ($1, $2, $3, $4, $5, $6) ORDER BY id DESC LIMIT $7",
        )
        .bind(a)
        .bind(b)
        .bind(c)
        .bind(d)
        .bind(e)
        .bind(f)
        .bind(WHY_PLANS_MAX)
        .fetch_all(self.pool())
        .await?;
        rows.iter().map(read_plan).collect()
    }
}

const LINEAGE_COUNT: usize = (REGION_LEVEL_MAX - REGION_LEVEL_MIN + 1) as usize;

/// A region, what it is an eighth of, and so on; the last repeats.
fn lineage(id: RegionId) -> [RegionId; LINEAGE_COUNT] {
    let mut next = Some(id);
    let mut last = id;
    [(); LINEAGE_COUNT].map(|()| {
        last = next.unwrap_or(last);
        next = last.parent();
        last
    })
}

/// Reasons are lines.
const SEPARATOR: &str = "\n";

impl Write {
    async fn next_plan(&mut self) -> Result<PlanId, DirectoryError> {
        let row = sqlx::query(
            "UPDATE directory_world SET plan_count = plan_count + 1 WHERE id = 1 \
             RETURNING plan_count",
        )
        .fetch_one(&mut *self.transaction)
        .await?;
        Ok(PlanId(number(&row, "plan_count")?))
    }

    async fn insert_plan(
        &mut self,
        record: &PlanRecord,
        reasons: &str,
    ) -> Result<(), DirectoryError> {
        let action = record.plan.action;
        let (from, to) = action.owners().unzip();
        let pod = |owner: Option<Owner>| owner.map(|owner| i64::from(owner.pod));
        let shard = |owner: Option<Owner>| owner.map(|owner| i64::from(owner.shard));
        sqlx::query(
            "INSERT INTO directory_plans (id, at_ms, leader_token, kind, region, from_pod, \
             from_shard, to_pod, to_shard, reasons, gain_permille, state) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        )
        .bind(signed(record.id.0))
        .bind(record.at_ms)
        .bind(signed(record.leader_token))
        .bind(action.name())
        .bind(region_bits(action.region()))
        .bind(pod(from))
        .bind(shard(from))
        .bind(pod(to))
        .bind(shard(to))
        .bind(reasons)
        .bind(signed(record.plan.gain_permille))
        .bind(record.state.name())
        .execute(&mut *self.transaction)
        .await?;
        Ok(())
    }

    async fn forget_plans(&mut self, newest: PlanId) -> Result<(), DirectoryError> {
        sqlx::query("DELETE FROM directory_plans WHERE id <= $1")
            .bind(signed(newest.0) - PLANS_KEPT)
            .execute(&mut *self.transaction)
            .await?;
        Ok(())
    }
}

fn read_plan(row: &AnyRow) -> Result<PlanRecord, DirectoryError> {
    let state: String = get(row, "state")?;
    let reasons: String = get(row, "reasons")?;
    let plan = Plan {
        action: read_action(row)?,
        reasons: reasons
            .split_terminator(SEPARATOR)
            .map(str::to_owned)
            .collect(),
        gain_permille: number(row, "gain_permille")?,
    };
    Ok(PlanRecord {
        id: PlanId(number(row, "id")?),
        at_ms: number(row, "at_ms")?,
        leader_token: number(row, "leader_token")?,
        plan,
        state: PlanState::of_name(&state).ok_or_else(|| corrupt("state", &state))?,
    })
}

fn read_action(row: &AnyRow) -> Result<Action, DirectoryError> {
    let kind: String = get(row, "kind")?;
    let region = region_id(row, "region")?;
    let from = read_owner(row, "from_pod", "from_shard")?;
    let to = read_owner(row, "to_pod", "to_shard")?;
    match (kind.as_str(), from, to) {
        ("split", None, None) => Ok(Action::Split { region }),
        ("merge", None, None) => Ok(Action::Merge { region }),
        ("move", Some(from), Some(to)) => Ok(Action::Move { region, from, to }),
        ("drain", Some(from), Some(to)) => Ok(Action::Drain { region, from, to }),
        _ => Err(corrupt("kind", &kind)),
    }
}

fn read_owner(row: &AnyRow, pod: &str, shard: &str) -> Result<Option<Owner>, DirectoryError> {
    let pod = number_if_any(row, pod)?;
    let shard = number_if_any(row, shard)?;
    Ok(pod.zip(shard).map(|(pod, shard)| Owner { pod, shard }))
}
