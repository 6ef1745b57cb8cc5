//! `signet registration-token`: initial access tokens, by which clients may register themselves.

use std::process::ExitCode;

use sqlx::PgPool;
use uuid::Uuid;

use super::{application, looking, print};
use crate::{admin::registration_tokens, clock::Clock, config::Config, storage};

/// What to do to registration tokens.
#[derive(clap::Subcommand)]
pub enum Command {
    /// Print a new one. It is shown this once.
    #[command(
        after_help = "Example:\n  signet registration-token add --clients 5 --lifetime 2days --note 'partner onboarding'"
    )]
    Add {
        /// How many clients may be registered with it.
        #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(i32).range(1..))]
        clients: i32,
        /// How long it is good, such as `12h` or `30days`.
        #[arg(long, default_value = "7days", value_parser = humantime::parse_duration)]
        lifetime: std::time::Duration,
        /// Whom it is for.
        #[arg(long, default_value = "")]
        note: String,
    },
    /// List them: what is left of each, and until when.
    #[command(after_help = "Example:\n  signet registration-token list")]
    List,
    /// Remove one. Clients that registered with it stay.
    #[command(
        after_help = "Example:\n  signet registration-token remove 0198c0de-0000-7000-8000-000000000000"
    )]
    Remove {
        /// Its id, see `list`.
        id: Uuid,
    },
}

pub async fn run(config: Config, command: Command) -> anyhow::Result<ExitCode> {
    if let Command::List = command {
        return list(&looking(&config).await?).await;
    }
    let app = application(config).await?;
    match command {
        Command::List => {}
        Command::Add { clients, lifetime, note } => {
            print(&registration_tokens::add(&app, &note, clients, lifetime).await?);
        }
        Command::Remove { id } => registration_tokens::remove(&app, id).await?,
    }
    app.audit.flush().await;
    Ok(ExitCode::SUCCESS)
}

async fn list(db: &PgPool) -> anyhow::Result<ExitCode> {
    let now = Clock::System.now();
    for row in storage::initial_access_tokens::list(db).await? {
        let state = if row.expires_at <= now { "  ended" } else { "" };
        print(
            format!(
                "{}  {} of {} used  until {}{state}  {}",
                row.id, row.used, row.most, row.expires_at, row.note
            )
            .trim_end(),
        );
    }
    Ok(ExitCode::SUCCESS)
}
