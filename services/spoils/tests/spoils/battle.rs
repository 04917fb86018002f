//! A battle by hand: a world of one shard, its journal and checkpoint, and players who dig and fight.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use engine::{
    Attachment, BlockTarget, Buttons, Command, Frame, PlayerInput, SessionId, Slot, World, arena,
    checkpoint, spoils::Gains, tick,
};
use spatial::{BlockCoord, random::SplitMix64};

const SEED: u64 = 11;
const SOLDIERS_PER_HOUSE: u32 = 150;
const EDGE_BLOCKS: i32 = 64;
const CHECKPOINT_TICKS: u32 = 70;
/// Their characters' numbers.
pub const PLAYERS: [u64; 6] = [3, 41, 1 << 40, 77, 100, i64::MAX as u64];

pub struct Battle {
    pub world: World,
    /// The same, whose services never were there: it holds all that was ever gained.
    twin: World,
    /// The last checkpoint, and what each tick since was given.
    kept: Vec<u8>,
    journal: Vec<Vec<Command>>,
    random: SplitMix64,
    sequences: BTreeMap<u64, u32>,
    pub is_fought: bool,
}

impl Battle {
    pub fn begin() -> Self {
        let world = arena::melee(SEED, SOLDIERS_PER_HOUSE, EDGE_BLOCKS);
        Self {
            twin: world.clone(),
            kept: checkpoint::save(&world),
            world,
            journal: Vec::new(),
            random: SplitMix64::new(SEED),
            sequences: PLAYERS.map(|player| (player, 0)).into(),
            is_fought: true,
        }
    }

    /// One tick of both worlds; only this one hears what services say.
    pub fn tick(&mut self, words: Vec<Command>) -> Arc<Frame> {
        if self.world.tick.is_multiple_of(CHECKPOINT_TICKS) {
            self.kept = checkpoint::save(&self.world);
            self.journal.clear();
        }
        let mut commands = self.commands();
        let frame = tick(&mut self.twin, &mut commands.clone());
        commands.extend(words);
        self.journal.push(commands.clone());
        let own = tick(&mut self.world, &mut commands);
        assert_eq!(own.players, frame.players, "no rule asks about spoils");
        own
    }

    /// Killed, and back from checkpoint and journal.
    pub fn crash(&mut self) {
        let hash = self.world.frame.hash;
        self.world = checkpoint::load(&self.kept).expect("it was just saved");
        for commands in &self.journal {
            tick(&mut self.world, &mut commands.clone());
        }
        assert_eq!(self.world.frame.hash, hash, "all of it was durable");
    }

    /// Whether nothing waits to be kept.
    pub fn is_settled(&self) -> bool {
        held(&self.world).is_empty() && self.world.frame.estates.is_empty()
    }

    /// All that was ever gained.
    pub fn gained(&self) -> BTreeMap<u64, Gains> {
        held(&self.twin)
    }

    fn commands(&mut self) -> Vec<Command> {
        let tick = self.world.tick;
        let mut commands = Vec::new();
        for player in PLAYERS {
            let session = SessionId(player);
            match self.world.players.slot_of(session) {
                None if self.is_fought => commands.push(join(session)),
                None => {}
                Some(_) if !self.is_fought || self.random.chance(1, 300) => {
                    commands.push(Command::Leave { session });
                }
                Some(slot) => {
                    let body = self.world.players.get(slot).body;
                    let row = self.world.bodies.row(body).expect("it has a body");
                    let feet = self.world.bodies.motion[row].position.block();
                    let input = self.input(player, tick, feet);
                    commands.push(Command::Input {
                        session,
                        attachment: Attachment::default(),
                        input,
                    });
                }
            }
        }
        commands
    }

    /// Half of them dig where they stand, the others swing their swords all around.
    fn input(&mut self, player: u64, tick: u32, feet: BlockCoord) -> PlayerInput {
        let sequence = self.sequences.get_mut(&player).expect("it plays");
        *sequence += 1;
        let is_digger = player % 2 == 1;
        let below = BlockCoord::new(feet.x, feet.y - 1, feet.z);
        let walks = if is_digger { 0 } else { Buttons::FORWARD };
        PlayerInput {
            sequence: *sequence,
            view_tick: tick,
            buttons: Buttons(Buttons::PRIMARY | walks),
            yaw: self.random.next_u32() as u16,
            slot: if is_digger { Slot::PICK } else { Slot::SWORD },
            target: Some(BlockTarget {
                block: below,
                face: 2,
            }),
            ..PlayerInput::default()
        }
    }
}

fn join(session: SessionId) -> Command {
    Command::Join {
        session,
        attachment: Attachment::default(),
        name: format!("player {}", session.0),
        house: 255,
    }
}

/// What a world holds of each session.
fn held(world: &World) -> BTreeMap<u64, Gains> {
    let seat = world.seat.as_ref().expect("one shard");
    let estates = seat.estates.all().iter().chain(&world.frame.estates);
    let estates = estates.map(|it| (it.session, &it.spoils));
    let players = world.players.order().iter();
    let players = players.map(|(session, slot)| (*session, &world.players.get(*slot).spoils));
    let mut sums = BTreeMap::new();
    for (session, spoils) in players.chain(estates) {
        for half in spoils.halves() {
            add(&mut sums, session.0, half);
        }
    }
    sums
}

pub fn add(sums: &mut BTreeMap<u64, Gains>, session: u64, gains: &Gains) {
    if *gains == Gains::default() {
        return;
    }
    let sum = sums.entry(session).or_default();
    sum.deeds.kills += gains.deeds.kills;
    sum.deeds.deaths += gains.deeds.deaths;
    sum.deeds.score += gains.deeds.score;
    sum.deeds.blocks_dug += gains.deeds.blocks_dug;
    sum.deeds.blocks_placed += gains.deeds.blocks_placed;
    for (thing, count) in gains.things() {
        sum.add(thing, count);
    }
}

/// From one tick to the next: faster than the battle, so that a test is over soon.
pub const PACE: Duration = Duration::from_millis(4);
