//! What happens, in numbers: listens to the events of the battle and of services, keeps what they say as
//! facts in the warehouse, and answers staff.
//!
//! A fact is known by its event and its place in it, so that an event which is delivered again, in whatever
//! company, changes nothing: [`store`] says how. Hours and days are summed up from facts again and again while
//! facts come, so that sums are right whatever came late. Players are known by a [keyed hash](PlayerKey)
//! of their character's number: whoever has not the key, or has thrown it away, cannot say who it was.
//!
//! A service is opened with [`Analytics::open`], mounted with [`Analytics::router`], and kept going by
//! [`Analytics::run`].

mod error;
mod facts;
mod gate;
mod ingest;
pub mod limits;
mod player_key;
mod reading;
mod routes;
mod service;
pub mod store;

pub use error::AnalyticsError;
pub use player_key::PlayerKey;
pub use service::{Analytics, Config, Retention, declare_queue};
