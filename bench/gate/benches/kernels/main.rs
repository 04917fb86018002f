//! The kernels that a battle is made of, each small enough for valgrind, which runs them some fifty times
//! slower than they are. What is set up before is not counted. A kernel's name is its key in
//! bench/history: who renames one begins a new history.

mod battle;
mod space;
mod telling;

use battle::in_battle;
use gungraun::main;
use space::in_space;
use telling::to_clients;

main!(library_benchmark_groups = [in_space, in_battle, to_clients]);
