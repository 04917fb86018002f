//! What happened, step by step: the tail of it comes with a failure.

use std::{
    collections::VecDeque,
    fmt,
    hash::{DefaultHasher, Hasher},
};

use crate::{
    limits::LOG_LINES_KEPT,
    time::{MS, SECOND, Time},
};

/// See the module.
#[derive(Debug)]
pub struct Log {
    lines: VecDeque<String>,
    /// Of all lines there were.
    digest: DefaultHasher,
    /// Whether lines are printed as they come.
    is_loud: bool,
}

impl Log {
    pub fn new(is_loud: bool) -> Self {
        Self {
            lines: VecDeque::new(),
            digest: DefaultHasher::new(),
            is_loud,
        }
    }

    pub fn note(&mut self, now: Time, what: &dyn fmt::Display) {
        let line = format!("{:4}.{:03} {what}", now / SECOND, now % SECOND / MS);
        if self.is_loud {
            eprintln!("{line}");
        }
        self.digest.write_u64(now);
        self.digest.write(line.as_bytes());
        if self.lines.len() == LOG_LINES_KEPT {
            self.lines.pop_front();
        }
        self.lines.push_back(line);
    }

    pub fn tail(&self) -> Vec<String> {
        self.lines.iter().cloned().collect()
    }

    pub fn digest(&self) -> u64 {
        self.digest.finish()
    }
}
