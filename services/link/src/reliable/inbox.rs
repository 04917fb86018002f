//! The receiver's end of a lane.

use crate::reliable::{Acknowledgement, Gap, MessageId, Open, OpenRefusal, Position, Resume};

/// Takes each message once, in order, and remembers what is durable.
#[derive(Debug)]
pub struct Inbox {
    /// The receiver's own.
    incarnation: u64,
    /// The sender's, of the latest [`Open`] that was taken up.
    sender_incarnation: u64,
    /// What is expected next; none before the first word of the sender.
    expected: Option<Position>,
    /// All before are durable here.
    unacknowledged: u64,
}

/// What to do with a message.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// It is the expected one: apply it.
    Deliver,
    /// It was delivered before: drop it.
    Duplicate,
    /// One before it is missing: drop it, and have the sender open the lane anew.
    Early,
    /// Its sender has had a later life since: drop it, count it, tell the sender.
    Stale,
}

impl Inbox {
    /// `durable` is how far this receiver's durable state goes; none when it has never heard the
    /// sender, or keeps nothing of it and takes it as it comes.
    pub fn new(incarnation: u64, durable: Option<Position>) -> Self {
        Self {
            incarnation,
            sender_incarnation: 0,
            expected: durable,
            unacknowledged: durable.map_or(0, |position| position.next),
        }
    }

    /// Takes up a lane, and says from where it goes on.
    ///
    /// # Errors
    /// When the sender is of an earlier life, or does not have what is expected.
    pub fn on_open(&mut self, open: Open) -> Result<Resume, OpenRefusal> {
        if open.incarnation < self.sender_incarnation {
            let lowest = self.sender_incarnation;
            return Err(OpenRefusal::Stale { lowest });
        }
        let expected = match self.expected {
            Some(expected) if open.series < expected.series => {
                let current = expected.series;
                return Err(OpenRefusal::OldSeries { current });
            }
            Some(expected) if open.series == expected.series => expected,
            _ => self.begin(open),
        };
        if open.first > expected.next {
            return Err(OpenRefusal::Gap(Gap {
                expected: expected.next,
                offered: open.first,
            }));
        }
        self.sender_incarnation = open.incarnation;
        Ok(Resume {
            series: expected.series,
            next: expected.next,
            unacknowledged: self.unacknowledged,
        })
    }

    /// Follows a series of which nothing has been heard yet.
    fn begin(&mut self, open: Open) -> Position {
        let position = Position {
            series: open.series,
            next: open.first,
        };
        self.expected = Some(position);
        self.unacknowledged = open.first;
        position
    }

    /// Judges a message; what it says to deliver counts as delivered.
    pub fn on_message(&mut self, id: MessageId) -> Verdict {
        if id.incarnation < self.sender_incarnation {
            return Verdict::Stale;
        }
        let Some(expected) = &mut self.expected else {
            return Verdict::Early;
        };
        if id.incarnation > self.sender_incarnation || id.sequence > expected.next {
            return Verdict::Early;
        }
        if id.sequence < expected.next {
            return Verdict::Duplicate;
        }
        expected.next += 1;
        Verdict::Deliver
    }

    /// Remembers that all before this place is durable; returns the word for the sender, if it says
    /// anything new. A place in a series that is over says nothing.
    ///
    /// # Panics
    /// If that was never delivered.
    pub fn acknowledge(&mut self, durable: Position) -> Option<Acknowledgement> {
        let expected = self.expected?;
        if durable.series < expected.series {
            return None;
        }
        assert!(
            durable.series == expected.series && durable.next <= expected.next,
            "only what was delivered is acknowledged"
        );
        if durable.next <= self.unacknowledged {
            return None;
        }
        self.unacknowledged = durable.next;
        Some(Acknowledgement {
            incarnation: self.incarnation,
            series: expected.series,
            unacknowledged: durable.next,
        })
    }

    /// What is expected next; none before the first word of the sender.
    pub fn expected(&self) -> Option<Position> {
        self.expected
    }

