//! What differs between two texts, line by line: the fewest lines gone and new.

use crate::{
    limits::DIFF_LINES_MAX,
    model::{DiffKind, DiffLine},
};

/// All lines of both, in order. Of texts with too many lines all are gone, and all are new.
pub fn diff(before: &str, after: &str) -> Vec<DiffLine> {
    let (before, after): (Vec<&str>, Vec<&str>) =
        (before.lines().collect(), after.lines().collect());
    if before.len().max(after.len()) > DIFF_LINES_MAX {
        let gone = before.iter().map(|text| line(DiffKind::Gone, text));
        let new = after.iter().map(|text| line(DiffKind::New, text));
        return gone.chain(new).collect();
    }
    let lengths = common_lengths(&before, &after);
    let (mut one, mut other) = (0, 0);
    let mut lines = Vec::new();
    while one < before.len() || other < after.len() {
        let is_same = one < before.len() && other < after.len() && before[one] == after[other];
        let is_gone = other == after.len()
            || one < before.len() && lengths[one + 1][other] >= lengths[one][other + 1];
        if is_same {
            lines.push(line(DiffKind::Same, before[one]));
            (one, other) = (one + 1, other + 1);
        } else if is_gone {
            lines.push(line(DiffKind::Gone, before[one]));
            one += 1;
        } else {
            lines.push(line(DiffKind::New, after[other]));
            other += 1;
        }
    }
    lines
}

fn line(kind: DiffKind, text: &str) -> DiffLine {
    let text = text.to_owned();
    DiffLine { kind, text }
}

/// From each line of one and the other on, how many lines they have in common.
fn common_lengths(before: &[&str], after: &[&str]) -> Vec<Vec<u16>> {
    let mut lengths = vec![vec![0; after.len() + 1]; before.len() + 1];
    for one in (0..before.len()).rev() {
        for other in (0..after.len()).rev() {
            lengths[one][other] = match before[one] == after[other] {
                true => lengths[one + 1][other + 1] + 1,
                false => lengths[one + 1][other].max(lengths[one][other + 1]),
            };
        }
    }
    lengths
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(before: &str, after: &str) -> String {
        let sign = |kind| match kind {
            DiffKind::Same => ' ',
            DiffKind::Gone => '-',
            DiffKind::New => '+',
        };
        let lines = diff(before, after);
        let lines = lines
            .iter()
            .map(|it| format!("{}{}", sign(it.kind), it.text));
        lines.collect::<Vec<_>>().join("|")
    }

    #[test]
    fn what_stays_is_told_with_what_changes() {
        assert_eq!(shown("a\nb\nc", "a\nx\nc"), " a|-b|+x| c");
        assert_eq!(shown("", "a\nb"), "+a|+b");
        assert_eq!(shown("a\nb", ""), "-a|-b");
        assert_eq!(shown("a\nb\nc\nd", "b\nd"), "-a| b|-c| d");
        assert_eq!(shown("a", "a"), " a");
    }

    #[test]
    fn texts_that_are_too_long_are_not_compared() {
        let long = "x\n".repeat(DIFF_LINES_MAX + 1);
        let lines = diff(&long, "x");
        assert_eq!(lines.len(), DIFF_LINES_MAX + 2);
        assert!(lines.iter().all(|it| it.kind != DiffKind::Same));
    }
}
