//! The chat service on SQLite and real PostgreSQL, and what edge processes tell each other in memory and over
//! real RabbitMQ and Redis: by its routes, across processes, and while its backends are away.

mod citus;
mod common;
mod exchange;
mod faults;
mod history;
mod hostile;
mod moderation;
mod reports;
