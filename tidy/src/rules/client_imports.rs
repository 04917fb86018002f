//! The client's borders: who may import three, who solid-js, and what knows nothing of drawing. The game's page is
//! client/src, the operators' panel client/admin.

use crate::Repository;
use crate::code::{Language, code_only, line_number, word_offsets};

const CLIENT: &str = "client/";
const GAME: &str = "src/";
const PANEL: &str = "admin/";

pub fn violations(repository: &Repository) -> Vec<String> {
    let files = repository.sources().filter(|(path, _, language)| {
        is_page(path) && *language == Language::TypeScript && !is_test(path)
    });
    files
        .flat_map(|(path, source, _)| file_violations(path, source))
        .collect()
}

fn is_page(path: &str) -> bool {
    let within = path.strip_prefix(CLIENT);
    within.is_some_and(|path| path.starts_with(GAME) || path.starts_with(PANEL))
}

fn is_test(path: &str) -> bool {
    path.contains(".test.") || path.contains("/tests/")
}

fn file_violations(path: &str, source: &str) -> Vec<String> {
    let importer = &path[CLIENT.len()..];
    imports(source)
        .into_iter()
        .filter_map(|(offset, specifier)| {
            let reason = refusal(importer, &resolve(importer, specifier))?;
            Some(format!(
                "{path}:{}: imports {specifier}: {reason}",
                line_number(source, offset)
            ))
        })
        .collect()
}

/// Why `importer` may not import `target`; both from client, a package by its name.
fn refusal(importer: &str, target: &str) -> Option<&'static str> {
    if let Some(importer) = importer.strip_prefix(PANEL) {
        return panel_refusal(importer, target);
    }
    if target.starts_with(PANEL) {
        return Some("the game's page does without the operators'");
    }
    game_refusal(
        importer.strip_prefix(GAME)?,
        target.strip_prefix(GAME).unwrap_or(target),
    )
}

/// The same within client/admin; of the game it knows the account's door alone.
fn panel_refusal(importer: &str, target: &str) -> Option<&'static str> {
    let within = |folder: &str| importer.starts_with(folder);
    let package = |name: &str| target == name || target.starts_with(&format!("{name}/"));
    if package("three") {
        return Some("the panel draws nothing in three dimensions");
    }
    if package("solid-js") && !within("ui/") && importer != "main.tsx" {
        return Some("only client/admin/ui and main.tsx know solid");
    }
    if target.starts_with(GAME) && target != "src/account" {
        return Some("of client/src, client/admin imports only account's door");
    }
    let in_panel = target.strip_prefix(PANEL);
    if within("api/") && in_panel.is_some_and(|target| !target.starts_with("api/")) {
        return Some("client/admin/api imports only itself and account's door");
    }
    if within("model/") && in_panel.is_some_and(|target| target.starts_with("ui/")) {
        return Some("client/admin/model draws nothing");
    }
    None
}

/// The same within client/src.
fn game_refusal(importer: &str, target: &str) -> Option<&'static str> {
    let within = |folder: &str| importer.starts_with(folder);
    let package = |name: &str| target == name || target.starts_with(&format!("{name}/"));
    if package("three") && !within("gpu/") {
        return Some("only client/src/gpu draws");
    }
    if package("solid-js") && !within("ui/") && importer != "main.tsx" {
        return Some("only client/src/ui and main.tsx know solid");
    }
    if within("world/") && (target.starts_with("gpu/") || target.starts_with("ui/")) {
        return Some("client/src/world draws nothing");
    }
    if within("wire/") && !target.starts_with("wire/") && !package("flatbuffers") {
        return Some("client/src/wire imports only itself, its generated code and flatbuffers");
    }
    if within("account/") && !target.starts_with("account/") && target != "wire/link" {
        return Some("client/src/account imports only itself and the types of wire/link");
    }
    if within("belongings/") && !target.starts_with("belongings/") && target != "account" {
        return Some("client/src/belongings imports only itself and account's door");
    }
    if within("company/") && !target.starts_with("company/") && target != "account" {
        return Some("client/src/company imports only itself and account's door");
    }
    None
}

/// A relative specifier as a path from client; any other as it is.
fn resolve(importer: &str, specifier: &str) -> String {
    if !specifier.starts_with('.') {
        return specifier.to_owned();
    }
    let mut parts: Vec<&str> = importer.split('/').collect();
    parts.pop();
    for part in specifier.split('/') {
        match part {
            "." => {}
            ".." => drop(parts.pop()),
            name => parts.push(name),
        }
    }
    parts.join("/")
}

