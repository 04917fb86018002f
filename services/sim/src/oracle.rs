//! The oracle: the same world on one shard, without any fault, given tick by tick what the shards of the
//! cluster took. Whatever happened to the cluster, its world must be the oracle's at every tick.

use std::{collections::BTreeMap, sync::Arc};

use engine::{Command, Dialect, Frame, SessionId, World, compose::Composer, player::Players, tick};

/// See the module.
pub struct Oracle {
    world: World,
    composer: Composer,
    /// Its frames, for edges that are told late.
    frames: BTreeMap<u32, Arc<Frame>>,
    /// What shards sent on in the last tick, for others to take in this one.
    forwarded: Vec<Command>,
}

/// Frames that edges may still be told; they are small.
const FRAMES_KEPT: u32 = 2_000;

impl Oracle {
    /// Of a world that is about to be divided.
    pub fn new(world: World) -> Self {
        Self {
            composer: Composer::new(world.config.seed),
            frames: BTreeMap::from([(world.tick, world.frame.clone())]),
            forwarded: Vec::new(),
            world,
        }
    }

    pub fn tick(&self) -> u32 {
        self.world.tick
    }

    /// Its frame of a tick, as it will always be.
    pub fn frame(&self, tick: u32) -> Option<&Frame> {
        self.frames.get(&tick).map(Arc::as_ref)
    }

    /// Does the next tick; `parts` are all shards' frames of it and what they took.
    ///
    /// # Errors
    /// What of the cluster's world is otherwise.
    pub fn advance(&mut self, parts: &[(Arc<Frame>, Vec<Command>)]) -> Result<(), String> {
        let frames: Vec<Arc<Frame>> = parts.iter().map(|(frame, _)| frame.clone()).collect();
        check_bodies(&frames)?;
        check_dialects(&frames, self.world.frame.dialect)?;
        self.check_forwarded(parts)?;
        let forwarded = frames.iter().flat_map(|frame| frame.forwarded.iter());
        self.forwarded = forwarded.cloned().collect();
        let mut commands = commands_of(parts);
        let frame = tick(&mut self.world, &mut commands);
        let mut whole = Frame::default();
        self.composer.compose(&frames, &mut whole);
        compare(&whole, &frame)?;
        // A copy, for the world uses its frames again.
        self.frames
            .insert(frame.tick, Arc::new(Frame::clone(&frame)));
        let oldest = frame.tick.saturating_sub(FRAMES_KEPT);
        self.frames.retain(|tick, _| *tick >= oldest);
        Ok(())
    }

    /// R5: what a shard sent on is taken by the one that it is for.
    fn check_forwarded(&self, parts: &[(Arc<Frame>, Vec<Command>)]) -> Result<(), String> {
        let players = &self.world.players;
        let mut forwarded = self.forwarded.iter();
        match forwarded.find(|command| is_lost(command, players, parts)) {
            Some(command) => Err(format!(
                "tick {}: nobody takes {command:?}, which was sent on",
                self.tick() + 1
            )),
            None => Ok(()),
        }
    }
}

/// Whether a command was sent on for a player that somebody has, and is not in what was taken.
fn is_lost(command: &Command, players: &Players, parts: &[(Arc<Frame>, Vec<Command>)]) -> bool {
    let Some(session) = session_of(command) else {
        return false;
    };
    let mut taken = parts.iter().flat_map(|(_, taken)| taken);
    let is_taken = |other: &Command| match (command, other) {
        (Command::Input { input, .. }, Command::Input { input: other, .. }) => input == other,
        (Command::SpoilsKept { seal, .. }, Command::SpoilsKept { seal: other, .. }) => {
            seal == other
        }
        (Command::Wear { dress, .. }, Command::Wear { dress: other, .. }) => dress == other,
        (Command::Join { .. }, Command::Join { .. })
        | (Command::Leave { .. }, Command::Leave { .. }) => true,
        _ => false,
    };
    players.slot_of(session).is_some()
        && !taken.any(|other| session_of(other) == Some(session) && is_taken(other))
}

