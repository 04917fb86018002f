//! What every HTTP service has, so that a service is only its routes: request ids and traces,
//! `application/problem+json`, limits of size, rate and time, health, metrics, the OpenAPI document,
//! and a server that stops gracefully. Knows no domain and no database.
//!
//! A service gives a `utoipa_axum` router with its state applied; [`Shell`] mounts one or several.

mod address;
mod bearer;
mod clock;
mod document;
pub mod ids;
mod json;
pub mod limits;
mod metrics;
mod observe;
mod operations;
mod problem;
mod rate;
mod server;
mod shell;
#[cfg(feature = "testing")]
pub mod testing;
mod trace;

pub use address::{ClientAddress, Peer};
pub use bearer::{Asked, Authenticate, Bearer, Gate, bearer_token};
pub use clock::Clock;
pub use forwarded::{Network, TrustedProxies};
pub use json::Json;
pub use metrics::{Counter, Metrics};
pub use operations::Check;
pub use problem::{FieldError, Problem};
pub use server::{answer, serve};
pub use shell::{Settings, Shell};
pub use trace::Trace;
