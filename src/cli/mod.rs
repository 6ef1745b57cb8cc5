//! The command line: one file a command.

mod api_key;
mod apply;
mod client;
mod dev;
mod doctor;
mod group;
mod key;
mod registration_token;
mod role;
mod serve;
mod user;

use std::{
    io::{IsTerminal, Write},
    path::PathBuf,
    process::ExitCode,
};

use anyhow::Context;
use clap::{Parser, Subcommand};
use sqlx::PgPool;

use crate::{
    app::{App, AppState},
    clock::Clock,
    config::{Config, Environment, Format, Logging},
    entropy::Entropy,
    keys::MasterKeys,
    storage,
};

/// Signet, an OAuth 2.0 and OpenID Connect authorization server.
#[derive(Parser)]
#[command(name = "signet", version, propagate_version = true)]
struct Arguments {
    /// The configuration file; without one, defaults and the environment.
    #[arg(long, short, global = true, env = "SIGNET_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the server.
    #[command(
        after_help = "Example:\n  DATABASE_URL=postgres://signet@db/signet SIGNET_MASTER_KEY_FILE=/run/secrets/master.key \\\n    signet serve --config /etc/signet/signet.toml"
    )]
    Serve(serve::Arguments),
    /// Run a server to try things with: its own Postgres, demonstration data, a playground.
    #[command(after_help = "Example:\n  signet dev --reset")]
    Dev(dev::Arguments),
    /// Apply the migrations that the database lacks.
    #[command(after_help = "Example:\n  DATABASE_URL=postgres://signet@db/signet signet migrate")]
    Migrate,
    /// Bring resources, clients and users to what manifests say.
    #[command(after_help = "Example:\n  signet apply --dry-run config/examples/shop.toml")]
    Apply(apply::Arguments),
    /// List, add and change people.
    #[command(
        subcommand,
        after_help = "Example:\n  signet user add alice@example.com --name 'Alice Example'"
    )]
    User(user::Command),
    /// List, add and change clients.
    #[command(subcommand, after_help = "Example:\n  signet client add-secret shop-backend")]
    Client(client::Command),
    /// List, add, change and assign roles.
    #[command(subcommand, after_help = "Example:\n  signet role assign clerk --group staff")]
    Role(role::Command),
    /// List, add and change groups and who is in them.
    #[command(subcommand, after_help = "Example:\n  signet group add staff alice@example.com")]
    Group(group::Command),
    /// List, make, replace and revoke API keys.
    #[command(
        subcommand,
        after_help = "Example:\n  signet api-key add --client backup --resource https://api.example.com --scope read"
    )]
    ApiKey(api_key::Command),
    /// List, add and remove the tokens by which clients may register themselves.
    #[command(
        subcommand,
        after_help = "Example:\n  signet registration-token add --clients 5 --lifetime 2days"
    )]
    RegistrationToken(registration_token::Command),
    /// List, add and rotate signing keys; make and change master keys.
    #[command(subcommand, after_help = "Example:\n  signet key rotate ES256 --now")]
    Key(key::Command),
    /// Check configuration, database, keys, clock and issuer, and say how to mend what is wrong.
    #[command(after_help = "Example:\n  signet doctor --config /etc/signet/signet.toml")]
    Doctor,
    /// Ask a running server whether it is well, for container health checks.
    #[command(after_help = "Example:\n  signet healthcheck")]
    Healthcheck,
}

