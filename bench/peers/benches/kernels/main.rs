//! Every kernel, ours and its peers in turns, by CPU time: `./dev bench kernels [FILTER]`. Of what it prints
//! docs/PERFORMANCE.md tells.

use bench::{kernels, rounds};

fn main() {
    let all = peers::COMPARED.iter().chain(&kernels::ALONE);
    rounds::measure_all(all, "./dev bench kernels");
}
