//! A figure that nobody can reproduce is a rumour: each section of docs/PERFORMANCE.md that shows
//! figures shows the command that gives them.

use crate::Repository;

const PAGE: &str = "docs/PERFORMANCE.md";
const COMMANDS: [&str; 4] = ["./dev ", "cargo ", "voxelheim ", "npm run "];

pub fn violations(repository: &Repository) -> Vec<String> {
    let Some(page) = repository.text(PAGE) else {
        return vec![format!("{PAGE}: does not exist")];
    };
    let sections = page.split("\n## ").skip(1);
    sections
        .filter(|section| shows_figures(section) && !shows_command(section))
        .map(|section| {
            let title = section.lines().next().unwrap_or_default();
            format!(
                "{PAGE}: section '{title}' has figures, but no command in backticks that gives them"
            )
        })
        .collect()
}

fn shows_figures(section: &str) -> bool {
    section
        .lines()
        .skip(1)
        .any(|line| line.starts_with('|') && line.contains(|c: char| c.is_ascii_digit()))
}

/// In backticks or in a fenced or indented block.
fn shows_command(section: &str) -> bool {
    let inline = section.split('`').skip(1).step_by(2);
    let lines = section.lines().map(str::trim_start);
    inline
        .chain(lines)
        .any(|text| COMMANDS.iter().any(|command| text.starts_with(command)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(page: &str) -> usize {
        violations(&Repository::from_texts(&[(PAGE, page)])).len()
    }

    #[test]
    fn figures_with_their_command_pass() {
        assert_eq!(
            found("# P\n\n## Tick\n\n`./dev bench tick`\n\n| what | ms |\n| a | 5 |\n"),
            0
        );
        assert_eq!(
            found("# P\n\n## Tick\n\n    cargo bench\n\n| a | 5 |\n\n## Words\n\nNone.\n"),
            0
        );
    }

    #[test]
    fn figures_without_a_command_are_caught() {
        assert_eq!(
            found("# P\n\n## Tick\n\n`./dev bench`\n| a | 5 |\n\n## Mesh\n\n| a | 5 |\n"),
            1
        );
        assert_eq!(violations(&Repository::default()).len(), 1);
    }
}
