//! Which functions take most of the time, out of folded stacks, which perf counts in ns.

use std::{collections::HashMap, fmt};

const ROWS_MAX: usize = 30;
/// Letters of a name that are shown: names of generic functions have no end.
const NAME_CHARS_MAX: usize = 110;

/// Time by function.
pub struct Top {
    total_ns: u64,
    functions: Vec<Function>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
struct Function {
    name: String,
    alone_ns: u64,
    /// With all that it calls.
    all_ns: u64,
}

impl Top {
    /// Counts lines such as `main;play;listen 3`.
    pub fn of(folded: &str) -> Self {
        let mut counts: HashMap<&str, (u64, u64)> = HashMap::new();
        let mut total_ns = 0;
        for line in folded.lines() {
            let Some((stack, count)) = line.rsplit_once(' ') else {
                continue;
            };
            let count: u64 = count.parse().unwrap_or_default();
            total_ns += count;
            let mut stack: Vec<&str> = stack.split(';').collect();
            if let Some(top) = stack.last() {
                counts.entry(top).or_default().0 += count;
            }
            stack.sort_unstable();
            stack.dedup();
            for function in stack {
                counts.entry(function).or_default().1 += count;
            }
        }
        let counts = counts.into_iter();
        let functions = counts.map(|(name, (alone_ns, all_ns))| Function {
            name: name.to_owned(),
            alone_ns,
            all_ns,
        });
        Self {
            total_ns,
            functions: functions.collect(),
        }
    }

    /// Those of the most time first; of equals, by name.
    fn by(&self, time: impl Fn(&Function) -> u64) -> impl Iterator<Item = &Function> {
        let mut sorted: Vec<_> = self.functions.iter().collect();
        sorted.sort_by(|a, b| time(b).cmp(&time(a)).then_with(|| a.name.cmp(&b.name)));
        sorted.into_iter().take(ROWS_MAX)
    }

    fn write_rows<'a>(
        &self,
        out: &mut fmt::Formatter<'_>,
        functions: impl Iterator<Item = &'a Function>,
    ) -> fmt::Result {
        writeln!(out, "\n    alone  with all it calls")?;
        let share = |ns: u64| ns as f64 * 100.0 / self.total_ns.max(1) as f64;
        for function in functions {
            let shown: String = function.name.chars().take(NAME_CHARS_MAX).collect();
            let (alone, all) = (share(function.alone_ns), share(function.all_ns));
            writeln!(out, "  {alone:5.1} %  {all:5.1} %  {shown}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Top {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "{:.2} s on a core", self.total_ns as f64 / 1e9)?;
        self.write_rows(out, self.by(|function| function.alone_ns))?;
        self.write_rows(out, self.by(|function| function.all_ns))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_is_counted_alone_and_with_callees() {
        let top = Top::of("main;play;listen 3\nmain;play 1\nmain;play;play;listen 4\n");
        assert_eq!(top.total_ns, 8);
        let times = |name: &str| {
            let function = top.functions.iter().find(|function| function.name == name);
            function.map(|function| (function.alone_ns, function.all_ns))
        };
        assert_eq!(times("listen"), Some((7, 7)));
        assert_eq!(times("play"), Some((1, 8)));
        assert_eq!(times("main"), Some((0, 8)));
        let first = top.by(|function| function.alone_ns).next();
        assert_eq!(first.map(|function| function.name.as_str()), Some("listen"));
        assert!(
            top.to_string().contains("   87.5 %   87.5 %  listen"),
            "{top}"
        );
    }
}
