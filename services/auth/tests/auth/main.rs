//! The service over its routes, on the embedded twins and on real PostgreSQL, Redis, Valkey and RabbitMQ,
//! with a clock that tests move.

mod accounts;
mod citus;
mod common;
mod elsewhere;
mod faults;
mod guests;
mod hostile;
mod oidc;
mod people;
mod provider;
mod sessions;
mod smtp;
mod staff;
mod tickets;
