//! The analytics service.

use std::{fs, path::Path, sync::Arc};

use analytics::{Analytics, Asked, Config, Gate, PlayerKey, Retention};
use auth::Auth;
use tokens::Access;
use tokio::sync::watch;
use web::{Authenticate, Clock, Shell};

use crate::{
    Failure,
    services::{part::Part, stores::Stores},
};

/// In the data folder: under which players' numbers are hashed. Whoever deletes it makes all that was kept
/// before anonymous.
const PLAYER_KEY: &str = "analytics_key";

/// In the one process.
pub fn open(
    data: &Path,
    stores: &Stores,
    auth: Auth,
    shell: &Shell,
    clock: &Clock,
) -> Result<Analytics, Failure> {
    let config = Config {
        player_key: player_key(&data.join(PLAYER_KEY))?,
        retention: Retention::default(),
    };
    Ok(Analytics::open(
        config,
        &stores.warehouse,
        Arc::new(StaffGate(auth)),
        shell.metrics(),
        clock.clone(),
    ))
}

pub fn part(analytics: &Analytics, stores: &Stores, stopped: watch::Receiver<bool>) -> Part {
    let (running, broker) = (analytics.clone(), stores.broker.clone());
    Part {
        prefix: "/analytics",
        router: analytics.router(),
        checks: vec![analytics.check()],
        run: Box::pin(async move { running.run(&broker, stopped).await }),
    }
}

struct StaffGate(Auth);

impl Gate for StaffGate {
    fn access<'a>(&'a self, token: &'a str) -> Asked<'a, Access> {
        Box::pin(self.0.authenticate(token))
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
