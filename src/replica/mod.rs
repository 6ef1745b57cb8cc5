//! What this process remembers of the database, kept true by following its changes.
//!
//! Replicas are stateless: everything here can be thrown away and read again. While changes cannot be followed, the
//! database is asked about clients and revocations; resources and keys stay as they were last read.

mod access;
mod api_keys;
pub mod client_keys;
mod clients;
mod feed;
pub mod gate_sessions;
mod grants;
mod memory;
mod resources;
mod revocations;
mod sites;

use std::{sync::Arc, time::Duration};

use arc_swap::Guard;
use sqlx::PgPool;
use tokio::sync::Mutex;
use uuid::Uuid;

pub use access::{Authority, PrincipalError, source};
pub use resources::Catalogue;

use self::{
    access::{Access, Next},
    api_keys::ApiKeys,
    client_keys::{PublishedKeys, Publisher},
    clients::Clients,
    feed::Feed,
    gate_sessions::GateSessions,
    grants::GrantPeople,
    resources::Resources,
    revocations::Revocations,
    sites::Sites,
};
use crate::{
    access::principal::{Principal, Subject},
    clock::{Clock, Timestamp},
    fetch,
    keys::{KeyRing, secrets::SecretsError},
    registry::{
        client::Client,
        client_keys::{ClientKey, SigningAlg},
    },
    storage::{self, Result},
    tokens::{
        access::TokenId,
        jwe::{KeyAlg, PublicKey},
    },
};

/// What this process remembers.
pub struct Replica {
    db: PgPool,
    clients: Clients,
    published: PublishedKeys,
    resources: Resources,
    access: Access,
    api_keys: ApiKeys,
    sites: Sites,
    gate_sessions: GateSessions,
    grant_people: GrantPeople,
    revocations: Revocations,
    feed: Feed,
    /// Held by who reads changes.
    following: Mutex<()>,
}

/// Why changes cannot be followed.
#[derive(Debug, thiserror::Error)]
pub enum FollowError {
    /// What was read.
    #[error(transparent)]
    Failed(#[from] SecretsError),
    /// Nothing was read.
    #[error("the database does not answer")]
    Silent,
}

/// What came of a chunk of changes.
enum Step {
    More,
    Done,
    /// The database is not where it was.
    Behind,
}

impl Replica {
    /// Reads what is always remembered. Changes are followed from before this reading on.
    pub async fn load(db: PgPool, now: Timestamp) -> Result<Self> {
        let feed = Feed::at(storage::changes::horizon(&db).await?);
        let resources = Resources::default();
        resources.reload(&db).await?;
        let access = Access::load(&db).await?;
        let revocations = Revocations::default();
        revocations.reload(&db, now).await?;
        let (sites, gate_sessions) = (Sites::default(), GateSessions::default());
        sites.reload(&db).await?;
        let (clients, following) = (Clients::default(), Mutex::default());
        let (published, api_keys) = (PublishedKeys::default(), ApiKeys::default());
        Ok(Self {
            db,
            clients,
            published,
            resources,
            access,
            api_keys,
            sites,
            gate_sessions,
            grant_people: GrantPeople::default(),
            revocations,
            feed,
            following,
        })
    }

    /// The client of that id.
    pub async fn client(&self, client_id: &str) -> Result<Option<Arc<Client>>> {
        self.clients.get(&self.db, client_id, self.feed.is_current()).await
    }

    /// Forgets a client that this replica changed itself, ahead of the feed.
    pub fn forget_client(&self, client_id: &str) {
        self.clients.forget(client_id);
        self.published.forget(client_id);
        self.access.forget(&format!("client:{client_id}"));
    }

    /// What `verify` says of the key that a signature is checked with of someone who is no client, if there is one of those
    /// that they publish.
    pub async fn check_by_published(
        &self,
        fetch: &fetch::Client,
        clock: &Clock,
        publisher: &Publisher<'_>,
        kid: Option<&str>,
        alg: SigningAlg,
        verify: impl Fn(&ClientKey) -> bool,
    ) -> Option<bool> {
        self.published.check(fetch, clock, publisher, kid, alg, verify).await
    }

