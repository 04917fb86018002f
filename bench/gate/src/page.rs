//! The history as a page without scripts: a line for each kernel, and what each landing says.

use std::fmt::Write;

use crate::history::{History, Landing};

const WIDTH: f64 = 360.0;
const HEIGHT: f64 = 48.0;
const MARGIN: f64 = 4.0;

const HEAD: &str = "<!doctype html>
<html lang=\"en\">
<meta charset=\"utf-8\">
<meta name=\"viewport\" content=\"width=device-width\">
<title>VoxelHeim: instructions of the kernels</title>
<style>
  :root { color-scheme: light dark; }
  body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
  table { border-collapse: collapse; width: 100%; }
  td, th { padding: .3rem .6rem; border-bottom: 1px solid #8884; text-align: left; }
  td.number { text-align: right; font-variant-numeric: tabular-nums; }
  polyline { fill: none; stroke: #2a7; stroke-width: 2; }
  circle { fill: #2a7; }
</style>
<h1>Instructions of the kernels</h1>
<p>Counted by valgrind for each landing, drawn from nothing upwards. <code>./dev gate</code> compares,
<code>./dev gate --record WHY</code> adds a landing.</p>
";

/// The whole page.
pub fn draw(history: &History) -> String {
    let mut page = HEAD.to_string();
    page += "<table>\n<tr><th>kernel<th>history<th>instructions<th>since the first\n";
    let names = history.last().map(|last| last.counts.0.keys());
    for name in names.into_iter().flatten() {
        let counts = history
            .landings()
            .iter()
            .filter_map(|it| it.counts.0.get(name).copied());
        row(&mut page, name, &counts.collect::<Vec<_>>());
    }
    page += "</table>\n<h2>Landings</h2>\n<ol>\n";
    for Landing { why, .. } in history.landings() {
        let _ = writeln!(page, "<li>{}", escaped(why));
    }
    page + "</ol>\n</html>\n"
}

fn row(page: &mut String, name: &str, counts: &[u64]) {
    let (first, last) = (counts[0], counts[counts.len() - 1]);
    let highest = counts.iter().max().copied().unwrap_or(1).max(1) as f64;
    let step = (WIDTH - 2.0 * MARGIN) / (counts.len().max(2) - 1) as f64;
    let place = |(landing, count): (usize, &u64)| {
        let height = (HEIGHT - 2.0 * MARGIN) * *count as f64 / highest;
        (MARGIN + step * landing as f64, HEIGHT - MARGIN - height)
    };
    let mut points = String::new();
    for (x, y) in counts.iter().enumerate().map(place) {
        let _ = write!(points, "{x:.1},{y:.1} ");
    }
    let (x, y) = place((counts.len() - 1, &last));
    let change = (last as f64 / first as f64 - 1.0) * 100.0;
    let _ = writeln!(
        page,
        "<tr><td>{}<td><svg width=\"{WIDTH}\" height=\"{HEIGHT}\"><polyline points=\"{}\"/>\
         <circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3\"/></svg><td class=\"number\">{last}\
         <td class=\"number\">{change:+.1} %",
        escaped(name),
        points.trim_end(),
    );
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::counts::Counts;

    #[test]
    fn shows_every_kernel_and_every_reason() {
        let mut history = History::default();
        for (count, why) in [(100, "the first"), (80, "a & b < c")] {
            let counts = Counts([("reads".to_string(), count)].into());
            history.push(Landing::new(counts, why)).expect("faster");
        }
        let page = draw(&history);
        assert!(
            page.contains("<td>reads<td>") && page.contains("-20.0 %"),
            "{page}"
        );
        assert!(
            page.contains("<li>the first\n<li>a &amp; b &lt; c\n"),
            "{page}"
        );
    }
}
