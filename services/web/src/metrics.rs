//! What happened, counted, as Prometheus reads it. Labels come from the code and the routes, never from
//! requests, so that there are few.

use std::{
    collections::BTreeMap,
    fmt::Write,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use crate::limits::LATENCY_BUCKETS_US;

/// The counts of one process. Clones count together.
#[derive(Clone, Default)]
pub struct Metrics {
    inner: Arc<Inner>,
}

#[derive(Default)]
struct Inner {
    requests: Mutex<BTreeMap<Series, Latency>>,
    under_way: AtomicI64,
    counters: Mutex<BTreeMap<&'static str, Counter>>,
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Series {
    method: String,
    route: String,
    status: u16,
}

#[derive(Default)]
struct Latency {
    buckets: [u64; LATENCY_BUCKETS_US.len()],
    count: u64,
    sum_us: u64,
}

/// A service's own counter, by the values of one label.
#[derive(Clone)]
pub struct Counter {
    help: &'static str,
    label: &'static str,
    counts: Arc<Mutex<BTreeMap<&'static str, u64>>>,
}

impl Counter {
    pub fn add_one(&self, value: &'static str) {
        let lock = self.counts.lock();
        let mut counts = lock.unwrap_or_else(PoisonError::into_inner);
        *counts.entry(value).or_default() += 1;
    }

    pub fn read(&self, value: &str) -> u64 {
        let lock = self.counts.lock();
        let counts = lock.unwrap_or_else(PoisonError::into_inner);
        counts.get(value).copied().unwrap_or(0)
    }
}

impl Metrics {
    /// The counter of this name, which ends in `_total` and is shown as `voxelheim_` and it.
    pub fn counter(&self, name: &'static str, help: &'static str, label: &'static str) -> Counter {
        let lock = self.inner.counters.lock();
        let mut counters = lock.unwrap_or_else(PoisonError::into_inner);
        let counter = counters.entry(name).or_insert_with(|| Counter {
            help,
            label,
            counts: Arc::default(),
        });
        counter.clone()
    }

    pub(crate) fn begin_request(&self) -> UnderWay {
        self.inner.under_way.fetch_add(1, Ordering::Relaxed);
        UnderWay(self.clone())
    }

    /// `route` is the pattern that matched, not the path.
    pub(crate) fn end_request(&self, method: &str, route: &str, status: u16, took: Duration) {
        let series = Series {
            method: method.to_owned(),
            route: route.to_owned(),
            status,
        };
        let took_us = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let lock = self.inner.requests.lock();
        let mut requests = lock.unwrap_or_else(PoisonError::into_inner);
        let latency = requests.entry(series).or_default();
        latency.count += 1;
        latency.sum_us = latency.sum_us.saturating_add(took_us);
        for (bucket, end_us) in latency.buckets.iter_mut().zip(LATENCY_BUCKETS_US) {
            *bucket += u64::from(took_us <= end_us);
        }
    }

    /// The page at `/metrics`.
    pub fn page(&self) -> String {
        let mut page = String::new();
        self.write_requests(&mut page);
        let under_way = self.inner.under_way.load(Ordering::Relaxed);
        head(
            &mut page,
            "http_requests_under_way",
            "gauge",
            "Requests not answered yet.",
        );
        let _ = writeln!(page, "voxelheim_http_requests_under_way {under_way}");
        page + &self.counters()
    }

    /// Of the page, what [`Self::counter`] made: for a process that serves no requests, and has a page of its own.
    pub fn counters(&self) -> String {
        let mut page = String::new();
        let lock = self.inner.counters.lock();
        for (name, counter) in lock.unwrap_or_else(PoisonError::into_inner).iter() {
            head(&mut page, name, "counter", counter.help);
            let lock = counter.counts.lock();
            for (value, count) in lock.unwrap_or_else(PoisonError::into_inner).iter() {
                let label = counter.label;
                let _ = writeln!(page, "voxelheim_{name}{{{label}=\"{value}\"}} {count}");
            }
        }
        page
    }

    fn write_requests(&self, page: &mut String) {
        const NAME: &str = "http_request_seconds";
        head(
            page,
            NAME,
            "histogram",
            "Time from a request's head to its answer.",
        );
        let lock = self.inner.requests.lock();
        for (series, latency) in lock.unwrap_or_else(PoisonError::into_inner).iter() {
            let Series {
                method,
                route,
                status,
            } = series;
            let labels = format!("method=\"{method}\",route=\"{route}\",status=\"{status}\"");
            for (count, end_us) in latency.buckets.iter().zip(LATENCY_BUCKETS_US) {
                let end = seconds(end_us);
                let _ = writeln!(
                    page,
                    "voxelheim_{NAME}_bucket{{{labels},le=\"{end}\"}} {count}"
                );
            }
            let (count, sum) = (latency.count, seconds(latency.sum_us));
            let _ = writeln!(
                page,
                "voxelheim_{NAME}_bucket{{{labels},le=\"+Inf\"}} {count}"
            );
            let _ = writeln!(page, "voxelheim_{NAME}_sum{{{labels}}} {sum}");
            let _ = writeln!(page, "voxelheim_{NAME}_count{{{labels}}} {count}");
        }
    }
}

/// Counts a request as under way until it is dropped, also when its client went away.
pub(crate) struct UnderWay(Metrics);

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.inner.under_way.fetch_sub(1, Ordering::Relaxed);
    }
}

fn head(page: &mut String, name: &str, kind: &str, help: &str) {
    let _ = writeln!(page, "# HELP voxelheim_{name} {help}");
    let _ = writeln!(page, "# TYPE voxelheim_{name} {kind}");
}

fn seconds(us: u64) -> f64 {
    us as f64 / 1e6
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_holds_buckets_that_add_up() {
        let metrics = Metrics::default();
        let under_way = metrics.begin_request();
        for took_us in [400, 3_000, 60_000_000] {
            let took = Duration::from_micros(took_us);
            metrics.end_request("GET", "/a/{id}", 200, took);
        }
        metrics
            .counter("logins_total", "Logins.", "outcome")
            .add_one("ok");
        metrics
            .counter("logins_total", "Logins.", "outcome")
            .add_one("ok");
        let page = metrics.page();
        let labels = "method=\"GET\",route=\"/a/{id}\",status=\"200\"";
        for line in [
            format!("voxelheim_http_request_seconds_bucket{{{labels},le=\"0.0005\"}} 1"),
            format!("voxelheim_http_request_seconds_bucket{{{labels},le=\"0.005\"}} 2"),
            format!("voxelheim_http_request_seconds_bucket{{{labels},le=\"+Inf\"}} 3"),
            format!("voxelheim_http_request_seconds_count{{{labels}}} 3"),
            "voxelheim_http_requests_under_way 1".to_owned(),
            "voxelheim_logins_total{outcome=\"ok\"} 2".to_owned(),
        ] {
            assert!(page.lines().any(|it| it == line), "{line} in {page}");
        }
        drop(under_way);
        assert!(metrics.page().contains("under_way 0"));
    }
}
