//! Logs, as lines on standard error: quiet by default, and as loud as the configuration says while it runs.

use std::{
    env::{self, VarError},
    io,
    sync::OnceLock,
};

use tracing_subscriber::{
    EnvFilter, Layer, Registry, filter::LevelFilter, fmt, layer::SubscriberExt, reload,
    util::SubscriberInitExt,
};

use crate::traces::{self, Traces};

const FILTER_VARIABLE: &str = "VOXELHEIM_LOG";
const FORMAT_VARIABLE: &str = "VOXELHEIM_LOG_FORMAT";
const FILTER_DEFAULT: &str = "warn,web_transport_quinn=error";

/// Of which each failure is several long lines beside the one of ours: silent unless a filter names it.
const BROKER_CLIENT: &str = "lapin";

/// Of the one log that a process has.
static FILTER: OnceLock<reload::Handle<EnvFilter, Registry>> = OnceLock::new();

/// Begins. VOXELHEIM_LOG=info (or a filter such as edge=debug) tells more; with VOXELHEIM_LOG_FORMAT=json each
/// line is one JSON object, for what collects logs. What comes back ends traces, if there are any.
///
/// # Errors
/// A sentence, if the variable holds no filter.
pub fn begin() -> Result<Option<Traces>, String> {
    let (filter, handle) = reload::Layer::new(of_environment()?);
    let _ = FILTER.set(handle);
    let lines = fmt::layer().with_writer(io::stderr);
    let lines = match env::var(FORMAT_VARIABLE).as_deref() {
        Ok("json") => lines.json().with_filter(filter).boxed(),
        _ => lines.with_filter(filter).boxed(),
    };
    let (spans, traces) = traces::layer().unzip();
    let log = tracing_subscriber::registry().with(lines).with(spans);
    log.init();
    Ok(traces)
}

/// Whether the variable says the filter; it goes before the file.
pub fn is_set_by_environment() -> bool {
    env::var_os(FILTER_VARIABLE).is_some()
}

/// # Errors
/// A sentence, if that is no filter.
pub fn check(filter: &str) -> Result<(), String> {
    of_text(filter).map(drop)
}

/// Says more or less from now on; nothing is the default.
///
/// # Errors
/// As of [`check`].
pub fn follow(filter: Option<&str>) -> Result<(), String> {
    put(of_text(filter.unwrap_or(FILTER_DEFAULT))?)
}

/// Says again what the variable wants.
///
/// # Errors
/// Of a process whose log has ended.
pub fn follow_environment() -> Result<(), String> {
    put(of_environment()?)
}

/// The default where the variable is not set.
fn of_environment() -> Result<EnvFilter, String> {
    let filter = match env::var(FILTER_VARIABLE) {
        Ok(text) => of_text(&text),
        Err(VarError::NotPresent) => of_text(FILTER_DEFAULT),
        Err(VarError::NotUnicode(_)) => Err("it is no text".to_owned()),
    };
    filter.map_err(|error| format!("{FILTER_VARIABLE}: {error}"))
}

fn of_text(filter: &str) -> Result<EnvFilter, String> {
    let parts = filter.split(',').map(str::trim);
    let mut parts: Vec<&str> = parts.filter(|part| !part.is_empty()).collect();
    parts.iter().copied().try_for_each(require_level)?;
    let silence = format!("{BROKER_CLIENT}=off");
    let names_client = parts.iter().any(|part| part.starts_with(BROKER_CLIENT));
    // What says nothing at all has a meaning of its own.
    if !parts.is_empty() && !names_client {
        parts.push(&silence);
    }
    EnvFilter::try_new(parts.join(",")).map_err(|error| error.to_string())
}

/// A word alone is a level: what is misspelt would be taken for a part of the program that there is not.
fn require_level(part: &str) -> Result<(), String> {
    let is_word = !part.contains(['=', '[']);
    match is_word && part.parse::<LevelFilter>().is_err() {
        true => Err(format!(
            "{part:?} is no level: off, error, warn, info, debug or trace; of a part of the program write {part}=debug"
        )),
        false => Ok(()),
    }
}

fn put(filter: EnvFilter) -> Result<(), String> {
    FILTER.get().map_or(Ok(()), |handle| {
        handle.reload(filter).map_err(|error| error.to_string())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_alone_is_a_level() {
        for filter in [
            "",
            "info",
            "WARN,edge=info",
            "edge=debug, off",
            "[tick]=info",
            FILTER_DEFAULT,
        ] {
            assert_eq!(check(filter), Ok(()), "{filter}");
        }
        for filter in ["inof", "warn,edge", "edge=info, wran"] {
            let told = check(filter).expect_err(filter);
            assert!(
                told.contains("off, error, warn, info, debug or trace"),
                "{told}"
            );
        }
        assert!(check("edge=loud").is_err());
    }

    #[test]
    fn the_brokers_client_is_silent_unless_it_is_named() {
        let shown = |filter| of_text(filter).expect(filter).to_string();
        assert!(shown(FILTER_DEFAULT).contains("lapin=off"));
        assert!(shown("info").contains("lapin=off"));
        assert!(!shown("warn,lapin::channel=error").contains("off"));
        assert!(!shown("").contains("lapin"));
    }
}
