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
//! | [`objects`] | `s3://` MinIO, S3 | `file://` a folder |
//!
//! [`outbox`] and [`inbox`] tie the events of a broker to the changes of a database.
//!
//! Every error says whether the backend was *unavailable*: then the same request may succeed later, and a
//! service answers 503; anything else is the request's fault or ours.

pub mod backoff;
#[cfg(feature = "broker")]
pub mod broker;
#[cfg(feature = "cache")]
pub mod cache;
#[cfg(feature = "broker")]
pub mod inbox;
pub mod limits;
#[cfg(feature = "objects")]
pub mod objects;
#[cfg(feature = "broker")]
pub mod outbox;
pub mod sql;
#[cfg(feature = "testing")]
pub mod testing;
#[cfg(feature = "warehouse")]
pub mod warehouse;