    /// What `verify` says of the key that a client's signature is checked with, if there is one: of those that it registered,
    /// or that it publishes.
    pub async fn check_by_client(
        &self,
        fetch: &fetch::Client,
        clock: &Clock,
        client: &Client,
        kid: Option<&str>,
        alg: SigningAlg,
        verify: impl Fn(&ClientKey) -> bool,
    ) -> Option<bool> {
        match &client.metadata.jwks_uri {
            Some(uri) => {
                let publisher = Publisher::of(client, uri);
                self.published.check(fetch, clock, &publisher, kid, alg, verify).await
            }
            None => client.keys().choose(kid, alg).map(verify),
        }
    }

    /// The key that something is encrypted for to a client, if there is one.
    pub async fn client_encryption_key(
        &self,
        fetch: &fetch::Client,
        clock: &Clock,
        client: &Client,
        alg: KeyAlg,
    ) -> Option<PublicKey> {
        match &client.metadata.jwks_uri {
            Some(uri) => {
                let publisher = Publisher::of(client, uri);
                self.published.for_encryption(fetch, clock, &publisher, alg).await
            }
            None => client.keys().for_encryption(alg).cloned(),
        }
    }

    /// Whether the client of that id is there and not disabled: otherwise what it holds opens nothing.
    pub async fn is_enabled(&self, client_id: &str) -> Result<bool> {
        let client = self.client(client_id).await?;
        Ok(client.is_some_and(|client| !client.metadata.disabled))
    }

    /// Reads the resources anew: for something that names one which this process has not heard of yet.
    pub async fn reload_resources(&self) -> Result<Guard<Arc<Catalogue>>> {
        self.resources.reload(&self.db).await?;
        Ok(self.resources.get())
    }

    /// The resources, without a count that all threads share.
    pub fn resources(&self) -> Guard<Arc<Catalogue>> {
        self.resources.get()
    }

    /// Roles and policies, without a count that all threads share.
    pub fn authority(&self) -> Guard<Arc<Authority>> {
        self.access.authority()
    }

    /// Reads roles and policies anew: for what this process changed itself, ahead of the feed.
    pub async fn reload_authority(&self) -> Result<()> {
        self.access.reload(&self.db).await
    }

    /// Someone with what they hold at `now`. None if there is no such person or client, or they are disabled.
    pub async fn principal(
        &self,
        subject: &Subject,
        now: Timestamp,
    ) -> std::result::Result<Option<Arc<Principal>>, PrincipalError> {
        self.access.principal(&self.db, subject, self.feed.is_current(), now).await
    }

    /// The people after that id who are not disabled, each with what they hold; none for one whose standing does not fit the
    /// schema.
    pub async fn people(
        &self,
        after: Option<&str>,
        limit: usize,
        now: Timestamp,
    ) -> Result<Vec<(Subject, Option<Principal>)>> {
        // What is no id comes before all of them.
        let after = after.and_then(|id| id.parse().ok()).unwrap_or_default();
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.access.next(&self.db, Next::People(after), limit, now).await
    }

    /// The same of clients.
    pub async fn machines(
        &self,
        after: Option<&str>,
        limit: usize,
        now: Timestamp,
    ) -> Result<Vec<(Subject, Option<Principal>)>> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.access.next(&self.db, Next::Clients(after.unwrap_or_default()), limit, now).await
    }

    /// Forgets what someone holds, which this replica changed itself, ahead of the feed: `user:…`, `client:…`, or
    /// `group:…` for everyone in it.
    pub fn forget_standing(&self, key: &str) {
        self.access.forget(key);
    }

    /// Whether a token was revoked, by itself or with its grant.
    pub async fn is_revoked(&self, token: &TokenId) -> Result<bool> {
        let subjects: Vec<Uuid> = token.grant().into_iter().chain(token.unique()).collect();
        if self.feed.is_current() {
            return Ok(self.revocations.any(&subjects));
        }
        storage::revocations::any(&self.db, &subjects).await
    }

    /// Remembers a revocation that this replica made itself, ahead of the feed.
    pub fn revoked(&self, subject: Uuid, expires_at: Timestamp) {
        self.revocations.insert(subject, expires_at);
        // It is remembered for as long as tokens live, and a session lives longer.
        self.gate_sessions.forget(subject);
    }

    /// Whether changes are being followed: readiness.
    pub fn is_current(&self) -> bool {
        self.feed.is_current()
    }

