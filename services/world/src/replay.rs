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

use engine::{Frame, Phase, compose::Composer, generate::Generator, record::CheckpointError};
use journal::{Cut, Folder, Identity, JournalError, Scanner, checkpoint};
use pod::{PodState, recovery::RecoveryError, replay::Inputs};

use crate::{
    limits::STEPS_AHEAD_MAX,
    timings::{Spread, Timing},
    world_folder::open_run,
};

/// Why a recording cannot be run.
#[derive(Debug)]
pub enum ReplayError {
    Io(io::Error),
    /// No folder of a run.
    NoRun(PathBuf),
    /// No checkpoint of it loads.
    NoCheckpoint(PathBuf),
    Journal(PathBuf, JournalError),
    Recovery(PathBuf, RecoveryError),
    BadCheckpoint(PathBuf, CheckpointError),
    /// A copy that is none of ours, and how that shows.
    BadCopy(String),
    /// A run is where a copy was to go.
    Occupied(PathBuf),
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
                "{} has no checkpoint that loads: use an older run",
                path.display()
            ),
            Self::Journal(path, error) => write!(out, "{}: {error}", path.display()),
            Self::Recovery(path, error) => write!(out, "{}: {error}", path.display()),
            Self::BadCheckpoint(path, error) => {
                write!(out, "{}: no checkpoint of ours: {error}", path.display())
            }
            Self::BadCopy(how) => write!(out, "that is no copy of a world: {how}"),
            Self::Occupied(path) => write!(
                out,
                "{} is a world's already: restore into another folder",
                path.display()
            ),
            Self::BadRecord(tick, error) => write!(out, "tick {tick} is not readable: {error}"),
        }
    }
}

impl std::error::Error for ReplayError {}

/// A run's pod at some tick, with what it was given after that.
pub struct Recording {
    state: PodState,
    /// Read ahead on a thread of its own.
    steps: Receiver<Step>,
    path: PathBuf,
    composer: Composer,
    remarks: Vec<String>,
}

/// A tick that was run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Replayed {
    pub tick: u32,
    /// Of the whole world; of a pod that is a part of one, the sum of its shards'.
    pub hash: u64,
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

/// What reading ahead comes to.
enum Step {
    Tick(u32, Inputs),
    Failed(ReplayError),
    /// The journal's end, and what a crash left torn behind it.
    End(Option<Cut>),
}

impl Recording {
    /// From the oldest checkpoint that loads: all that is recorded.
    ///
    /// # Errors
    /// Any [`ReplayError`].
    pub fn open(run: &Path) -> Result<Self, ReplayError> {
        let (folder, identity) = open_run(run)?;
        let ticks = checkpoint::ticks(&folder);
        let ticks = ticks.map_err(|error| ReplayError::Journal(run.to_owned(), error))?;
        let mut remarks = Vec::new();
        for tick in ticks {
            match load(&folder, identity, tick, run) {
                Ok(state) => return Self::of_state(state, identity, run, remarks),
                Err(error) => {
                    remarks.push(format!("checkpoint of tick {tick} skipped: {error}"));
                }
            }
        }
        Err(ReplayError::NoCheckpoint(run.to_owned()))
    }

    fn of_state(
        state: PodState,
        identity: Identity,
        run: &Path,
        remarks: Vec<String>,
    ) -> Result<Self, ReplayError> {
        let (sender, steps) = sync_channel(STEPS_AHEAD_MAX);
        let reader = Reader {
            path: run.to_owned(),
            identity,
            from_tick: state.tick + 1,
            generator: Arc::new(Generator::new(identity.world)),
            sender,
        };
        let thread = thread::Builder::new().name("replay".into());
        thread
            .spawn(move || reader.run())
            .map_err(ReplayError::Io)?;
        Ok(Self {
            composer: Composer::new(identity.world),
            path: run.to_owned(),
            state,
            steps,
            remarks,
        })
    }

    /// The pod as far as it was run.
    pub fn state(&self) -> &PodState {
        &self.state
    }

    /// What was skipped or cut.
    pub fn remarks(&self) -> &[String] {
        &self.remarks
    }

    /// Runs the next tick, if there is one.
    ///
    /// # Errors
    /// If the journal is broken.
    pub fn advance(&mut self, times: &mut PhaseTimes) -> Result<Option<Replayed>, ReplayError> {
        match self.steps.recv().unwrap_or(Step::End(None)) {
            Step::Tick(tick, inputs) => self.tick(tick, inputs, times).map(Some),
            Step::Failed(error) => Err(error),
            Step::End(torn) => {
                let remark = |cut: Cut| format!("{}: {cut}", self.path.display());
                self.remarks.extend(torn.map(remark));
                Ok(None)
            }
        }
    }

    fn tick(
        &mut self,
        tick: u32,
        inputs: Inputs,
        times: &mut PhaseTimes,
    ) -> Result<Replayed, ReplayError> {
        let mut phase_at = thread_cpu_time();
        let advanced = self.state.advance(tick, inputs, |phase| {
            let now = thread_cpu_time();
            times.record(phase, now - phase_at);
            phase_at = now;
        });
        advanced.map_err(|error| ReplayError::BadRecord(tick, error))?;
        let hash = self.hash();
        Ok(Replayed { tick, hash })
    }

    /// As of [`Replayed::hash`].
    pub fn hash(&mut self) -> u64 {
        let shards = self.state.shards.iter();
        let frames: Vec<Arc<Frame>> = shards.map(|shard| shard.world.frame.clone()).collect();
        if self.state.members.iter().any(|it| it.pod != self.state.pod) {
            let sums = frames.iter().map(|frame| frame.hash_sum);
            return sums.fold(0, u64::wrapping_add);
        }
        let mut whole = Frame::default();
        self.composer.compose(&frames, &mut whole);
        whole.hash
    }
}

fn load(
    folder: &Folder,
    identity: Identity,
    tick: u32,
    run: &Path,
) -> Result<PodState, ReplayError> {
    let kept = checkpoint::load(folder, identity, tick);
    let kept = kept.map_err(|error| ReplayError::Journal(run.to_owned(), error))?;
    let read = PodState::read(&kept.bytes);
    read.map_err(|error| ReplayError::BadCheckpoint(run.to_owned(), error))
}

/// Reads a journal ahead of who runs it. Ends early when nobody wants more.
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
            let inputs = Inputs::read(read.records, &*self.generator);
            let inputs = inputs.map_err(|error| ReplayError::BadRecord(tick, error))?;
            if self.sender.send(Step::Tick(tick, inputs)).is_err() {
                return Ok(Step::End(None));
            }
        }
        Ok(Step::End(scanner.ending().torn))
    }
}
