//! Copies of the world are put among objects without end, as beside a shard in production; whoever makes them writes
//! down which were taken, and that one was not.

use std::{
    fs,
    io::Write,
    process::{Command, Output, Stdio},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use crate::stack::{Places, Stack};

/// What the copies are called.
const NAME: &str = "battle";
/// Between two copies, which take the machine's time from the battle.
const REST: Duration = Duration::from_millis(500);

/// What became of copies, while more are made.
#[derive(Default)]
pub struct Tally {
    pub taken: AtomicU64,
    /// Whoever made one was told that it is none.
    pub refused: AtomicU64,
    is_over: AtomicBool,
}

/// See the module.
pub struct Copies {
    pub tally: Arc<Tally>,
    maker: JoinHandle<Vec<String>>,
}

impl Copies {
    pub fn begin(stack: &Stack) -> Self {
        let tally = Arc::new(Tally::default());
        let (places, told) = (Arc::clone(&stack.places), Arc::clone(&tally));
        Self {
            tally,
            maker: thread::spawn(move || make(&places, &told)),
        }
    }

    /// The ids of those that were taken.
    pub fn end(self) -> Vec<String> {
        self.tally.is_over.store(true, Relaxed);
        self.maker.join().expect("it makes copies")
    }
}

fn make(places: &Places, tally: &Tally) -> Vec<String> {
    let mut ids = Vec::new();
    while !tally.is_over.load(Relaxed) {
        let saved = run(
            places,
            &["checkpoint", "save", "--data", &places.path("world")],
            &[],
        );
        // A shard that has just begun has saved nothing yet.
        if saved.status.success() {
            let put = run(places, &["archive", "put", NAME], &saved.stdout);
            match put.status.success() {
                true => {
                    ids.push(text(&put.stdout));
                    tally.taken.fetch_add(1, Relaxed);
                }
                false => {
                    assert!(!put.stderr.is_empty(), "it is told why");
                    tally.refused.fetch_add(1, Relaxed);
                }
            }
        }
        thread::sleep(REST);
    }
    ids
}

/// Each copy that was taken is whole, and the last is a world.
pub fn require_kept(stack: &Stack, ids: &[String]) {
    let places = &stack.places;
    for id in ids {
        let verified = run(places, &["archive", "verify", NAME, id], &[]);
        assert!(verified.status.success(), "{id}: {verified:?}");
    }
    let last = ids.last().expect("one at least");
    let got = run(places, &["archive", "get", NAME, last], &[]);
    assert!(got.status.success(), "{}", text(&got.stderr));
    let folder = places.path("restored");
    fs::create_dir_all(&folder).expect("a folder");
    let load = ["checkpoint", "load", "--data", &folder];
    let loaded = run(places, &load, &got.stdout);
    assert!(loaded.status.success(), "{}", text(&loaded.stderr));
}

fn run(places: &Places, words: &[&str], input: &[u8]) -> Output {
    let mut command: Command = places.voxelheim(words[0]);
    command.args(&words[1..]).stdin(Stdio::piped());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the binary runs");
    let mut stdin = child.stdin.take().expect("it is piped");
    let input = input.to_vec();
    // One that reads nothing ends before it was given all.
    let giving = thread::spawn(move || drop(stdin.write_all(&input)));
    let output = child.wait_with_output().expect("it ends");
    giving.join().expect("it does not panic");
    output
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).trim().to_owned()
}
