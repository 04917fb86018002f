//! Who is connected at the edges of a process, for staff alone. Behind one lock, which is taken when somebody comes or
//! goes and when staff ask; never on the way of a tick, an input or a snapshot.

use std::{
    collections::BTreeMap,
    ops::Bound,
    sync::{Arc, Mutex, MutexGuard},
    time::Instant,
};

use engine::{Attachment, SessionId};

use crate::{
    counters::Transport, hub::population::folded, limits::ROLL_PAGE_MAX, registry::Admission,
};

/// See the module. Holds as many as there are sessions. Cheap to clone; the clones are one.
#[derive(Clone, Default)]
pub struct Roll(Arc<Mutex<BTreeMap<SessionId, Guest>>>);

/// One who is connected.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Guest {
    attachment: Attachment,
    /// None of who plays without a ticket.
    pub account: Option<u64>,
    pub name: String,
    pub transport: Transport,
    pub since: Instant,
}

/// Some of those who are connected, by their numbers.
#[derive(Debug, Default)]
pub struct Page {
    pub guests: Vec<(SessionId, Guest)>,
    /// Whether there are more behind the last.
    pub is_cut: bool,
}

/// A name on the roll, for as long as it lives.
pub struct Entry {
    roll: Roll,
    session: SessionId,
    attachment: Attachment,
}

impl Roll {
    /// An elder connection of the same session makes room.
    pub fn enter(&self, admission: &Admission, transport: Transport, now: Instant) -> Entry {
        let (session, attachment) = (admission.session, admission.attachment);
        let guest = Guest {
            attachment,
            account: (!session.is_stranger()).then_some(admission.account),
            name: admission.name.clone(),
            transport,
            since: now,
        };
        self.lock().insert(session, guest);
        Entry {
            roll: self.clone(),
            session,
            attachment,
        }
    }

    /// Those whose name has these words in it, in whatever case, behind a session; [`ROLL_PAGE_MAX`] at most.
    pub fn page(&self, words: &str, after: Option<SessionId>) -> Page {
        let words = folded(words);
        let behind = after.map_or(Bound::Unbounded, Bound::Excluded);
        let guests = self.lock();
        let mut found = guests
            .range((behind, Bound::Unbounded))
            .filter(|(_, guest)| folded(&guest.name).contains(&words))
            .map(|(session, guest)| (*session, guest.clone()));
        Page {
            guests: found.by_ref().take(ROLL_PAGE_MAX).collect(),
            is_cut: found.next().is_some(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<SessionId, Guest>> {
        self.0.lock().expect("no holder panics")
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        let mut guests = self.roll.lock();
        let guest = guests.get(&self.session);
        // A newer connection of the session stays.
        if guest.is_some_and(|guest| guest.attachment == self.attachment) {
            guests.remove(&self.session);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admission(session: u64, attachment: u32, name: &str) -> Admission {
        Admission {
            session: SessionId(session),
            account: 7,
            attachment: Attachment(attachment),
            token: String::new(),
            name: name.to_owned(),
        }
    }

    fn enter(roll: &Roll, session: u64, attachment: u32, name: &str) -> Entry {
        let admission = admission(session, attachment, name);
        roll.enter(&admission, Transport::Native, Instant::now())
    }

    fn names(page: &Page) -> Vec<&str> {
        page.guests.iter().map(|(_, it)| it.name.as_str()).collect()
    }

    #[test]
    fn who_comes_back_on_another_connection_is_there_once_and_stays() {
        let roll = Roll::default();
        let first = enter(&roll, 1, 10, "Bera");
        let second = enter(&roll, 1, 11, "Bera");
        assert_eq!(names(&roll.page("", None)), ["Bera"]);
        drop(first);
        assert_eq!(names(&roll.page("", None)), ["Bera"]);
        drop(second);
        assert!(roll.page("", None).guests.is_empty());
    }

    #[test]
    fn pages_go_through_all_who_have_the_words_in_their_name() {
        let roll = Roll::default();
        let count = 2 * ROLL_PAGE_MAX as u64 + 3;
        let name = |number: u64| format!("{} {number}", ["Åsa", "Bo"][number as usize % 2]);
        let entries: Vec<_> = (0..2 * count)
            .map(|number| enter(&roll, number, 1, &name(number)))
            .collect();
        let (mut found, mut after) = (Vec::new(), None);
        loop {
            let page = roll.page("åSA", after);
            after = page.guests.last().map(|(session, _)| *session);
            found.extend(page.guests.into_iter().map(|(session, _)| session.0));
            if !page.is_cut {
                break;
            }
        }
        let all: Vec<u64> = (0..count).map(|number| 2 * number).collect();
        assert_eq!(found, all);
        drop(entries);
    }

    #[test]
    fn a_stranger_has_no_account() {
        let roll = Roll::default();
        let stranger = SessionId::STRANGER_BIT | 5;
        let _entries = [
            enter(&roll, stranger, 1, "Guest"),
            enter(&roll, 5, 1, "Bera"),
        ];
        let accounts = roll.page("", None).guests.into_iter();
        let accounts: Vec<_> = accounts.map(|(_, guest)| guest.account).collect();
        assert_eq!(accounts, [Some(7), None]);
    }
}
