//! Policies as a folder of files.

use std::{fs, io::ErrorKind, path::Path};

use anyhow::Context;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::print;
use crate::access::source::{ENTITIES, LINKS, POLICIES, SCHEMA, Source};

/// Reads a folder. Only the policies have to be there.
pub fn read(folder: &Path) -> anyhow::Result<Source> {
    let path = folder.join(POLICIES);
    let policies = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    Ok(Source {
        policies,
        schema: text(folder, SCHEMA)?.unwrap_or_default(),
        links: json(folder, LINKS)?.unwrap_or_default(),
        entities: json(folder, ENTITIES)?.unwrap_or_default(),
    })
}

fn text(folder: &Path, name: &str) -> anyhow::Result<Option<String>> {
    let path = folder.join(name);
    match fs::read_to_string(&path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| path.display().to_string()),
    }
}

fn json<T: DeserializeOwned>(folder: &Path, name: &str) -> anyhow::Result<Option<T>> {
    let Some(text) = text(folder, name)? else { return Ok(None) };
    // Its own text has line and column.
    Ok(Some(serde_json::from_str(&text).with_context(|| name.to_owned())?))
}

/// Prints the files of a version, or writes them to a folder. A file that a version does not have is removed from there:
/// what is in the folder afterwards is that version.
pub fn show(source: &Source, to: Option<&Path>) -> anyhow::Result<()> {
    let links = (!source.links.is_empty()).then(|| pretty(&source.links)).transpose()?;
    let entities =
        (source.entities != Value::Null).then(|| pretty(&source.entities)).transpose()?;
    let schema = (!source.schema.is_empty()).then(|| source.schema.clone());
    let policies = Some(source.policies.clone());
    let files = [(POLICIES, policies), (SCHEMA, schema), (LINKS, links), (ENTITIES, entities)];
    if let Some(folder) = to {
        fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
    }
    for (name, text) in files {
        let Some(folder) = to else {
            if let Some(text) = text {
                print(&format!("// {name}\n{}", text.trim_end()));
            }
            continue;
        };
        let path = folder.join(name);
        let done = match text {
            Some(text) => fs::write(&path, text),
            None => match fs::remove_file(&path) {
                Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
                done => done,
            },
        };
        done.with_context(|| path.display().to_string())?;
    }
    Ok(())
}

fn pretty(value: &impl serde::Serialize) -> anyhow::Result<String> {
    Ok(serde_json::to_string_pretty(value)? + "\n")
}
