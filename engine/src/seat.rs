//! The seat: what the whole world has one of. It belongs to the shard that owns the seat's cell and
//! moves with it; all others read what the seat's frame of the last tick says (R1).
//!
//! It gives bodies their ids and sessions their bodies, keeps the roster, the banners, the round and
//! the partition. What it gives away it gives by frames and effects, like any other shard.

use alloc::{collections::VecDeque, string::String, sync::Arc, vec::Vec};

use spatial::{
    CellCoord,
    partition::{Owner, Partition, PartitionError},
};

use crate::{
    frame::{Appearance, BannerState, Frame, House, Roster, RoundState},
    history::Sight,
    id::{BodyId, SessionId},
    input::PartitionChange,
    limits::{BODIES_MAX, BODY_INDEX_REST_TICKS, PLAYERS_MAX},
    spoils::Estates,
    worn::Worn,
};

/// The cell whose owner keeps the seat.
pub const SEAT_CELL: CellCoord = CellCoord::new(0, 0, 0);

/// See the module.
#[derive(Clone, PartialEq, Debug)]
pub struct Seat {
    pub indices: Indices,
    /// Every session in the world, in order.
    pub sessions: Vec<Seated>,
    pub roster: Arc<Roster>,
    pub banners: Vec<BannerState>,
    pub round: RoundState,
    pub partition: Arc<Partition>,
    /// The shards that tick together, in order.
    pub members: Vec<Owner>,
    /// What players had who left, until it is put down.
    pub estates: Estates,
    /// What became of the roster in the tick under way.
    pub roster_changes: Vec<RosterChange>,
}

/// A body's looks, or none once it is gone.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RosterChange {
    pub index: u32,
    pub looks: Option<Appearance>,
}

impl Roster {
    /// As the seat changed it.
    pub fn change(&mut self, change: &RosterChange) {
        let index = change.index as usize;
        if self.appearances.len() <= index {
            self.appearances.resize(index + 1, None);
        }
        self.appearances[index].clone_from(&change.looks);
        self.version += 1;
    }
}

/// Why the seat refuses a change of the partition; nothing has changed then.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LayoutError {
    Partition(PartitionError),
    /// Only who ticks with the others can own regions.
    NotAMember(Owner),
    AlreadyAMember(Owner),
    /// It still owns or holds something, or something is on its way to it.
    NotEmpty(Owner),
}

/// A session that has a body, wherever that is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Seated {
    pub session: SessionId,
    pub body: BodyId,
    pub house: House,
}

/// Which body indices may be given, and in which generation.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Indices {
    /// By body index: the generation given last. Index 0 is nobody.
    pub generation: Vec<u8>,
    /// Indices at rest, with the tick from which they may be given again.
    pub resting: VecDeque<(u32, u32)>,
}

impl Seat {
    pub fn new(banners: Vec<BannerState>, round: RoundState, partition: Partition) -> Self {
        Self {
            indices: Indices::new(),
            sessions: Vec::with_capacity(PLAYERS_MAX),
            roster: Arc::default(),
            banners,
            round,
            members: owners_of(&partition),
            partition: Arc::new(partition),
            estates: Estates::default(),
            roster_changes: Vec::new(),
        }
    }

    /// Names a new body and enters it in the roster; none when the world is full.
    pub fn name_body(&mut self, name: String, house: House, gear: u8, tick: u32) -> Option<BodyId> {
        let id = self.indices.take(tick)?;
        let looks = Some(Appearance {
            id,
            name,
            house,
            gear,
            worn: Worn::NOTHING,
        });
        self.enter(RosterChange {
            index: id.index(),
            looks,
        });
        Some(id)
    }

    /// Gives a session a body; none when there are too many players or bodies.
    pub fn seat(
        &mut self,
        session: SessionId,
        name: String,
        house: House,
        gear: u8,
        tick: u32,
    ) -> Option<BodyId> {
        if self.sessions.len() == PLAYERS_MAX {
            return None;
        }
        let body = self.name_body(name, house, gear, tick)?;
        let place = self
            .sessions
            .partition_point(|seated| seated.session < session);
        self.sessions.insert(
            place,
            Seated {
                session,
                body,
                house,
            },
        );
        Some(body)
    }

    /// Where a session is known.
    pub fn seated(&self, session: SessionId) -> Option<&Seated> {
        let place = self
            .sessions
            .binary_search_by_key(&session, |seated| seated.session);
        place.ok().map(|place| &self.sessions[place])
    }

    /// Forgets a session and lets its body's index rest. One that is not known changes nothing.
    pub fn forget(&mut self, session: SessionId, tick: u32) {
        let place = self
            .sessions
            .binary_search_by_key(&session, |seated| seated.session);
        let Ok(place) = place else { return };
        let body = self.sessions.remove(place).body;
        self.indices.give_back(body, tick);
        self.enter(RosterChange {
            index: body.index(),
            looks: None,
        });
    }

    /// Notes that a body looks otherwise; not one that has left since.
    pub fn dress(&mut self, body: BodyId, worn: Worn) {
        let entry = self.roster.appearances.get(body.index() as usize);
        let looks = entry.and_then(|entry| entry.clone());
        if let Some(looks) = looks.filter(|looks| looks.id == body && looks.worn != worn) {
            self.enter(RosterChange {
                index: body.index(),
                looks: Some(Appearance { worn, ..looks }),
            });
        }
    }

