//! A recorded battle, run again: a run's checkpoints and journals give the same world at every tick.
//! Recovery, debugging and benchmarks are this one thing.

use std::{
    fmt, io,
    path::{Path, PathBuf},
    sync::{
        Arc,
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread,
    time::Duration,
};

use engine::{
    Command, Frame, Phase, World,
    checkpoint::{self, CheckpointError},
    compose::Composer,
    generate::Generator,
    tick_beside,
};
use journal::{Cut, Folder, Identity, JournalError, Scanner};

use crate::{
    chronicle::read_record,
    limits::STEPS_AHEAD_MAX,
    timings::{Spread, Timing},
    world_folder::{identity, read_seed, shard_path},
};

/// Why a recording cannot be run.
#[derive(Debug)]
pub enum ReplayError {
    Io(io::Error),
    /// No folder of a run.
    NoRun(PathBuf),
    /// There is no tick of which every shard has a checkpoint.
    NoCheckpoint(PathBuf),
    Journal(PathBuf, JournalError),
    BadCheckpoint(PathBuf, CheckpointError),
    BadRecord(u32, CheckpointError),
}

impl fmt::Display for ReplayError {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::Io(error) => error.fmt(out),
            Self::NoRun(path) => write!(
                out,
                "{} holds no recorded battle: give a server's data folder, or one of its runs",
                path.display()
            ),
            Self::NoCheckpoint(path) => write!(
                out,
                "{}: the shards have no checkpoint of one tick: use an older run",
                path.display()
            ),
            Self::Journal(path, error) => write!(out, "{}: {error}", path.display()),
            Self::BadCheckpoint(path, error) => {
                write!(out, "{}: no checkpoint of ours: {error}", path.display())
            }
            Self::BadRecord(tick, error) => write!(out, "tick {tick} is not readable: {error}"),
        }
    }
}

impl std::error::Error for ReplayError {}

/// The shards of a run, at some tick, with what they were given after it.
pub struct Recording {
    shards: Vec<World>,
    /// By shard: what it was given, read ahead one tick at a time.
    tracks: Vec<Track>,
    composer: Composer,
    remarks: Vec<String>,
}

/// What the phases of shards cost, in CPU time of the replaying thread.
#[derive(Default)]
pub struct PhaseTimes {
    phases: [Timing; Phase::ALL.len()],
}

impl PhaseTimes {
    fn record(&mut self, phase: Phase, duration: Duration) {
        self.phases[phase as usize].record(duration.as_micros() as u64);
    }

    /// By phase, in their order: over the last ticks, see [`Timing`].
    pub fn spreads(&self) -> impl Iterator<Item = (&'static str, Spread)> + '_ {
        let phases = Phase::ALL.into_iter().zip(&self.phases);
        phases.map(|(phase, timing)| (phase.name(), timing.spread()))
    }
}

fn thread_cpu_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

/// One shard's journal, read ahead on a thread of its own.
struct Track {
    path: PathBuf,
    steps: Receiver<Step>,
}

/// What a track comes to.
enum Step {
    Tick(u32, Vec<Command>),
    Failed(ReplayError),
    /// The journal's end, and what a crash left torn behind it.
    End(Option<Cut>),
}

impl Recording {
    /// From the newest checkpoint: what recovery does.
    ///
    /// # Errors
    /// Any [`ReplayError`].
    pub fn open_newest(run: &Path) -> Result<Self, ReplayError> {
        Self::open(run, |ticks| ticks.last().copied())
    }

    /// From the oldest checkpoint: all that is recorded.
    ///
    /// # Errors
    /// Any [`ReplayError`].
    pub fn open_oldest(run: &Path) -> Result<Self, ReplayError> {
        Self::open(run, |ticks| ticks.first().copied())
    }

    fn open(run: &Path, choose: impl Fn(&[u32]) -> Option<u32>) -> Result<Self, ReplayError> {
        let paths: Vec<PathBuf> = (0..)
            .map(|number| shard_path(run, number))
            .take_while(|path| path.is_dir())
            .collect();
        if paths.is_empty() {
            return Err(ReplayError::NoRun(run.to_owned()));
        }
        let seed = read_seed(run)?;
        let mut ticks = common_ticks(&paths)?;
        let mut remarks = Vec::new();
        loop {
            let tick = choose(&ticks).ok_or(ReplayError::NoCheckpoint(run.to_owned()))?;
            match load_all(&paths, seed, tick) {
                Ok(shards) => return Self::of_shards(shards, paths, remarks),
                Err(error) if ticks.len() > 1 => {
                    remarks.push(format!("checkpoint of tick {tick} skipped: {error}"));
                    ticks.retain(|other| *other != tick);
                }
                Err(error) => return Err(error),
            }
        }
    }

    fn of_shards(
        shards: Vec<World>,
        paths: Vec<PathBuf>,
        remarks: Vec<String>,
    ) -> Result<Self, ReplayError> {
        let seed = shards[0].config.seed;
        let from_tick = shards[0].tick + 1;
        let generator = Arc::new(Generator::new(seed));
        let tracks = (0..).zip(paths).map(|(number, path)| {
            let identity = identity(seed, number);
            Track::start(path, identity, from_tick, generator.clone())
        });
        Ok(Self {
            tracks: tracks.collect::<io::Result<_>>().map_err(ReplayError::Io)?,
            composer: Composer::new(seed),
            shards,
            remarks,
        })
    }

