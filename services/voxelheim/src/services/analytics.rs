//! The analytics service.

use std::{fs, path::Path, sync::Arc};

use ::analytics::{Analytics, Config, PlayerKey, Retention};
use backends::{broker::Broker, warehouse::Warehouse};
use tokens::Access;
use tokio::sync::watch;
use web::{Clock, Gate, Shell};

use crate::{Failure, services::part::Part};

/// In the data folder: under which players' numbers are hashed. Whoever deletes it makes all that was kept
/// before anonymous.
pub const PLAYER_KEY: &str = "analytics_key";

/// `key` is a file, made if it is not there.
pub fn open(
    (key, retention): (&Path, Retention),
    warehouse: &Warehouse,
    gate: Arc<dyn Gate<Access>>,
    shell: &Shell,
    clock: &Clock,
) -> Result<Analytics, Failure> {
    let config = Config {
        player_key: player_key(key)?,
        retention,
    };
    Ok(Analytics::open(
        config,
        warehouse,
        gate,
        shell.metrics(),
        clock.clone(),
    ))
}

pub fn part(analytics: &Analytics, broker: &Broker, stopped: watch::Receiver<bool>) -> Part {
    let (running, broker) = (analytics.clone(), broker.clone());
    Part {
        prefix: "/analytics",
        router: analytics.router(),
        checks: vec![analytics.check()],
        run: Box::pin(async move { running.run(&broker, stopped).await }),
    }
}

/// The one kept in a file, or a new one that is kept there from now on.
fn player_key(path: &Path) -> Result<PlayerKey, Failure> {
    let shown = path.display();
    if !path.exists() {
        let written = edge::write_private(path, PlayerKey::generate_hex().as_bytes());
        written.map_err(|error| Failure::Usage(format!("{shown} cannot be written: {error}")))?;
    }
    let text = fs::read_to_string(path)
        .map_err(|error| Failure::Usage(format!("{shown} cannot be read: {error}")))?;
    let key = PlayerKey::from_hex(&text);
    key.ok_or_else(|| Failure::Usage(format!("{shown} does not hold 64 hexadecimal digits")))
}
