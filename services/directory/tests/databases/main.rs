//! The directory on each database: all of this runs on SQLite and on a real PostgreSQL.

mod burial;
mod citus;
mod common;
mod leader;
mod leases;
mod ownership;
mod plans;
mod races;
mod silence;
mod watch;
