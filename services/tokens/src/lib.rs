//! What the auth service signs and everyone else checks without asking it: access tokens and tickets,
//! JSON Web Tokens (RFC 7519) under Ed25519, and the set of keys that they are checked with. No clock and
//! no I/O: the caller gives the time and fetches the set.
//!
//! Only `EdDSA` is known, a token's kind is part of what is signed, and a key is found by its name alone:
//! so neither `none`, nor another algorithm, nor a token of another kind can pass.

mod access;
mod jwt;
mod keys;
pub mod limits;
mod name;
mod ticket;

pub use access::{Access, Role};
pub use jwt::{Refusal, Token};
pub use keys::{KeySet, SigningKey};
pub use name::{is_joint, is_name, is_name_of, name_key};
pub use ticket::{Ticket, TicketGate};
