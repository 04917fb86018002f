//! A few who fight together for an evening.

use serde::{Deserialize, Serialize};

use crate::{domain::Refusal, limits::PARTY_MEMBERS_MAX};

/// Has a leader as long as it has members.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Party {
    pub leader: i64,
    /// The longest there first.
    pub members: Vec<i64>,
}

impl Party {
    pub fn found(leader: i64) -> Self {
        let members = vec![leader];
        Self { leader, members }
    }

    pub fn has(&self, character: i64) -> bool {
        self.members.contains(&character)
    }

    /// # Errors
    /// [`Refusal`] of whom `by` may not invite.
    pub fn may_invite(&self, by: i64, character: i64) -> Result<(), Refusal> {
        self.require_leader(by)?;
        self.require_room(character)
    }

    /// # Errors
    /// [`Refusal`].
    pub fn join(&mut self, character: i64) -> Result<(), Refusal> {
        self.require_room(character)?;
        self.members.push(character);
        Ok(())
    }

    /// When the leader leaves, who was there the longest leads.
    ///
    /// # Errors
    /// [`Refusal`].
    pub fn leave(&mut self, character: i64) -> Result<(), Refusal> {
        self.require_member(character, Refusal::NO_PARTY)?;
        self.members.retain(|it| *it != character);
        if self.leader == character {
            self.leader = self.members.first().copied().unwrap_or(character);
        }
        Ok(())
    }

    /// # Errors
    /// [`Refusal`].
    pub fn kick(&mut self, by: i64, character: i64) -> Result<(), Refusal> {
        self.require_leader(by)?;
        if by == character {
            return Err(Refusal::ONESELF);
        }
        self.require_member(character, Refusal::NOT_IN_PARTY)?;
        self.leave(character)
    }

    /// # Errors
    /// [`Refusal`].
    pub fn promote(&mut self, by: i64, character: i64) -> Result<(), Refusal> {
        self.require_leader(by)?;
        self.require_member(character, Refusal::NOT_IN_PARTY)?;
        self.leader = character;
        Ok(())
    }

    fn require_leader(&self, by: i64) -> Result<(), Refusal> {
        self.require_member(by, Refusal::NO_PARTY)?;
        (self.leader == by).then_some(()).ok_or(Refusal::NOT_LEADER)
    }

    fn require_member(&self, character: i64, refusal: Refusal) -> Result<(), Refusal> {
        self.has(character).then_some(()).ok_or(refusal)
    }

    fn require_room(&self, character: i64) -> Result<(), Refusal> {
        if self.has(character) {
            return Err(Refusal::IN_PARTY);
        }
        let has_room = self.members.len() < PARTY_MEMBERS_MAX;
        has_room.then_some(()).ok_or(Refusal::PARTY_FULL)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leadership_passes_to_who_was_there_the_longest() {
        let mut party = Party::found(1);
        for member in [3, 2] {
            party.join(member).expect("there is room");
        }
        assert_eq!(party.leave(1), Ok(()));
        assert_eq!((party.leader, &party.members[..]), (3, &[3, 2][..]));
        assert_eq!(party.leave(1), Err(Refusal::NO_PARTY));
        party.promote(3, 2).expect("it leads");
        assert_eq!(party.promote(3, 3), Err(Refusal::NOT_LEADER));
        assert_eq!(party.kick(2, 3), Ok(()));
        assert_eq!((party.leave(2), party.members.len()), (Ok(()), 0));
    }

    #[test]
    fn eight_fit_and_only_the_leader_decides() {
        let mut party = Party::found(1);
        (2..=8).for_each(|it| party.join(it).expect("there is room"));
        assert_eq!(party.join(9), Err(Refusal::PARTY_FULL));
        assert_eq!(party.join(8), Err(Refusal::IN_PARTY));
        assert_eq!(party.may_invite(1, 9), Err(Refusal::PARTY_FULL));
        assert_eq!(party.may_invite(2, 9), Err(Refusal::NOT_LEADER));
        assert_eq!(party.kick(2, 3), Err(Refusal::NOT_LEADER));
        assert_eq!(party.kick(9, 3), Err(Refusal::NO_PARTY));
        assert_eq!(party.kick(1, 1), Err(Refusal::ONESELF));
        assert_eq!(party.promote(1, 9), Err(Refusal::NOT_IN_PARTY));
    }
}
