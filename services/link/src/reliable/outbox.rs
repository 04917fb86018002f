//! The sender's end of a lane.

use std::collections::VecDeque;

use crate::reliable::{Acknowledgement, MessageId, Open, Position, Resume};

/// Keeps messages until they are acknowledged, and knows which to send next. It is as large as what is
/// put in: messages bring their own [`crate::room::Claim`] where room is bounded.
#[derive(Debug)]
pub struct Outbox<M> {
    incarnation: u64,
    series: u64,
    /// Sequence of the first in `messages`.
    first: u64,
    messages: VecDeque<M>,
    /// What goes next, once the receiver said from where. It may be beyond the end, when a sender came
    /// back from its durable state and the receiver already has what is made again.
    cursor: Option<u64>,
    /// The highest that the cursor has been: nothing from there on was ever sent.
    unsent: u64,
    /// All before are durable at the receiver; may be beyond the end for the same reason.
    unacknowledged: u64,
    resends_count: u64,
}

/// The receiver said what cannot be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum BadWord {
    /// It follows another series, or wants what it has acknowledged.
    Resume(Resume),
    /// It acknowledges what was never sent.
    Acknowledgement(Acknowledgement),
}

impl<M> Outbox<M> {
    /// `start` is where this sender goes on: the oldest message that it may have to send again. Its series is
    /// one that an earlier life began, or greater than all of them.
    pub fn new(incarnation: u64, start: Position) -> Self {
        Self {
            incarnation,
            series: start.series,
            first: start.next,
            messages: VecDeque::new(),
            cursor: None,
            unsent: start.next,
            unacknowledged: start.next,
            resends_count: 0,
        }
    }

    /// Takes a message in; returns its sequence.
    pub fn push(&mut self, message: M) -> u64 {
        let sequence = self.end();
        if sequence < self.unacknowledged {
            // Made again after a restart, and durable at the receiver since before it.
            self.first = sequence + 1;
        } else {
            self.messages.push_back(message);
        }
        sequence
    }

    /// The first word on a new connection; nothing is sent until it is answered.
    pub fn open(&mut self) -> Open {
        self.cursor = None;
        Open {
            incarnation: self.incarnation,
            series: self.series,
            first: self.first,
        }
    }

    /// Goes on from where the receiver says.
    ///
    /// # Errors
    /// When the receiver contradicts itself.
    pub fn on_resume(&mut self, resume: Resume) -> Result<(), BadWord> {
        let is_sound = resume.series == self.series
            && resume.next >= self.first
            && resume.unacknowledged <= resume.next;
        if !is_sound {
            return Err(BadWord::Resume(resume));
        }
        self.cursor = Some(resume.next);
        self.unsent = self.unsent.max(resume.next);
        self.settle(resume.unacknowledged);
        Ok(())
    }

    /// The message to send now, if there is one and the receiver has said from where to go on.
    pub fn next_to_send(&mut self) -> Option<(MessageId, &M)> {
        let sequence = self.cursor?;
        let index = usize::try_from(sequence.checked_sub(self.first)?).ok()?;
        let message = self.messages.get(index)?;
        self.cursor = Some(sequence + 1);
        if sequence < self.unsent {
            self.resends_count += 1;
        } else {
            self.unsent = sequence + 1;
        }
        let id = MessageId {
            incarnation: self.incarnation,
            sequence,
        };
        Some((id, message))
    }

    /// Drops what the receiver has durable.
    ///
    /// # Errors
    /// When it acknowledges what it cannot have.
    pub fn on_acknowledgement(&mut self, word: Acknowledgement) -> Result<(), BadWord> {
        if word.series != self.series || word.unacknowledged > self.unsent {
            return Err(BadWord::Acknowledgement(word));
        }
        self.settle(word.unacknowledged);
        Ok(())
    }

    fn settle(&mut self, unacknowledged: u64) {
        self.unacknowledged = self.unacknowledged.max(unacknowledged);
        while self.first < self.unacknowledged && self.messages.pop_front().is_some() {
            self.first += 1;
        }
    }

    /// The sequence that the next message gets.
    pub fn end(&self) -> u64 {
        self.first + self.messages.len() as u64
    }

