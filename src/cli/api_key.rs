//! `signet api-key`.

use std::{io::BufRead, process::ExitCode, time::Duration};

use clap::Args;
use ipnet::IpNet;
use sqlx::PgPool;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::{application, looking, print, role::timestamp, user};
use crate::{
    access::principal::Subject,
    admin::api_keys::{self, Found, Leaked, Reporter},
    app::App,
    clock::{Clock, Timestamp},
    config::Config,
    identity::api_keys::{NewKey, network},
    storage::{
        self,
        api_keys::{ApiKeyRow, Of},
    },
    tokens::api_key::{ApiKeySecret, Environment},
};

/// What to do to API keys.
#[derive(clap::Subcommand)]
pub enum Command {
    /// Print a new one. It is shown this once.
    #[command(
        after_help = "Example:\n  signet api-key add --client backup --resource https://api.example.com --scope read --address 192.0.2.0/24"
    )]
    Add(Box<New>),
    /// List those that are not revoked.
    #[command(after_help = "Example:\n  signet api-key list --user alice")]
    List {
        /// A person's alone: e-mail address or user name.
        #[arg(long, conflicts_with = "client")]
        user: Option<String>,
        /// A client's alone.
        #[arg(long, value_name = "CLIENT_ID")]
        client: Option<String>,
    },
    /// Print one that takes the place of another. Both are good for a while.
    #[command(
        after_help = "Example:\n  signet api-key rotate 0198c0de-0000-7000-8000-000000000000 --transition 2days"
    )]
    Rotate {
        /// Its id, see `list`.
        id: Uuid,
        /// How long both are good; default: `api_keys.transition`.
        #[arg(long, value_parser = humantime::parse_duration)]
        transition: Option<Duration>,
    },
    /// Revoke one, with the tokens that it was exchanged for.
    #[command(
        after_help = "Example:\n  signet api-key revoke 0198c0de-0000-7000-8000-000000000000"
    )]
    Revoke {
        /// Its id, see `list`.
        id: Uuid,
    },
    /// Revoke keys that were found where others can read them. Their people are told.
    #[command(after_help = "Example:\n  grep -rh sgk_ backup/ | signet api-key leaked -")]
    Leaked {
        /// A text with keys in it; `-` for standard input, whatever lines it has.
        #[arg(default_value = "-")]
        text: String,
        /// Where they were found, for the audit log.
        #[arg(long)]
        url: Option<String>,
    },
}

/// A key to make.
#[derive(Args)]
pub struct New {
    #[command(flatten)]
    owner: Owner,
    /// What it is called.
    #[arg(long, default_value = "API key")]
    name: String,
    /// Where it is good: a resource whose `api_keys` allows it.
    #[arg(long)]
    resource: String,
    /// For what; several times for several.
    #[arg(long, required = true)]
    scope: Vec<String>,
    /// From where: an address or a network; several times for several. Default: from anywhere.
    #[arg(long, value_parser = network)]
    address: Vec<IpNet>,
    /// Until when, like 2030-01-01T00:00:00Z; default: for ever.
    #[arg(long, value_parser = timestamp)]
    until: Option<Timestamp>,
    /// For trying things out: `sgk_test_…` in place of `sgk_live_…`.
    #[arg(long)]
    test: bool,
}

/// Whose it is.
#[derive(Args)]
#[group(required = true, multiple = false)]
pub struct Owner {
    /// E-mail address or user name of a person.
    #[arg(long)]
    user: Option<String>,
    /// Id of a client.
    #[arg(long, value_name = "CLIENT_ID")]
    client: Option<String>,
}

impl Owner {
    async fn subject(self, db: &PgPool) -> anyhow::Result<Subject> {
        Ok(match self.user {
            Some(login) => Subject::User(user::find(db, &login).await?.id),
            None => Subject::Client(self.client.unwrap_or_default()),
        })
    }
}

pub async fn run(config: Config, command: Command) -> anyhow::Result<ExitCode> {
    if let Command::List { user, client } = command {
        return list(&looking(&config).await?, user, client).await;
    }
    let app = application(config).await?;
    change(&app, command).await?;
    app.audit.flush().await;
    Ok(ExitCode::SUCCESS)
}

