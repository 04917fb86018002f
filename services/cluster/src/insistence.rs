//! Asking a directory that does not answer for a moment, as while its database is started again.

use directory::DirectoryError;
use link::transport::Gate;
use tokio::time::sleep;

use crate::{
    ClusterError,
    limits::{RETRY_PAUSE_MAX, RETRY_PAUSE_MIN},
};

/// Asks until there is an answer, as the lease itself does: while that holds, an error of the database is
/// no reason to end. What is asked may be done twice. A refusal is an answer.
///
/// # Errors
/// The refusal, or that the lease is lost.
pub async fn insist<T, A>(may_act: &Gate, mut ask: impl FnMut() -> A) -> Result<T, ClusterError>
where
    A: Future<Output = Result<T, DirectoryError>>,
{
    let mut pause = RETRY_PAUSE_MIN;
    loop {
        match ask().await {
            Err(error @ DirectoryError::Database(_)) => {
                if !may_act() {
                    return Err(ClusterError::LeaseLost);
                }
                tracing::warn!(%error, "the directory is asked again");
            }
            answer => return Ok(answer?),
        }
        sleep(pause).await;
        pause = (pause * 2).min(RETRY_PAUSE_MAX);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    fn broken() -> DirectoryError {
        DirectoryError::Database(sqlx::Error::PoolTimedOut)
    }

    #[tokio::test(start_paused = true)]
    async fn a_directory_that_fails_is_asked_again_while_the_lease_holds() {
        let mut answers = vec![Ok(7), Err(broken()), Err(broken())];
        let may_act: Gate = Arc::new(|| true);
        let answer = insist(&may_act, || {
            let answer = answers.pop().expect("it is not asked after an answer");
            async move { answer }
        });
        assert!(matches!(answer.await, Ok(7)));
        let lapsed: Gate = Arc::new(|| false);
        let lost = insist(&lapsed, || async { Err::<(), _>(broken()) }).await;
        assert!(matches!(lost, Err(ClusterError::LeaseLost)));
    }

    #[tokio::test]
    async fn a_refusal_is_an_answer() {
        let may_act: Gate = Arc::new(|| true);
        let refused = insist(&may_act, || async { Err::<(), _>(DirectoryError::NoWorld) }).await;
        assert!(matches!(
            refused,
            Err(ClusterError::Directory(DirectoryError::NoWorld))
        ));
    }
}
