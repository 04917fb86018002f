//! Why the directory refused or failed.

use std::{fmt, time::Duration};

use backends::sql::SqlError;
use spatial::{
    partition::{Owner, PartitionError},
    region::RegionId,
};

use crate::plans::PlanId;

/// Why an operation had no effect. Only after [`DirectoryError::Database`] it may have had one, if
/// the connection broke at the very end: read again; repeating is safe, as what was changed once is
/// refused as stale.
#[derive(Debug)]
pub enum DirectoryError {
    /// As the partition itself refuses.
    Partition(PartitionError),
    /// There are no regions yet.
    NoWorld,
    /// There are regions already.
    WorldExists,
    /// The asker's lease is over, was given up, or is that of an earlier incarnation.
    LeaseLost {
        pod: u16,
        incarnation: u64,
    },
    /// The pod's lease is not over.
    LeaseHeld {
        pod: u16,
        remaining: Duration,
    },
    /// No pod of this number was ever registered.
    UnknownPod(u16),
    /// Not a shard of a pod whose lease holds.
    UnknownShard(Owner),
    /// The pod owns regions on shards that it does not register.
    ShardsMissing {
        pod: u16,
        shard_count_min: u16,
    },
    /// Only a region's owner and the leader may change it.
    NotOwner {
        pod: u16,
        region: RegionId,
    },
    /// Somebody else leads.
    LeaderHeld {
        pod: u16,
        remaining: Duration,
    },
    /// Leadership is over, or was passed on since.
    LeadershipLost {
        token: u64,
    },
    /// No such plan, or it is forgotten.
    UnknownPlan(PlanId),
    /// An argument that cannot be.
    BadArgument(String),
    /// Neither `postgres://` nor `sqlite:`.
    BadUrl(String),
    /// What the database holds makes no sense.
    Corrupt(String),
    Database(sqlx::Error),
    Migration(sqlx::migrate::MigrateError),
}

impl fmt::Display for DirectoryError {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::Partition(error) => error.fmt(formatter),
            Self::NoWorld => formatter.write_str("there is no world yet"),
            Self::WorldExists => formatter.write_str("there is a world already"),
            Self::LeaseLost { pod, incarnation } => {
                write!(
                    formatter,
                    "incarnation {incarnation} of pod {pod} lost its lease"
                )
            }
            Self::LeaseHeld { pod, remaining } => {
                write!(formatter, "pod {pod} holds its lease for {remaining:?} yet")
            }
            Self::UnknownPod(pod) => write!(formatter, "there is no pod {pod}"),
            Self::UnknownShard(Owner { pod, shard }) => {
                write!(formatter, "no living pod {pod} has a shard {shard}")
            }
            Self::ShardsMissing {
                pod,
                shard_count_min,
            } => write!(
                formatter,
                "pod {pod} owns regions on more shards: start it with {shard_count_min} at least, \
                 or have its regions taken over first"
            ),
            Self::NotOwner { pod, region } => write!(
                formatter,
                "pod {pod} neither owns {region:?} nor leads, so it may not change it"
            ),
            Self::LeaderHeld { pod, remaining } => {
                write!(formatter, "pod {pod} leads for {remaining:?} yet")
            }
            Self::LeadershipLost { token } => {
                write!(formatter, "leadership {token} is over")
            }
            Self::UnknownPlan(PlanId(id)) => write!(formatter, "there is no plan {id}"),
            Self::BadArgument(what) => formatter.write_str(what),
            Self::BadUrl(what) => write!(formatter, "the directory's URL: {what}"),
            Self::Corrupt(what) => write!(formatter, "the directory is corrupt: {what}"),
            Self::Database(error) => write!(formatter, "the directory's database: {error}"),
            Self::Migration(error) => write!(formatter, "the directory's migrations: {error}"),
        }
    }
}

impl std::error::Error for DirectoryError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Partition(error) => Some(error),
            Self::Database(error) => Some(error),
            Self::Migration(error) => Some(error),
            _ => None,
        }
    }
}

impl From<PartitionError> for DirectoryError {
    fn from(error: PartitionError) -> Self {
        Self::Partition(error)
    }
}

impl From<SqlError> for DirectoryError {
    fn from(error: SqlError) -> Self {
        match error {
            SqlError::BadUrl(what) => Self::BadUrl(what),
            SqlError::Corrupt(what) => Self::Corrupt(what),
            SqlError::Migration(error) => Self::Migration(error),
            // It makes its own tables, and never asks.
            SqlError::Unmigrated { list_table } => Self::Corrupt(format!("no {list_table}")),
            SqlError::Unavailable(error)
            | SqlError::Conflict(error)
            | SqlError::Duplicate(error)
            | SqlError::Failed(error) => Self::Database(error),
        }
    }
}

impl From<sqlx::Error> for DirectoryError {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(error)
    }
}
