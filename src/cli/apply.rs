//! `signet apply`: manifests.

use std::{path::PathBuf, process::ExitCode};

use anyhow::Context;

use super::{application, looking, print};
use crate::{
    admin::manifest::{self, Change, Manifest},
    config::Config,
};

/// What `apply` takes.
#[derive(clap::Args)]
pub struct Arguments {
    /// Only print what would be done.
    #[arg(long)]
    dry_run: bool,
    /// Manifests: TOML with [[resource]], [[role]], [[group]], [[client]] and [[user]].
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

pub async fn run(config: Config, arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let mut whole = Manifest::default();
    for file in &arguments.files {
        let name = file.display().to_string();
        let text = std::fs::read_to_string(file).with_context(|| name.clone())?;
        let Manifest { resource, role, group, client, user } =
            Manifest::parse(&text).context(name)?;
        whole.resource.extend(resource);
        whole.role.extend(role);
        whole.group.extend(group);
        whole.client.extend(client);
        whole.user.extend(user);
    }
    let (db, app) = if arguments.dry_run {
        (looking(&config).await?, None)
    } else {
        let app = application(config).await?;
        (app.db.clone(), Some(app))
    };
    let plan = manifest::plan(&db, &whole).await?;
    for step in &plan {
        print(&step.to_string());
    }
    let changes = plan.iter().filter(|step| step.change != Change::Keep).count();
    let Some(app) = app else {
        print(&format!("{changes} to change; nothing was done"));
        return Ok(ExitCode::SUCCESS);
    };
    for (client, secret) in manifest::apply(&app, plan).await? {
        print(&format!("secret of {client}, shown this once: {secret}"));
    }
    app.audit.flush().await;
    print(&format!("{changes} changed"));
    Ok(ExitCode::SUCCESS)
}
