//! `voxelheim ctl`: asks a running server on its socket, or staff's service by HTTP, and prints what it answers.

mod arguments;
mod calls;
mod service;
mod socket;
mod table;

use std::io::{self, Write as _};

use crate::Failure;

pub use arguments::CtlArguments;

/// Asks and prints.
pub fn run(arguments: &CtlArguments) -> Result<(), Failure> {
    let text = match (&arguments.data, &arguments.url) {
        (Some(data), _) => socket::ask(data, arguments)?,
        (None, Some(url)) => service::ask(url, arguments)?,
        (None, None) => unreachable!("one of them is required"),
    };
    io::stdout()
        .write_all(text.as_bytes())
        .map_err(|error| Failure::Runtime(format!("the answer cannot be printed: {error}")))
}
