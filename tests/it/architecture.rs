//! The arrows between rooms point one way, and files hold one idea.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

/// What each room may name. `app`, which is handed to everyone, and the leaves `clock` and `entropy` are free.
const ARROWS: [(&str, &[&str]); 19] = [
    (
        "cli",
        &[
            "access", "admin", "audit", "config", "dev", "fetch", "http", "identity", "keys",
            "oauth", "registry", "replica", "storage", "tokens",
        ],
    ),
    ("dev", &["admin", "identity", "tokens", "web"]),
    ("http", &["audit", "config", "dev", "gate", "identity", "keys", "oauth", "tokens", "web"]),
    (
        "gate",
        &[
            "access",
            "admin",
            "audit",
            "config",
            "decisions",
            "fetch",
            "identity",
            "keys",
            "oauth",
            "registry",
            "replica",
            "storage",
            "tokens",
            "web",
        ],
    ),
    ("admin", &["access", "audit", "config", "identity", "keys", "registry", "storage", "tokens"]),
    (
        "oauth",
        &[
            "access",
            "audit",
            "config",
            "decisions",
            "fetch",
            "identity",
            "keys",
            "registry",
            "replica",
            "storage",
            "tokens",
            "web",
        ],
    ),
    (
        "identity",
        &["access", "audit", "config", "fetch", "keys", "registry", "storage", "tokens", "web"],
    ),
    ("decisions", &["access", "config", "replica", "storage"]),
    ("access", &["config", "registry", "storage", "tokens"]),
    ("replica", &["access", "fetch", "keys", "registry", "storage", "tokens"]),
    ("web", &["audit", "storage", "tokens"]),
    ("audit", &["storage"]),
    ("registry", &["config", "keys", "storage", "tokens"]),
    ("fetch", &["config"]),
    ("config", &["keys"]),
    ("keys", &["storage", "tokens"]),
    ("tokens", &["keys"]),
    ("storage", &[]),
    (
        "app",
        &[
            "audit",
            "config",
            "decisions",
            "fetch",
            "gate",
            "identity",
            "keys",
            "oauth",
            "replica",
            "storage",
            "tokens",
            "web",
        ],
    ),
];

const FREE: [&str; 3] = ["app", "clock", "entropy"];

/// The Rust files of a folder with their text.
fn collect(folder: &Path, into: &mut Vec<(PathBuf, String)>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            collect(&path, into);
        } else if path.extension().is_some_and(|end| end == "rs") {
            let text = fs::read_to_string(&path).expect("UTF-8");
            into.push((path, text));
        }
    }
}

fn sources() -> Vec<(PathBuf, String)> {
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

/// Files of this repository, by their path within.
fn read(path: &str) -> Option<String> {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).ok()
}

/// The rows of the map in `ARCHITECTURE.md`: the names of specifications without their sections, and the files.
fn map() -> Vec<(Vec<String>, Vec<String>)> {
    let text = read("ARCHITECTURE.md").expect("readable");
    let (_, map) = text.split_once("## From RFC section to file").expect("the map");
    let cells = map.lines().filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |"));
    let rows = cells.map(|line| line.split(" | ").collect::<Vec<_>>());
    rows.filter(|cells| cells.len() == 3 && cells[0] != "section")
        .map(|cells| {
            // A comma parts sections of one specification, or specifications.
            let names = cells[0].split(", ").filter(|part| !part.starts_with('§'));
            let name = |part: &str| {
                let bare = part.split(" §").next().unwrap_or_default();
                bare.split(" appendix").next().unwrap_or_default().to_owned()
            };
            let files = cells[2].split('`').filter(|part| part.contains('/')).map(str::to_owned);
            (names.map(name).collect(), files.collect())
        })
        .collect()
}

/// The numbers of the RFCs that a text names.
fn rfcs(text: &str) -> impl Iterator<Item = &str> {
    text.split("RFC ").skip(1).filter_map(|rest| {
        let number = rest.get(..4)?;
        number.bytes().all(|c| c.is_ascii_digit()).then_some(number)
    })
}

