//! The time of day, passed in so that tests move it.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::{SystemTime, UNIX_EPOCH},
};

/// Milliseconds since 1970. Clones tell the same time.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> i64 + Send + Sync>);

impl Clock {
    /// The system's.
    pub fn system() -> Self {
        Self(Arc::new(|| {
            let now = SystemTime::now().duration_since(UNIX_EPOCH);
            let now_ms = now.expect("the clock is past 1970").as_millis();
            i64::try_from(now_ms).expect("it is not yet the year 292 million")
        }))
    }

    /// Stands where the number stands.
    pub fn at(now_ms: Arc<AtomicI64>) -> Self {
        Self(Arc::new(move || now_ms.load(Ordering::SeqCst)))
    }

    pub fn now_ms(&self) -> i64 {
        (self.0)()
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        write!(formatter, "Clock({} ms)", self.now_ms())
    }
}
