//! Health, status and metrics of a process that has shards and no edges: on a thread of its own.

use std::{
    fs, io,
    net::TcpListener,
    path::PathBuf,
    sync::Arc,
    thread,
    time::{Instant, SystemTime},
};

use axum::{Router, extract::State, routing::get};
use serde_json::Value;
use world::PodStatus;

use crate::http::{metrics, status};

/// What there is to tell of a process beside its shards.
pub struct Beside {
    /// The file that is touched when a copy of the world was made, if copies are.
    pub copied: Option<PathBuf>,
    /// Metrics of others in the process, as Prometheus reads them.
    pub metrics: Arc<dyn Fn() -> String + Send + Sync>,
}

/// Answers for as long as the process lives.
///
/// # Errors
/// If the system gives no thread.
pub fn serve(listener: TcpListener, pod: PodStatus, beside: Beside) -> io::Result<()> {
    listener.set_nonblocking(true)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let router = router(pod, Instant::now(), beside);
    thread::Builder::new()
        .name("status".into())
        .spawn(move || {
            runtime.block_on(async {
                let served = match tokio::net::TcpListener::from_std(listener) {
                    Ok(listener) => axum::serve(listener, router).await,
                    Err(error) => Err(error),
                };
                if let Err(error) = served {
                    tracing::error!(%error, "status and metrics are told no more");
                }
            });
        })?;
    Ok(())
}

/// The copies of a world that somebody beside this process makes.
#[derive(Clone)]
struct Copies {
    file: PathBuf,
    /// When it was looked for first.
    since: SystemTime,
}

impl Copies {
    /// For how long there was none, in seconds: since the last, or since it was looked for. A clock that was put back
    /// makes it now.
    fn missing_s(&self) -> u64 {
        let made = fs::metadata(&self.file).and_then(|it| it.modified());
        let last = made.unwrap_or(self.since);
        last.elapsed().unwrap_or_default().as_secs()
    }
}

fn router(pod: PodStatus, started_at: Instant, beside: Beside) -> Router {
    let Beside {
        copied,
        metrics: others,
    } = beside;
    let copies = copied.map(|file| Copies {
        file,
        since: SystemTime::now(),
    });
    let status_page = move |State(pod): State<PodStatus>| async move {
        super::json(&Value::Object(status::pod_json(&pod, started_at)))
    };
    let health = |State(pod): State<PodStatus>| async move { status::health(&pod) };
    let counts = move |State(pod): State<PodStatus>| {
        let uncopied_s = copies.as_ref().map(Copies::missing_s);
        let others = others();
        async move { metrics::of_pod(&pod, uncopied_s, &others) }
    };
    Router::new()
        .route("/healthz", get(health))
        .route("/status", get(status_page))
        .route("/metrics", get(counts))
        .with_state(pod)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn copies_are_missed_since_the_last_or_since_they_were_looked_for() {
        let file = std::env::temp_dir().join(format!("voxelheim-copied-{}", std::process::id()));
        let _ = fs::remove_file(&file);
        let hour = Duration::from_secs(3_600);
        let copies = Copies {
            file: file.clone(),
            since: SystemTime::now() - hour,
        };
        assert!((3_600..3_700).contains(&copies.missing_s()));
        fs::write(&file, "").expect("a temporary folder");
        assert!(copies.missing_s() < 100);
        let touched = fs::File::options()
            .write(true)
            .open(&file)
            .expect("it is there");
        touched
            .set_modified(SystemTime::now() - 2 * hour)
            .expect("a file of ours");
        assert!((7_200..7_300).contains(&copies.missing_s()));
        touched
            .set_modified(SystemTime::now() + hour)
            .expect("a file of ours");
        assert_eq!(copies.missing_s(), 0);
        fs::remove_file(file).expect("removes");
    }
}
