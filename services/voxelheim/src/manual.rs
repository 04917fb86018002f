//! What is made of the flags' own words: completions for shells, and manual pages.

use std::{fs, io};

use clap::CommandFactory;

use crate::{
    Failure,
    cli::{Arguments, CompletionsArguments, ManArguments},
};

/// Prints a shell's completions.
pub fn complete(arguments: &CompletionsArguments) -> Result<(), Failure> {
    let mut command = Arguments::command();
    let mut output = io::stdout();
    clap_complete::generate(arguments.shell, &mut command, "voxelheim", &mut output);
    Ok(())
}

/// Writes a page for the program and for each of its words: `voxelheim-ctl-regions-move.1`.
pub fn write_pages(arguments: &ManArguments) -> Result<(), Failure> {
    let folder = &arguments.folder;
    let written = fs::create_dir_all(folder)
        .and_then(|()| clap_mangen::generate_to(Arguments::command(), folder));
    written.map_err(|error| Failure::Usage(format!("{}: {error}", folder.display())))
}
