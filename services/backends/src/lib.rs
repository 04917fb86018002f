//! What services keep their things in: databases, a cache and more, each real or embedded, as its URL
//! says. The embedded twin of a backend does the same as the real one, for one process, and needs
//! nothing installed; the same tests hold both. Knows nothing of what is kept.
//!
//! | module | real | embedded |
//! | --- | --- | --- |
//! | [`sql`] | `postgres://` PostgreSQL, Citus | `sqlite:` SQLite |
//! | [`cache`] | `redis://` Redis, Valkey, Dragonfly | `memory:` |
//! | [`broker`] | `amqp://` RabbitMQ | `memory:` |
//! | [`warehouse`] | `http://` ClickHouse | `sqlite:` SQLite |
//!
//! [`outbox`] and [`inbox`] tie the events of a broker to the changes of a database.
//!
//! Every error says whether the backend was *unavailable*: then the same request may succeed later, and a
//! service answers 503; anything else is the request's fault or ours.

pub mod backoff;
pub mod broker;
pub mod cache;
pub mod inbox;
pub mod limits;
pub mod outbox;
pub mod sql;
#[cfg(feature = "testing")]
pub mod testing;
pub mod warehouse;
