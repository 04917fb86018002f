//! Prints the table of what must be reached with what was measured last: `./dev bench --table`.

use std::io;

use bench::results::{Table, last};

#[expect(clippy::print_stdout, reason = "the table is for the terminal")]
fn main() -> io::Result<()> {
    println!("{}", Table(last()?));
    Ok(())
}
