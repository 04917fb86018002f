//! Many shards of one world in step, on one thread: what tests and replays run. It has no clock and
//! no queues; the machines that run shards on cores and in pods do the same with theirs.

use alloc::{sync::Arc, vec::Vec};

use spatial::partition::{Owner, Partition};

use crate::{
    checkpoint::{self, CheckpointError},
    compose::Composer,
    divide::{divide, newcomer, unite},
    frame::Frame,
    id::SessionId,
    input::Command,
    seat::owners_of,
    tick::tick_beside,
    world::World,
};

/// See the module.
#[derive(Clone, Debug)]
pub struct Cluster {
    shards: Vec<World>,
    /// Who made a frame of the last tick.
    makers: Vec<Owner>,
    composer: Composer,
}

impl Cluster {
    /// A world of one shard, divided among the owners of a partition.
    pub fn new(world: World, partition: Partition) -> Self {
        Self {
            composer: Composer::new(world.config.seed),
            makers: owners_of(&partition),
            shards: divide(world, partition),
        }
    }

    pub fn shards(&self) -> &[World] {
        &self.shards
    }

    /// The world of one shard that they are together.
    pub fn unite(&self) -> World {
        unite(&self.shards)
    }

    /// Puts every shard through its own checkpoint.
    ///
    /// # Errors
    /// Any [`CheckpointError`], which only a bug of ours gives.
    pub fn save_and_load(&mut self) -> Result<(), CheckpointError> {
        for shard in &mut self.shards {
            *shard = checkpoint::load(&checkpoint::save(shard))?;
        }
        Ok(())
    }

    /// Adds a shard that follows the world; [`Command::Partition`] may enlist it.
    pub fn add(&mut self, owner: Owner) {
        let shard = newcomer(&self.shards[0], owner);
        self.shards.push(shard);
    }

    /// Advances all shards by a tick; returns the frame of the whole world. Empties `commands`.
    pub fn tick(&mut self, commands: &mut Vec<Command>) -> Frame {
        self.tick_through(commands, |_, _, frame| frame.clone())
    }

    /// As [`Self::tick`]; `pass` is what carries a frame from one shard, given by its place, to another.
    pub fn tick_through(
        &mut self,
        commands: &mut Vec<Command>,
        mut pass: impl FnMut(usize, usize, &Arc<Frame>) -> Arc<Frame>,
    ) -> Frame {
        let mut inboxes = alloc::vec![Vec::new(); self.shards.len()];
        for command in commands.drain(..) {
            self.route(command, &mut inboxes);
        }
        let frames = self.frames();
        let seat = frames.iter().find(|(_, frame)| frame.is_seat);
        let (_, seat) = seat.expect("some shard keeps the seat");
        let before = core::mem::replace(&mut self.makers, seat.members.clone());
        for (to, inbox) in inboxes.iter_mut().enumerate() {
            let others = frames.iter().filter(|(from, _)| *from != to);
            let siblings: Vec<Arc<Frame>> =
                others.map(|(from, frame)| pass(*from, to, frame)).collect();
            tick_beside(&mut self.shards[to], inbox, &siblings, |_| {});
        }
        let frames: Vec<Arc<Frame>> = self.frames().into_iter().map(|(_, it)| it).collect();
        let mut whole = Frame::default();
        self.composer.compose(&frames, &mut whole);
        self.dismiss(&before);
        whole
    }

    /// What was published of the last tick, with the places of those who did.
    pub fn frames(&self) -> Vec<(usize, Arc<Frame>)> {
        let shards = self.shards.iter().enumerate();
        let makers = shards.filter(|(_, shard)| self.makers.contains(&shard.owner));
        makers
            .map(|(place, shard)| (place, shard.frame.clone()))
            .collect()
    }

    /// Shards that made a frame `before` and none in this tick need not tick: their last has been read.
    fn dismiss(&mut self, before: &[Owner]) {
        let frames = self.frames();
        let seat = frames.iter().find(|(_, frame)| frame.is_seat);
        let (_, seat) = seat.expect("some shard keeps the seat");
        let makers = &self.makers;
        self.shards.retain(|shard| {
            let is_gone = before.contains(&shard.owner) && !makers.contains(&shard.owner);
            !is_gone || seat.members.contains(&shard.owner)
        });
    }

    /// Gives a command to the shard that is to take it; terrain to all.
    fn route(&self, command: Command, inboxes: &mut [Vec<Command>]) {
        let place = match &command {
            Command::Terrain { .. } => {
                let inboxes = inboxes.iter_mut();
                return inboxes.for_each(|inbox| inbox.push(command.clone()));
            }
            Command::Partition(_) | Command::EndRound { .. } | Command::Speak { .. } => None,
            Command::Join { session, .. }
            | Command::Leave { session }
            | Command::Present { session, .. }
            | Command::Wear { session, .. }
            | Command::Input { session, .. }
            | Command::SpoilsKept { session, .. } => self.place_of(*session),
        };
        inboxes[place.unwrap_or_else(|| self.place_of_seat())].push(command);
    }

    /// The shard that a player will be on in the next tick.
    fn place_of(&self, session: SessionId) -> Option<usize> {
        let is_on = |shard: &World| shard.players.slot_of(session).is_some();
        if let Some(place) = self.shards.iter().position(is_on) {
            return Some(place);
        }
        let crossings = self.shards.iter().flat_map(|it| &it.frame.handoffs.bodies);
        let mut players = crossings.filter(|it| {
            let player = it.player.as_ref();
            player.is_some_and(|player| player.session == session)
        });
        let to = players.next()?.to;
        self.shards.iter().position(|shard| shard.owner == to)
    }

    fn place_of_seat(&self) -> usize {
        let mut partitions = self.shards.iter().filter_map(|shard| {
            let seat = shard.seat.as_ref()?;
            let region = seat.partition.locate(crate::seat::SEAT_CELL).ok()?;
            Some(region.owner)
        });
        let owner = partitions.next().expect("some shard keeps the seat");
        let place = self.shards.iter().position(|shard| shard.owner == owner);
        place.expect("the seat's owner is in the cluster")
    }
}