    /// Reads what changed since the last time and acts on it, a chunk at a time. What was acted on stays so when a later
    /// chunk fails: the next call goes on from there.
    pub async fn follow(
        &self,
        keys: &KeyRing,
        now: Timestamp,
    ) -> std::result::Result<(), FollowError> {
        let _alone = self.following.lock().await;
        if self.feed.is_lost() {
            return patiently(feed::ANEW, self.begin_anew(keys, now)).await;
        }
        loop {
            match patiently(feed::TRUST, self.follow_chunk(keys, now)).await? {
                Step::More => {}
                Step::Done => return Ok(()),
                Step::Behind => {
                    tracing::warn!("the database lost transactions; all is read anew");
                    return patiently(feed::ANEW, self.begin_anew(keys, now)).await;
                }
            }
        }
    }

    async fn follow_chunk(
        &self,
        keys: &KeyRing,
        now: Timestamp,
    ) -> std::result::Result<Step, SecretsError> {
        let Some(chunk) = self.feed.read(&self.db).await? else { return Ok(Step::Behind) };
        let mut revoked = Vec::new();
        let (mut resources, mut own_keys, mut authority, mut sites) = (false, false, false, false);
        for change in &chunk.changes {
            match change.kind.as_str() {
                "revocation" => revoked.extend(change.key.parse::<Uuid>().ok()),
                "client" => {
                    self.clients.forget(&change.key);
                    self.published.forget(&change.key);
                    self.access.forget(&format!("client:{}", change.key));
                    // One that is removed may come again, and its sessions must not.
                    if self.sites.has(&change.key) {
                        self.gate_sessions.forget_all();
                    }
                    sites = true;
                }
                "api_key" => {
                    if let Ok(id) = change.key.parse() {
                        self.api_keys.forget(id);
                    }
                }
                "standing" => self.access.forget(&change.key),
                "role" | "policies" => authority = true,
                "resource" => resources = true,
                "signing_keys" | "encryption_keys" => own_keys = true,
                other => tracing::warn!(kind = other, "a change that this version does not know"),
            }
        }
        if !revoked.is_empty() {
            self.revocations.load(&self.db, &revoked).await?;
            for grant in &revoked {
                self.gate_sessions.forget(*grant);
            }
        }
        if sites {
            self.sites.reload(&self.db).await?;
        }
        if resources {
            self.resources.reload(&self.db).await?;
        }
        if authority {
            self.access.reload(&self.db).await?;
        }
        if own_keys {
            keys.reload(&self.db, now).await?;
        }
        Ok(if self.feed.followed(chunk) { Step::Done } else { Step::More })
    }

    /// Reads everything again: changes may have been removed unread, or be others than those that were read.
    async fn begin_anew(
        &self,
        keys: &KeyRing,
        now: Timestamp,
    ) -> std::result::Result<(), SecretsError> {
        let started = tokio::time::Instant::now();
        let horizon = storage::changes::horizon(&self.db).await?;
        self.clients.forget_all();
        self.api_keys.forget_all();
        self.gate_sessions.forget_all();
        self.sites.reload(&self.db).await?;
        self.resources.reload(&self.db).await?;
        self.access.reload(&self.db).await?;
        self.revocations.reload(&self.db, now).await?;
        keys.reload(&self.db, now).await?;
        self.feed.restart(horizon, started);
        Ok(())
    }

    /// Follows changes for ever.
    pub async fn follow_forever(&self, keys: &KeyRing, clock: &Clock) {
        let mut ticks = tokio::time::interval(feed::INTERVAL);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut failing = false;
        while !self.db.is_closed() {
            ticks.tick().await;
            let outcome = self.follow(keys, clock.now()).await;
            match outcome {
                _ if self.db.is_closed() => return,
                Ok(()) if failing => {
                    tracing::info!("changes are followed again");
                    failing = false;
                }
                Err(error) if !failing => {
                    tracing::warn!(%error, "changes cannot be followed");
                    failing = true;
                }
                // As before, well or not.
                _ => {}
            }
        }
    }

    /// Drops revocations that no live token can concern any more.
    pub fn sweep(&self, now: Timestamp) {
        self.revocations.sweep(now);
    }
}

/// Waits for the database no longer than this.
async fn patiently<T>(
    limit: Duration,
    work: impl Future<Output = std::result::Result<T, SecretsError>>,
) -> std::result::Result<T, FollowError> {
    Ok(tokio::time::timeout(limit, work).await.map_err(|_| FollowError::Silent)??)
}