#[test]
fn the_map_leads_to_the_rfc() {
    let map = map();
    assert!(map.len() > 100, "{} rows", map.len());
    for (names, files) in &map {
        assert!(!names.is_empty() && !files.is_empty(), "{names:?} {files:?}");
        for file in files {
            let text = read(file).unwrap_or_else(|| panic!("{names:?}: there is no {file}"));
            for name in names {
                assert!(text.contains(name.as_str()), "{file} does not name {name}");
            }
        }
    }
}

#[test]
fn every_rfc_is_on_the_map() {
    let names: Vec<String> = map().into_iter().flat_map(|(names, _)| names).collect();
    let mapped: Vec<&str> = names.iter().flat_map(|name| rfcs(name)).collect();
    for (path, text) in sources() {
        for number in rfcs(&text) {
            assert!(mapped.contains(&number), "{}: RFC {number}", path.display());
        }
    }
}

#[test]
fn files_that_documents_name_are_there() {
    let folder = |path: &str| -> Vec<String> {
        let entries = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(path));
        let names = entries.expect("a folder").map(|entry| entry.expect("an entry").file_name());
        let names = names.map(|name| format!("{path}/{}", name.to_str().expect("UTF-8")));
        names.filter(|name| Path::new(name).extension().is_some_and(|end| end == "md")).collect()
    };
    let mut documents = folder("docs");
    documents.extend(folder("docs/decisions"));
    documents.extend(
        ["ARCHITECTURE.md", "CONTRIBUTING.md", "README.md", "SECURITY.md"].map(str::to_owned),
    );
    for document in documents {
        let text = read(&document).expect("readable");
        for path in text.split('`').skip(1).step_by(2) {
            let ours = ["src/", "tests/", "benches/", "config/", "scripts/", "migrations/"];
            let made_up = path.contains("NAME") || path.contains("NNNN") || path.contains(' ');
            if ours.iter().any(|folder| path.starts_with(folder)) && !made_up {
                let there = Path::new(env!("CARGO_MANIFEST_DIR")).join(path).exists();
                assert!(there, "{document}: {path}");
            }
        }
    }
}

#[test]
fn every_dependency_is_used() {
    let manifest: toml::Table =
        read("Cargo.toml").expect("readable").parse().expect("a manifest of Cargo");
    let mut code: String = sources().into_iter().map(|(_, text)| text).collect();
    for folder in ["tests", "benches"] {
        let mut texts = Vec::new();
        collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), &mut texts);
        code.extend(texts.into_iter().map(|(_, text)| text));
    }
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    for section in ["dependencies", "dev-dependencies"] {
        for name in manifest[section].as_table().expect("a table").keys() {
            let name = name.replace('-', "_");
            let used = code.match_indices(&name).any(|(at, _)| {
                let before = code[..at].chars().next_back().is_some_and(word);
                let rest = &code[at + name.len()..];
                // In a path, imported as a whole, or named by an attribute of another one.
                !before
                    && (rest.starts_with("::") || rest.starts_with(';') || rest.starts_with('\''))
            });
            assert!(used, "nothing names {name}");
        }
    }
}

#[test]
fn a_password_is_stored_by_what_checks_it_alone() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for (path, text) in sources() {
        let below = path.strip_prefix(&root).expect("below src");
        let fine = below == Path::new("identity/passwords.rs");
        assert!(fine || !text.contains("passwords::replace("), "{}", below.display());
    }
}

#[test]
fn sessions_end_where_applications_are_queued_to_be_told() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for (path, text) in sources() {
        let below = path.strip_prefix(&root).expect("below src");
        let fine = below == Path::new("storage/sessions.rs");
        assert!(fine || !text.contains("UPDATE sessions SET ended_at"), "{}", below.display());
    }
}
