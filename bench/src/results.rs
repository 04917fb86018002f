//! What benches measured of the table's rows: a line of JSON each in `target/bench/results.jsonl`, the
//! newest last. What is not a bench in Rust appends lines of the same form. Not committed.

use std::{
    env, fmt,
    fs::{self, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
    process::Command,
};

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::{
    is_small,
    targets::{ALL, Direction, Target},
};

/// A row as it was measured once.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Row {
    /// With `against`, what names the row: as in [`crate::targets`].
    pub work: String,
    pub against: String,
    pub at_least: f64,
    pub aim: f64,
    /// `at least` or `at most`.
    pub direction: String,
    pub unit: String,
    pub measured: f64,
    /// What gives the figure again.
    pub command: String,
    /// Short, with `-dirty` behind it where files differed.
    pub commit: String,
    /// UTC.
    pub date: String,
}

/// Keeps what was measured of a row, unless the run is a small one, whose figures mean nothing.
pub fn record(target: &Target, measured: f64, command: &str) {
    if is_small() {
        return;
    }
    let row = Row::new(target, measured, command);
    append(&path(), &row).expect("the target folder can be written");
}

/// The last measured row of each target, in order of [`ALL`]; none where there is none.
///
/// # Errors
/// If the file cannot be read or holds something else.
pub fn last() -> io::Result<Vec<(Target, Option<Row>)>> {
    let text = match fs::read_to_string(path()) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        read => read?,
    };
    last_of(&text)
}

fn last_of(text: &str) -> io::Result<Vec<(Target, Option<Row>)>> {
    let rows: Result<Vec<Row>, _> = text.lines().map(serde_json::from_str).collect();
    let rows = rows?;
    let of = |target: &Target| rows.iter().rev().find(|row| row.is_of(target)).cloned();
    Ok(ALL.iter().map(|target| (*target, of(target))).collect())
}

impl Row {
    fn new(target: &Target, measured: f64, command: &str) -> Self {
        Self {
            work: target.work.into(),
            against: target.against.into(),
            at_least: target.at_least,
            aim: target.aim,
            direction: match target.direction {
                Direction::AtLeast => "at least".into(),
                Direction::AtMost => "at most".into(),
            },
            unit: target.unit.into(),
            measured,
            command: command.into(),
            commit: commit(),
            date: date(),
        }
    }

    fn is_of(&self, target: &Target) -> bool {
        self.work == target.work && self.against == target.against
    }
}

fn append(path: &Path, row: &Row) -> io::Result<()> {
    fs::create_dir_all(path.parent().expect("a file has a folder"))?;
    let line = serde_json::to_string(row)? + "\n";
    let mut file = OpenOptions::new().create(true).append(true).open(path)?;
    file.write_all(line.as_bytes())
}

fn path() -> PathBuf {
    target_folder().join("bench/results.jsonl")
}

/// Where cargo builds, and benches keep what is not committed.
pub fn target_folder() -> PathBuf {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../target");
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.into(), PathBuf::from)
}

fn commit() -> String {
    let described = Command::new("git")
        .args(["describe", "--always", "--dirty", "--exclude=*"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output();
    let named = described.ok().filter(|output| output.status.success());
    named.map_or_else(
        || "unknown".into(),
        |output| String::from_utf8_lossy(&output.stdout).trim().into(),
    )
}

fn date() -> String {
    let now = OffsetDateTime::now_utc();
    let (hour, minute, _) = now.to_hms();
    format!("{} {hour:02}:{minute:02}", now.date())
}

/// Prints the rows as a Markdown table.
pub struct Table(pub Vec<(Target, Option<Row>)>);

impl fmt::Display for Table {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            out,
            "| work | against | at least | aim | measured | holds |"
        )?;
        writeln!(out, "| --- | --- | --- | --- | --- | --- |")?;
        for (target, row) in &self.0 {
            write_row(out, target, row.as_ref())?;
        }
        Ok(())
    }
}

fn write_row(out: &mut fmt::Formatter<'_>, target: &Target, row: Option<&Row>) -> fmt::Result {
    let Target {
        work,
        against,
        at_least,
        aim,
        unit,
        ..
    } = target;
    let sign = match target.direction {
        Direction::AtLeast => "",
        Direction::AtMost => "≤ ",
    };
    let bounds = format!("{sign}{at_least} {unit} | {sign}{aim} {unit}");
    match row {
        None => writeln!(out, "| {work} | {against} | {bounds} | | not measured |"),
        Some(row) => {
            let verdict = verdict(target, row.measured);
            let Row {
                measured,
                commit,
                date,
                command,
                ..
            } = row;
            writeln!(
                out,
                "| {work} | {against} | {bounds} | {measured:.2} {unit} (`{command}`, {commit}, {date}) | {verdict} |"
            )
        }
    }
}

fn verdict(target: &Target, measured: f64) -> &'static str {
    let reaches = |bound: f64| match target.direction {
        Direction::AtLeast => measured >= bound,
        Direction::AtMost => measured <= bound,
    };
    if reaches(target.aim) {
        "yes, and the aim"
    } else if reaches(target.at_least) {
        "yes"
    } else {
        "NO"
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::targets::{HANDOFF, READ};

    #[test]
    fn the_last_measured_row_counts() {
        let rows = [(&READ, 3.0), (&HANDOFF, 3.0), (&READ, 4.5)];
        let lines = rows.map(|(target, measured)| {
            serde_json::to_string(&Row::new(target, measured, "./dev bench")).expect("plain")
        });
        let last = last_of(&lines.join("\n")).expect("rows");
        let of = |target: Target| {
            let found = last.iter().find(|row| row.0 == target);
            found
                .expect("all are there")
                .1
                .as_ref()
                .map(|row| row.measured)
        };
        assert_eq!(of(READ), Some(4.5));
        assert_eq!(of(HANDOFF), Some(3.0));
        assert_eq!(of(crate::targets::RAY), None);
        let table = Table(last).to_string();
        assert!(table.contains("| 4.50 × (`./dev bench`, "), "{table}");
        assert!(table.contains("| not measured |"), "{table}");
    }

    #[test]
    fn bounds_hold_from_their_side() {
        assert_eq!(verdict(&READ, 3.9), "NO");
        assert_eq!(verdict(&READ, 4.0), "yes");
        assert_eq!(verdict(&READ, 6.5), "yes, and the aim");
        assert_eq!(verdict(&HANDOFF, 4.1), "NO");
        assert_eq!(verdict(&HANDOFF, 2.0), "yes, and the aim");
    }

    #[test]
    fn a_row_is_named_by_its_work_and_its_peer() {
        for (index, target) in ALL.iter().enumerate() {
            let is_same =
                |other: &Target| other.work == target.work && other.against == target.against;
            assert_eq!(ALL.iter().position(is_same), Some(index));
        }
    }
}
