//! The arrows between rooms point one way, and files hold one idea.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

/// What each room may name. `app`, which is handed to everyone, and the leaves `clock` and `entropy` are free.
const ARROWS: [(&str, &[&str]); 15] = [
    (
        "cli",
        &[
            "admin", "audit", "config", "dev", "http", "identity", "keys", "oauth", "registry",
            "storage", "tokens",
        ],
    ),
    ("dev", &["admin", "tokens", "web"]),
    ("http", &["audit", "config", "dev", "identity", "oauth", "tokens", "web"]),
    ("admin", &["audit", "config", "identity", "registry", "storage", "tokens"]),
    (
        "oauth",
        &["audit", "config", "identity", "keys", "registry", "replica", "storage", "tokens", "web"],
    ),
    ("identity", &["audit", "config", "storage", "tokens", "web"]),
    ("replica", &["keys", "registry", "storage", "tokens"]),
    ("web", &["audit", "storage", "tokens"]),
    ("audit", &["storage"]),
    ("registry", &["config", "keys", "storage", "tokens"]),
    ("config", &["keys"]),
    ("keys", &["storage", "tokens"]),
    ("tokens", &["keys"]),
    ("storage", &[]),
    (
        "app",
        &["audit", "config", "identity", "keys", "oauth", "replica", "storage", "tokens", "web"],
    ),
];

const FREE: [&str; 3] = ["app", "clock", "entropy"];

fn sources() -> Vec<(PathBuf, String)> {
    fn collect(folder: &Path, into: &mut Vec<(PathBuf, String)>) {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                collect(&path, into);
            } else {
                let text = fs::read_to_string(&path).expect("UTF-8");
                into.push((path, text));
            }
        }
    }
    let mut sources = Vec::new();
    collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut sources);
    sources
}

/// The rooms that a file names: the first segments behind `crate::`, also within braces.
fn named(text: &str) -> Vec<String> {
    let code = text.split("#[cfg(test)]").next().unwrap_or_default();
    let code: String = code
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect::<Vec<_>>()
        .join("\n");
    let mut rooms = Vec::new();
    for rest in code.split("crate::").skip(1) {
        if let Some(group) = rest.strip_prefix('{') {
            let mut depth = 0;
            let mut word = String::new();
            let mut fresh = true;
            for character in group.chars() {
                match character {
                    '{' => depth += 1,
                    '}' if depth == 0 => break,
                    '}' => depth -= 1,
                    ',' if depth == 0 => {
                        if fresh && !word.is_empty() {
                            rooms.push(std::mem::take(&mut word));
                        }
                        fresh = true;
                    }
                    c if fresh && (c.is_ascii_lowercase() || c == '_') => word.push(c),
                    c if c.is_whitespace() => {}
                    _ => {
                        if fresh && !word.is_empty() {
                            rooms.push(std::mem::take(&mut word));
                        }
                        fresh = false;
                    }
                }
            }
            if !word.is_empty() {
                rooms.push(word);
            }
        } else {
            rooms.push(rest.chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect());
        }
    }
    rooms
}

#[test]
fn arrows_between_rooms_point_one_way() {
    let arrows: BTreeMap<&str, &[&str]> = ARROWS.into_iter().collect();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for (path, text) in sources() {
        let below = path.strip_prefix(&root).expect("below src");
        let first = below.components().next().expect("a name").as_os_str().to_str().expect("UTF-8");
        let home = first.strip_suffix(".rs").unwrap_or(first);
        let Some(allowed) = arrows.get(home) else { continue };
        for other in named(&text) {
            let fine = other == home
                || FREE.contains(&other.as_str())
                || allowed.contains(&other.as_str());
            assert!(fine, "{}: {home} must not name {other}", below.display());
        }
    }
}

#[test]
fn a_file_holds_one_idea() {
    for (path, text) in sources() {
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        let lines = code.lines().count();
        assert!(lines <= 420, "{}: {lines} lines", path.display());
    }
}
