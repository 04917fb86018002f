//! Watching the partition for changes, by looking. A look is a query of one number.

use std::time::Duration;

use spatial::partition::{Epoch, Partition};

use crate::{DirectoryError, store::Directory};

/// A watcher of the partition.
#[derive(Debug)]
pub struct Watch {
    directory: Directory,
    period: Duration,
    seen: Option<Epoch>,
}

impl Directory {
    /// Watches for epochs other than the one that the watcher has seen, if any, once a `period`:
    /// [`crate::limits::WATCH_PERIOD`] unless there is a reason.
    pub fn watch(&self, seen: Option<Epoch>, period: Duration) -> Watch {
        Watch {
            directory: self.clone(),
            period,
            seen,
        }
    }
}

impl Watch {
    /// Looks once: the partition, if it changed since the last that was returned.
    ///
    /// # Errors
    /// [`DirectoryError::Database`], [`DirectoryError::Corrupt`]. A world that is not made yet is no
    /// error: it has not changed.
    pub async fn look(&mut self) -> Result<Option<Partition>, DirectoryError> {
        let epoch = self.directory.epoch().await?;
        if self.seen == Some(epoch) {
            return Ok(None);
        }
        match self.directory.partition().await {
            Ok(partition) => {
                self.seen = Some(partition.epoch());
                Ok(Some(partition))
            }
            Err(DirectoryError::NoWorld) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Waits for the next change. May be dropped and called again: nothing is missed but epochs that
    /// were over before they were looked up.
    ///
    /// # Errors
    /// As of [`Self::look`]; the watcher may go on after one.
    pub async fn changed(&mut self) -> Result<Partition, DirectoryError> {
        loop {
            if let Some(partition) = self.look().await? {
                return Ok(partition);
            }
            tokio::time::sleep(self.period).await;
        }
    }
}
