//! What space must reach, beside its peers in the same run: random voxel reads against tree64, the
//! cell index against kiddo and rstar, the chunk mesh against binary-greedy-meshing, and how many
//! bytes a voxel of generated terrain takes. Both sides must agree before they are timed.

mod index;
mod land;
mod mesh;
mod read;

use bench::{Report, filter};

#[expect(clippy::print_stdout, reason = "the report is for the terminal")]
fn main() {
    let mut report = Report::default();
    if filter("read") {
        read::measure(&mut report);
    }
    if filter("index") {
        index::measure(&mut report);
    }
    if filter("mesh") {
        mesh::measure(&mut report);
    }
    println!("{report}");
}
