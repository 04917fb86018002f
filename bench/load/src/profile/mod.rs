//! Where the time of our server's shards or edges goes: samples of their threads by `perf` while bots play,
//! as a flame graph and as the functions that take most.

mod top;

use std::{
    fs::{self, File},
    io::{self, BufReader, Write},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use clap::{Args, ValueEnum};
use inferno::{
    collapse::{Collapse, perf},
    flamegraph,
};

use crate::{battle::Battle, peers::Failure};
use top::Top;

/// Samples a second: no multiple of the ticks', so that it does not always see the same part of one.
const SAMPLES_PER_SECOND: &str = "997";
/// Bytes of stack that are kept with each sample, from which its callers are found without a build with
/// frame pointers: the most that perf takes without losing samples here.
const CALL_GRAPH: &str = "dwarf,16384";

/// Whose threads, and for how many bots.
#[derive(Args)]
pub struct Options {
    #[arg(value_enum)]
    pub thread: Thread,
    #[command(flatten)]
    pub battle: Battle,
    #[arg(long, value_name = "N", default_value_t = 200)]
    pub clients: usize,
    /// Where the samples and the flame graph go
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
}

/// Threads by the first part of their names.
#[derive(ValueEnum, Clone, Copy, Debug)]
pub enum Thread {
    Shard,
    Edge,
}

impl Thread {
    fn name(self) -> &'static str {
        match self {
            Thread::Shard => "shard",
            Thread::Edge => "edge",
        }
    }
}

/// Records, folds, draws and tells.
///
/// # Errors
/// If the server, the bots or perf do not start or end too early.
pub fn run(options: &Options) -> Result<(), Failure> {
    fs::create_dir_all(&options.out)?;
    let name = options.thread.name();
    let samples = options.out.join(format!("{name}.perf"));
    let picture = options.out.join(format!("{name}.svg"));
    record(options, &samples)?;
    let folded = fold(&samples)?;
    draw(name, &folded, &picture)?;
    let mut out = io::stdout();
    write!(out, "{}", Top::of(&folded))?;
    writeln!(out, "\nThe flame graph: {}", picture.display())?;
    Ok(())
}

fn record(options: &Options, samples: &Path) -> Result<(), Failure> {
    let battle = &options.battle;
    let (server, address) = battle.start(options.clients)?;
    let mut bots = battle.join(address, options.clients)?;
    bots.wait_for("measuring")?;
    let threads = threads(server.id(), options.thread.name())?;
    let status = Command::new("perf")
        .args(["record", "--quiet", "--event", "cpu-clock"])
        .args(["--freq", SAMPLES_PER_SECOND, "--call-graph", CALL_GRAPH])
        .args(["--tid", &threads.join(",")])
        .arg("--output")
        .arg(samples)
        .args(["--", "sleep", &battle.seconds.to_string()])
        .status()?;
    match status.success() {
        true => Ok(()),
        false => Err("perf could not record".into()),
    }
}

/// Threads of a process whose names begin so.
fn threads(process: u32, name: &str) -> io::Result<Vec<String>> {
    let mut threads = Vec::new();
    for thread in fs::read_dir(format!("/proc/{process}/task"))? {
        let path = thread?.path();
        if fs::read_to_string(path.join("comm"))?.starts_with(name) {
            let number = path.file_name().unwrap_or_default();
            threads.push(number.to_string_lossy().into_owned());
        }
    }
    match threads.is_empty() {
        true => Err(io::Error::other(format!("the server has no thread {name}"))),
        false => Ok(threads),
    }
}

/// One line for each stack that was seen: its functions from the outermost in, and the time spent there in ns.
fn fold(samples: &Path) -> Result<String, Failure> {
    let mut script = Command::new("perf")
        .args(["script", "--no-inline", "--input"])
        .arg(samples)
        .stdout(Stdio::piped())
        .stderr(File::create(samples.with_extension("log"))?)
        .spawn()?;
    let output = script.stdout.take().expect("it is piped");
    let mut folded = Vec::new();
    perf::Folder::default().collapse(BufReader::new(output), &mut folded)?;
    match script.wait()?.success() {
        true => Ok(String::from_utf8(folded)?),
        false => Err("perf could not read what it recorded".into()),
    }
}

fn draw(name: &str, folded: &str, picture: &Path) -> Result<(), Failure> {
    let mut options = flamegraph::Options::default();
    options.title = format!("VoxelHeim, {name}");
    options.count_name = "ns".into();
    flamegraph::from_lines(&mut options, folded.lines(), File::create(picture)?)?;
    Ok(())
}
