//! Holds what a review would otherwise hold: the architecture page, the crate graph, purity, sizes,
//! import rules, links, leftovers. `tests/repository.rs` applies every rule to this repository; each
//! rule's own tests show that it catches a violation.
//!
//! Not responsible for format and lints (`cargo fmt`, clippy), nor for types (`tsc`).

mod code;
mod functions;
mod manifest;
pub mod repository;
pub mod rules;

pub use repository::Repository;