/// The offset and specifier of every `from "x"`, `import "x"` and `import("x")`. The words are
/// looked for in code, the specifiers are read from the source, whose offsets are the same.
fn imports(source: &str) -> Vec<(usize, &str)> {
    let code = code_only(source, Language::TypeScript);
    let mut found = Vec::new();
    for word in ["from", "import"] {
        for offset in word_offsets(&code, word) {
            let after = code[offset + word.len()..].trim_start_matches([' ', '(', '\n']);
            let Some(quote) = after
                .chars()
                .next()
                .filter(|quote| matches!(quote, '"' | '\''))
            else {
                continue;
            };
            let start = code.len() - after.len() + 1;
            let length = source[start..].find(quote).unwrap_or(0);
            found.push((offset, &source[start..start + length]));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, source: &str) -> usize {
        violations(&Repository::from_texts(&[(path, source)])).len()
    }

    #[test]
    fn borders_are_kept() {
        assert_eq!(
            found("client/src/gpu/a.ts", "import { Mesh } from 'three';"),
            0
        );
        assert_eq!(
            found(
                "client/src/main.tsx",
                "import { render } from \"solid-js/web\";"
            ),
            0
        );
        assert_eq!(
            found(
                "client/src/world/a.ts",
                "import { x } from '../wire/columns';"
            ),
            0
        );
        assert_eq!(
            found(
                "client/src/wire/a.ts",
                "import * as f from 'flatbuffers';\nimport './b';"
            ),
            0
        );
        assert_eq!(
            found(
                "client/src/world/a.test.ts",
                "import { Vector3 } from 'three';"
            ),
            0
        );
        assert_eq!(
            found(
                "client/src/world/a.ts",
                "// import 'three'\nconst a = \"from 'three'\";"
            ),
            0
        );
    }

    #[test]
    fn the_panel_keeps_its_own() {
        for (path, source, count) in [
            (
                "client/admin/main.tsx",
                "import 'solid-js/web'; import '../src/account';",
                0,
            ),
            (
                "client/admin/model/a.ts",
                "import '../api'; import '../../src/account';",
                0,
            ),
            (
                "client/admin/ui/pages/a.tsx",
                "import 'solid-js'; import '../../model/b';",
                0,
            ),
            ("client/admin/api/a.ts", "import '../model/b';", 1),
            (
                "client/admin/api/a.ts",
                "import '../../src/account/session';",
                1,
            ),
            (
                "client/admin/model/a.ts",
                "import 'solid-js'; import '../ui/b';",
                2,
            ),
            (
                "client/admin/ui/a.tsx",
                "import 'three'; import '../../src/ui/b';",
                2,
            ),
            ("client/src/ui/a.tsx", "import '../../admin/ui/parts';", 1),
        ] {
            assert_eq!(found(path, source), count, "{path}: {source}");
        }
    }

    #[test]
    fn crossings_are_caught() {
        assert_eq!(
            found(
                "client/src/world/a.ts",
                "import { Vector3 }\n  from 'three';"
            ),
            1
        );
        assert_eq!(
            found("client/src/ui/a.tsx", "import 'three/addons/x.js';"),
            1
        );
        assert_eq!(
            found(
                "client/src/ui/a.tsx",
                "const three = await import('three');"
            ),
            1
        );
        assert_eq!(
            found(
                "client/src/frame.ts",
                "import { createSignal } from 'solid-js';"
            ),
            1
        );
        assert_eq!(
            found("client/src/world/a.ts", "export * from '../ui/hud';"),
            1
        );
        assert_eq!(
            found("client/src/world/deep/a.ts", "import '../../gpu/a';"),
            1
        );
        assert_eq!(
            found("client/src/wire/a.ts", "import { x } from '../world/a';"),
            1
        );
        assert_eq!(
            found(
                "client/src/account/a.ts",
                "import '../ui/hud'; import './b';"
            ),
            1
        );
        assert_eq!(
            found(
                "client/src/belongings/a.ts",
                "import '../account'; import '../account/session'; import './b';"
            ),
            1
        );
        assert_eq!(
            found(
                "client/src/company/a.ts",
                "import '../account'; import '../belongings'; import './b';"
            ),
            1
        );
    }
}
