//! The service over its routes, on the embedded twins and on real PostgreSQL and Redis, with a clock that tests
//! move; its store in races; what the battle tells, through a broker.

mod boards;
mod characters;
mod citus;
mod common;
mod faults;
mod friends;
mod guilds;
mod hostile;
mod parties;
mod races;
mod random;
mod settings;
mod spoils;
