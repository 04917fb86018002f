//! How far apart a bot's inputs are: as a page's (`client/src/world/input_clock.ts`), so that the server's
//! queue of them stays short but not empty. One that kept a pace of its own would stay seconds behind after
//! a single stall.

use std::time::Duration;

/// A client makes 20 inputs a second, or fewer where time is dilated.
pub const INPUT_INTERVAL: Duration = Duration::from_millis(50);

/// Inputs that wait on the server at best: one, against jitter.
const QUEUE_LOW: f64 = 0.3;
const QUEUE_HIGH: f64 = 1.7;
/// So many are no jitter: the world has slowed, and its word of that is still on the way.
const QUEUE_FAR: f64 = 4.0;
/// Shares by which the pace changes.
const PACE_CHANGE: f64 = 0.02;
const PACE_CHANGE_FAR: f64 = 0.2;
const QUEUE_SMOOTHING: f64 = 0.1;

/// See the module.
pub struct Pace {
    queue_count: f64,
    /// How fast the world runs.
    pub rate_permille: u16,
}

impl Pace {
    pub fn new() -> Self {
        Self {
            queue_count: 1.0,
            rate_permille: 1_000,
        }
    }

    /// The server has this many inputs waiting.
    pub fn hear(&mut self, queue_count: u8) {
        self.queue_count += (f64::from(queue_count) - self.queue_count) * QUEUE_SMOOTHING;
    }

    /// From one input to the next.
    pub fn interval(&self) -> Duration {
        let interval = INPUT_INTERVAL * 1_000 / u32::from(self.rate_permille);
        interval.mul_f64(match self.queue_count {
            far if far > QUEUE_FAR => 1.0 + PACE_CHANGE_FAR,
            high if high > QUEUE_HIGH => 1.0 + PACE_CHANGE,
            low if low < QUEUE_LOW => 1.0 - PACE_CHANGE,
            _ => 1.0,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The interval after so many words of a queue of this length.
    fn interval_ms(queue_count: u8) -> f64 {
        let mut pace = Pace::new();
        (0..50).for_each(|_| pace.hear(queue_count));
        pace.interval().as_secs_f64() * 1_000.0
    }

    #[test]
    fn the_queue_draws_the_pace() {
        assert_eq!(interval_ms(1), 50.0);
        assert_eq!(interval_ms(0), 49.0);
        assert_eq!(interval_ms(3), 51.0);
        assert_eq!(interval_ms(60), 60.0);
    }

    #[test]
    fn a_slower_world_takes_fewer_inputs() {
        let mut pace = Pace::new();
        pace.rate_permille = 500;
        assert_eq!(pace.interval(), INPUT_INTERVAL * 2);
    }
}
