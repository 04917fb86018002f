//! `voxelheim ctl`: asks a running server on its socket, or staff's service by HTTP, and prints what it answers.

mod arguments;
mod calls;
mod service;
mod shards;
mod socket;
mod statistics;
mod table;
mod tree;

use std::io::{self, Write as _};

use crate::Failure;

pub use arguments::CtlArguments;

/// What is printed, and why the program fails all the same, if it does.
struct Told {
    text: String,
    failure: Option<Failure>,
}

impl From<String> for Told {
    fn from(text: String) -> Self {
        let failure = None;
        Self { text, failure }
    }
}

/// Asks and prints.
pub fn run(arguments: &CtlArguments) -> Result<(), Failure> {
    let told = match (&arguments.data, &arguments.url) {
        // Where both are known the socket answers what it can: it asks for no reason and no role.
        (Some(data), url) if url.is_none() || socket::answers(&arguments.verb) => {
            socket::ask(data, arguments)?.into()
        }
        (_, Some(url)) => service::ask(url, arguments)?,
        // Nothing that is global can be required of the flags' parser.
        (_, None) => {
            let missing =
                "say whom to ask: --data DIR of a server here, or --url URL of staff's service";
            return Err(Failure::Usage(missing.to_owned()));
        }
    };
    io::stdout()
        .write_all(told.text.as_bytes())
        .map_err(|error| Failure::Runtime(format!("the answer cannot be printed: {error}")))?;
    told.failure.map_or(Ok(()), Err)
}
