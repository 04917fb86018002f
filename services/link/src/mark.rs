//! A place in a series that one thread moves on and another reads, with no lock.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::reliable::Position;

/// Its series only grows, and its place within a series: so a reader that finds the same series before
/// and after has a place that was marked in that series.
#[derive(Debug, Default)]
pub struct Mark {
    series: AtomicU64,
    next: AtomicU64,
}

impl Mark {
    /// Moves on; an earlier place changes nothing. For one thread only.
    pub fn advance(&self, place: Position) {
        let now = self.read();
        if (place.series, place.next) <= (now.series, now.next) {
            return;
        }
        if place.series != now.series {
            // Between the two, the place is too low, which is harmless; never too high.
            self.next.store(0, Ordering::SeqCst);
            self.series.store(place.series, Ordering::SeqCst);
        }
        self.next.store(place.next, Ordering::SeqCst);
    }

    /// From any thread.
    pub fn read(&self) -> Position {
        loop {
            let series = self.series.load(Ordering::SeqCst);
            let next = self.next.load(Ordering::SeqCst);
            if self.series.load(Ordering::SeqCst) == series {
                return Position { series, next };
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(series: u64, next: u64) -> Position {
        Position { series, next }
    }

    #[test]
    fn it_only_moves_on() {
        let mark = Mark::default();
        mark.advance(place(2, 7));
        mark.advance(place(2, 5));
        mark.advance(place(1, 9));
        assert_eq!(mark.read(), place(2, 7));
        mark.advance(place(3, 1));
        assert_eq!(mark.read(), place(3, 1));
    }

    #[test]
    fn a_reader_never_sees_a_place_of_another_series() {
        let mark = Mark::default();
        std::thread::scope(|scope| {
            scope.spawn(|| {
                for series in 1..=2_000 {
                    // Of each series other places, so that a mixture shows.
                    for step in 1..=3 {
                        mark.advance(place(series, series * 10 + step));
                    }
                }
            });
            while mark.read() != place(2_000, 20_003) {
                let Position { series, next } = mark.read();
                assert!(next == 0 || next / 10 == series, "{next} of {series}");
            }
        });
    }
}
