//! The dependencies that Cargo.toml and package.json files name. Reads the shapes that people write
//! in them, line by line; not a parser of TOML or JSON.

#[derive(Debug, PartialEq, Eq, Clone, Copy)]
pub enum Kind {
    Normal,
    Development,
}

#[derive(Debug, PartialEq, Eq)]
pub struct Dependency {
    pub name: String,
    pub kind: Kind,
}

/// The name of the package that a Cargo.toml describes.
pub fn package_name(manifest: &str) -> Option<&str> {
    let package = &manifest[manifest.find("[package]")?..];
    let value = package
        .lines()
        .find_map(|line| line.trim().strip_prefix("name = "))?;
    Some(value.trim().trim_matches('"'))
}

/// The members of the workspace that a Cargo.toml describes.
pub fn workspace_members(manifest: &str) -> Vec<&str> {
    let Some(start) = manifest.find("members = [") else {
        return Vec::new();
    };
    let list = &manifest[start..];
    let list = &list[..list.find(']').unwrap_or(list.len())];
    list.split('"').skip(1).step_by(2).collect()
}

/// What a Cargo.toml depends on, by the package's own name where it is renamed.
pub fn cargo_dependencies(manifest: &str) -> Vec<Dependency> {
    let mut dependencies = Vec::new();
    let mut kind = None;
    for line in manifest.lines().map(str::trim) {
        if let Some(section) = line
            .strip_prefix('[')
            .and_then(|line| line.strip_suffix(']'))
        {
            let (section_kind, name) = cargo_section(section);
            kind = section_kind.filter(|_| name.is_none());
            if let (Some(kind), Some(name)) = (section_kind, name) {
                dependencies.push(Dependency {
                    name: name.to_owned(),
                    kind,
                });
            }
        } else if let (Some(kind), Some(name)) = (kind, cargo_name(line)) {
            dependencies.push(Dependency {
                name: name.to_owned(),
                kind,
            });
        }
    }
    dependencies
}

/// What a package.json depends on.
pub fn npm_dependencies(manifest: &str) -> Vec<Dependency> {
    let section = |key: &str, kind| {
        let start = manifest
            .find(&format!("\"{key}\""))
            .map_or(manifest.len(), |at| at + key.len() + 2);
        let body = &manifest[start..];
        let body = &body[..body.find('}').unwrap_or(body.len())];
        let names = body
            .split(['{', ','])
            .filter_map(|entry| entry.split('"').nth(1));
        names
            .map(move |name| Dependency {
                name: name.to_owned(),
                kind,
            })
            .collect::<Vec<_>>()
    };
    let mut dependencies = section("dependencies", Kind::Normal);
    dependencies.extend(section("devDependencies", Kind::Development));
    dependencies
}

/// The kind of a section of dependencies, and the dependency's name when the section is of one.
fn cargo_section(section: &str) -> (Option<Kind>, Option<&str>) {
    let (table, name) = match section.split_once("dependencies.") {
        Some((prefix, name)) => (format!("{prefix}dependencies"), Some(name)),
        None => (section.to_owned(), None),
    };
    let kind = if table.ends_with("dev-dependencies") {
        Some(Kind::Development)
    } else if table.ends_with("dependencies") && table != "workspace.dependencies" {
        Some(Kind::Normal)
    } else {
        None
    };
    (kind, name)
}

fn cargo_name(line: &str) -> Option<&str> {
    if line.starts_with('#') {
        return None;
    }
    let (key, value) = line.split_once('=')?;
    let renamed = value
        .split_once("package = \"")
        .and_then(|(_, rest)| rest.split('"').next());
    Some(renamed.unwrap_or(key.split('.').next()?.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn normal(name: &str) -> Dependency {
        Dependency {
            name: name.to_owned(),
            kind: Kind::Normal,
        }
    }

    fn development(name: &str) -> Dependency {
        Dependency {
            name: name.to_owned(),
            kind: Kind::Development,
        }
    }

    #[test]
    fn cargo_shapes_are_read() {
        let manifest = "[workspace]\nmembers = [\n  \"a\",\n  \"b/c\",\n]\n\
            [workspace.dependencies]\nno = \"1\"\n[package]\nname = \"own\"\n\
            [dependencies]\n# no = 1\none = { workspace = true }\ntwo.workspace = true\n\
            short = { package = \"three\", version = \"1\" }\n\
            [target.'cfg(unix)'.dependencies]\nfour = \"1\"\n\
            [dependencies.five]\nversion = \"1\"\n[dev-dependencies]\nsix = \"1\"\n\
            [[bench]]\nname = \"no\"\n";
        assert_eq!(package_name(manifest), Some("own"));
        assert_eq!(workspace_members(manifest), ["a", "b/c"]);
        let expected = [
            normal("one"),
            normal("two"),
            normal("three"),
            normal("four"),
            normal("five"),
            development("six"),
        ];
        assert_eq!(cargo_dependencies(manifest), expected);
    }

    #[test]
    fn npm_shapes_are_read() {
        let manifest = r#"{ "name": "x", "dependencies": { "three": "1", "@a/b": "2" },
            "devDependencies": {
              "vite": "8"
            }, "scripts": { "no": "" } }"#;
        assert_eq!(
            npm_dependencies(manifest),
            [normal("three"), normal("@a/b"), development("vite")]
        );
    }
}
