//! Waiting for what comes to be by itself.

use std::time::Duration;

/// Far longer than anything waited for here takes.
const PATIENCE: Duration = Duration::from_secs(30);
/// Between two looks.
const PERIOD: Duration = Duration::from_millis(5);

/// Asks until the answer is there.
pub async fn until<T>(what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let wait = async {
        loop {
            if let Some(answer) = ask().await {
                return answer;
            }
            tokio::time::sleep(PERIOD).await;
        }
    };
    let answer = tokio::time::timeout(PATIENCE, wait).await;
    answer.unwrap_or_else(|_| panic!("{what} did not come to be"))
}
