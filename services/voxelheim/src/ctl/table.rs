//! Tables of text.

use std::fmt::Write as _;

use serde_json::Value;
use time::OffsetDateTime;

use crate::ctl::tree::Tree;

/// As far as cells are filled up; what is longer moves the rest of its own row alone.
const WIDTH_MAX: usize = 40;
/// From when on milliseconds are since 1970: nothing here lasts for three years.
const INSTANT_MS_MIN: i64 = 100_000_000_000;
/// The end of the name of a field of milliseconds.
const MS: &str = "_ms";

/// Columns as wide as they need be.
pub fn table(head: &[&str], rows: impl Iterator<Item = Vec<String>>) -> String {
    let head: Vec<String> = head.iter().map(|&word| word.to_owned()).collect();
    let rows: Vec<Vec<String>> = std::iter::once(head).chain(rows).collect();
    let widths: Vec<usize> = (0..rows[0].len())
        .map(|column| width(&rows, column).min(WIDTH_MAX))
        .collect();
    let mut text = String::new();
    for row in &rows {
        let cells = row.iter().zip(&widths);
        let line: Vec<String> = cells
            .map(|(cell, width)| format!("{cell:<width$}"))
            .collect();
        let _ = writeln!(text, "{}", line.join("  ").trim_end());
    }
    text
}

fn width(rows: &[Vec<String>], column: usize) -> usize {
    let cells = rows.iter().filter_map(|row| row.get(column));
    cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
}

/// Of tenths of a percent.
pub fn share(permille: u64) -> String {
    format!("{}.{} %", permille / 10, permille % 10)
}

/// An answer of a service as people read it: what it says of itself a line each, then its lists as tables.
pub fn text_of(answer: &Tree) -> String {
    match answer {
        Tree::Fields(fields) => object_text(fields),
        Tree::List(rows) => list_text(rows),
        Tree::Leaf(value) => format!("{}\n", leaf("", value)),
    }
}

fn object_text(fields: &[(String, Tree)]) -> String {
    let mut text = String::new();
    for (name, tree) in fields.iter().filter(|(_, tree)| !is_table(tree)) {
        let _ = writeln!(text, "{}: {}", title(name, tree), cell(name, tree));
    }
    for (name, tree) in fields {
        if let Tree::List(rows) = tree
            && is_table(tree)
        {
            let _ = write!(text, "\n{name}\n{}", list_text(rows));
        }
    }
    text
}

/// Objects with the same names as rows of one table.
fn list_text(rows: &[Tree]) -> String {
    let Some(Tree::Fields(first)) = rows.first() else {
        let lines = rows.iter().map(|row| cell("", row) + "\n");
        return lines.collect();
    };
    let names = first.iter().map(|(name, _)| name.as_str());
    let mut columns: Vec<Vec<String>> = names.filter_map(|name| column(name, rows)).collect();
    put_longest_last(&mut columns);
    let row_of = |row: usize| {
        let cells = columns.iter().filter_map(|column| column.get(row));
        cells.cloned().collect::<Vec<_>>()
    };
    let head = row_of(0);
    let head: Vec<&str> = head.iter().map(String::as_str).collect();
    table(&head, (1..=rows.len()).map(row_of))
}

/// Its head and its cells; none of objects, which only JSON has.
fn column(name: &str, rows: &[Tree]) -> Option<Vec<String>> {
    let trees = || rows.iter().map(|row| row.field(name));
    if trees().any(|tree| matches!(tree, Tree::Fields(_))) {
        return None;
    }
    let are_counted = trees().any(is_table);
    let titled = trees().find(|tree| is_instant(name, tree));
    let head = titled.map_or(name, |tree| title(name, tree));
    let cells = trees().map(|tree| match tree {
        Tree::List(items) if are_counted => items.len().to_string(),
        tree => cell(name, tree),
    });
    Some([head.to_uppercase()].into_iter().chain(cells).collect())
}

/// A sentence does not push what is behind it away.
fn put_longest_last(columns: &mut Vec<Vec<String>>) {
    let length = |column: &[String]| column.iter().map(|cell| cell.chars().count()).max();
    let lengths = columns.iter().map(|column| length(column).unwrap_or(0));
    let longest = lengths.enumerate().max_by_key(|&(_, length)| length);
    if let Some((place, length)) = longest
        && length > WIDTH_MAX
    {
        let column = columns.remove(place);
        columns.push(column);
    }
}

