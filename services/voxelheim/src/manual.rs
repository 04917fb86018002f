//! What is made of the flags' own words: completions for shells, and manual pages.

use std::{fs, io, path::Path};

use clap::{Command, CommandFactory};

use crate::{
    Failure,
    cli::{Arguments, CompletionsArguments, ManArguments},
};

const NAME: &str = "voxelheim";

/// Prints a shell's completions.
pub fn complete(arguments: &CompletionsArguments) -> Result<(), Failure> {
    clap_complete::generate(
        arguments.shell,
        &mut Arguments::command(),
        NAME,
        &mut io::stdout(),
    );
    Ok(())
}

/// Writes a page for the program and for each of its words: `voxelheim-ctl-regions-move.1`.
pub fn write_pages(arguments: &ManArguments) -> Result<(), Failure> {
    let folder = &arguments.folder;
    let mut command = Arguments::command();
    command.build();
    let written = fs::create_dir_all(folder).and_then(|()| write(&command, NAME, folder));
    written.map_err(|error| Failure::Usage(format!("{}: {error}", folder.display())))
}

fn write(command: &Command, name: &str, folder: &Path) -> io::Result<()> {
    let mut page = Vec::new();
    clap_mangen::Man::new(command.clone().name(name.to_owned())).render(&mut page)?;
    fs::write(folder.join(format!("{name}.1")), page)?;
    let words = command
        .get_subcommands()
        .filter(|it| it.get_name() != "help");
    for word in words {
        write(word, &format!("{name}-{}", word.get_name()), folder)?;
    }
    Ok(())
}
