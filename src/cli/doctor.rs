//! `signet doctor`: looks at everything a running server depends on, and says how to mend what is wrong.

use std::{path::Path, process::ExitCode, time::Duration};

use sqlx::PgPool;

use super::{database, http_get, master_keys, print};
use crate::{
    clock::{Clock, Timestamp},
    config::{Config, Environment},
    fetch,
    identity::watch::places::Places,
    keys::{
        KeyRing, MasterKeys,
        secrets::{ServerSecrets, client_secret_place},
    },
    oauth::{metadata::path, registration::Policy},
    storage::{self, keys::SealedCount},
};

/// The clock may differ from the database's by this much.
const SKEW: Duration = Duration::from_secs(5);

/// Checks one after the other; whether all is well is the exit code.
pub async fn run(file: Option<&Path>, environment: &Environment) -> ExitCode {
    let mut report = Report { failed: false };
    check(file, environment, &mut report).await;
    if report.failed { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

struct Report {
    failed: bool,
}

impl Report {
    fn fine(what: &str) {
        print(&format!("ok    {what}"));
    }

    fn wrong(&mut self, what: &str, remedy: &str) {
        self.failed = true;
        print(&format!("FAIL  {what}\n      {remedy}"));
    }

    /// Reports an outcome and passes on what it holds.
    fn outcome<T, E: std::fmt::Display>(
        &mut self,
        what: &str,
        outcome: Result<T, E>,
        remedy: &str,
    ) -> Option<T> {
        match outcome {
            Ok(value) => {
                Self::fine(what);
                Some(value)
            }
            Err(error) => {
                self.wrong(&format!("{what}: {error:#}"), remedy);
                None
            }
        }
    }
}

async fn check(file: Option<&Path>, environment: &Environment, report: &mut Report) {
    let config = report.outcome(
        "configuration",
        Config::load(file, environment),
        "config/signet.toml shows every key with its default",
    );
    let Some(config) = config else { return };
    if let Some(tls) = config.server.tls() {
        let readable = std::fs::read(&tls.certificate).and_then(|_| std::fs::read(&tls.key));
        report.outcome(
            "TLS files",
            readable,
            "make both readable for the user that Signet runs as",
        );
    }
    if let Some(file) = &config.watch.places {
        report.outcome(
            "database of places",
            Places::open(Some(file)),
            "watch.places names a MaxMind database (.mmdb) of cities or countries that Signet may read",
        );
    }
    report.outcome(
        "what is fetched from others",
        fetch::Client::new(&config.fetch),
        "fetch.ca_certificate is a file with certificates in PEM",
    );
    report.outcome(
        "what clients that register themselves may be",
        Policy::of(&config.dynamic_registration),
        "each setting of [dynamic_registration] takes the protocol's own words",
    );
    let master = report.outcome(
        "master key",
        master_keys(&config),
        "`signet key generate-master` makes one; keep it apart from the database's backups",
    );
    let db =
        report.outcome("database URL", database(&config), "postgres://user:password@host/database");
    if let Some(db) = db
        && check_database(&db, report).await
        && let Some(master) = master
    {
        check_keys(&config, &db, master, report).await;
    }
    check_issuer(&config, report).await;
}

async fn check_database(db: &PgPool, report: &mut Report) -> bool {
    let now = sqlx::query_scalar::<_, Timestamp>("SELECT now()").fetch_one(db).await;
    let remedy = "is Postgres running, and does the URL name a user that may connect?";
    let Some(theirs) = report.outcome("database answers", now, remedy) else { return false };
    let skew = (Clock::System.now() - theirs).abs();
    if skew > SKEW {
        let what = format!("clock: {skew} apart from the database's");
        report.wrong(&what, "synchronise both machines' clocks (chrony, systemd-timesyncd)");
    } else {
        Report::fine("clock agrees with the database's");
    }
    let pending = storage::pending_migrations(db).await;
    let remedy = "may the user create tables?";
    match report.outcome("schema is readable", pending, remedy) {
        Some(pending) if pending.is_empty() => {
            Report::fine("migrations are applied");
            true
        }
        Some(pending) => {
            let what = format!("migrations are missing: {}", pending.join(", "));
            report.wrong(&what, "run `signet migrate`");
            false
        }
        None => false,
    }
}

async fn check_keys(config: &Config, db: &PgPool, master: MasterKeys, report: &mut Report) {
    let stored = async {
        let secrets = storage::keys::server_secrets(db).await?;
        let peoples = storage::keys::sealed_with_others(db, master.current()).await?;
        let rows = storage::keys::signing_keys(db).await?;
        let encryption = storage::keys::encryption_keys(db).await?;
        let clients = storage::client_secrets::all_sealed(db).await?;
        storage::Result::Ok((rows, encryption, secrets, clients, peoples))
    };
    let (rows, encryption, secrets, clients, peoples) = match stored.await {
        Ok((rows, _, secrets, ..)) if rows.is_empty() && secrets.is_empty() => {
            Report::fine("keys and secrets: none yet, the first start makes them");
            return;
        }
        Ok(stored) => stored,
        Err(error) => {
            report.wrong(&format!("keys and secrets: {error}"), "may the user read the tables?");
            return;
        }
    };
    let sealed = rows.iter().chain(&encryption).map(|row| &row.sealed).chain(secrets.values());
    let sealed = sealed.chain(clients.iter().map(|(_, sealed)| sealed));
    let stale = sealed.filter(|sealed| sealed.with != master.current()).count();
    let (former, unknown): (Vec<_>, Vec<_>) =
        peoples.into_iter().partition(|count| master.has(&count.with));
    let remedy = "give every master key that something is sealed with, the current one first";
    let opened = ServerSecrets::open(&secrets, &master);
    report.outcome(&format!("{} server secrets open", secrets.len()), opened, remedy);
    if !clients.is_empty() {
        let opened = clients
            .iter()
            .try_for_each(|(id, sealed)| master.open(&client_secret_place(*id), sealed).map(drop));
        report.outcome(&format!("{} clients' secrets open", clients.len()), opened, remedy);
    }
    let lifetimes = config.keys.lifetimes(&config.tokens);
    let loaded = KeyRing::load(db, master, lifetimes, Clock::System.now()).await;
    let counts = (rows.len(), encryption.len());
    let what = format!("{} signing keys and {} encryption keys open", counts.0, counts.1);
    report.outcome(&what, loaded, remedy);
    for SealedCount { with, authenticators, messages } in unknown {
        let what = format!(
            "{authenticators} authenticators and {messages} waiting messages are sealed with master key {with:?}, which \
             is not among those given"
        );
        report.wrong(&what, remedy);
    }
    let authenticators: i64 = former.iter().map(|count| count.authenticators).sum();
    let messages: i64 = former.iter().map(|count| count.messages).sum();
    for (count, what) in [
        (i64::try_from(stale).unwrap_or(i64::MAX), "keys and secrets"),
        (authenticators, "authenticators"),
        (messages, "waiting messages"),
    ] {
        if count > 0 {
            let what = format!("{count} {what} are sealed under a former master key");
            report.wrong(&what, "run `signet key reseal`, then drop the former one");
        }
    }
}

/// Over TLS only whether something accepts connections can be said without trusting the system's certificates.
async fn check_issuer(config: &Config, report: &mut Report) {
    let issuer = &config.server.issuer;
    let what = format!("issuer {issuer:?} is reachable");
    let remedy = "start Signet, and let DNS and the proxy in front of it lead there";
    let Some((host, port)) = issuer.host_and_port() else { return };
    let Some(mut addresses) = report.outcome(
        &format!("{host} resolves"),
        tokio::net::lookup_host((host, port)).await,
        remedy,
    ) else {
        return;
    };
    let Some(address) = addresses.next() else {
        report.wrong(&what, remedy);
        return;
    };
    if issuer.is_https() {
        let limit = Duration::from_secs(5);
        let connected = tokio::time::timeout(limit, tokio::net::TcpStream::connect(address)).await;
        let connected = connected.unwrap_or_else(|_| Err(std::io::ErrorKind::TimedOut.into()));
        report.outcome(&what, connected, remedy);
        return;
    }
    let answer = http_get(address, path::OPENID).await.and_then(|answer| {
        let own = format!("\"issuer\":\"{}\"", issuer.as_str());
        anyhow::ensure!(answer.contains(&own), "something else answers there");
        Ok(())
    });
    report.outcome(&what, answer, remedy);
}
