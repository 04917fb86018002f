//! How long to wait before trying again: longer each time, up to a limit.

use std::time::Duration;

/// Spans from `min` on, each twice the one before, `max` at most. Endless.
#[derive(Clone, Debug)]
pub struct Backoff {
    min: Duration,
    max: Duration,
    next: Duration,
}

impl Backoff {
    pub const fn new(min: Duration, max: Duration) -> Self {
        let next = min;
        Self { min, max, next }
    }

    /// The span to wait now.
    pub fn next_span(&mut self) -> Duration {
        let span = self.next;
        self.next = (2 * span).min(self.max);
        span
    }

    /// Waits for that span.
    pub async fn wait(&mut self) {
        tokio::time::sleep(self.next_span()).await;
    }

    /// It worked: the next time begins anew.
    pub fn reset(&mut self) {
        self.next = self.min;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_double_up_to_the_limit_and_begin_anew() {
        let [min, max] = [1, 5].map(Duration::from_secs);
        let mut backoff = Backoff::new(min, max);
        let mut seconds = || backoff.next_span().as_secs();
        assert_eq!([seconds(), seconds(), seconds(), seconds()], [1, 2, 4, 5]);
        backoff.reset();
        assert_eq!(backoff.next_span(), min);
    }
}
