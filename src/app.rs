//! What every handler is handed: configuration, clock, randomness, database, keys, and what is remembered.

use std::{sync::Arc, time::Duration};

use serde_json::json;
use sqlx::PgPool;
use tokio::sync::{Notify, Semaphore};
use uuid::Uuid;

use crate::{
    audit::{Event, Kind, Origin, Recorder},
    clock::{Clock, Timestamp},
    config::{Config, Sessions, Tokens},
    decisions::Decisions,
    entropy::Entropy,
    fetch,
    gate::{proxy::UpstreamTokens, secret_scanning::ScannerKeys},
    identity::{
        api_keys,
        breached::Breached,
        device,
        hashing::Hasher,
        mail::{self, MailError, Mailer},
        strength,
        watch::{
            self,
            places::{self, Places, PlacesError},
        },
    },
    keys::{KeyRing, MasterKeys, secrets::SecretsError, secrets::ServerSecrets},
    oauth::{
        authorize::{self, Referenced},
        logos::Logos,
        logout,
        registration::{self, Policy, PolicyError},
    },
    replica::Replica,
    storage::{self, sessions::Cutoffs},
    tokens::verified::VerifiedTokens,
    web::cookies,
};

/// Shared by all requests.
pub type AppState = Arc<App>;

/// A running Signet, without its listeners.
pub struct App {
    /// What the operator set.
    pub config: Config,
    /// The time.
    pub clock: Clock,
    /// Randomness.
    pub entropy: Entropy,
    /// The database.
    pub db: PgPool,
    /// The keys that sign, and those that clients encrypt for.
    pub keys: KeyRing,
    /// The server's secrets.
    pub secrets: ServerSecrets,
    /// What is remembered of the database.
    pub replica: Replica,
    /// Tokens whose signature was checked before.
    pub verified: VerifiedTokens,
    /// Password hashing.
    pub hasher: Hasher,
    /// Passwords that the operator has refused.
    pub breached: Breached,
    /// Places for passwords that are judged while they are typed.
    pub judging: Arc<Semaphore>,
    /// Tokens for what is behind the gate.
    pub upstream: UpstreamTokens,
    /// Security events.
    pub audit: Recorder,
    /// Decisions that are recorded.
    pub decisions: Decisions,
    /// Where addresses are.
    pub places: Places,
    /// Messages to people.
    pub mail: Mailer,
    /// What clients that register themselves may be.
    pub registration: Policy,
    /// Authorization requests that clients have elsewhere.
    pub referenced: Referenced,
    /// The logos of clients.
    pub logos: Logos,
    /// Places for request objects that are decrypted.
    pub decrypting: Arc<Semaphore>,
    /// Wakes what tells applications of sessions that ended.
    pub logouts: Notify,
    /// What is fetched from addresses that others name.
    pub fetch: fetch::Client,
    /// What messages about API keys that were found are signed with.
    pub scanner_keys: ScannerKeys,
    /// Development mode, and what its pages show.
    pub demo: Option<Demo>,
}

/// What the playground of development mode needs to know.
#[derive(Clone, Debug)]
pub struct Demo {
    /// Who can sign in.
    pub login: String,
    /// With what.
    pub password: String,
}

