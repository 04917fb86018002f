//! The directory as the simulation has it: which processes there are, in which incarnation, where, and
//! until when their leases hold. The real one keeps the same in a database (`services/directory`); here
//! are its rules alone, by its own clock.

use std::collections::BTreeMap;

use directory::{Fence, Lease, limits::LEASE_TTL};
use link::PeerName;

use crate::{
    time::Time,
    word::{LifeId, Speaker},
};

/// One process.
#[derive(Clone, Debug)]
pub struct Entry {
    pub incarnation: u64,
    /// Where it is reached.
    pub life: LifeId,
    lease_until: Time,
    /// It left, and will not come back as it was.
    is_gone: bool,
}

/// See the module.
#[derive(Debug, Default)]
pub struct Registry {
    entries: BTreeMap<PeerName, Entry>,
    /// Nobody reaches it.
    pub is_away: bool,
}

/// Why a process is refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Refused {
    /// An earlier life of the same name still holds its lease.
    Held,
    Lost,
    Away,
}

impl Registry {
    /// Gives a process its next incarnation and a lease.
    ///
    /// # Errors
    /// While an earlier one holds its lease.
    pub fn register(&mut self, name: &PeerName, life: LifeId, now: Time) -> Result<Lease, Refused> {
        if self.is_away {
            return Err(Refused::Away);
        }
        let former = self.entries.get(name);
        if former.is_some_and(|entry| entry.is_held(now)) {
            return Err(Refused::Held);
        }
        let incarnation = former.map_or(0, |entry| entry.incarnation) + 1;
        let entry = Entry {
            incarnation,
            life,
            lease_until: now + ttl(),
            is_gone: false,
        };
        self.entries.insert(name.clone(), entry);
        Ok(lease(name, incarnation))
    }

    /// # Errors
    /// When the lease is over, or was given away.
    pub fn renew(&mut self, speaker: &Speaker, now: Time) -> Result<Lease, Refused> {
        if self.is_away {
            return Err(Refused::Away);
        }
        let entry = self.entries.get_mut(&speaker.name).ok_or(Refused::Lost)?;
        if entry.incarnation != speaker.incarnation || !entry.is_held(now) {
            return Err(Refused::Lost);
        }
        entry.lease_until = now + ttl();
        Ok(lease(&speaker.name, speaker.incarnation))
    }

    /// Whether a process holds the lease that it speaks under.
    pub fn is_held_by(&self, speaker: &Speaker, now: Time) -> bool {
        let entry = self.entries.get(&speaker.name);
        entry.is_some_and(|it| it.incarnation == speaker.incarnation && it.is_held(now))
    }

    /// Ends a lease early: whoever asks knows that the process is dead.
    pub fn release(&mut self, name: &PeerName, incarnation: u64) {
        if let Some(entry) = self.entries.get_mut(name)
            && entry.incarnation == incarnation
        {
            entry.lease_until = 0;
        }
    }

    /// A process left for good; its name may be used by another.
    pub fn leave(&mut self, name: &PeerName) {
        if let Some(entry) = self.entries.get_mut(name) {
            entry.lease_until = 0;
            entry.is_gone = true;
        }
    }

    /// All that are or may come back, by name.
    pub fn entries(&self) -> impl Iterator<Item = (&PeerName, &Entry)> {
        self.entries.iter().filter(|(_, entry)| !entry.is_gone)
    }

    /// A process, if it is or may come back.
    pub fn entry(&self, name: &PeerName) -> Option<&Entry> {
        self.entries.get(name).filter(|entry| !entry.is_gone)
    }
}

impl Entry {
    pub fn is_held(&self, now: Time) -> bool {
        now < self.lease_until
    }
}

fn ttl() -> Time {
    Time::try_from(LEASE_TTL.as_micros()).expect("some seconds")
}

fn lease(name: &PeerName, incarnation: u64) -> Lease {
    // Only pods have numbers there; the fence of an edge is looked at by nobody.
    let pod = match name {
        PeerName::Pod(number) => *number,
        PeerName::Edge(_) => u16::MAX,
    };
    Lease {
        fence: Fence { pod, incarnation },
        expires_in: LEASE_TTL,
    }
}
