//! `signet key`: keys that sign, keys that clients encrypt for, and master keys.

use std::{
    fs::OpenOptions,
    io::{ErrorKind, Write},
    os::unix::fs::OpenOptionsExt,
    path::PathBuf,
    process::ExitCode,
    str::FromStr,
};

use anyhow::Context;
use serde_json::json;

use super::{application, looking, master_keys, print};
use crate::{
    admin,
    app::App,
    audit::{Event, Kind},
    clock::{Clock, Timestamp},
    config::Config,
    entropy::Entropy,
    keys::{KeyRing, MasterKeys, encryption::EncryptionAlg, signing::Algorithm},
};

/// An algorithm that there are keys for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alg {
    /// They sign.
    Signing(Algorithm),
    /// Clients encrypt for them.
    Encryption(EncryptionAlg),
}

impl Alg {
    fn all() -> impl Iterator<Item = Self> {
        let signing = Algorithm::ALL.into_iter().map(Self::Signing);
        signing.chain(EncryptionAlg::ALL.into_iter().map(Self::Encryption))
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Signing(alg) => alg.name(),
            Self::Encryption(alg) => alg.name(),
        }
    }
}

impl FromStr for Alg {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        Self::all().find(|alg| alg.name() == name).ok_or_else(|| {
            let names: Vec<&str> = Self::all().map(Self::name).collect();
            format!("use one of {}", names.join(", "))
        })
    }
}

/// What to do to keys.
#[derive(clap::Subcommand)]
pub enum Command {
    /// List keys: what signs now, what clients encrypt for, what comes, what is still good for something.
    #[command(after_help = "Example:\n  signet key list")]
    List,
    /// Make the next key of an algorithm: it takes over after `keys.publish_lead`.
    #[command(after_help = "Example:\n  signet key add EdDSA")]
    Add {
        /// EdDSA, ES256, RS256, RSA-OAEP-256 or ECDH-ES.
        alg: Alg,
    },
    /// Like `add`, for every algorithm if none is named; with --now the new keys take over at once.
    #[command(after_help = "Example:\n  signet key rotate --now")]
    Rotate {
        /// EdDSA, ES256, RS256, RSA-OAEP-256 or ECDH-ES.
        alg: Option<Alg>,
        /// Take over at once: clients that keep the JWKS may refuse tokens until they fetch it again.
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
            for alg in Alg::all().filter(|each| alg.is_none_or(|alg| alg == *each)) {
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

async fn add(app: &App, alg: Alg, at_once: bool) -> anyhow::Result<()> {
    let now = app.clock.now();
    let made = match alg {
        Alg::Signing(alg) => app.keys.add(&app.db, alg, at_once, now).await?,
        Alg::Encryption(alg) => app.keys.add_encryption(&app.db, alg, at_once, now).await?,
    };
    let name = alg.name();
    match made {
        Some(kid) => {
            let detail = json!({ "kid": kid, "alg": name, "at_once": at_once });
            admin::record(app, Event::new(Kind::KeyAdded).detail(detail)).await?;
            print(&format!("{name} {kid}"));
        }
        None => {
            print(&format!("{name}: another one was made at the same time; see `signet key list`"));
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
        line(entry.key.alg.name(), state, entry.active_from, &entry.key.kid);
    }
    let set = keys.encryption();
    let (published, _) = set.published(now);
    for entry in set.entries() {
        let state = if published.iter().any(|other| other.key.kid == entry.key.kid) {
            "encrypts"
        } else if entry.active_from > now {
            "comes"
        } else if set.ends_at(entry, lifetimes).is_none_or(|end| now < end) {
            "opens"
        } else {
            "retired"
        };
        line(entry.key.alg.name(), state, entry.active_from, &entry.key.kid);
    }
    Ok(ExitCode::SUCCESS)
}

fn line(alg: &str, state: &str, from: Timestamp, kid: &str) {
    let from = from.replace_nanosecond(0).unwrap_or(from);
    print(&format!("{alg:<12}  {state:<9}  from {from}  {kid}"));
}
