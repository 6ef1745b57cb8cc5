//! `signet group`.

use std::process::ExitCode;

use sqlx::PgPool;
use uuid::Uuid;

use super::{application, looking, print, role::timestamp, user};
use crate::{admin::roles, clock::Timestamp, config::Config, storage};

/// What to do to groups.
#[derive(clap::Subcommand)]
pub enum Command {
    /// List them, with how many people are in each.
    #[command(after_help = "Example:\n  signet group list")]
    List,
    /// Add one, or change what it is said to be.
    #[command(after_help = "Example:\n  signet group set staff --description 'Everyone employed'")]
    Set {
        /// Its name.
        name: String,
        /// What it is, for operators.
        #[arg(long, default_value = "")]
        description: String,
    },
    /// Remove one, with all that people have by it.
    #[command(after_help = "Example:\n  signet group delete staff")]
    Delete {
        /// Its name.
        name: String,
    },
    /// Put someone into one.
    #[command(after_help = "Example:\n  signet group add staff alice --until 2030-01-01T00:00:00Z")]
    Add {
        /// Its name.
        name: String,
        /// E-mail address or user name.
        login: String,
        /// Until when (RFC 3339); default: for ever.
        #[arg(long, value_parser = timestamp)]
        until: Option<Timestamp>,
    },
    /// Take someone out of one.
    #[command(after_help = "Example:\n  signet group remove staff alice")]
    Remove {
        /// Its name.
        name: String,
        /// E-mail address or user name.
        login: String,
    },
    /// List who is in one.
    #[command(after_help = "Example:\n  signet group members staff")]
    Members {
        /// Its name.
        name: String,
    },
}

pub async fn run(config: Config, command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::List => return list(&looking(&config).await?).await,
        Command::Members { name } => return members(&looking(&config).await?, &name).await,
        _ => {}
    }
    let app = application(config).await?;
    match command {
        Command::List | Command::Members { .. } => {}
        Command::Set { name, description } => roles::put_group(&app, &name, &description).await?,
        Command::Delete { name } => roles::delete_group(&app, &name).await?,
        Command::Add { name, login, until } => {
            let user = user::find(&app.db, &login).await?;
            roles::join(&app, &name, user.id, until).await?;
        }
        Command::Remove { name, login } => {
            let user = user::find(&app.db, &login).await?;
            roles::leave(&app, &name, user.id).await?;
        }
    }
    app.audit.flush().await;
    Ok(ExitCode::SUCCESS)
}

async fn list(db: &PgPool) -> anyhow::Result<ExitCode> {
    for group in storage::groups::list(db).await? {
        let line = format!("{}  {} in it  {}", group.name, group.members, group.description);
        print(line.trim_end());
    }
    Ok(ExitCode::SUCCESS)
}

async fn members(db: &PgPool, name: &str) -> anyhow::Result<ExitCode> {
    const PAGE: i64 = 500;
    let mut after = Uuid::nil();
    loop {
        let page = storage::groups::members(db, name, after, PAGE).await?;
        for member in &page {
            let until = member.expires_at.map(|at| format!("  until {at}")).unwrap_or_default();
            print(&format!("{}  {}{until}", member.user_id, member.email));
        }
        match page.last() {
            Some(last) => after = last.user_id,
            None => return Ok(ExitCode::SUCCESS),
        }
    }
}
