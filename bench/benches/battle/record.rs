//! Records a battle as a server does: soldiers on generated land, and players whose inputs come through an
//! edge's ring and from a script, all in the journal. In real time, for the shard's loop keeps it.

use std::{mem, path::Path, sync::Arc, thread};

use engine::{Attachment, Buttons, Command, Frame, PlayerInput, SessionId, Slot};
use spatial::random::SplitMix64;
use world::{
    Battle, BattleConfig, Pinning, Pod, Retention, Runner, WorldFolder,
    battle::{divided, owners},
};

const SEED: u64 = 1;
const SHARD_COUNT: usize = 1;
/// The smaller of the two houses takes who asks for this one.
const ANY_HOUSE: u8 = 255;
/// Ticks between two thoughts of a player.
const WHIM_TICKS: u32 = 20;
/// Frames that a player sees are so many ticks old.
const VIEW_TICKS: u32 = 2;

/// What is recorded.
#[derive(Clone, Copy)]
pub struct Scene {
    pub soldiers_per_house: u32,
    pub players_count: u64,
    pub ticks_count: u32,
}

/// Fights it and keeps it in a folder. Panics when the system gives no disk or no threads.
pub fn record(scene: Scene, path: &Path) {
    let config = BattleConfig {
        founding: 0,
        seed: SEED,
        soldiers_per_house: scene.soldiers_per_house,
    };
    let state = divided(Battle::new(config).into_world(), (0, 1), SHARD_COUNT);
    let tick_last = state.tick + scene.ticks_count;
    let folder = WorldFolder::open(path).expect("the disk works");
    let life = folder.next_life().expect("the disk works");
    let chronicle = folder.begin(&state, life, Retention::All);
    let listener = thread::current();
    let wake: world::Wake = Arc::new(move || listener.unpark());
    let mut ports = world::connect(&owners(0, SHARD_COUNT), SEED, vec![wake]);
    let pod = Pod {
        state,
        shard_ports: mem::take(&mut ports.shards),
        whole_ports: mem::take(&mut ports.wholes),
        chronicle: Some(chronicle.expect("the disk works")),
        links: None,
    };
    let pod = world::start(pod, Runner::choose(Some(path)), Pinning::Off).expect("threads");
    let edge = &mut ports.edges[0];
    for session in players(scene) {
        edge.send(join(session)).expect("there is room");
    }
    let mut sequence = 0;
    loop {
        let Some(frame) = edge.frame() else {
            thread::park();
            continue;
        };
        if frame.tick >= tick_last {
            break;
        }
        sequence += 1;
        for session in players(scene) {
            let command = input(session, sequence, &frame);
            edge.send(command).expect("there is room");
        }
    }
    pod.stop().expect("no thread panicked");
}

fn players(scene: Scene) -> impl Iterator<Item = SessionId> {
    (1..=scene.players_count).map(SessionId)
}

fn join(session: SessionId) -> Command {
    Command::Join {
        session,
        attachment: Attachment::default(),
        name: format!("guest {}", session.0),
        house: ANY_HOUSE,
    }
}

/// Mostly ahead, mostly with a weapon in use, each second another way and another weapon.
fn input(session: SessionId, sequence: u32, frame: &Frame) -> Command {
    let whim = u64::from(sequence / WHIM_TICKS);
    let mut random = SplitMix64::keyed(&[SEED, session.0, whim]);
    let mut buttons = Buttons::FORWARD | Buttons::RUN;
    // A bow is drawn and let go within a whim.
    if sequence % WHIM_TICKS < WHIM_TICKS - 1 {
        buttons |= Buttons::PRIMARY;
    }
    if random.chance(1, 4) {
        buttons |= Buttons::JUMP;
    }
    let input = PlayerInput {
        sequence,
        view_tick: frame.tick.saturating_sub(VIEW_TICKS),
        buttons: Buttons(buttons),
        yaw: random.next_u32() as u16,
        slot: Slot(random.below(u32::from(Slot::PLACE_FIRST.0)) as u8),
        respawn_banner: u8::MAX,
        ..PlayerInput::default()
    };
    Command::Input {
        session,
        attachment: Attachment::default(),
        input,
    }
}
