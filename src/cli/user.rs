//! `signet user`.

use std::{io::Read, process::ExitCode};

use anyhow::Context;
use sqlx::PgPool;

use super::{application, looking, print};
use crate::{
    admin::users::{self, Profile},
    app::App,
    config::Config,
    identity::text,
    storage::{self, users::UserRow},
};

/// What to do to people.
#[derive(clap::Subcommand)]
pub enum Command {
    /// List them.
    #[command(after_help = "Example:\n  signet user list")]
    List,
    /// Add one. Without --password-stdin they have no password yet.
    #[command(
        after_help = "Example:\n  signet user add alice@example.com --username alice --password-stdin < password"
    )]
    Add {
        /// The e-mail address.
        email: String,
        /// The user name.
        #[arg(long)]
        username: Option<String>,
        /// What to call them.
        #[arg(long)]
        name: Option<String>,
        /// Count the e-mail address as proven.
        #[arg(long)]
        verified: bool,
        /// Read the password from standard input.
        #[arg(long)]
        password_stdin: bool,
    },
    /// Send someone a link by which they make an account. A running server sends it.
    #[command(after_help = "Example:\n  signet user invite alice@example.com")]
    Invite {
        /// The e-mail address.
        email: String,
    },
    /// Set a password, read from standard input.
    #[command(after_help = "Example:\n  signet user set-password alice < password")]
    SetPassword {
        /// E-mail address or user name.
        login: String,
    },
    /// Refuse sign-in, end every session and revoke every grant.
    #[command(after_help = "Example:\n  signet user disable alice@example.com")]
    Disable {
        /// E-mail address or user name.
        login: String,
    },
    /// Allow sign-in again.
    #[command(after_help = "Example:\n  signet user enable alice@example.com")]
    Enable {
        /// E-mail address or user name.
        login: String,
    },
}

pub async fn run(config: Config, command: Command) -> anyhow::Result<ExitCode> {
    if let Command::List = command {
        return list(&looking(&config).await?).await;
    }
    let app = application(config).await?;
    match command {
        Command::List => {}
        Command::Add { email, username, name, verified, password_stdin } => {
            let password = password_stdin.then(read_password).transpose()?;
            if let Some(password) = &password {
                text::check_password(password).map_err(anyhow::Error::msg)?;
            }
            let profile = Profile { email, email_verified: verified, username, name };
            let id = users::put(&app, None, &profile).await?;
            if let Some(password) = password {
                users::set_password(&app, id, &password).await?;
            }
            print(&id.to_string());
        }
        Command::Invite { email } => users::invite(&app, &email).await?,
        Command::SetPassword { login } => {
            let user = find(&app, &login).await?;
            users::set_password(&app, user.id, &read_password()?).await?;
        }
        Command::Disable { login } => {
            let user = find(&app, &login).await?;
            users::set_disabled(&app, user.id, true).await?;
        }
        Command::Enable { login } => {
            let user = find(&app, &login).await?;
            users::set_disabled(&app, user.id, false).await?;
        }
    }
    app.audit.flush().await;
    Ok(ExitCode::SUCCESS)
}

async fn list(db: &PgPool) -> anyhow::Result<ExitCode> {
    const PAGE: i64 = 500;
    let mut after = String::new();
    loop {
        let page = storage::users::list(db, &after, PAGE).await?;
        for user in &page {
            let state = if user.disabled_at.is_some() { "disabled" } else { "enabled" };
            let name = user.name.as_deref().unwrap_or("");
            print(&format!("{}  {state:<8}  {}  {name}", user.id, user.email));
        }
        match page.last() {
            Some(last) if i64::try_from(page.len()) == Ok(PAGE) => {
                after = text::identifier_key(&last.email);
            }
            _ => return Ok(ExitCode::SUCCESS),
        }
    }
}

async fn find(app: &App, login: &str) -> anyhow::Result<UserRow> {
    storage::users::find(&app.db, &text::identifier_key(login))
        .await?
        .with_context(|| format!("there is no user {login}"))
}

fn read_password() -> anyhow::Result<zeroize::Zeroizing<String>> {
    let mut text = zeroize::Zeroizing::new(String::new());
    std::io::stdin().read_to_string(&mut text)?;
    Ok(zeroize::Zeroizing::new(text.trim_end_matches(['\r', '\n']).to_owned()))
}
