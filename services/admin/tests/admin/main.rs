//! The service over its routes, on the embedded twins and on real PostgreSQL and Redis, beside the real services
//! whose matters it acts on.

mod battles;
mod books;
mod chat;
mod citus;
mod common;
mod desk;
mod hostile;
mod players;
mod roles;
mod sessions;
mod world;
