//! The instructions of a run, by kernel, and how they differ from another's.

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::history::TOLERANCE_PERCENT;

/// Instructions by kernel; a kernel's name ends in what it is given.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Counts(pub BTreeMap<String, u64>);

impl Counts {
    /// From what gungraun prints as JSON: an object a line for each kernel.
    ///
    /// # Errors
    /// If a line is no such object, or there is none.
    pub fn of_run(text: &str) -> Result<Self, String> {
        let counts: Result<BTreeMap<_, _>, _> = text
            .lines()
            .filter(|line| line.starts_with('{'))
            .map(kernel)
            .collect();
        match counts? {
            counts if counts.is_empty() => Err("there is no kernel's count in it".into()),
            counts => Ok(Self(counts)),
        }
    }

    /// How these differ from those that were before.
    pub fn against(&self, before: &Counts) -> Changes {
        let names = self.0.keys().chain(before.0.keys());
        let change = |name: &String| {
            let counts = [before.0.get(name).copied(), self.0.get(name).copied()];
            (name.clone(), Change(counts))
        };
        Changes(names.map(change).collect())
    }
}

fn kernel(line: &str) -> Result<(String, u64), String> {
    let summary: Value = serde_json::from_str(line).map_err(|error| error.to_string())?;
    let name = |key: &str| summary[key].as_str();
    let parts = summary["profiles"][0]["data"]["parts"].as_array();
    let count = |part: &Value| part["metrics"]["Ir"]["values"]["new"].as_u64();
    let instructions = parts.and_then(|parts| parts.iter().map(count).sum::<Option<u64>>());
    match (name("function_name"), name("id"), instructions) {
        (Some(kernel), Some(given), Some(count)) => Ok((format!("{kernel}.{given}"), count)),
        _ => Err(format!("no kernel's summary: {line:.80}")),
    }
}

/// How each kernel's instructions changed.
#[derive(Debug)]
pub struct Changes(BTreeMap<String, Change>);

/// Instructions before and now; none where there was or is no such kernel.
#[derive(Clone, Copy, Debug)]
struct Change([Option<u64>; 2]);

impl Changes {
    /// Whether no kernel is slower than it may be, and none came or went unsaid.
    pub fn are_held(&self) -> bool {
        self.0.values().all(|change| change.is_held())
    }

    /// Whether any kernel is slower than it may be without a reason, or is gone.
    pub fn need_reason(&self) -> bool {
        let is_new = |change: &Change| change.0[0].is_none();
        self.0
            .values()
            .any(|change| !change.is_held() && !is_new(change))
    }
}

impl Change {
    fn is_held(self) -> bool {
        match self.0 {
            [Some(before), Some(now)] => now * 100 <= before * (100 + TOLERANCE_PERCENT),
            _ => false,
        }
    }
}

impl fmt::Display for Changes {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            out,
            "| kernel | before | now | change |\n| --- | --- | --- | --- |"
        )?;
        for (name, change) in &self.0 {
            let count = |count: Option<u64>| count.map_or("none".into(), |count| count.to_string());
            let [before, now] = change.0;
            write!(out, "| {name} | {} | {} | ", count(before), count(now))?;
            match change.0 {
                [Some(before), Some(now)] => {
                    let percent = (now as f64 / before as f64 - 1.0) * 100.0;
                    let mark = if change.is_held() { "" } else { " SLOWER" };
                    writeln!(out, "{percent:+.2} %{mark} |")?;
                }
                _ => writeln!(out, "NOT IN BOTH |")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(pairs: &[(&str, u64)]) -> Counts {
        Counts(
            pairs
                .iter()
                .map(|(name, count)| (name.to_string(), *count))
                .collect(),
        )
    }

    #[test]
    fn reads_what_a_run_prints() {
        let line = r#"{"function_name":"reads","id":"of_land","profiles":[{"data":{"parts":[
            {"metrics":{"Ir":{"values":{"new":7}}}},{"metrics":{"Ir":{"values":{"new":5}}}}]}}]}"#;
        let text = format!("some words\n{}\n", line.replace('\n', ""));
        assert_eq!(Counts::of_run(&text), Ok(counts(&[("reads.of_land", 12)])));
        assert!(Counts::of_run("nothing\n").is_err());
        assert!(Counts::of_run("{\"function_name\":\"reads\"}\n").is_err());
    }

    #[test]
    fn slower_kernels_and_missing_ones_are_not_held() {
        let before = counts(&[("a", 1_000), ("b", 1_000)]);
        for (now, is_held, needs_reason) in [
            (counts(&[("a", 1_020), ("b", 500)]), true, false),
            (counts(&[("a", 1_021), ("b", 500)]), false, true),
            (counts(&[("a", 1_000)]), false, true),
            (
                counts(&[("a", 1_000), ("b", 1_000), ("c", 1)]),
                false,
                false,
            ),
        ] {
            let changes = now.against(&before);
            assert_eq!(
                (changes.are_held(), changes.need_reason()),
                (is_held, needs_reason)
            );
        }
    }
}