/// All that the shards took, without what is only about shards.
fn commands_of(parts: &[(Arc<Frame>, Vec<Command>)]) -> Vec<Command> {
    let arriving = parts.iter().flat_map(|(frame, _)| frame.arriving.clone());
    let bricks = arriving.collect();
    let mut commands = vec![Command::Terrain { bricks }];
    let taken = parts.iter().flat_map(|(_, taken)| taken);
    let is_of_world = |command: &&Command| {
        session_of(command).is_some() || matches!(command, Command::Speak { .. })
    };
    commands.extend(taken.filter(is_of_world).cloned());
    // Each shard's are in the order in which it took them; of one session all are of one shard.
    commands.sort_by_key(session_of);
    commands
}

fn session_of(command: &Command) -> Option<SessionId> {
    match command {
        Command::Join { session, .. }
        | Command::Leave { session }
        | Command::Present { session, .. }
        | Command::Wear { session, .. }
        | Command::SpoilsKept { session, .. }
        | Command::Input { session, .. } => Some(*session),
        Command::Terrain { .. }
        | Command::Partition(_)
        | Command::EndRound { .. }
        | Command::Speak { .. } => None,
    }
}

/// R4: nobody is lost and nobody is twice.
fn check_bodies(frames: &[Arc<Frame>]) -> Result<(), String> {
    let ids = frames.iter().flat_map(|frame| &frame.bodies.id);
    let mut ids: Vec<u32> = ids.map(|id| id.index()).collect();
    let (mut created, mut destroyed) = (0, 0);
    for frame in frames {
        created += frame.tally.created_count;
        destroyed += frame.tally.destroyed_count;
        let stayed = frame.bodies.count() - frame.handoffs.bodies.len();
        if frame.tally.alive_count() != Some(stayed as u64) {
            return Err(format!("{:?}: its tally is not its bodies", frame.source));
        }
    }
    let count = ids.len() as u64;
    if created - destroyed != count {
        let (tick, alive) = (frames[0].tick, created - destroyed);
        return Err(format!(
            "tick {tick}: {alive} bodies live, {count} are somewhere"
        ));
    }
    ids.sort_unstable();
    match ids.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => Err(format!("body {} is on two shards", pair[0])),
        None => Ok(()),
    }
}

/// All shards speak alike in a tick; only the seat says already what the next one is to hear.
fn check_dialects(frames: &[Arc<Frame>], spoken: Dialect) -> Result<(), String> {
    let mut others = frames.iter().filter(|frame| !frame.is_seat);
    match others.find(|frame| frame.dialect != spoken) {
        Some(frame) => Err(format!(
            "tick {}: {:?} speaks dialect {}, the world {spoken}",
            frame.tick, frame.source, frame.dialect
        )),
        None => Ok(()),
    }
}

/// Compares a frame of the whole world with the oracle's.
///
/// # Errors
/// The first thing that is otherwise.
pub fn compare(whole: &Frame, wanted: &Frame) -> Result<(), String> {
    let tick = whole.tick;
    let differs = |what: &str| Err(format!("tick {tick}: not the oracle's {what}"));
    if whole.bodies.id != wanted.bodies.id {
        return differs("bodies");
    }
    if whole.bodies.x != wanted.bodies.x || whole.bodies.health != wanted.bodies.health {
        return differs("places or health");
    }
    if whole.players != wanted.players {
        return differs("players");
    }
    if whole.drops != wanted.drops {
        return differs("drops");
    }
    if whole.edits != wanted.edits {
        return differs("edits");
    }
    if whole.banners != wanted.banners || whole.round != wanted.round {
        return differs("banners or round");
    }
    if whole.roster != wanted.roster {
        return differs("roster");
    }
    if names(whole) != names(wanted) {
        return differs("events");
    }
    if whole.dialect != wanted.dialect {
        return differs("dialect");
    }
    if whole.spoils != wanted.spoils {
        return differs("spoils");
    }
    if whole.hash != wanted.hash {
        return differs("hash");
    }
    Ok(())
}

/// What happened, in an order of its own: the cluster's has it by shard.
fn names(frame: &Frame) -> Vec<String> {
    let mut names: Vec<String> = frame.events.iter().map(|it| format!("{it:?}")).collect();
    names.sort_unstable();
    names
}