    fn enter(&mut self, change: RosterChange) {
        Arc::make_mut(&mut self.roster).change(&change);
        self.roster_changes.push(change);
    }

    /// Whether a body is in the world, on whatever shard.
    pub fn knows(&self, id: BodyId) -> bool {
        let entry = self.roster.appearances.get(id.index() as usize);
        entry.is_some_and(|entry| entry.as_ref().is_some_and(|looks| looks.id == id))
    }

    /// The house with fewer players; red when equal.
    pub fn smaller_house(&self) -> House {
        let blue_count = self
            .sessions
            .iter()
            .filter(|seated| seated.house == House::Blue)
            .count();
        House::of(u8::from(blue_count * 2 < self.sessions.len()))
    }

    /// Changes the partition or who takes part, given what was published of the last tick; the change
    /// holds for every shard from the next tick on.
    ///
    /// # Errors
    /// Any [`LayoutError`]; nothing has changed then.
    pub fn repartition(
        &mut self,
        change: PartitionChange,
        last: &Sight,
    ) -> Result<(), LayoutError> {
        match change {
            PartitionChange::Enlist { owner } => match self.members.binary_search(&owner) {
                Ok(_) => return Err(LayoutError::AlreadyAMember(owner)),
                Err(place) => self.members.insert(place, owner),
            },
            PartitionChange::Discharge { owner } => self.discharge(owner, last)?,
            PartitionChange::Split { region, seen } => {
                let partition = Arc::make_mut(&mut self.partition);
                partition
                    .split(region, seen)
                    .map_err(LayoutError::Partition)?;
            }
            PartitionChange::Merge { region, seen } => {
                let partition = Arc::make_mut(&mut self.partition);
                partition
                    .merge(region, seen)
                    .map_err(LayoutError::Partition)?;
            }
            PartitionChange::Assign {
                region,
                owner,
                seen,
            } => {
                let member = self.members.binary_search(&owner);
                member.map_err(|_| LayoutError::NotAMember(owner))?;
                let partition = Arc::make_mut(&mut self.partition);
                let assigned = partition.assign(region, owner, seen);
                assigned.map_err(LayoutError::Partition)?;
            }
        }
        Ok(())
    }

    /// Whoever had a region until a tick ago may still be sent bodies, so the last tick's partition is
    /// asked, too.
    fn discharge(&mut self, owner: Owner, last: &Sight) -> Result<(), LayoutError> {
        let place = self.members.binary_search(&owner);
        let place = place.map_err(|_| LayoutError::NotAMember(owner))?;
        let owns = |partition: &Partition| partition.regions().iter().any(|it| it.owner == owner);
        let frames = last.frames().iter();
        let holds = |frame: &Arc<Frame>| match frame.source == owner {
            true => !frame.is_empty_handed(),
            false => frame.handoffs.are_for(owner),
        };
        if owns(&self.partition) || owns(&last.seat().partition) || frames.into_iter().any(holds) {
            return Err(LayoutError::NotEmpty(owner));
        }
        self.members.remove(place);
        Ok(())
    }
}

/// Those who own regions, in order.
pub fn owners_of(partition: &Partition) -> Vec<Owner> {
    let mut owners: Vec<Owner> = partition.regions().iter().map(|it| it.owner).collect();
    owners.sort_unstable();
    owners.dedup();
    owners
}

impl Indices {
    fn new() -> Self {
        let mut generation = Vec::with_capacity(BODIES_MAX + 1);
        generation.push(0);
        Self {
            generation,
            resting: VecDeque::with_capacity(BODIES_MAX),
        }
    }

    /// An index that rested long enough, else a new one; none when all are taken or rest.
    fn take(&mut self, tick: u32) -> Option<BodyId> {
        let index = match self.resting.front() {
            Some(&(index, free_tick)) if free_tick <= tick => {
                self.resting.pop_front();
                index as usize
            }
            _ if self.generation.len() <= BODIES_MAX => {
                self.generation.push(u8::MAX);
                self.generation.len() - 1
            }
            _ => return None,
        };
        self.generation[index] = self.generation[index].wrapping_add(1);
        Some(BodyId::new(index as u32, self.generation[index]))
    }

    fn give_back(&mut self, id: BodyId, tick: u32) {
        self.resting
            .push_back((id.index(), tick + BODY_INDEX_REST_TICKS));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_index_rests_and_comes_back_with_another_generation() {
        let mut indices = Indices::new();
        let first = indices.take(1).expect("the world is empty");
        indices.give_back(first, 10);
        let second = indices.take(11).expect("there is room");
        assert_ne!(second.index(), first.index());
        let third = indices.take(10 + BODY_INDEX_REST_TICKS);
        let third = third.expect("there is room");
        assert_eq!(third.index(), first.index());
        assert_ne!(third, first);
    }

    #[test]
    fn a_full_world_takes_nobody() {
        let mut indices = Indices::new();
        for _ in 0..BODIES_MAX {
            assert!(indices.take(1).is_some());
        }
        assert!(indices.take(1).is_none());
    }
}
