//! What a battle was given is kept, so that it comes back as it was however the server ended, and can
//! be run again.

use std::{
    fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use engine::{Attachment, Command, Frame, PlayerInput, SessionId, compose::Composer};
use pod::PodState;
use world::{
    Battle, BattleConfig, Pinning, Pod, Recording, Retention, Runner, WorldFolder,
    battle::{divided, owners},
    replay::PhaseTimes,
};

const SEED: u64 = 5;
const SHARD_COUNT: usize = 2;

/// A folder that goes when the test ends.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("voxelheim-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).expect("a temporary folder");
        Self(path)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn new_state() -> PodState {
    let config = BattleConfig {
        founding: 0,
        seed: SEED,
        soldiers_per_house: 60,
    };
    divided(Battle::new(config).into_world(), (0, 1), SHARD_COUNT)
}

/// Runs until some players have joined and acted for a while; returns the hash of every frame that an
/// edge was told.
fn fight(folder: &WorldFolder, state: PodState, ticks: u32) -> Vec<(u32, u64)> {
    let life = folder.next_life().expect("a folder");
    let chronicle = folder.begin(&state, life, Retention::All);
    let chronicle = chronicle.expect("a folder");
    let tick_last = state.tick + ticks;
    let wake: world::Wake = std::sync::Arc::new(|| ());
    let mut ports = world::connect(&owners(0, SHARD_COUNT), SEED, vec![wake]);
    let pod = Pod {
        state,
        shard_ports: std::mem::take(&mut ports.shards),
        whole_ports: std::mem::take(&mut ports.wholes),
        chronicle: Some(chronicle),
        links: None,
    };
    let pod = world::start(pod, Runner::choose(None), Pinning::Off).expect("threads");
    let mut told = Vec::new();
    let edge = &mut ports.edges[0];
    let patience = Instant::now() + Duration::from_secs(60);
    while told.last().is_none_or(|(tick, _)| *tick < tick_last) {
        assert!(Instant::now() < patience, "it ticks");
        let Some(frame) = edge.frame() else {
            std::thread::yield_now();
            continue;
        };
        told.push((frame.tick, frame.hash));
        for session in 1..=8 {
            let session = SessionId(session);
            let command = match told.len() {
                1 => Command::Join {
                    session,
                    attachment: Attachment::default(),
                    name: format!("guest {}", session.0),
                    house: 255,
                },
                count => Command::Input {
                    session,
                    attachment: Attachment::default(),
                    input: PlayerInput {
                        sequence: count as u32,
                        buttons: engine::Buttons(engine::Buttons::FORWARD),
                        yaw: (session.0 * 8_000) as u16,
                        ..PlayerInput::default()
                    },
                },
            };
            edge.send(command).expect("there is room");
        }
    }
    pod.stop().expect("no thread panicked");
    while let Some(frame) = edge.frame() {
        told.push((frame.tick, frame.hash));
    }
    told
}

fn hash_of(state: &PodState) -> u64 {
    let shards = state.shards.iter();
    let frames: Vec<_> = shards.map(|shard| shard.world.frame.clone()).collect();
    let mut whole = Frame::default();
    Composer::new(SEED).compose(&frames, &mut whole);
    whole.hash
}

#[test]
fn a_battle_goes_on_where_it_ended_and_runs_again_the_same() {
    let scratch = Scratch::new("goes-on");
    let folder = WorldFolder::open(&scratch.0).expect("a folder");
    let told = fight(&folder, new_state(), 60);
    let recovered = folder.recover().expect("it was kept").expect("it was kept");
    let &(tick, hash) = told.last().expect("frames were told");
    let state = recovered.state;
    assert_eq!((state.tick, hash_of(&state)), (tick, hash));
    assert!(recovered.remarks.is_empty());
    replay_gives(&folder, &told);
    let told_then = fight(&folder, state, 20);
    assert_eq!(told_then[0].0, tick + 1);
    replay_gives(&folder, &told_then);
}

fn replay_gives(folder: &WorldFolder, told: &[(u32, u64)]) {
    let run = folder
        .current_run()
        .expect("readable")
        .expect("there is one");
    let mut recording = Recording::open(&run).expect("a run");
    let mut times = PhaseTimes::default();
    let mut told = told.iter().copied();
    let mut next = told.next();
    while let Some((tick, hash)) = next {
        let replayed = recording.advance(&mut times).expect("whole");
        let replayed = replayed.expect("every tick that was told");
        // A slow edge is not told of every tick.
        if replayed.tick == tick {
            assert_eq!(replayed.hash, hash, "tick {tick}");
            next = told.next();
        }
    }
}

/// Kills the power at many moments: whatever is lost of the files' ends, everything that was durable
/// then is there, and it is a world that was.
#[test]
fn whatever_a_crash_leaves_is_a_world_that_was() {
    let scratch = Scratch::new("crash");
    let folder = WorldFolder::open(&scratch.0.join("whole")).expect("a folder");
    let told = fight(&folder, new_state(), 60);
    for cut in [1, 2, 7, 19, 33, 48] {
        let copy = scratch.0.join(format!("cut-{cut}"));
        copy_folder(&scratch.0.join("whole"), &copy);
        let crashed = WorldFolder::open(&copy).expect("a folder");
        let run = crashed.current_run().expect("readable").expect("there");
        forget_last_checkpoint(&run);
        tear(&run, cut);
        let recovered = crashed.recover().expect("usable").expect("there");
        let tick = recovered.state.tick;
        assert!(tick < told.last().expect("told").0);
        if let Some((_, hash)) = told.iter().find(|(told, _)| *told == tick) {
            assert_eq!(hash_of(&recovered.state), *hash, "tick {tick}");
        }
    }
}

/// A crash happens before the checkpoint of a clean end.
fn forget_last_checkpoint(run: &Path) {
    let mut names = names_of(run, "checkpoint-");
    assert!(names.len() > 1, "{names:?}");
    let last = names.pop().expect("more than one");
    fs::remove_file(run.join(last)).expect("it is there");
}

/// Cuts the journal's end.
fn tear(run: &Path, cut: u64) {
    let name = names_of(run, "journal-").pop().expect("a segment");
    let file = fs::OpenOptions::new().write(true).open(run.join(name));
    let file = file.expect("it is there");
    let size = file.metadata().expect("it is there").len();
    let bytes = cut * 4_096 + 100 * cut;
    file.set_len(size - bytes.min(size / 2))
        .expect("it is writable");
}

fn names_of(path: &Path, prefix: &str) -> Vec<String> {
    let entries = fs::read_dir(path).expect("a folder");
    let names = entries.map(|entry| entry.expect("readable").file_name());
    let names = names.map(|name| name.into_string().expect("our names are text"));
    let mut names: Vec<String> = names.filter(|name| name.starts_with(prefix)).collect();
    names.sort_unstable();
    names
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("readable");
        let target = to.join(entry.file_name());
        match entry.path().is_dir() {
            true => copy_folder(&entry.path(), &target),
            false => drop(fs::copy(entry.path(), target).expect("a copy")),
        }
    }
}