    /// All before are durable at the receiver.
    pub fn unacknowledged(&self) -> u64 {
        self.unacknowledged
    }

    /// Messages kept.
    pub fn len(&self) -> usize {
        self.messages.len()
    }

    pub fn is_empty(&self) -> bool {
        self.messages.is_empty()
    }

    /// Messages sent more than once.
    pub fn resends_count(&self) -> u64 {
        self.resends_count
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outbox(messages: u64) -> Outbox<u64> {
        let mut outbox = Outbox::new(5, Position { series: 5, next: 0 });
        for message in 0..messages {
            assert_eq!(outbox.push(message), message);
        }
        outbox
    }

    fn resume(next: u64, unacknowledged: u64) -> Resume {
        Resume {
            series: 5,
            next,
            unacknowledged,
        }
    }

    fn acknowledgement(unacknowledged: u64) -> Acknowledgement {
        Acknowledgement {
            incarnation: 1,
            series: 5,
            unacknowledged,
        }
    }

    fn sent(outbox: &mut Outbox<u64>) -> Vec<u64> {
        let mut sent = Vec::new();
        while let Some((id, &message)) = outbox.next_to_send() {
            assert_eq!((id.incarnation, id.sequence), (5, message));
            sent.push(message);
        }
        sent
    }

    #[test]
    fn nothing_goes_out_before_the_receiver_said_from_where() {
        let mut outbox = outbox(3);
        assert_eq!(sent(&mut outbox), []);
        assert_eq!(outbox.open().first, 0);
        assert_eq!(sent(&mut outbox), []);
        outbox.on_resume(resume(1, 0)).expect("sound");
        assert_eq!(sent(&mut outbox), [1, 2]);
        assert_eq!(outbox.push(3), 3);
        assert_eq!(sent(&mut outbox), [3]);
    }

    #[test]
    fn what_is_not_acknowledged_is_sent_again() {
        let mut outbox = outbox(4);
        outbox.on_resume(resume(0, 0)).expect("sound");
        assert_eq!(sent(&mut outbox), [0, 1, 2, 3]);
        outbox
            .on_acknowledgement(acknowledgement(2))
            .expect("sound");
        assert_eq!(outbox.open().first, 2);
        outbox.on_resume(resume(3, 2)).expect("sound");
        assert_eq!(sent(&mut outbox), [3]);
        assert_eq!(outbox.open().first, 2, "delivered is not durable");
        outbox.on_resume(resume(2, 2)).expect("sound");
        assert_eq!(sent(&mut outbox), [2, 3]);
        assert_eq!(outbox.resends_count(), 3);
        outbox
            .on_acknowledgement(acknowledgement(4))
            .expect("sound");
        assert!(outbox.is_empty() && outbox.unacknowledged() == 4);
    }

    #[test]
    fn a_sender_behind_its_receiver_sends_only_what_is_new() {
        let mut outbox = outbox(0);
        outbox.open();
        outbox.on_resume(resume(3, 2)).expect("sound");
        for message in 0..5 {
            assert_eq!(outbox.push(message), message);
        }
        assert_eq!(sent(&mut outbox), [3, 4]);
        assert_eq!(outbox.len(), 3, "2 is delivered, but not durable");
        assert_eq!(outbox.resends_count(), 0);
        outbox
            .on_acknowledgement(acknowledgement(3))
            .expect("sound");
        assert_eq!(outbox.open().first, 3);
    }

    #[test]
    fn words_that_cannot_be_are_refused_and_change_nothing() {
        let mut outbox = outbox(3);
        outbox.on_resume(resume(0, 0)).expect("sound");
        let _ = outbox.next_to_send();
        assert!(outbox.on_acknowledgement(acknowledgement(2)).is_err());
        outbox
            .on_acknowledgement(acknowledgement(1))
            .expect("sound");
        assert!(outbox.on_resume(resume(0, 0)).is_err(), "it has that");
        assert!(outbox.on_resume(resume(2, 3)).is_err());
        let other = Resume {
            series: 4,
            ..resume(1, 1)
        };
        assert!(outbox.on_resume(other).is_err());
        assert_eq!(sent(&mut outbox), [1, 2]);
    }
}
