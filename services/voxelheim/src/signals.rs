//! SIGINT and SIGTERM.

use std::io;

use tokio::{
    signal::unix::{SignalKind, signal},
    sync::watch,
};

/// Becomes true with the first of them; needs a tokio runtime around it. Watched from before this
/// returns.
///
/// # Errors
/// If the system does not let them be watched.
pub fn watch() -> io::Result<watch::Receiver<bool>> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let (stop, stopped) = watch::channel(false);
    tokio::spawn(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        let _ = stop.send(true);
        // Whoever waits for it may look later.
        stop.closed().await;
    });
    Ok(stopped)
}
