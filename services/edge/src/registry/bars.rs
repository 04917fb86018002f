//! Accounts that were sent away a moment ago, and by what each comes back.

use std::{collections::VecDeque, time::Instant};

use crate::limits;

/// What lets an account that was sent away in again.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Return {
    /// Nothing, for [`limits::BAR_TIME`].
    Later,
    /// A ticket that was given after this, milliseconds by the clock of who gives tickets.
    ByTicketSince(i64),
}

/// Oldest first, [`limits::BARRED_MAX`] at most: the oldest is forgotten for one more.
#[derive(Default)]
pub struct Bars(VecDeque<Bar>);

struct Bar {
    account: u64,
    until: Instant,
    by: Return,
}

impl Bars {
    pub fn add(&mut self, account: u64, by: Return, now: Instant) {
        self.0.retain(|it| it.until > now);
        if self.0.len() == limits::BARRED_MAX {
            self.0.pop_front();
        }
        let until = now + limits::BAR_TIME;
        self.0.push_back(Bar { account, until, by });
    }

    /// `ticket_ms` of who shows a ticket.
    pub fn refuses(&self, account: u64, ticket_ms: Option<i64>, now: Instant) -> bool {
        let mut bars = self.0.iter();
        bars.any(|it| it.account == account && it.until > now && it.refuses(ticket_ms))
    }
}

impl Bar {
    fn refuses(&self, ticket_ms: Option<i64>) -> bool {
        match self.by {
            Return::Later => true,
            Return::ByTicketSince(since_ms) => ticket_ms.is_none_or(|it| it <= since_ms),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_several_bars_the_strictest_holds_until_it_is_over() {
        let now = Instant::now();
        let mut bars = Bars::default();
        bars.add(1, Return::ByTicketSince(8), now);
        assert!(bars.refuses(1, None, now) && bars.refuses(1, Some(8), now));
        assert!(!bars.refuses(1, Some(9), now) && !bars.refuses(2, None, now));
        bars.add(1, Return::Later, now);
        assert!(bars.refuses(1, Some(9), now));
        assert!(!bars.refuses(1, None, now + limits::BAR_TIME));
    }

    #[test]
    fn as_many_are_remembered_as_may_be() {
        let now = Instant::now();
        let mut bars = Bars::default();
        for account in 0..=limits::BARRED_MAX as u64 {
            bars.add(account, Return::Later, now);
        }
        assert!(!bars.refuses(0, None, now) && bars.refuses(1, None, now));
    }
}
