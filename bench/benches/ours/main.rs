//! Our side of every kernel, without peers: what shows in the proof that none has rotted. Figures come from
//! `./dev bench kernels`, where peers take turns with it.

use bench::{kernels, rounds};

fn main() {
    let all = kernels::OURS.iter().chain(&kernels::ALONE);
    rounds::measure_all(all, "./dev bench ours");
}
