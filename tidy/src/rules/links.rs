//! Relative links in Markdown lead somewhere: to a file, and to a heading where they name one.

use crate::Repository;
use crate::code::line_number;

pub fn violations(repository: &Repository) -> Vec<String> {
    let pages = repository.texts().filter(|(path, _)| path.ends_with(".md"));
    pages
        .flat_map(|(path, text)| page_violations(repository, path, text))
        .collect()
}

fn page_violations(repository: &Repository, path: &str, text: &str) -> Vec<String> {
    let text = without_code(text);
    link_targets(&text)
        .filter(|(_, target)| !is_elsewhere(target))
        .filter_map(|(offset, target)| {
            let reason = broken(repository, path, &text, target)?;
            Some(format!(
                "{path}:{}: link to {target}: {reason}",
                line_number(&text, offset)
            ))
        })
        .collect()
}

fn is_elsewhere(target: &str) -> bool {
    target.contains("://") || target.starts_with("mailto:") || target.starts_with("data:")
}

fn broken(repository: &Repository, path: &str, text: &str, target: &str) -> Option<&'static str> {
    let (file, anchor) = target
        .split_once('#')
        .map_or((target, None), |(file, anchor)| (file, Some(anchor)));
    let destination = if file.is_empty() {
        path.to_owned()
    } else {
        relative_to(path, file)
    };
    if !repository.contains(&destination) {
        return Some("no such file");
    }
    let page = if file.is_empty() {
        Some(text)
    } else {
        repository.text(&destination)
    };
    let anchor = anchor.filter(|_| destination.ends_with(".md"))?;
    let found = page?
        .lines()
        .filter(|line| line.starts_with('#'))
        .any(|line| slug(line) == anchor);
    (!found).then_some("no such heading")
}

fn relative_to(page: &str, target: &str) -> String {
    if let Some(from_root) = target.strip_prefix('/') {
        return from_root.to_owned();
    }
    let mut parts: Vec<&str> = page.split('/').collect();
    parts.pop();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            name => parts.push(name),
        }
    }
    parts.join("/")
}

/// The anchor that GitHub gives a heading.
fn slug(heading: &str) -> String {
    let title = heading.trim_start_matches('#').trim().to_lowercase();
    let kept = title
        .chars()
        .filter(|&letter| letter.is_alphanumeric() || " -_".contains(letter));
    kept.map(|letter| if letter == ' ' { '-' } else { letter })
        .collect()
}

/// Targets of `](target)`, `](target "title")`, `src="target"` and `[name]: target`.
fn link_targets(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let inline = text
        .match_indices("](")
        .map(|(offset, mark)| (offset, offset + mark.len(), ")"));
    let images = text
        .match_indices("src=\"")
        .map(|(offset, mark)| (offset, offset + mark.len(), "\""));
    let definitions = text.match_indices("]: ").filter(|&(offset, _)| {
        text[..offset]
            .rsplit('\n')
            .next()
            .is_some_and(|line| line.starts_with('['))
    });
    let definitions = definitions.map(|(offset, mark)| (offset, offset + mark.len(), "\n"));
    inline
        .chain(images)
        .chain(definitions)
        .filter_map(|(offset, start, end)| {
            let target = text[start..].split(end).next()?;
            Some((offset, target.split(' ').next()?.trim()))
        })
}

/// Fenced blocks and inline code, blanked: they show links, they are none.
fn without_code(text: &str) -> String {
    let mut fenced = false;
    let lines = text.split_inclusive('\n').map(|line| {
        let fence = line.trim_start().starts_with("```");
        let blank = fenced || fence;
        fenced ^= fence;
        if blank {
            "\n".repeat(line.matches('\n').count())
        } else {
            without_inline_code(line)
        }
    });
    lines.collect()
}

fn without_inline_code(line: &str) -> String {
    let parts = line.split('`').enumerate();
    parts
        .map(|(index, part)| if index % 2 == 0 { part } else { "" })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> usize {
        let files = [
            ("docs/a.md", text),
            ("docs/b.md", "## A heading, here\n"),
            ("README.md", ""),
        ];
        violations(&Repository::from_texts(&files)).len()
    }

    #[test]
    fn links_that_lead_somewhere_pass() {
        assert_eq!(
            found("[b](b.md) [r](../README.md) [d](../docs) [h](b.md#a-heading-here)"),
            0
        );
        assert_eq!(
            found("[x](https://x.y/z) `[n](none.md)`\n```\n[n](none.md)\n```\n"),
            0
        );
        assert_eq!(found("# Top\n[t](#top)\n[b]: b.md\n"), 0);
    }

    #[test]
    fn links_that_lead_nowhere_are_caught() {
        assert_eq!(found("[n](none.md)"), 1);
        assert_eq!(found("![n](images/none.png \"title\")"), 1);
        assert_eq!(found("<img src=\"none.png\">"), 1);
        assert_eq!(found("[n]: none.md\n"), 1);
        assert_eq!(found("[b](b.md#elsewhere)"), 1);
        assert_eq!(found("[t](#top)"), 1);
    }
}
