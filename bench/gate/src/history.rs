//! What the kernels took at each landing, and why where they took more.

use serde::{Deserialize, Serialize};

use crate::counts::Counts;

/// How much slower a kernel may be unsaid: counts hardly differ from run to run, but the system's own
/// copying takes other ways on another processor.
pub const TOLERANCE_PERCENT: u64 = 2;

/// All landings, oldest first.
#[derive(PartialEq, Eq, Debug, Default)]
pub struct History(Vec<Landing>);

/// A line of the history.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Landing {
    /// What landed; where a kernel got slower or is gone, why.
    pub why: String,
    pub counts: Counts,
}

impl Landing {
    pub fn new(counts: Counts, why: &str) -> Self {
        let why = why.trim().into();
        Self { why, counts }
    }
}

impl History {
    /// # Errors
    /// If a line is no landing.
    pub fn of_lines(text: &str) -> Result<Self, String> {
        let landing = |(number, line): (usize, &str)| {
            serde_json::from_str(line).map_err(|error| format!("line {}: {error}", number + 1))
        };
        text.lines()
            .enumerate()
            .map(landing)
            .collect::<Result<_, _>>()
            .map(Self)
    }

    pub fn to_lines(&self) -> String {
        let line = |landing| serde_json::to_string(landing).expect("text and numbers") + "\n";
        self.0.iter().map(line).collect()
    }

    pub fn landings(&self) -> &[Landing] {
        &self.0
    }

    pub fn last(&self) -> Option<&Landing> {
        self.0.last()
    }

    /// # Errors
    /// If a kernel of it is slower or gone and it does not say why.
    pub fn push(&mut self, landing: Landing) -> Result<(), String> {
        self.0.push(landing);
        self.check()
    }

    /// # Errors
    /// If a landing made a kernel slower, or took one away, and does not say why.
    pub fn check(&self) -> Result<(), String> {
        for pair in self.0.windows(2) {
            let changes = pair[1].counts.against(&pair[0].counts);
            if changes.need_reason() && pair[1].why.is_empty() {
                return Err(format!(
                    "a landing does not say why kernels are slower:\n{changes}"
                ));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn landing(count: u64, why: &str) -> Landing {
        Landing::new(Counts([("reads".to_string(), count)].into()), why)
    }

    #[test]
    fn what_is_written_is_read() {
        let history = History(vec![landing(7, "the first"), landing(5, "")]);
        assert_eq!(History::of_lines(&history.to_lines()), Ok(history));
        assert!(History::of_lines("{}\n").is_err());
    }

    #[test]
    fn slower_needs_a_reason() {
        let mut history = History::default();
        assert_eq!(history.push(landing(100, "")), Ok(()));
        assert_eq!(history.push(landing(90, "")), Ok(()));
        assert_eq!(history.push(landing(100, "borders are read, too")), Ok(()));
        assert!(history.push(landing(110, "")).is_err());
    }
}
