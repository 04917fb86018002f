//! What one client was told of the server's overload, so that it is told what changed and no more.

use protocol::session::Overload;

use crate::limits;

/// See the module.
#[derive(Clone, Copy, Debug)]
pub struct Told {
    overload: Overload,
    told_at_tick: u32,
    /// When the bound of staleness that it was told last was in force.
    bound_at_tick: u32,
}

impl Told {
    /// For a client whose Welcome said this.
    pub fn welcome(staleness_ticks_max: u16, tick: u32) -> Self {
        Self {
            overload: Overload {
                steps: 0,
                rate_permille: 1_000,
                staleness_ticks_max,
            },
            told_at_tick: tick.saturating_sub(limits::OVERLOAD_TICKS),
            bound_at_tick: tick,
        }
    }

    /// What to tell the client now that things stand like this, if anything. A bound that falls is told
    /// when all that was sent under the longer one has been sent anew.
    pub fn news(&mut self, mut wanted: Overload, tick: u32) -> Option<Overload> {
        let told = self.overload;
        if wanted.staleness_ticks_max >= told.staleness_ticks_max {
            self.bound_at_tick = tick;
        } else if tick.saturating_sub(self.bound_at_tick) <= u32::from(told.staleness_ticks_max) {
            wanted.staleness_ticks_max = told.staleness_ticks_max;
        }
        let is_longer = wanted.staleness_ticks_max > told.staleness_ticks_max;
        let is_due = tick.saturating_sub(self.told_at_tick) >= limits::OVERLOAD_TICKS;
        let is_told = is_longer || (is_due && is_news(told, wanted));
        if !is_told {
            return None;
        }
        self.overload = wanted;
        self.told_at_tick = tick;
        Some(wanted)
    }
}

fn is_news(told: Overload, wanted: Overload) -> bool {
    let is_full_speed = |overload: Overload| overload.rate_permille == 1_000;
    let change = told.rate_permille.abs_diff(wanted.rate_permille);
    told.steps != wanted.steps
        || told.staleness_ticks_max != wanted.staleness_ticks_max
        || is_full_speed(told) != is_full_speed(wanted)
        || change >= limits::RATE_CHANGE_PERMILLE
}

#[cfg(test)]
mod tests {
    use super::*;

    const CALM: Overload = Overload {
        steps: 0,
        rate_permille: 1_000,
        staleness_ticks_max: 50,
    };

    #[test]
    fn what_has_not_changed_is_not_told() {
        let mut told = Told::welcome(50, 100);
        assert!((100..500).all(|tick| told.news(CALM, tick).is_none()));
        let slow = Overload {
            steps: 8,
            rate_permille: 620,
            ..CALM
        };
        assert_eq!(told.news(slow, 500), Some(slow));
        let noise = Overload {
            rate_permille: 620 + limits::RATE_CHANGE_PERMILLE - 1,
            ..slow
        };
        assert!((501..600).all(|tick| told.news(noise, tick).is_none()));
        assert_eq!(
            told.news(CALM, 600),
            Some(CALM),
            "full speed is told exactly"
        );
    }

    #[test]
    fn a_rate_on_its_way_is_told_a_few_times_a_second() {
        let mut told = Told::welcome(50, 100);
        let falling = |tick| Overload {
            rate_permille: 1_000 - tick as u16 * 8,
            ..CALM
        };
        let count = (1..=100)
            .filter_map(|tick| told.news(falling(tick), 100 + tick))
            .count();
        assert!(
            count <= 100 / limits::OVERLOAD_TICKS as usize && count > 10,
            "{count}"
        );
    }

    #[test]
    fn a_longer_bound_is_told_at_once_and_a_shorter_one_when_it_holds() {
        let mut told = Told::welcome(50, 100);
        let slowed = Overload {
            steps: 1,
            staleness_ticks_max: 80,
            ..CALM
        };
        assert_eq!(told.news(slowed, 101), Some(slowed));
        assert_eq!(told.news(slowed, 200), None);
        let still = Overload {
            staleness_ticks_max: 80,
            ..CALM
        };
        assert_eq!(told.news(CALM, 210), Some(still));
        assert!((211..=280).all(|tick| told.news(CALM, tick).is_none()));
        assert_eq!(told.news(CALM, 281), Some(CALM));
    }
}
