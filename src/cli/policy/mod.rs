//! `signet policy`.

mod diff;
mod expect;
mod explain;
mod files;

use std::{collections::HashMap, path::PathBuf, process::ExitCode};

use anyhow::Context;
use sqlx::PgPool;
use uuid::Uuid;

use super::{application, looking, print, say};
use crate::{
    access::{
        asked::Party,
        roles::{Role, Roles},
        source::Source,
    },
    admin::policies,
    config::Config,
    replica, storage,
};

/// What to do to policies.
#[derive(clap::Subcommand)]
pub enum Command {
    /// Check those of a folder, and change nothing.
    #[command(after_help = "Example:\n  signet policy check policies/")]
    Check {
        /// A folder with `policies.cedar`, and perhaps `schema.cedarschema`, `links.json` and `entities.json`.
        folder: PathBuf,
    },
    /// Save those of a folder as a version, which decides from now on.
    #[command(
        after_help = "Example:\n  signet policy save policies/ --comment 'Editors may publish'"
    )]
    Save {
        /// The folder, see `signet policy check`.
        folder: PathBuf,
        /// What this version is about, for the list.
        #[arg(long, default_value = "")]
        comment: String,
    },
    /// List the versions, the newest first; a star is before the one in force.
    #[command(after_help = "Example:\n  signet policy list")]
    List {
        /// How many.
        #[arg(long, default_value_t = 50)]
        last: u32,
    },
    /// Print a version, or write its files.
    #[command(after_help = "Example:\n  signet policy show\n  signet policy show --to policies/")]
    Show {
        /// Its id; default: the one in force.
        #[arg(value_name = "VERSION")]
        id: Option<Uuid>,
        /// A folder to write its files to, over those that are there.
        #[arg(long, value_name = "FOLDER")]
        to: Option<PathBuf>,
    },
    /// Have a version that was saved before decide from now on.
    #[command(
        after_help = "Example:\n  signet policy rollback 01924c5e-7a3b-7c52-8c3d-2f6f0a9b1c4d"
    )]
    Rollback {
        /// Its id.
        #[arg(value_name = "VERSION")]
        id: Uuid,
    },
    /// Compare decisions with those that files expect. Exit code 1 if one differs.
    #[command(
        after_help = "Example:\n  signet policy test policies/tests.toml --policies policies/"
    )]
    Test {
        /// Files of expected decisions, TOML or JSON.
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        /// The folder of the policies, with the roles of the files alone and without a database; default: the version and the
        /// roles in force.
        #[arg(long, value_name = "FOLDER")]
        policies: Option<PathBuf>,
    },
    /// Show which of the recorded decisions those of a folder would change.
    #[command(after_help = "Example:\n  signet policy diff policies/ --last 1000")]
    Diff {
        /// The folder, see `signet policy check`.
        folder: PathBuf,
        /// How many decisions to look at, from the last one back.
        #[arg(long, default_value_t = 10_000)]
        last: u32,
    },
    /// Show why a recorded decision was made, and make it again.
    #[command(
        after_help = "Example:\n  signet policy explain 01924c5e-7a3b-7c52-8c3d-2f6f0a9b1c4d"
    )]
    Explain {
        /// Its id, from the answer to whoever asked, or from the table `decisions`.
        id: Uuid,
    },
}

pub async fn run(config: Config, command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Check { folder } => {
            let source = files::read(&folder)?;
            let roles = roles(&looking(&config).await?).await?;
            warn(&policies::check(&source, &roles)?.1);
            print("nothing is wrong with them");
        }
        Command::Save { folder, comment } => {
            let source = files::read(&folder)?;
            let app = application(config).await?;
            let (version, warnings) = policies::save(&app, &source, &comment).await?;
            app.audit.flush().await;
            warn(&warnings);
            print(&version.to_string());
        }
        Command::Rollback { id } => {
            let app = application(config).await?;
            policies::activate(&app, id).await?;
            app.audit.flush().await;
        }
        Command::List { last } => list(&looking(&config).await?, last).await?,
        Command::Show { id, to } => {
            let source = stored(&looking(&config).await?, id).await?.1;
            files::show(&source, to.as_deref())?;
        }
        Command::Test { files, policies } => {
            return expect::run(&config, &files, policies.as_deref()).await;
        }
        Command::Diff { folder, last } => diff::run(&config, &folder, last).await?,
        Command::Explain { id } => explain::run(&looking(&config).await?, id).await?,
    }
    Ok(ExitCode::SUCCESS)
}

fn warn(warnings: &[String]) {
    for warning in warnings {
        say(&format!("warning: {warning}"));
    }
}

async fn list(db: &PgPool, last: u32) -> anyhow::Result<()> {
    let current = storage::policies::current(db).await?.map(|row| row.id);
    for entry in storage::policies::list(db, last.into()).await? {
        let star = if current == Some(entry.id) { '*' } else { ' ' };
        let at = entry.created_at;
        let line = format!("{star} {}  {at}  {}  {}", entry.id, entry.created_by, entry.comment);
        print(line.trim_end());
    }
    Ok(())
}

/// The roles that there are.
async fn roles(db: &PgPool) -> anyhow::Result<Roles> {
    let rows = storage::roles::list(db).await?;
    let roles = rows.into_iter().map(Role::from_row).collect::<storage::Result<Vec<_>>>()?;
    Ok(Roles::new(roles))
}

/// A version, or the one in force with its id. Without any, nothing is in force.
async fn stored(db: &PgPool, version: Option<Uuid>) -> anyhow::Result<(Option<Uuid>, Source)> {
    let row = match version {
        Some(id) => {
            let row = storage::policies::get(db, id).await?;
            Some(row.with_context(|| format!("there is no version {id}"))?)
        }
        None => storage::policies::current(db).await?,
    };
    let id = row.as_ref().map(|row| row.id);
    Ok((id, row.map(replica::source).transpose()?.unwrap_or_default()))
}

/// What is known of those who asked, each looked up once: a record names them, and no more.
#[derive(Default)]
struct People(HashMap<(String, String), serde_json::Map<String, serde_json::Value>>);

impl People {
    /// Fills in what is known of them now.
    async fn fill(&mut self, db: &PgPool, subject: &mut Party) -> anyhow::Result<()> {
        let key = (subject.kind.clone(), subject.id.clone());
        if !self.0.contains_key(&key) {
            let row = match (subject.kind.as_str(), subject.id.parse()) {
                ("User", Ok(id)) => storage::standings::of_user(db, id).await?,
                ("Client", _) => storage::standings::of_client(db, &subject.id).await?,
                _ => return Ok(()),
            };
            let known = row.and_then(|row| row.attributes.as_object().cloned());
            self.0.insert(key.clone(), known.unwrap_or_default());
        }
        if let Some(known) = self.0.get(&key) {
            subject.properties.clone_from(known);
        }
        Ok(())
    }
}
