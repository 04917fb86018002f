//! `voxelheim replay`: runs a recorded battle again, headless and at full speed.

use std::{
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
    time::Instant,
};

use engine::limits::TICK_RATE_HZ;
use serde_json::json;
use world::{Recording, ReplayError, WorldFolder, replay::PhaseTimes};

use crate::{Failure, cli::ReplayArguments, data};

/// Replays and prints `ticks`, `hash`, `seconds` and `speed` (times real time).
pub fn run(arguments: &ReplayArguments) -> Result<(), Failure> {
    let run = run_folder(&arguments.path)?;
    let mut recording = Recording::open(&run).map_err(unusable)?;
    let mut output = BufWriter::new(io::stdout().lock());
    let tick_first = recording.state().tick;
    let mut times = PhaseTimes::default();
    let begun_at = Instant::now();
    while arguments
        .until
        .is_none_or(|until| recording.state().tick < until)
    {
        let Some(replayed) = recording.advance(&mut times).map_err(unusable)? else {
            break;
        };
        if arguments.hashes {
            writeln!(output, "{} {:016x}", replayed.tick, replayed.hash).map_err(unprinted)?;
        }
    }
    let seconds = begun_at.elapsed().as_secs_f64();
    for remark in recording.remarks() {
        tracing::warn!("{remark}");
    }
    let outcome = Outcome {
        tick_first,
        ticks: recording.state().tick - tick_first,
        hash: recording.hash(),
        seconds,
        times: arguments.bench.then_some(times),
    };
    let text = match arguments.json {
        true => format!("{:#}\n", outcome.to_json()),
        false => outcome.to_text(),
    };
    output.write_all(text.as_bytes()).map_err(unprinted)?;
    output.flush().map_err(unprinted)
}

/// A server's folder has its current run; anything else must be a run itself, or a file of one.
fn run_folder(path: &Path) -> Result<PathBuf, Failure> {
    if let (true, Some(run)) = (path.is_file(), path.parent()) {
        return Ok(run.to_owned());
    }
    let kept = path.join(data::WORLD);
    let kept = if kept.is_dir() { kept } else { path.to_owned() };
    let current = match kept.is_dir() {
        true => WorldFolder::open(&kept).and_then(|folder| folder.current_run()),
        false => Ok(None),
    };
    match current {
        Ok(Some(run)) => Ok(run),
        Ok(None) => Ok(kept),
        Err(error) => Err(Failure::Usage(format!("{}: {error}", path.display()))),
    }
}

struct Outcome {
    /// The tick of the checkpoint it began with.
    tick_first: u32,
    ticks: u32,
    /// Of the last tick.
    hash: u64,
    seconds: f64,
    times: Option<PhaseTimes>,
}

impl Outcome {
    fn speed(&self) -> f64 {
        f64::from(self.ticks) / f64::from(TICK_RATE_HZ) / self.seconds.max(1e-9)
    }

    fn to_json(&self) -> serde_json::Value {
        let mut value = json!({
            "tick_first": self.tick_first,
            "ticks": self.ticks,
            "hash": format!("{:016x}", self.hash),
            "seconds": self.seconds,
            "speed": self.speed(),
        });
        if let Some(times) = &self.times {
            let phases = times.spreads().map(|(phase, spread)| {
                let spread = json!({ "p50": spread.p50, "p99": spread.p99, "max": spread.max });
                (phase.to_owned(), spread)
            });
            value["phases_us"] = phases.collect::<serde_json::Map<_, _>>().into();
        }
        value
    }

    fn to_text(&self) -> String {
        let mut text = format!(
            "ticks {}\nhash {:016x}\nseconds {:.3}\nspeed {:.1}\n",
            self.ticks,
            self.hash,
            self.seconds,
            self.speed(),
        );
        for (phase, spread) in self.times.iter().flat_map(PhaseTimes::spreads) {
            text += &format!(
                "{phase:<8} p50 {:>6} µs  p99 {:>6} µs  max {:>6} µs\n",
                spread.p50, spread.p99, spread.max
            );
        }
        text
    }
}

fn unusable(error: ReplayError) -> Failure {
    Failure::Usage(error.to_string())
}

fn unprinted(error: io::Error) -> Failure {
    Failure::Runtime(format!("the result cannot be printed: {error}"))
}