    /// All before are durable here.
    pub fn unacknowledged(&self) -> u64 {
        self.unacknowledged
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(incarnation: u64, series: u64, first: u64) -> Open {
        Open {
            incarnation,
            series,
            first,
        }
    }

    fn id(incarnation: u64, sequence: u64) -> MessageId {
        MessageId {
            incarnation,
            sequence,
        }
    }

    fn place(series: u64, next: u64) -> Position {
        Position { series, next }
    }

    fn durable(series: u64, next: u64) -> Option<Position> {
        Some(place(series, next))
    }

    #[test]
    fn each_is_delivered_once_in_order() {
        let mut inbox = Inbox::new(1, None);
        assert_eq!(inbox.on_message(id(4, 0)), Verdict::Early, "not open");
        let resume = inbox.on_open(open(4, 4, 10)).expect("taken up");
        assert_eq!((resume.next, resume.unacknowledged), (10, 10));
        let verdicts = [10, 12, 11, 10, 11, 12].map(|sequence| inbox.on_message(id(4, sequence)));
        assert_eq!(
            verdicts,
            [
                Verdict::Deliver,
                Verdict::Early,
                Verdict::Deliver,
                Verdict::Duplicate,
                Verdict::Duplicate,
                Verdict::Deliver
            ]
        );
        assert_eq!(inbox.expected(), durable(4, 13));
    }

    #[test]
    fn a_restart_goes_back_to_what_is_durable() {
        let mut inbox = Inbox::new(2, durable(4, 7));
        let resume = inbox.on_open(open(4, 4, 5)).expect("taken up");
        assert_eq!((resume.next, resume.unacknowledged), (7, 7));
        assert_eq!(inbox.on_message(id(4, 6)), Verdict::Duplicate);
        assert_eq!(inbox.on_message(id(4, 7)), Verdict::Deliver);
        assert_eq!(inbox.acknowledge(place(4, 7)), None, "nothing new");
        let word = inbox.acknowledge(place(4, 8)).expect("new");
        assert_eq!((word.incarnation, word.unacknowledged), (2, 8));
        assert_eq!(inbox.acknowledge(place(4, 8)), None, "said before");
    }

    #[test]
    fn an_earlier_life_is_kept_out() {
        let mut inbox = Inbox::new(1, None);
        inbox.on_open(open(4, 4, 0)).expect("taken up");
        inbox.on_open(open(6, 4, 0)).expect("its next life goes on");
        let lowest = 6;
        assert_eq!(
            inbox.on_open(open(4, 4, 0)),
            Err(OpenRefusal::Stale { lowest })
        );
        assert_eq!(inbox.on_message(id(4, 0)), Verdict::Stale);
        assert_eq!(inbox.on_message(id(7, 0)), Verdict::Early, "not open yet");
        assert_eq!(inbox.on_message(id(6, 0)), Verdict::Deliver);
    }

    #[test]
    fn a_new_series_begins_where_it_says_and_the_old_is_over() {
        let mut inbox = Inbox::new(1, durable(4, 100));
        let resume = inbox.on_open(open(6, 6, 0)).expect("taken up");
        assert_eq!((resume.series, resume.next), (6, 0));
        assert_eq!(inbox.acknowledge(place(4, 100)), None, "too late to matter");
        let current = 6;
        let refusal = Err(OpenRefusal::OldSeries { current });
        assert_eq!(inbox.on_open(open(7, 4, 100)), refusal);
    }

    #[test]
    fn a_gap_is_refused_and_named() {
        let mut inbox = Inbox::new(1, durable(4, 7));
        let gap = Gap {
            expected: 7,
            offered: 9,
        };
        assert_eq!(inbox.on_open(open(4, 4, 9)), Err(OpenRefusal::Gap(gap)));
        assert!(inbox.on_open(open(4, 4, 7)).is_ok());
    }

    #[test]
    #[should_panic(expected = "only what was delivered")]
    fn what_was_not_delivered_cannot_be_acknowledged() {
        let mut inbox = Inbox::new(1, None);
        inbox.on_open(open(4, 4, 0)).expect("taken up");
        inbox.acknowledge(place(4, 1));
    }
}