    pub fn shards(&self) -> &[World] {
        &self.shards
    }

    /// The shards as far as they were run.
    pub fn into_shards(self) -> Vec<World> {
        self.shards
    }

    /// What was skipped or cut.
    pub fn remarks(&self) -> Vec<String> {
        self.remarks.clone()
    }

    /// Runs the next tick, if all shards have it; returns the frame of the whole world. A shard whose
    /// journal goes on alone had ticks that nobody outside heard of.
    ///
    /// # Errors
    /// If a journal is broken.
    pub fn advance(&mut self, times: &mut PhaseTimes) -> Result<Option<Frame>, ReplayError> {
        let tick = self.shards[0].tick + 1;
        let mut inboxes = Vec::new();
        for track in &self.tracks {
            match track.steps.recv().unwrap_or(Step::End(None)) {
                Step::Tick(read, commands) if read == tick => inboxes.push(commands),
                Step::Failed(error) => return Err(error),
                Step::Tick(..) => return Ok(None),
                Step::End(torn) => {
                    let remark = |cut: Cut| format!("{}: {cut}", track.path.display());
                    self.remarks.extend(torn.map(remark));
                    return Ok(None);
                }
            }
        }
        Ok(Some(self.tick(&mut inboxes, times)))
    }

    fn tick(&mut self, inboxes: &mut [Vec<Command>], times: &mut PhaseTimes) -> Frame {
        let frames: Vec<Arc<Frame>> = self.shards.iter().map(|it| it.frame.clone()).collect();
        for (place, (shard, inbox)) in self.shards.iter_mut().zip(inboxes).enumerate() {
            let others = frames
                .iter()
                .enumerate()
                .filter(|(other, _)| *other != place);
            let siblings: Vec<Arc<Frame>> = others.map(|(_, frame)| frame.clone()).collect();
            let mut phase_at = thread_cpu_time();
            tick_beside(shard, inbox, &siblings, |phase| {
                let now = thread_cpu_time();
                times.record(phase, now - phase_at);
                phase_at = now;
            });
        }
        let frames: Vec<Arc<Frame>> = self.shards.iter().map(|it| it.frame.clone()).collect();
        let mut whole = Frame::default();
        self.composer.compose(&frames, &mut whole);
        whole
    }
}

impl Track {
    fn start(
        path: PathBuf,
        identity: Identity,
        from_tick: u32,
        generator: Arc<Generator>,
    ) -> io::Result<Self> {
        let (sender, steps) = sync_channel(STEPS_AHEAD_MAX);
        let reader = Reader {
            path: path.clone(),
            identity,
            from_tick,
            generator,
            sender,
        };
        let thread = thread::Builder::new().name(format!("replay-{}", identity.shard));
        thread.spawn(move || reader.run())?;
        Ok(Self { path, steps })
    }
}

/// The other end of a track. Ends early when nobody wants more.
struct Reader {
    path: PathBuf,
    identity: Identity,
    from_tick: u32,
    generator: Arc<Generator>,
    sender: SyncSender<Step>,
}

impl Reader {
    fn run(self) {
        let last = self.read().unwrap_or_else(Step::Failed);
        // Only a recording that is gone does not take it.
        let _ = self.sender.send(last);
    }

    fn read(&self) -> Result<Step, ReplayError> {
        let failed = |error| ReplayError::Journal(self.path.clone(), error);
        let folder = Folder::open_to_read(&self.path).map_err(ReplayError::Io)?;
        let mut scanner = Scanner::open(&folder, self.identity, self.from_tick).map_err(failed)?;
        while let Some(read) = scanner.advance().map_err(failed)? {
            let tick = read.tick;
            let commands = read
                .records
                .map(|record| read_record(record, &self.generator))
                .collect::<Result<_, _>>()
                .map_err(|error| ReplayError::BadRecord(tick, error))?;
            if self.sender.send(Step::Tick(tick, commands)).is_err() {
                return Ok(Step::End(None));
            }
        }
        Ok(Step::End(scanner.ending().torn))
    }
}

/// Ticks of which every shard has a checkpoint, in order.
fn common_ticks(paths: &[PathBuf]) -> Result<Vec<u32>, ReplayError> {
    let mut common: Option<Vec<u32>> = None;
    for path in paths {
        let folder = Folder::open_to_read(path).map_err(ReplayError::Io)?;
        let ticks = journal::checkpoint::ticks(&folder);
        let ticks = ticks.map_err(|error| ReplayError::Journal(path.clone(), error))?;
        common = Some(match common {
            None => ticks,
            Some(mut common) => {
                common.retain(|tick| ticks.contains(tick));
                common
            }
        });
    }
    Ok(common.unwrap_or_default())
}

fn load_all(paths: &[PathBuf], seed: u64, tick: u32) -> Result<Vec<World>, ReplayError> {
    (0..)
        .zip(paths)
        .map(|(number, path)| load_one(path, seed, number, tick))
        .collect()
}

fn load_one(path: &Path, seed: u64, number: u32, tick: u32) -> Result<World, ReplayError> {
    let folder = Folder::open_to_read(path).map_err(ReplayError::Io)?;
    let failed = |error| ReplayError::Journal(path.to_owned(), error);
    let identity = identity(seed, number);
    let kept = journal::checkpoint::load(&folder, identity, tick).map_err(failed)?;
    let loaded = checkpoint::load(&kept.bytes);
    loaded.map_err(|error| ReplayError::BadCheckpoint(path.to_owned(), error))
}