/// Runs the command of this process's arguments.
#[must_use]
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            say(&format!("signet: {error}"));
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(run(arguments)) {
        Ok(code) => code,
        Err(error) => {
            say(&format!("signet: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let environment = Environment::of_process();
    if let Command::Key(key::Command::GenerateMaster(arguments)) = &arguments.command {
        return key::generate_master(arguments);
    }
    if let Command::Client(client::Command::GenerateSecret) = &arguments.command {
        return Ok(client::generate_secret());
    }
    if let Command::Doctor = &arguments.command {
        return Ok(doctor::run(arguments.config.as_deref(), &environment).await);
    }
    let config = Config::load(arguments.config.as_deref(), &environment)?;
    match arguments.command {
        Command::Serve(arguments) => serve::run(config, &arguments).await,
        Command::Dev(arguments) => Box::pin(dev::run(config, &arguments)).await,
        Command::Migrate => migrate(&config).await,
        Command::Apply(arguments) => Box::pin(apply::run(config, &arguments)).await,
        Command::User(command) => Box::pin(user::run(config, command)).await,
        Command::Client(command) => Box::pin(client::run(config, command)).await,
        Command::Role(command) => Box::pin(role::run(config, command)).await,
        Command::Group(command) => Box::pin(group::run(config, command)).await,
        Command::ApiKey(command) => Box::pin(api_key::run(config, command)).await,
        Command::RegistrationToken(command) => {
            Box::pin(registration_token::run(config, command)).await
        }
        Command::Key(command) => key::run(config, command).await,
        Command::Healthcheck => healthcheck(&config).await,
        Command::Doctor => Ok(ExitCode::SUCCESS),
    }
}

async fn migrate(config: &Config) -> anyhow::Result<ExitCode> {
    let db = database(config)?;
    let pending = storage::pending_migrations(&db).await?;
    storage::migrate(&db).await?;
    for name in &pending {
        print(&format!("applied {name}"));
    }
    if pending.is_empty() {
        print("nothing to apply");
    }
    Ok(ExitCode::SUCCESS)
}

async fn healthcheck(config: &Config) -> anyhow::Result<ExitCode> {
    let address = config.server.management_listen.context("server.management_listen is empty")?;
    let answer = http_get(address, "/readyz").await?;
    anyhow::ensure!(
        answer.starts_with("HTTP/1.1 200"),
        "{}",
        answer.lines().next().unwrap_or("no answer")
    );
    Ok(ExitCode::SUCCESS)
}

/// One plain GET, for health checks of our own listeners.
async fn http_get(address: std::net::SocketAddr, path: &str) -> anyhow::Result<String> {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let exchange = async {
        let mut stream = tokio::net::TcpStream::connect(address).await?;
        let request =
            format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?;
        anyhow::Ok(answer)
    };
    tokio::time::timeout(std::time::Duration::from_secs(5), exchange)
        .await
        .with_context(|| format!("{address} does not answer"))?
}

/// The configured database.
fn database(config: &Config) -> anyhow::Result<PgPool> {
    let url = config.database.url.as_ref().context(
        "configuration: database.url: missing: set DATABASE_URL, such as postgres://user:password@host/database",
    )?;
    let scheme = url.expose().split_once("://").map(|(scheme, _)| scheme);
    anyhow::ensure!(
        matches!(scheme, Some("postgres" | "postgresql")),
        "configuration: database.url: not a postgres:// URL"
    );
    let database = &config.database;
    storage::connect(url.expose(), database.max_connections, database.acquire_timeout.0)
        .context("configuration: database.url: not a postgres:// URL")
}

/// The configured master keys.
fn master_keys(config: &Config) -> anyhow::Result<MasterKeys> {
    let text = config.keys.master_key.as_ref().context(
        "configuration: keys.master_key: missing: set SIGNET_MASTER_KEY or SIGNET_MASTER_KEY_FILE; \
         `signet key generate-master` makes one",
    )?;
    MasterKeys::parse(text.expose()).context("configuration: keys.master_key")
}

/// The migrated database, for commands that only look: not even what a start would make is made.
async fn looking(config: &Config) -> anyhow::Result<PgPool> {
    let db = database(config)?;
    let pending = storage::pending_migrations(&db).await.context("database")?;
    anyhow::ensure!(pending.is_empty(), "the database lacks migrations: run `signet migrate`");
    Ok(db)
}

/// An application without listeners, for commands that change something.
async fn application(config: Config) -> anyhow::Result<AppState> {
    let master = master_keys(&config)?;
    let db = looking(&config).await?;
    // Boxed, since every command's future has it in it.
    let load = App::load(config, Clock::System, Entropy::system(), db, master, None);
    Ok(Box::pin(load).await?)
}

/// Sends the log to standard error.
fn start_logging(logging: &Logging) -> anyhow::Result<()> {
    let filter = tracing_subscriber::EnvFilter::try_new(&logging.filter).with_context(|| {
        format!("configuration: logging.filter: {:?} is no filter", logging.filter)
    })?;
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    match logging.format {
        Format::Text => log.init(),
        Format::Json => log.json().flatten_event(true).init(),
    }
    Ok(())
}

/// Prints a result. Whoever closes the pipe, as `| head` does, does not want to read on: that is no failure of ours, and
/// no reason for a server to fall.
fn print(text: &str) {
    let _ = writeln!(std::io::stdout(), "{text}");
}

/// Says what went wrong.
fn say(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}
