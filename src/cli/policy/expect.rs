//! `signet policy test`.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::Context;

use super::{files, looking, print, roles, stored, warn};
use crate::{
    access::{engine::Engine, expected::Expectations, roles::Roles},
    admin::policies,
    config::Config,
};

pub async fn run(
    config: &Config,
    names: &[PathBuf],
    folder: Option<&Path>,
) -> anyhow::Result<ExitCode> {
    let (there, source) = if let Some(folder) = folder {
        (Roles::default(), files::read(folder)?)
    } else {
        let db = looking(config).await?;
        (roles(&db).await?, stored(&db, None).await?.1)
    };
    let (mut count, mut failed) = (0, 0);
    for name in names {
        let shown = name.display().to_string();
        let text = std::fs::read_to_string(name).with_context(|| shown.clone())?;
        let expected = Expectations::parse(&shown, &text)?;
        let roles = expected.with_roles(&there);
        let engine = if folder.is_some() {
            let (engine, warnings) = policies::check(&source, &roles)?;
            warn(&warnings);
            engine
        } else {
            Engine::new(&source, &roles)?
        };
        let zone = &config.access.time_zone.0;
        let failures = expected.run(&engine, &roles, zone).with_context(|| shown.clone())?;
        for failure in &failures {
            print(&format!("FAIL  {shown}: {}", failure.name));
            for line in &failure.lines {
                print(&format!("      {line}"));
            }
        }
        count += expected.count();
        failed += failures.len();
    }
    print(&format!("{} of {count} as expected", count - failed));
    Ok(if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
