//! Logs, as lines on standard error: quiet by default, and as loud as the configuration says while it runs.

use std::{io, sync::OnceLock};

use tracing_subscriber::{
    EnvFilter, Layer, Registry, fmt, layer::SubscriberExt, reload, util::SubscriberInitExt,
};

use crate::traces::{self, Traces};

const FILTER_VARIABLE: &str = "VOXELHEIM_LOG";
const FORMAT_VARIABLE: &str = "VOXELHEIM_LOG_FORMAT";
const FILTER_DEFAULT: &str = "warn,web_transport_quinn=error";

/// Of the one log that a process has.
static FILTER: OnceLock<reload::Handle<EnvFilter, Registry>> = OnceLock::new();

/// Begins. VOXELHEIM_LOG=info (or a filter such as edge=debug) tells more; with VOXELHEIM_LOG_FORMAT=json each
/// line is one JSON object, for what collects logs. What comes back ends traces, if there are any.
pub fn begin() -> Option<Traces> {
    let (filter, handle) = reload::Layer::new(of_environment());
    let _ = FILTER.set(handle);
    let lines = fmt::layer().with_writer(io::stderr);
    let lines = match std::env::var(FORMAT_VARIABLE).as_deref() {
        Ok("json") => lines.json().with_filter(filter).boxed(),
        _ => lines.with_filter(filter).boxed(),
    };
    let (spans, traces) = traces::layer().unzip();
    let log = tracing_subscriber::registry().with(lines).with(spans);
    log.init();
    traces
}

/// Whether the variable says the filter; it goes before the file.
pub fn is_set_by_environment() -> bool {
    std::env::var_os(FILTER_VARIABLE).is_some()
}

/// # Errors
/// A sentence, if that is no filter.
pub fn check(filter: &str) -> Result<(), String> {
    EnvFilter::try_new(filter)
        .map(drop)
        .map_err(|error| error.to_string())
}

/// Says more or less from now on; nothing is the default.
///
/// # Errors
/// As of [`check`].
pub fn follow(filter: Option<&str>) -> Result<(), String> {
    let filter = EnvFilter::try_new(filter.unwrap_or(FILTER_DEFAULT));
    put(filter.map_err(|error| error.to_string())?)
}

/// Says again what the variable wants.
///
/// # Errors
/// Of a process whose log has ended.
pub fn follow_environment() -> Result<(), String> {
    put(of_environment())
}

/// The default where the variable is not set, or holds no filter.
fn of_environment() -> EnvFilter {
    EnvFilter::try_from_env(FILTER_VARIABLE).unwrap_or_else(|_| FILTER_DEFAULT.into())
}

fn put(filter: EnvFilter) -> Result<(), String> {
    FILTER.get().map_or(Ok(()), |handle| {
        handle.reload(filter).map_err(|error| error.to_string())
    })
}
