//! `signet key`: signing keys and master keys.

use std::{
    fs::OpenOptions,
    io::{ErrorKind, Write},
    os::unix::fs::OpenOptionsExt,
    path::PathBuf,
    process::ExitCode,
};

use anyhow::Context;
use serde_json::json;

use super::{application, looking, master_keys, print};
use crate::{
    admin,
    app::App,
    audit::{Event, Kind},
    clock::Clock,
    config::Config,
    entropy::Entropy,
    keys::{KeyRing, MasterKeys, signing::Algorithm},
};

/// What to do to keys.
#[derive(clap::Subcommand)]
pub enum Command {
    /// List signing keys: what signs now, what comes, what is still published.
    #[command(after_help = "Example:\n  signet key list")]
    List,
    /// Make the next signing key of an algorithm: published at once, signing after `keys.publish_lead`.
    #[command(after_help = "Example:\n  signet key add EdDSA")]
    Add {
        /// EdDSA, ES256 or RS256.
        alg: Algorithm,
    },
    /// Like `add`, for every algorithm if none is named; with --now the new keys sign at once.
    #[command(after_help = "Example:\n  signet key rotate --now")]
    Rotate {
        /// EdDSA, ES256 or RS256.
        alg: Option<Algorithm>,
        /// Sign at once: clients that keep the JWKS may refuse tokens until they fetch it again.
        #[arg(long)]
        now: bool,
    },
    /// Seal everything under the first of the master keys given.
    #[command(after_help = "Example:\n  SIGNET_MASTER_KEY=2027:…,2026:… signet key reseal")]
    Reseal,
    /// Print a new master key.
    #[command(after_help = "Example:\n  signet key generate-master --id 2027 --output master.key")]
    GenerateMaster(GenerateMaster),
}

/// What `generate-master` takes.
#[derive(clap::Args)]
pub struct GenerateMaster {
    /// Its id, to tell it from others. Without one, today's date.
    #[arg(long)]
    id: Option<String>,
    /// Write it to a file that only its owner can read, instead of printing it.
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Do nothing if that file is there already.
    #[arg(long, requires = "output")]
    if_missing: bool,
}

pub fn generate_master(arguments: &GenerateMaster) -> anyhow::Result<ExitCode> {
    let today = Clock::System.now().date().to_string();
    let key = MasterKeys::generate(arguments.id.as_deref().unwrap_or(&today), &Entropy::system());
    MasterKeys::parse(&key)?;
    let Some(file) = &arguments.output else {
        print(&key);
        return Ok(ExitCode::SUCCESS);
    };
    // Never over a key that is there: what is sealed with it would be lost.
    let made = OpenOptions::new().write(true).create_new(true).mode(0o600).open(file);
    match made {
        Err(error) if arguments.if_missing && error.kind() == ErrorKind::AlreadyExists => {}
        made => writeln!(made.with_context(|| file.display().to_string())?, "{}", *key)?,
    }
    Ok(ExitCode::SUCCESS)
}

pub async fn run(config: Config, command: Command) -> anyhow::Result<ExitCode> {
    if let Command::List = command {
        return list(&config).await;
    }
    let app = application(config).await?;
    match command {
        Command::Add { alg } => add(&app, alg, false).await?,
        Command::Rotate { alg, now } => {
            let all = Algorithm::ALL.into_iter();
            for alg in all.filter(|each| alg.is_none_or(|alg| alg == *each)) {
                add(&app, alg, now).await?;
            }
        }
        Command::Reseal => {
            let count = app.keys.reseal(&app.db).await?;
            let master = app.keys.master().current().to_owned();
            let detail = json!({ "count": count, "master_key": master });
            admin::record(&app, Event::new(Kind::KeysResealed).detail(detail)).await?;
            print(&format!("{count} resealed under {master}"));
        }
        Command::List | Command::GenerateMaster(_) => {}
    }
    Ok(ExitCode::SUCCESS)
}

async fn add(app: &App, alg: Algorithm, at_once: bool) -> anyhow::Result<()> {
    match app.keys.add(&app.db, alg, at_once, app.clock.now()).await? {
        Some(kid) => {
            let detail = json!({ "kid": kid, "alg": alg.name(), "at_once": at_once });
            admin::record(app, Event::new(Kind::KeyAdded).detail(detail)).await?;
            print(&format!("{alg} {kid}"));
        }
        None => {
            print(&format!("{alg}: another one was made at the same time; see `signet key list`"));
        }
    }
    Ok(())
}

async fn list(config: &Config) -> anyhow::Result<ExitCode> {
    let master = master_keys(config)?;
    let db = looking(config).await?;
    let (now, lifetimes) = (Clock::System.now(), config.keys.lifetimes(&config.tokens));
    let keys = KeyRing::load(&db, master, lifetimes, now).await?;
    let set = keys.set();
    let (published, _) = set.published(now, lifetimes);
    for entry in set.entries() {
        let signs = set
            .signing(entry.key.alg, now)
            .is_some_and(|at| set.entries()[at].key.kid == entry.key.kid);
        let state = if signs {
            "signs"
        } else if entry.active_from > now {
            "comes"
        } else if published.iter().any(|other| other.key.kid == entry.key.kid) {
            "published"
        } else {
            "retired"
        };
        let from = entry.active_from.replace_nanosecond(0).unwrap_or(entry.active_from);
        print(&format!("{:<5}  {state:<9}  from {from}  {}", entry.key.alg.name(), entry.key.kid));
    }
    Ok(ExitCode::SUCCESS)
}
