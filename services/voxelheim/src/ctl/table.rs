//! Tables of text.

use std::fmt::Write as _;

use serde_json::{Map, Value};

/// Columns as wide as they need be.
pub fn table(head: &[&str], rows: impl Iterator<Item = Vec<String>>) -> String {
    let head: Vec<String> = head.iter().map(|&word| word.to_owned()).collect();
    let rows: Vec<Vec<String>> = std::iter::once(head).chain(rows).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max();
    let widths: Vec<usize> = (0..rows[0].len()).filter_map(width).collect();
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

/// Of tenths of a percent.
pub fn share(permille: u64) -> String {
    format!("{}.{} %", permille / 10, permille % 10)
}

/// An answer of a service as people read it: what it says of itself a line each, then its lists as tables.
pub fn text_of(answer: &Value) -> String {
    match answer {
        Value::Object(fields) => object_text(fields),
        Value::Array(rows) => list_text(rows),
        value => format!("{}\n", cell(value)),
    }
}

fn object_text(fields: &Map<String, Value>) -> String {
    let (lists, plain): (Vec<_>, Vec<_>) = fields.iter().partition(|(_, value)| {
        value
            .as_array()
            .is_some_and(|it| it.iter().any(Value::is_object))
    });
    let mut text = String::new();
    for (name, value) in plain {
        let _ = writeln!(text, "{name}: {}", cell(value));
    }
    for (name, value) in lists {
        let rows = value.as_array().map_or(&[][..], Vec::as_slice);
        let _ = write!(text, "\n{name}\n{}", list_text(rows));
    }
    text
}

/// Objects with the same names as rows of one table.
fn list_text(rows: &[Value]) -> String {
    let Some(Value::Object(first)) = rows.first() else {
        let lines = rows.iter().map(|row| cell(row) + "\n");
        return lines.collect();
    };
    let head: Vec<String> = first.keys().map(|name| name.to_uppercase()).collect();
    let head: Vec<&str> = head.iter().map(String::as_str).collect();
    let cells = |row: &Value| first.keys().map(|name| cell(&row[name])).collect();
    table(&head, rows.iter().map(cells))
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(items) if !items.iter().any(Value::is_object) => {
            let items: Vec<String> = items.iter().map(cell).collect();
            items.join(",")
        }
        Value::Object(fields) => {
            let pairs = fields.iter();
            let pairs: Vec<String> = pairs
                .map(|(name, value)| format!("{name} {}", cell(value)))
                .collect();
            pairs.join(", ")
        }
        value => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_answer_is_lines_and_tables() {
        let answer = json!({ "tick": 9, "name": null, "pods": [
            { "pod": 0, "at": [1, 2] }, { "pod": 10, "at": { "x": 7, "y": "e" } } ],
            "troubles": ["a", "b"] });
        let text =
            "name: -\ntick: 9\ntroubles: a,b\n\npods\nAT        POD\n1,2       0\nx 7, y e  10\n";
        assert_eq!(text_of(&answer), text);
        assert_eq!(text_of(&json!([])), "");
    }
}
