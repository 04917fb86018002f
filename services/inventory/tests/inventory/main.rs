//! The ledger on SQLite and on real PostgreSQL: by itself and over its routes, in races, cut off in the middle,
//! and while its database is away.

mod batches;
mod citus;
mod common;
mod faults;
mod hauls;
mod hostile;
mod http;
mod model;
mod races;
mod routes;
mod spoils;
mod starts;
mod trades;
mod trades_model;
