//! Languages: the same messages in each, every one of them used, and a person answered in theirs.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

const TAGS: [&str; 6] = ["en", "de", "fr", "es", "ja", "ar"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The messages of a language: file and name, with their text.
fn messages(tag: &str) -> BTreeMap<(String, String), String> {
    let mut all = BTreeMap::new();
    for entry in fs::read_dir(root().join("locales").join(tag)).expect("a folder") {
        let path = entry.expect("an entry").path();
        let file = path.file_name().expect("a name").to_string_lossy().into_owned();
        let mut name = String::new();
        for line in fs::read_to_string(&path).expect("UTF-8").lines() {
            if line.starts_with('#') || line.trim().is_empty() {
                continue;
            }
            if let Some((head, text)) =
                line.split_once('=').filter(|_| !line.starts_with([' ', '}']))
            {
                head.trim().clone_into(&mut name);
                let key = (file.clone(), name.clone());
                let twice = all.insert(key, text.to_owned());
                assert!(twice.is_none(), "{}: {name} is there twice", path.display());
            } else {
                let text = all.get_mut(&(file.clone(), name.clone())).expect("a message before");
                text.push_str(line);
                text.push('\n');
            }
        }
    }
    all
}

/// What a message is filled in with.
fn fills(text: &str) -> BTreeSet<String> {
    let name =
        |rest: &str| rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
    text.split('$').skip(1).map(name).collect()
}

fn sources(folder: &Path, into: &mut String) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            sources(&path, into);
        } else if path.extension().is_some_and(|end| end == "rs" || end == "html" || end == "txt") {
            let text = fs::read_to_string(&path).expect("UTF-8");
            into.push_str(text.split("#[cfg(test)]").next().unwrap_or_default());
        }
    }
}

#[test]
fn every_language_has_every_message_filled_in_with_the_same() {
    let english = messages("en");
    for tag in TAGS {
        let other = messages(tag);
        let missing: Vec<_> = english.keys().filter(|key| !other.contains_key(*key)).collect();
        assert!(missing.is_empty(), "{tag} lacks {missing:?}");
        let unknown: Vec<_> = other.keys().filter(|key| !english.contains_key(*key)).collect();
        assert!(unknown.is_empty(), "{tag} has {unknown:?}, which English has not");
        for (key, text) in &other {
            assert!(!text.trim().is_empty(), "{tag}: {key:?} says nothing");
            assert_eq!(fills(text), fills(&english[key]), "{tag}: {key:?}");
            assert!(
                !text.replace("->", "").contains(['<', '>', '&', '"']),
                "{tag}: {key:?} has what HTML gives a meaning to"
            );
        }
    }
}

#[test]
fn every_language_is_translated() {
    let english = messages("en");
    for tag in TAGS.into_iter().skip(1) {
        let other = messages(tag);
        let same = english.iter().filter(|(key, text)| other[*key] == **text && text.len() > 16);
        let same: Vec<_> = same.map(|((_, name), _)| name).collect();
        assert!(same.len() * 50 < english.len(), "{tag} says in English: {same:?}");
    }
}

#[test]
fn every_message_that_is_named_exists_and_every_one_is_used() {
    let mut code = String::new();
    sources(&root().join("src"), &mut code);
    sources(&root().join("templates"), &mut code);
    let mut names = BTreeSet::new();
    for (file, name) in messages("en").into_keys() {
        // The later one would be said everywhere.
        assert!(names.insert(name.clone()), "{name}, which is in {file}, is in another file too");
    }
    // Names that are put together of a beginning and what is found out.
    let built = ["month-", "scope-"];
    for name in &names {
        let quoted = format!("\"{name}\"");
        let of_problem = name.strip_suffix("-message").map(|name| format!("\"{name}\""));
        let used = code.contains(&quoted)
            || of_problem.is_some_and(|quoted| code.contains(&quoted))
            || built.iter().any(|built| name.starts_with(built));
        assert!(used, "nothing says {name}");
    }
    for call in ["text(\"", "with(\"", "html(\"", "::with(name, \"", "Problem::named(\""] {
        for rest in code.split(call).skip(1) {
            let name = rest.split('"').next().unwrap_or_default();
            let plain = name
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_".contains(c));
            let ours = plain && name.contains('-') || names.contains(name);
            assert!(
                !ours || names.contains(name) || built.contains(&name),
                "no message is called {name:?}"
            );
        }
    }
}