/// A list of objects.
fn is_table(tree: &Tree) -> bool {
    match tree {
        Tree::List(items) => items.iter().any(|item| matches!(item, Tree::Fields(_))),
        _ => false,
    }
}

fn is_instant(name: &str, tree: &Tree) -> bool {
    match tree {
        Tree::Leaf(value) => instant(name, value).is_some(),
        _ => false,
    }
}

/// Of milliseconds since 1970; none of what lasts for milliseconds, and of what is no such field.
fn instant(name: &str, value: &Value) -> Option<OffsetDateTime> {
    let ms = value.as_i64().filter(|ms| *ms >= INSTANT_MS_MIN)?;
    let time = OffsetDateTime::from_unix_timestamp(ms / 1_000).ok()?;
    name.ends_with(MS).then_some(time)
}

/// The name of a field; an instant is not shown in its unit.
fn title<'a>(name: &'a str, tree: &Tree) -> &'a str {
    let unitless = name.strip_suffix(MS).filter(|_| is_instant(name, tree));
    unitless.unwrap_or(name)
}

fn cell(name: &str, tree: &Tree) -> String {
    match tree {
        Tree::Leaf(value) => leaf(name, value),
        Tree::List(items) if is_table(tree) => items.len().to_string(),
        Tree::List(items) => {
            let items: Vec<String> = items.iter().map(|item| cell(name, item)).collect();
            items.join(",")
        }
        Tree::Fields(fields) => {
            let pairs = fields.iter();
            let pairs: Vec<String> = pairs
                .map(|(name, tree)| format!("{} {}", title(name, tree), cell(name, tree)))
                .collect();
            pairs.join(", ")
        }
    }
}

fn leaf(name: &str, value: &Value) -> String {
    match (value, instant(name, value)) {
        (_, Some(time)) => {
            let (date, (hour, minute, second)) = (time.date(), time.to_hms());
            format!("{date}T{hour:02}:{minute:02}:{second:02}Z")
        }
        (Value::Null, None) => "-".to_owned(),
        (Value::String(text), None) => text.clone(),
        (value, None) => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text_of_json(text: &str) -> String {
        text_of(&serde_json::from_str(text).expect("it is JSON"))
    }

    #[test]
    fn an_answer_is_lines_and_tables_in_the_order_of_its_fields() {
        let answer = r#"{ "tick": 9, "name": null, "at_ms": 1795820818138, "players": { "in_world": 2, "room": 7 },
            "pods": [ { "pod": 0, "at": [1, 2] }, { "pod": 10, "at": [] } ], "troubles": ["a", "b"] }"#;
        let text = "tick: 9\nname: -\nat: 2026-11-27T23:06:58Z\nplayers: in_world 2, room 7\ntroubles: a,b\n\n\
            pods\nPOD  AT\n0    1,2\n10\n";
        assert_eq!(text_of_json(answer), text);
        assert_eq!(text_of_json("[]"), "");
    }

    #[test]
    fn instants_are_told_from_spans_and_objects_are_left_to_json() {
        let rows = r#"[
            { "edge": "a", "until_ms": null, "pause_ms": 50, "tick_us": { "p50": 1 }, "parts": [{ "part": "x" }] },
            { "edge": "b", "until_ms": 1795820818138, "pause_ms": 7, "tick_us": null, "parts": [] } ]"#;
        let text = "EDGE  UNTIL                 PAUSE_MS  PARTS\n\
            a     -                     50        1\n\
            b     2026-11-27T23:06:58Z  7         0\n";
        assert_eq!(text_of_json(rows), text);
    }

    #[test]
    fn a_sentence_stands_last_and_a_long_word_moves_its_own_row_alone() {
        let (long, longest) = ("l".repeat(41), "s".repeat(42));
        let rows = format!(
            r#"[{{ "effect": "{longest}", "reason": "{long}", "line": 1 }}, {{ "effect": "e", "reason": "r", "line": 2 }}]"#
        );
        let (head, short) = (format!("{:<40}", "REASON"), format!("{:<40}", "r"));
        let text = format!("{head}  LINE  EFFECT\n{long}  1     {longest}\n{short}  2     e\n");
        assert_eq!(text_of_json(&rows), text);
    }
}
