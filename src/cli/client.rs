//! `signet client`. Clients are made and changed by manifests (`signet apply`); here is what is not said in a file.

use std::process::ExitCode;

use anyhow::Context;
use sqlx::PgPool;
use uuid::Uuid;

use super::{application, looking, print};
use crate::{
    admin::clients,
    config::Config,
    entropy::Entropy,
    registry::{about::RegisteredBy, client::Client},
    storage,
    tokens::secret::ClientSecret,
};

/// What to do to clients.
#[derive(clap::Subcommand)]
pub enum Command {
    /// List them.
    #[command(after_help = "Example:\n  signet client list")]
    List,
    /// Show one with its metadata and the ids of its secrets.
    #[command(after_help = "Example:\n  signet client show shop-backend")]
    Show {
        /// Its id.
        client_id: String,
    },
    /// Add a second secret, so that the first can be removed once no one uses it. It is shown this once.
    #[command(after_help = "Example:\n  signet client add-secret shop-backend")]
    AddSecret {
        /// Its id.
        client_id: String,
    },
    /// Remove a secret.
    #[command(
        after_help = "Example:\n  signet client remove-secret shop-backend 0198c0de-0000-7000-8000-000000000000"
    )]
    RemoveSecret {
        /// Its id.
        client_id: String,
        /// The secret's id, see `show`.
        secret_id: Uuid,
    },
    /// Refuse a client everywhere; its registration stays.
    #[command(after_help = "Example:\n  signet client disable shop-backend")]
    Disable {
        /// Its id.
        client_id: String,
    },
    /// Take a client's refusal back.
    #[command(after_help = "Example:\n  signet client enable shop-backend")]
    Enable {
        /// Its id.
        client_id: String,
    },
    /// Remove a client and revoke everything it was granted.
    #[command(after_help = "Example:\n  signet client delete shop-backend")]
    Delete {
        /// Its id.
        client_id: String,
    },
    /// Print a new secret, for a manifest's `secret_env`.
    #[command(after_help = "Example:\n  signet client generate-secret > shop-backend.secret")]
    GenerateSecret,
}

pub fn generate_secret() -> ExitCode {
    print(&ClientSecret::draw(&Entropy::system()).expose());
    ExitCode::SUCCESS
}

pub async fn run(config: Config, command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::List => return list(&looking(&config).await?).await,
        Command::Show { client_id } => return show(&looking(&config).await?, &client_id).await,
        _ => {}
    }
    let app = application(config).await?;
    match command {
        Command::AddSecret { client_id } => {
            let client = find(&app.db, &client_id).await?;
            let method = client.metadata.token_endpoint_auth_method;
            anyhow::ensure!(
                method.has_secret(),
                "{client_id} authenticates by {}: it has no secret",
                method.name()
            );
            print(&clients::add_secret(&app, &client_id, None).await?);
        }
        Command::RemoveSecret { client_id, secret_id } => {
            clients::remove_secret(&app, &client_id, secret_id).await?;
        }
        Command::Disable { client_id } => clients::set_disabled(&app, &client_id, true).await?,
        Command::Enable { client_id } => clients::set_disabled(&app, &client_id, false).await?,
        Command::Delete { client_id } => clients::delete(&app, &client_id).await?,
        Command::List | Command::Show { .. } | Command::GenerateSecret => {}
    }
    app.audit.flush().await;
    Ok(ExitCode::SUCCESS)
}

async fn find(db: &PgPool, id: &str) -> anyhow::Result<Client> {
    let row = storage::clients::get(db, id).await?;
    Ok(Client::from_row(row.with_context(|| format!("there is no client {id}"))?)?)
}

async fn list(db: &PgPool) -> anyhow::Result<ExitCode> {
    for row in storage::clients::list(db).await? {
        let client = Client::from_row(row)?;
        let method = client.metadata.token_endpoint_auth_method.name();
        let state = if client.metadata.disabled { "  disabled" } else { "" };
        let by = match client.metadata.about.registered_by {
            RegisteredBy::Operator => "",
            RegisteredBy::Itself => "  registered itself",
        };
        // Whoever registers itself chooses its own name.
        let name = client.metadata.client_name.escape_debug();
        print(&format!("{}  {method}  {name}{state}{by}", client.id));
    }
    Ok(ExitCode::SUCCESS)
}

async fn show(db: &PgPool, client_id: &str) -> anyhow::Result<ExitCode> {
    let client = find(db, client_id).await?;
    print(&serde_json::to_string_pretty(&client.metadata)?);
    for secret in storage::client_secrets::list(db, client_id).await? {
        print(&format!("secret {} since {}", secret.id, secret.created_at));
    }
    if let Some(origin) = storage::registrations::origin(db, client_id).await? {
        let by = match origin.permitted_by {
            Some(token) => format!("with registration token {token}"),
            None => "without a token".to_owned(),
        };
        let (since, changed) = (origin.registered_at, origin.changed_at);
        print(&format!("registered itself {by} at {since}, last changed at {changed}"));
    }
    Ok(ExitCode::SUCCESS)
}