async fn change(app: &App, command: Command) -> anyhow::Result<()> {
    match command {
        Command::List { .. } => {}
        Command::Add(new) => {
            let environment = if new.test { Environment::Test } else { Environment::Live };
            let new = NewKey {
                owner: new.owner.subject(&app.db).await?,
                name: new.name,
                environment,
                resource: new.resource,
                scopes: new.scope,
                addresses: new.address,
                expires_at: new.until,
            };
            print(&api_keys::add(app, new).await?.text);
        }
        Command::Rotate { id, transition } => {
            let transition = transition.unwrap_or(app.config.api_keys.transition.0);
            print(&api_keys::rotate(app, id, transition).await?.text);
        }
        Command::Revoke { id } => api_keys::revoke(app, id).await?,
        Command::Leaked { text, url } => leaked(app, &text, url.as_deref()).await?,
    }
    Ok(())
}

/// What became of the keys of each line, by its number and never by the key itself.
async fn leaked(app: &App, text: &str, url: Option<&str>) -> anyhow::Result<()> {
    let lines: Box<dyn Iterator<Item = std::io::Result<Vec<u8>>>> = match text {
        // What was searched need not be UTF-8.
        "-" => Box::new(std::io::stdin().lock().split(b'\n')),
        text => Box::new(text.lines().map(|line| Ok(line.as_bytes().to_vec()))),
    };
    for (number, line) in (1..).zip(lines) {
        let line = Zeroizing::new(line?);
        let line = Zeroizing::new(String::from_utf8_lossy(&line).into_owned());
        let secrets: Vec<ApiKeySecret> = ApiKeySecret::within(&line).collect();
        let found: Vec<Found<'_>> = secrets.iter().map(|secret| Found { secret, url }).collect();
        if found.is_empty() && !line.trim().is_empty() {
            print(&format!("{number}  no key of this server"));
        }
        for each in api_keys::leaked(app, &found, &Reporter::Operator).await? {
            print(&match each {
                Some(Leaked { id, revoked: true }) => format!("{number}  {id}  revoked"),
                Some(Leaked { id, revoked: false }) => {
                    format!("{number}  {id}  was revoked before")
                }
                None => format!("{number}  no key of this server"),
            });
        }
    }
    Ok(())
}

async fn list(
    db: &PgPool,
    user: Option<String>,
    client: Option<String>,
) -> anyhow::Result<ExitCode> {
    const PAGE: i64 = 500;
    let user = match user {
        Some(login) => Some(user::find(db, &login).await?.id),
        None => None,
    };
    let (of, now) = (Of { user, client: client.as_deref() }, Clock::System.now());
    let mut after = Uuid::nil();
    loop {
        let page = storage::api_keys::list(db, of, after, PAGE).await?;
        for row in &page {
            print(&describe(row, now));
        }
        match page.last() {
            Some(last) => after = last.id,
            None => return Ok(ExitCode::SUCCESS),
        }
    }
}

fn describe(row: &ApiKeyRow, now: Timestamp) -> String {
    let owner = match (row.user_id, &row.client_id) {
        (Some(id), _) => format!("user {id}"),
        (None, id) => format!("client {}", id.as_deref().unwrap_or_default()),
    };
    let ends = row.expires_at.into_iter().chain(row.deprecated_until).min();
    let addresses: Vec<String> = row.addresses.iter().map(ToString::to_string).collect();
    let used = row.last_used_at.map(|at| format!("last used {at}"));
    let parts = [
        Some(row.id.to_string()),
        Some(row.environment.clone()),
        Some(owner),
        Some(format!("{} at {}", row.scopes.join(" "), row.resource)),
        ends.map(|end| format!("until {end}{}", if end <= now { " (over)" } else { "" })),
        row.replaced_by.map(|successor| format!("replaced by {successor}")),
        (!addresses.is_empty()).then(|| format!("from {}", addresses.join(" "))),
        Some(used.unwrap_or_else(|| "never used".to_owned())),
        Some(row.name.clone()),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join("  ")
}
