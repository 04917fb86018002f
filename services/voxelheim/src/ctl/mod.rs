//! `voxelheim ctl`: asks a running server on its socket, or staff's service by HTTP, and prints what it answers.

mod arguments;
mod calls;
mod service;
mod shards;
mod socket;
mod table;

use std::io::{self, Write as _};

use crate::Failure;

pub use arguments::CtlArguments;

/// Asks and prints.
pub fn run(arguments: &CtlArguments) -> Result<(), Failure> {
    let text = match (&arguments.data, &arguments.url) {
        // Where both are known the socket answers what it can: it asks for no reason and no role.
        (Some(data), url) if url.is_none() || socket::answers(&arguments.verb) => {
            socket::ask(data, arguments)?
        }
        (_, Some(url)) => service::ask(url, arguments)?,
        (_, None) => unreachable!("one of them is required"),
    };
    io::stdout()
        .write_all(text.as_bytes())
        .map_err(|error| Failure::Runtime(format!("the answer cannot be printed: {error}")))
}
