//! `signet role`.

use std::{collections::BTreeMap, process::ExitCode};

use anyhow::Context;
use clap::Args;
use sqlx::PgPool;
use time::format_description::well_known::Rfc3339;

use super::{application, looking, print, user};
use crate::{
    access::{
        principal::Subject,
        roles::{Metadata, Role},
    },
    admin::roles::{self, Holder},
    app::App,
    clock::Timestamp,
    config::{Config, Mfa},
    storage,
};

/// What to do to roles.
#[derive(clap::Subcommand)]
pub enum Command {
    /// List them, with what each permits.
    #[command(after_help = "Example:\n  signet role list")]
    List,
    /// Add one, or replace the one of that name.
    #[command(
        after_help = "Example:\n  signet role set clerk --permission https://orders.example=orders:read --inherits viewer"
    )]
    Set {
        /// Its name.
        name: String,
        /// What it is, for operators.
        #[arg(long, default_value = "")]
        description: String,
        /// What it permits, as RESOURCE=PERMISSION; may be repeated.
        #[arg(long, value_name = "RESOURCE=PERMISSION")]
        permission: Vec<String>,
        /// A role whose permissions it has as well; may be repeated.
        #[arg(long, value_name = "ROLE")]
        inherits: Vec<String>,
        /// Whether whoever has it needs a second factor; default: as configured.
        #[arg(long, value_enum)]
        mfa: Option<user::Demand>,
    },
    /// Remove one, also from everyone who has it.
    #[command(after_help = "Example:\n  signet role delete clerk")]
    Delete {
        /// Its name.
        name: String,
    },
    /// Give one to someone.
    #[command(
        after_help = "Example:\n  signet role assign clerk --user alice@example.com --until 2030-01-01T00:00:00Z\n  signet role assign clerk --group staff\n  signet role assign importer --client nightly-import"
    )]
    Assign {
        /// Its name.
        name: String,
        #[command(flatten)]
        to: To,
        /// Until when (RFC 3339); default: for ever.
        #[arg(long, value_parser = timestamp)]
        until: Option<Timestamp>,
    },
    /// Take one from someone.
    #[command(after_help = "Example:\n  signet role unassign clerk --user alice@example.com")]
    Unassign {
        /// Its name.
        name: String,
        #[command(flatten)]
        from: To,
    },
    /// List who has one.
    #[command(after_help = "Example:\n  signet role holders clerk")]
    Holders {
        /// Its name.
        name: String,
    },
}

/// Who has a role.
#[derive(Args)]
#[group(required = true, multiple = false)]
pub struct To {
    /// E-mail address or user name of a person.
    #[arg(long, value_name = "LOGIN")]
    user: Option<String>,
    /// Name of a group.
    #[arg(long)]
    group: Option<String>,
    /// Id of a client, for what it does on its own behalf.
    #[arg(long, value_name = "CLIENT_ID")]
    client: Option<String>,
}

impl To {
    async fn holder(self, db: &PgPool) -> anyhow::Result<Holder> {
        Ok(match self {
            Self { user: Some(login), .. } => {
                Holder::Subject(Subject::User(user::find(db, &login).await?.id))
            }
            Self { group: Some(name), .. } => Holder::Group(name),
            Self { client, .. } => Holder::Subject(Subject::Client(client.unwrap_or_default())),
        })
    }
}

/// Reads a time of the command line.
pub fn timestamp(text: &str) -> Result<Timestamp, String> {
    Timestamp::parse(text, &Rfc3339).map_err(|_| "give it like 2030-01-01T00:00:00Z".to_owned())
}

pub async fn run(config: Config, command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::List => return list(&looking(&config).await?).await,
        Command::Holders { name } => return holders(&looking(&config).await?, &name).await,
        _ => {}
    }
    let app = application(config).await?;
    change(&app, command).await?;
    app.audit.flush().await;
    Ok(ExitCode::SUCCESS)
}

async fn change(app: &App, command: Command) -> anyhow::Result<()> {
    match command {
        Command::List | Command::Holders { .. } => {}
        Command::Set { name, description, permission, inherits, mfa } => {
            let mfa: Option<Mfa> = mfa.and_then(user::Demand::mfa);
            let permissions = permissions(&permission)?;
            let inherits = inherits.into_iter().collect();
            let metadata = Metadata { description, permissions, inherits, mfa };
            roles::put(app, &Role { name, metadata }).await?;
        }
        Command::Delete { name } => roles::delete(app, &name).await?,
        Command::Assign { name, to, until } => {
            roles::assign(app, &name, &to.holder(&app.db).await?, until).await?;
        }
        Command::Unassign { name, from } => {
            roles::unassign(app, &name, &from.holder(&app.db).await?).await?;
        }
    }
    Ok(())
}

fn permissions(
    pairs: &[String],
) -> anyhow::Result<BTreeMap<String, std::collections::BTreeSet<String>>> {
    let mut permissions = BTreeMap::<_, std::collections::BTreeSet<_>>::new();
    for pair in pairs {
        // An identifier may have a = in it, a permission hardly.
        let (resource, name) =
            pair.rsplit_once('=').context("give permissions as RESOURCE=PERMISSION")?;
        permissions.entry(resource.to_owned()).or_default().insert(name.to_owned());
    }
    Ok(permissions)
}

async fn list(db: &PgPool) -> anyhow::Result<ExitCode> {
    for row in storage::roles::list(db).await? {
        let Role { name, metadata } = Role::from_row(row)?;
        print(format!("{name}  {}", metadata.description).trim_end());
        for inherited in &metadata.inherits {
            print(&format!("    inherits {inherited}"));
        }
        for (resource, names) in &metadata.permissions {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            print(&format!("    {} at {resource}", names.join(" ")));
        }
        if let Some(mfa) = metadata.mfa {
            print(&format!("    mfa {}", mfa.name()));
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn holders(db: &PgPool, name: &str) -> anyhow::Result<ExitCode> {
    const PAGE: i64 = 500;
    let mut after = (String::new(), String::new());
    loop {
        let page = storage::roles::assigned(db, name, (&after.0, &after.1), PAGE).await?;
        for row in &page {
            let until = row.expires_at.map(|at| format!("  until {at}")).unwrap_or_default();
            print(&format!("{}  {}{until}", row.subject_kind, row.subject));
        }
        match page.into_iter().last() {
            Some(last) => after = (last.subject_kind, last.subject),
            None => return Ok(ExitCode::SUCCESS),
        }
    }
}
