//! How long a newcomer waits: from the start of a server with all its services and an empty data folder until
//! it listens, and until the first player has a body and land around it; and the same for a saved world.

use std::{
    fs,
    io::{self, Write},
    path::Path,
    time::{Duration, Instant},
};

use clap::Args;

use crate::{battle::Battle, peers::Failure};

/// What must be reached, from the start to a player in the battle.
const PLAYABLE_MAX: Duration = Duration::from_secs(2);

/// What to measure.
#[derive(Args)]
pub struct Options {
    #[command(flatten)]
    pub battle: Battle,
    /// How often; the medians count
    #[arg(long, value_name = "N", default_value_t = 5)]
    pub rounds: usize,
}

/// One start.
#[derive(Clone, Copy)]
struct Start {
    listens: Duration,
    playable: Duration,
}

/// Prints a table.
///
/// # Errors
/// If the server or the bot does not start.
pub fn run(options: &Options) -> Result<(), Failure> {
    let folder = std::env::temp_dir().join(format!("voxelheim-start-{}", std::process::id()));
    let measured = measure(options, &folder);
    let _ = fs::remove_dir_all(&folder);
    let (new, saved) = measured?;
    let mut out = io::stdout();
    writeln!(
        out,
        "`./dev bench start`, medians of {} rounds, must be {} ms at most\n",
        options.rounds,
        PLAYABLE_MAX.as_millis()
    )?;
    writeln!(
        out,
        "| world | listens | a player is in the battle | holds |\n| --- | --- | --- | --- |"
    )?;
    for (world, start) in [("new", new), ("saved", saved)] {
        let (listens, playable) = (start.listens.as_millis(), start.playable.as_millis());
        let holds = if start.playable <= PLAYABLE_MAX {
            "yes"
        } else {
            "NO"
        };
        writeln!(out, "| {world} | {listens} ms | {playable} ms | {holds} |")?;
    }
    Ok(())
}

fn measure(options: &Options, folder: &Path) -> io::Result<(Start, Start)> {
    let (mut new, mut saved) = (Vec::new(), Vec::new());
    for round in 0..options.rounds.max(1) {
        let data = folder.join(round.to_string());
        new.push(start(&options.battle, &data)?);
        saved.push(start(&options.battle, &data)?);
    }
    Ok((median(new), median(saved)))
}

fn start(battle: &Battle, data: &Path) -> io::Result<Start> {
    let begun = Instant::now();
    let (_server, address) = battle.start_with(1, Some(data))?;
    let listens = begun.elapsed();
    let mut bots = battle.join(address, 1)?;
    bots.wait_for("joined")?;
    Ok(Start {
        listens,
        playable: begun.elapsed(),
    })
}

/// Of each by itself.
fn median(starts: Vec<Start>) -> Start {
    let middle = |of: fn(&Start) -> Duration| {
        let mut all: Vec<Duration> = starts.iter().map(of).collect();
        all.sort_unstable();
        all[all.len() / 2]
    };
    Start {
        listens: middle(|start| start.listens),
        playable: middle(|start| start.playable),
    }
}
