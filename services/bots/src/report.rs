//! What a run came to.

use std::fmt;

use serde_json::{Value, json};

use crate::figures::{Measured, Times};

/// Times in milliseconds; all zero when nothing was timed.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Figures {
    pub p50: f64,
    pub p99: f64,
    pub max: f64,
}

/// Of all bots together, while they were measured.
#[derive(Clone, PartialEq, Debug)]
pub struct Report {
    /// Bots that were asked for.
    pub count: usize,
    pub joined: usize,
    /// Bots that joined and were lost before the end.
    pub dropped: usize,
    /// How often a bot lost its connection and came back in the same body.
    pub reattached: usize,
    pub seconds: f64,
    /// Mean per client.
    pub snapshots_per_second: f64,
    /// Mean per client: bodies told.
    pub updates_per_second: f64,
    /// Mean per client: UDP payload received, QUIC's own share included.
    pub bytes_per_second: f64,
    /// In all: datagrams heard, and their bytes.
    pub datagrams: u64,
    pub datagram_bytes: u64,
    /// In all: inputs or parts of them that the server refused.
    pub refusals: u64,
    pub snapshot_interval_ms: Figures,
    /// The slowest that the server said the world runs, in thousandths of real time.
    pub rate_permille_min: u16,
    /// From sending an input to hearing that it was applied.
    pub input_ack_ms: Figures,
    /// How long a bot had been owed what it heard of a body in view; see `debt`.
    pub staleness_ms: Figures,
    /// What the server promised that to be at most, by its Welcome; loss and the way through the net
    /// come on top.
    pub staleness_promised_ms: f64,
    /// How often it was more, counted in ticks.
    pub staleness_broken: u64,
    /// How old what a bot knew of a body in view was when it heard anew; see `debt`.
    pub age_ms: Figures,
    /// From the loss of a connection to the Welcome of the next, of those who came back.
    pub reattach_ms: Figures,
    /// Bots that traded at all, since they joined.
    pub traders: usize,
    /// In all: trades that were done, that were refused, and steps that a service put off.
    pub trades: u64,
    pub trades_refused: u64,
    pub trades_put_off: u64,
    /// Why the first bot that did not get in or was lost was not.
    pub first_failure: Option<String>,
}

impl Figures {
    pub(crate) fn of(times: &Times) -> Self {
        if times.is_empty() {
            return Self::default();
        }
        Self {
            p50: times.quantile_ms(0.5),
            p99: times.quantile_ms(0.99),
            max: times.max_ms(),
        }
    }

    fn to_json(self) -> Value {
        json!({ "p50": self.p50, "p99": self.p99, "max": self.max })
    }
}

impl Report {
    /// Fills in what was measured of so many clients in so many seconds.
    pub(crate) fn measure(&mut self, measured: &Measured, bytes: u64, seconds: f64) {
        let each = |sum: u64| sum as f64 / seconds.max(1e-9) / self.joined.max(1) as f64;
        self.snapshots_per_second = each(measured.snapshots);
        self.updates_per_second = each(measured.updates);
        self.bytes_per_second = each(bytes);
        self.seconds = seconds;
        self.refusals = measured.refusals;
        self.rate_permille_min = measured.rate_permille_min;
        self.snapshot_interval_ms = Figures::of(&measured.snapshot_interval);
        self.input_ack_ms = Figures::of(&measured.input_ack);
        self.staleness_ms = Figures::of(&measured.staleness);
        self.staleness_broken = measured.staleness_broken;
        self.age_ms = Figures::of(&measured.age);
        self.reattach_ms = Figures::of(&measured.reattach);
        self.trades = measured.trades;
        self.trades_refused = measured.trades_refused;
        self.trades_put_off = measured.trades_put_off;
    }

    /// One object, as the issue names its fields.
    pub fn to_json(&self) -> Value {
        json!({
            "count": self.count,
            "joined": self.joined,
            "dropped": self.dropped,
            "reattached": self.reattached,
            "reattach_ms": self.reattach_ms.to_json(),
            "seconds": self.seconds,
            "snapshots_per_second": self.snapshots_per_second,
            "updates_per_second": self.updates_per_second,
            "bytes_per_second": self.bytes_per_second,
            "datagrams": self.datagrams,
            "datagram_bytes": self.datagram_bytes,
            "refusals": self.refusals,
            "snapshot_interval_ms": self.snapshot_interval_ms.to_json(),
            "rate_permille_min": self.rate_permille_min,
            "input_ack_ms": self.input_ack_ms.to_json(),
            "staleness_ms": self.staleness_ms.to_json(),
            "staleness_promised_ms": self.staleness_promised_ms,
            "staleness_broken": self.staleness_broken,
            "age_ms": self.age_ms.to_json(),
            "traders": self.traders,
            "trades": self.trades,
            "trades_refused": self.trades_refused,
            "trades_put_off": self.trades_put_off,
            "first_failure": self.first_failure,
        })
    }
}

impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            joined,
            count,
            dropped,
            reattached,
            seconds,
            ..
        } = self;
        writeln!(
            formatter,
            "{joined} of {count} joined, {dropped} dropped, {reattached} reattached, {seconds:.1} s"
        )?;
        if let Some(failure) = &self.first_failure {
            writeln!(formatter, "  first failure      {failure}")?;
        }
        writeln!(
            formatter,
            "  snapshots/s        {:8.2}",
            self.snapshots_per_second
        )?;
        writeln!(
            formatter,
            "  body updates/s     {:8.0}",
            self.updates_per_second
        )?;
        writeln!(
            formatter,
            "  bytes/s            {:8.0}",
            self.bytes_per_second
        )?;
        writeln!(formatter, "  refusals           {:8}", self.refusals)?;
        writeln!(
            formatter,
            "  slowest time       {:8} permille",
            self.rate_permille_min
        )?;
        if self.traders > 0 || self.trades_refused + self.trades_put_off > 0 {
            writeln!(
                formatter,
                "  trades             {:8} of {} bots, {} refused, {} put off",
                self.trades, self.traders, self.trades_refused, self.trades_put_off
            )?;
        }
        for (name, figures) in [
            ("snapshot interval", self.snapshot_interval_ms),
            ("input ack", self.input_ack_ms),
            ("reattach", self.reattach_ms),
            ("staleness", self.staleness_ms),
            ("age", self.age_ms),
        ] {
            let Figures { p50, p99, max } = figures;
            writeln!(
                formatter,
                "  {name:18} p50 {p50:8.1}  p99 {p99:8.1}  max {max:8.1} ms"
            )?;
        }
        writeln!(
            formatter,
            "  staleness promised {:8.1} ms, broken {} times",
            self.staleness_promised_ms, self.staleness_broken
        )
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn reports_have_the_fields_that_others_read() {
        let mut measured = Measured::new();
        measured.snapshots = 400;
        (1..=100).for_each(|ms| measured.staleness.record(Duration::from_millis(ms)));
        let mut report = crate::run::blank_report(3);
        report.joined = 2;
        report.measure(&measured, 960_000, 10.0);
        let json = report.to_json();
        assert_eq!(json["snapshots_per_second"], 20.0);
        assert_eq!(json["bytes_per_second"], 48_000.0);
        let p50 = json["staleness_ms"]["p50"].as_f64().expect("a number");
        assert!((49.0..=51.0).contains(&p50), "{p50}");
        assert_eq!(json["input_ack_ms"]["max"], 0.0);
        for field in ["joined", "dropped", "reattached", "snapshot_interval_ms"] {
            assert!(!json[field].is_null(), "{field}");
        }
    }
}