/// Why Signet cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The database.
    #[error(transparent)]
    Storage(#[from] storage::Error),
    /// Keys.
    #[error(transparent)]
    Secrets(#[from] SecretsError),
    /// The list of breached passwords.
    #[error("password.breached_file: {0}")]
    Breached(std::io::Error),
    /// The database of places.
    #[error("watch.places: {0}")]
    Places(#[from] PlacesError),
    /// The service that knows breached passwords.
    #[error("password.breached_range_url: {0}")]
    BreachedRange(#[source] fetch::FetchError),
    /// Where it is published what messages about API keys are signed with.
    #[error("api_keys.secret_scanning_keys: {0}")]
    SecretScanning(#[source] fetch::FetchError),
    /// E-mail.
    #[error(transparent)]
    Mail(#[from] MailError),
    /// What clients that register themselves may be.
    #[error(transparent)]
    Registration(#[from] PolicyError),
    /// What fetches.
    #[error(transparent)]
    Fetch(#[from] fetch::SetUpError),
}

impl App {
    /// Loads what a running server needs from a migrated database.
    pub async fn load(
        config: Config,
        clock: Clock,
        entropy: Entropy,
        db: PgPool,
        master: MasterKeys,
        demo: Option<Demo>,
    ) -> Result<AppState, StartError> {
        let now = clock.now();
        let breached = Breached::open(config.password.breached_file.as_deref());
        let breached = breached.map_err(StartError::Breached)?;
        let places = Places::open(config.watch.places.as_deref())?;
        let mail = Mailer::new(&config.email, demo.is_some())?;
        let registration = Policy::of(&config.dynamic_registration)?;
        let fetch = fetch::Client::new(&config.fetch)?;
        if let Some(url) = &config.password.breached_range_url {
            fetch.guard().check_url(url).map_err(StartError::BreachedRange)?;
        }
        if config.api_keys.secret_scanning.is_on() {
            let url = &config.api_keys.secret_scanning_keys;
            fetch.guard().check_url(url).map_err(StartError::SecretScanning)?;
        }
        // Before anything is written: what goes to a default partition stays there.
        let keep_decisions = config.access.keep_decisions.0.try_into().unwrap_or_default();
        storage::partitions::maintain(&db, now, keep_decisions).await?;
        // Before keys are read, so that none that is added meanwhile is missed.
        let replica = Replica::load(db.clone(), now).await?;
        let secrets = ServerSecrets::load(&db, &master, &entropy, now).await?;
        let lifetimes = config.keys.lifetimes(&config.tokens);
        let keys = KeyRing::load(&db, master, lifetimes, now).await?;
        let hasher = Hasher::start(&config.password, config.sign_in.max_wait.0, entropy.clone());
        let audit = Recorder::start(db.clone(), clock.clone(), entropy.clone());
        let recorded = config.access.record_decisions;
        let decisions = Decisions::start(db.clone(), recorded, clock.clone(), entropy.clone());
        let app = Self {
            config,
            clock,
            entropy,
            db,
            keys,
            secrets,
            replica,
            verified: VerifiedTokens::default(),
            upstream: UpstreamTokens::default(),
            hasher,
            breached,
            judging: strength::places(),
            audit,
            decisions,
            places,
            mail,
            registration,
            referenced: Referenced::default(),
            logos: Logos::default(),
            decrypting: authorize::decrypting_places(),
            logouts: Notify::new(),
            fetch,
            scanner_keys: ScannerKeys::default(),
            demo,
        };
        app.rotate_keys(now).await?;
        Ok(Arc::new(app))
    }

    /// Starts what goes on beside requests: following changes, sending messages, telling applications of logouts, rotating
    /// keys, sweeping.
    pub fn start_background(self: &Arc<Self>) {
        if self.config.dynamic_registration.is_on() {
            self.registration.warn();
        }
        let app = Arc::clone(self);
        tokio::spawn(async move { app.replica.follow_forever(&app.keys, &app.clock).await });
        tokio::spawn(self.audit.clone().summarise());
        let app = Arc::clone(self);
        tokio::spawn(async move { mail::deliver_forever(&app).await });
        tokio::spawn(places::follow_forever(Arc::clone(self)));
        let app = Arc::clone(self);
        tokio::spawn(async move { logout::deliver_forever(&app).await });
        let app = Arc::clone(self);
        tokio::spawn(async move { app.note_uses_forever().await });
        let app = Arc::clone(self);
        tokio::spawn(async move { app.maintain_forever().await });
    }

    /// Writes the last uses of API keys and of sessions at sites, a batch at a time.
    async fn note_uses_forever(&self) {
        let mut ticks = tokio::time::interval(Duration::from_secs(10));
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        while !self.db.is_closed() {
            ticks.tick().await;
            if let Err(error) = self.replica.write_api_key_uses().await
                && !self.db.is_closed()
            {
                tracing::warn!(%error, "the last uses of API keys were not written");
            }
            if let Err(error) = self.replica.write_gate_session_uses().await
                && !self.db.is_closed()
            {
                tracing::warn!(%error, "the last uses of sessions at sites were not written yet");
            }
        }
    }

    async fn maintain_forever(&self) {
        let mut ticks = tokio::time::interval(Duration::from_mins(5));
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        while !self.db.is_closed() {
            ticks.tick().await;
            for error in self.maintain().await {
                if !self.db.is_closed() {
                    tracing::warn!(%error, "maintenance failed; it is tried again in five minutes");
                }
            }
        }
    }

    /// Makes the keys and partitions that are due and removes what is over, each of them whatever becomes of the others.
    /// Returns what failed.
    pub async fn maintain(&self) -> Vec<StartError> {
        let now = self.clock.now();
        self.replica.sweep(now);
        let changes_end = now - Tokens::LONGEST_ACCESS_TOKEN.0;
        // The longest that anything is counted for: clients that register themselves are by the day.
        let window = watch::WINDOW
            .max(time::Duration::DAY)
            .max(self.config.sign_in.window.0.try_into().unwrap_or(watch::WINDOW));
        let window_start = now - window;
        let done = [
            self.rotate_keys(now).await,
            self.remove_keys(now).await,
            self.maintain_partitions(now).await,
            swept(storage::revocations::sweep(&self.db, now).await),
            swept(storage::changes::sweep(&self.db, changes_end).await),
            swept(storage::throttles::sweep(&self.db, window_start).await),
            swept(storage::ceremonies::sweep(&self.db, now).await),
            swept(storage::client_assertions::sweep(&self.db, now).await),
            swept(storage::devices::sweep(&self.db, now - device::MAX_AGE).await),
            swept(storage::links::sweep(&self.db, now - mail::LONGEST_WAIT).await),
            swept(storage::sign_ins::sweep(&self.db, now).await),
            swept(storage::gate_sessions::sweep(&self.db, now).await),
            swept(storage::roles::sweep(&self.db, now).await),
            swept(storage::groups::sweep(&self.db, now).await),
            swept(storage::api_keys::sweep(&self.db, now - api_keys::KEPT).await),
            registration::sweep(self).await.map_err(Into::into),
            self.sweep_requests(now).await,
            self.expire_sessions(now).await,
            self.sweep_sessions(now).await,
            self.delete_accounts(now).await,
        ];
        done.into_iter().filter_map(Result::err).collect()
    }

    async fn maintain_partitions(&self, now: Timestamp) -> Result<(), StartError> {
        let keep = self.config.access.keep_decisions.0.try_into().unwrap_or_default();
        Ok(storage::partitions::maintain(&self.db, now, keep).await?)
    }

    /// Removes the authorization requests that no one can go on with.
    async fn sweep_requests(&self, now: Timestamp) -> Result<(), StartError> {
        let began = now - self.config.tokens.authorization_lifetime.0;
        while storage::authorization_requests::sweep(&self.db, began, now).await? > 0 {}
        Ok(())
    }

    /// Ends the sessions that have expired, so that applications are told. Those that only went unused too long end when
    /// their time is over as well: looking for them would take an index on what every use changes.
    async fn expire_sessions(&self, now: Timestamp) -> Result<(), StartError> {
        while storage::sessions::expire(&self.db, now).await? > 0 {
            self.logouts.notify_one();
        }
        Ok(())
    }

    /// A session's row is needed while grants that were bound to it may be asked about.
    async fn sweep_sessions(&self, now: Timestamp) -> Result<(), StartError> {
        while storage::sessions::sweep(&self.db, now - Duration::from_hours(24)).await? > 0 {}
        Ok(())
    }

    /// Removes the accounts whose time has come, and puts that on record by an id that leads to no one any more.
    async fn delete_accounts(&self, now: Timestamp) -> Result<(), StartError> {
        let tokens_end = self.tokens_end(now);
        for user in storage::deletion::due(&self.db, now).await? {
            if storage::deletion::delete(&self.db, user, now, tokens_end).await? {
                let event = Event::new(Kind::AccountDeleted).user(user);
                self.audit.record(event, &Origin::default()).await?;
            }
        }
        Ok(())
    }

    /// Removes the keys that clients encrypted for and that open nothing any more.
    async fn remove_keys(&self, now: Timestamp) -> Result<(), StartError> {
        let count = self.keys.remove_over(&self.db, now).await?;
        if count > 0 {
            tracing::info!(count, "keys that open nothing any more were removed");
        }
        Ok(())
    }

    /// Makes the keys whose time has come, at a first start all of them, and puts that on record.
    async fn rotate_keys(&self, now: Timestamp) -> Result<(), StartError> {
        for kid in self.keys.rotate_due(&self.db, now).await? {
            tracing::info!(%kid, "a key was made");
            let event = Event::new(Kind::KeyAdded).detail(json!({ "kid": kid, "scheduled": true }));
            self.audit.record(event, &Origin::default()).await?;
        }
        Ok(())
    }

    /// A new row id.
    #[must_use]
    pub fn uuid(&self) -> Uuid {
        self.clock.uuid(&self.entropy)
    }

    /// The times that decide whether a session lives.
    #[must_use]
    pub fn cutoffs(&self, now: Timestamp) -> Cutoffs {
        Cutoffs {
            now,
            idle: now - self.config.sessions.idle_lifetime.0,
            touch: now - Sessions::TOUCH.0,
        }
    }

    /// A grant whose refresh token was last rotated before this has no live token at `now`: retries also give tokens.
    #[must_use]
    pub fn tokens_began(&self, now: Timestamp) -> Timestamp {
        now - Tokens::LONGEST_ACCESS_TOKEN.0 - Tokens::LONGEST_RETRY_WINDOW.0
    }

    /// When no token issued until `now` lives any longer.
    #[must_use]
    pub fn tokens_end(&self, now: Timestamp) -> Timestamp {
        now + Tokens::LONGEST_ACCESS_TOKEN.0
    }

    /// How cookies are set.
    #[must_use]
    pub fn cookies(&self) -> cookies::Policy {
        cookies::Policy { secure: self.config.server.issuer.is_https() }
    }
}

/// How much was removed is of no interest.
fn swept(count: storage::Result<u64>) -> Result<(), StartError> {
    count.map(drop).map_err(StartError::from)
}
