//! The service over its routes, on the embedded twins and on real PostgreSQL and Redis, with a clock that
//! tests move.

mod accounts;
mod citus;
mod common;
mod faults;
mod hostile;
mod people;
mod sessions;
mod staff;
mod tickets;
