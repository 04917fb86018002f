//! The last second of something that is measured every tick.

use crate::limits::LOAD_WINDOW_TICKS;

/// The newest values; old ones fall out.
#[derive(Clone, Debug, Default)]
pub struct Window {
    values: Vec<u32>,
    next: usize,
}

impl Window {
    pub fn record(&mut self, value: u32) {
        if self.values.len() < LOAD_WINDOW_TICKS {
            self.values.push(value);
        } else {
            self.values[self.next] = value;
        }
        self.next = (self.next + 1) % LOAD_WINDOW_TICKS;
    }

    /// What nine of ten do not exceed; 0 before there is one.
    pub fn p90(&self) -> u32 {
        let mut sorted = [0; LOAD_WINDOW_TICKS];
        let count = self.values.len();
        sorted[..count].copy_from_slice(&self.values);
        sorted[..count].sort_unstable();
        sorted[(count * 9).div_ceil(10).saturating_sub(1)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_outliers_do_not_count_and_old_values_are_forgotten() {
        let mut window = Window::default();
        assert_eq!(window.p90(), 0);
        window.record(7);
        assert_eq!(window.p90(), 7);
        (0..LOAD_WINDOW_TICKS as u32).for_each(|value| window.record(value % 10 + 1));
        assert_eq!(window.p90(), 9);
        let outliers = LOAD_WINDOW_TICKS / 10;
        (0..LOAD_WINDOW_TICKS - outliers).for_each(|_| window.record(3));
        (0..outliers).for_each(|_| window.record(1_000));
        assert_eq!(window.p90(), 3);
        window.record(1_000);
        assert_eq!(window.p90(), 1_000, "one more is no outlier");
    }
}
