//! `voxelheim checkpoint` and `voxelheim archive`: streams in and out, so that dumps are compressed and encrypted by
//! whoever makes them (`ops/scripts`), and stock tools can undo it.

use std::{
    io::{self, IsTerminal, Read, Write},
    path::Path,
};

use archive::{Archive, ArchiveError, Id, Keep};
use backends::objects::Objects;
use web::Clock;
use world::{COPY_BYTES_MAX, WorldFolder};

use crate::{
    Failure,
    cli::{ArchiveArguments, ArchiveVerb, CheckpointVerb},
    data::WORLD,
    services::{runtime, runtime_failure},
};

pub fn run_checkpoint(verb: &CheckpointVerb) -> Result<(), Failure> {
    match verb {
        CheckpointVerb::Save { data } => save(data),
        CheckpointVerb::Load { data } => load(data),
    }
}

fn save(data: &Path) -> Result<(), Failure> {
    let missing = || Failure::Usage(format!("{} holds no world", data.display()));
    // Looked for, not made: the folder may be read-only, or of another name.
    if !data.join(WORLD).is_dir() {
        return Err(missing());
    }
    let copy = world_of(data)?.copy().map_err(usage)?;
    let copy = copy.ok_or_else(missing)?;
    refuse_terminal(io::stdout().is_terminal())?;
    let mut output = io::stdout().lock();
    let written = output.write_all(&copy).and_then(|()| output.flush());
    written.map_err(runtime_failure)
}

fn load(data: &Path) -> Result<(), Failure> {
    let mut copy = Vec::new();
    let mut input = io::stdin().lock().take(COPY_BYTES_MAX);
    input.read_to_end(&mut copy).map_err(runtime_failure)?;
    let tick = world_of(data)?.restore(&copy).map_err(usage)?;
    crate::say(&format!(
        "{} holds the world as of tick {tick}.",
        data.display()
    ));
    Ok(())
}

fn world_of(data: &Path) -> Result<WorldFolder, Failure> {
    let path = data.join(WORLD);
    let unusable = |error| Failure::Usage(format!("{}: {error}", path.display()));
    WorldFolder::open(&path).map_err(unusable)
}

pub fn run_archive(arguments: &ArchiveArguments) -> Result<(), Failure> {
    let objects = Objects::open(&arguments.objects).map_err(usage)?;
    let archive = Archive::new(objects);
    runtime()?.block_on(run(&archive, &arguments.verb))
}

async fn run(archive: &Archive, verb: &ArchiveVerb) -> Result<(), Failure> {
    match verb {
        ArchiveVerb::Put { name } => {
            let now_ms = Clock::system().now_ms();
            let put = archive.put(name, now_ms, &mut tokio::io::stdin()).await;
            crate::say(put.map_err(of_archive)?.id.as_str());
        }
        ArchiveVerb::Get { name, id } => {
            refuse_terminal(io::stdout().is_terminal())?;
            let id = chosen(archive, name, id.as_deref()).await?;
            let got = archive.get(name, &id, &mut tokio::io::stdout()).await;
            got.map_err(of_archive)?;
        }
        ArchiveVerb::Verify { name, id } => {
            let id = chosen(archive, name, id.as_deref()).await?;
            let got = archive.get(name, &id, &mut tokio::io::sink()).await;
            let bytes = got.map_err(of_archive)?;
            crate::say(&format!("{id} {bytes}"));
        }
        ArchiveVerb::List { name } => {
            for kept in archive.list(name).await.map_err(of_archive)? {
                crate::say(&format!("{} {}", kept.id, kept.bytes));
            }
        }
        &ArchiveVerb::Prune {
            ref name,
            hours,
            days,
            weeks,
        } => {
            let keep = Keep { hours, days, weeks };
            let now_ms = Clock::system().now_ms();
            let gone = archive.prune(name, keep, now_ms).await;
            for id in gone.map_err(of_archive)? {
                crate::say(id.as_str());
            }
        }
    }
    Ok(())
}

/// The copy of this id, or the newest.
async fn chosen(archive: &Archive, name: &str, id: Option<&str>) -> Result<Id, Failure> {
    if let Some(text) = id {
        let wrong = || Failure::Usage(format!("{text:?} is no id: see voxelheim archive list"));
        return Id::parse(text).ok_or_else(wrong);
    }
    let newest = archive.newest(name).await.map_err(of_archive)?;
    newest.ok_or_else(|| Failure::Runtime(format!("there is no copy of {name}")))
}

/// What comes out is no text.
fn refuse_terminal(is_terminal: bool) -> Result<(), Failure> {
    match is_terminal {
        true => Err(Failure::Usage(
            "send standard output into a file".to_owned(),
        )),
        false => Ok(()),
    }
}

fn of_archive(error: ArchiveError) -> Failure {
    Failure::Runtime(error.to_string())
}

fn usage(error: impl std::fmt::Display) -> Failure {
    Failure::Usage(error.to_string())
}
