//! Belongings: what things there are, who has them, and how they come, change hands and go.
//!
//! [`domain`] holds the rules; they know no clock and no I/O. [`store`] keeps the ledger in SQL, by the same
//! rules, whatever crashes: see docs/invariants/ledger.md.

pub mod domain;
pub mod ids;
pub mod limits;
pub mod store;