/// A pod that left its world goes on nowhere, and what is half begun is nothing.
#[test]
fn a_copy_is_the_world_of_its_checkpoint_and_nothing_else_is() {
    let scratch = Scratch::new("copy");
    let folder = WorldFolder::open(&scratch.0.join("whole")).expect("a folder");
    assert!(folder.copy().expect("a new folder").is_none());
    let told = fight(&folder, new_state(), 60);
    let copy = folder.copy().expect("it is whole").expect("it has a world");

    let elsewhere = WorldFolder::open(&scratch.0.join("elsewhere")).expect("a folder");
    let flips = (0..copy.len()).step_by(copy.len() / 23);
    for place in flips.chain([0, 8, 24, 32, 48, 55]) {
        let mut damaged = copy.clone();
        damaged[place] ^= 1;
        elsewhere.restore(&damaged).expect_err("a bit is another");
    }
    for cut in [0, 55, 56, copy.len() - 1] {
        elsewhere.restore(&copy[..cut]).expect_err("it is cut off");
    }
    assert_eq!(elsewhere.current_run().expect("a folder"), None);

    let tick = elsewhere.restore(&copy).expect("it is whole");
    let restored = elsewhere.recover().expect("it is whole").expect("a world");
    assert_eq!(restored.state.tick, tick);
    // A directory that was made anew gives the first life, which may go on with it.
    assert_eq!(elsewhere.next_life().expect("readable"), 1);
    let then = told.iter().find(|(told, _)| *told == tick);
    let before = new_state();
    let expected = then.map_or_else(|| hash_of(&before), |(_, hash)| *hash);
    assert_eq!(hash_of(&restored.state), expected);
    let refused = elsewhere.restore(&copy).expect_err("there is one");
    assert!(refused.to_string().contains("another folder"), "{refused}");
}

#[test]
fn only_the_latest_life_that_began_whole_counts() {
    let scratch = Scratch::new("lives");
    let folder = WorldFolder::open(&scratch.0).expect("a folder");
    for life in [9, 10, 11] {
        let chronicle = folder.begin(&new_state(), life, Retention::Recovery);
        chronicle.expect("a folder").end();
    }
    fs::create_dir(scratch.0.join("new-12")).expect("a folder");
    let run = folder.current_run().expect("readable").expect("there");
    assert_eq!(run, scratch.0.join("run-11"));
    assert_eq!(folder.next_life().expect("readable"), 12);
    folder.leave().expect("a folder");
    assert_eq!(folder.current_run().expect("readable"), None);
    assert_eq!(folder.next_life().expect("readable"), 12);
    assert!(folder.recover().expect("nothing is wrong").is_none());
}

#[test]
fn what_is_no_recording_is_told_so() {
    let scratch = Scratch::new("none");
    let Err(error) = Recording::open(&scratch.0) else {
        panic!("an empty folder is no run");
    };
    assert!(error.to_string().contains("no recorded battle"), "{error}");
    let folder = WorldFolder::open(&scratch.0).expect("a folder");
    assert!(folder.recover().expect("nothing is wrong").is_none());
}
