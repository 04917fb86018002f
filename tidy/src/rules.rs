//! One file per rule, each a function from the repository to what breaks the rule: lines of the form
//! `path:line: what, and how to mend it`.

pub mod client_imports;
pub mod code_map;
pub mod crate_graph;
pub mod dependencies;
pub mod figures;
pub mod leftovers;
pub mod links;
pub mod module_heads;
pub mod portability;
pub mod purity;
pub mod sizes;

/// The lines of `markdown` under the heading `## title`, up to the next heading of that level.
fn section<'a>(markdown: &'a str, title: &str) -> Option<&'a str> {
    let heading = format!("\n## {title}\n");
    let body = &markdown[markdown.find(&heading)? + heading.len()..];
    Some(&body[..body.find("\n## ").unwrap_or(body.len())])
}
