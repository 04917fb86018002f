//! What is made of the flags' own words: completions for shells, and manual pages.

use std::{
    fs,
    io::{self, Write as _},
};

use clap::CommandFactory;

use crate::{
    Failure,
    cli::{Arguments, CompletionsArguments, ManArguments},
};

/// Prints a shell's completions.
pub fn complete(arguments: &CompletionsArguments) -> Result<(), Failure> {
    let mut command = Arguments::command();
    // Not to standard output itself: whoever reads only its beginning would have the generator panic.
    let mut text = Vec::new();
    clap_complete::generate(arguments.shell, &mut command, "voxelheim", &mut text);
    let written = io::stdout().write_all(&text);
    written.map_err(|error| Failure::Runtime(format!("the completions cannot be printed: {error}")))
}

/// Writes a page for the program and for each of its words: `voxelheim-ctl-regions-move.1`.
pub fn write_pages(arguments: &ManArguments) -> Result<(), Failure> {
    let folder = &arguments.folder;
    let written = fs::create_dir_all(folder)
        .and_then(|()| clap_mangen::generate_to(Arguments::command(), folder));
    written.map_err(|error| Failure::Usage(format!("{}: {error}", folder.display())))
}
