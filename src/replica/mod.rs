//! What this process remembers of the database, kept true by following its changes.
//!
//! Replicas are stateless: everything here can be thrown away and read again. While changes cannot be followed, the
//! database is asked about clients and revocations; resources and keys stay as they were last read.

mod clients;
mod feed;
mod resources;
mod revocations;

use std::sync::Arc;

use sqlx::PgPool;
use uuid::Uuid;

pub use resources::Catalogue;

use self::{clients::Clients, feed::Feed, resources::Resources, revocations::Revocations};
use crate::{
    clock::{Clock, Timestamp},
    keys::{KeyRing, secrets::SecretsError},
    registry::client::Client,
    storage::{self, Result},
    tokens::access::TokenId,
};

/// What this process remembers.
pub struct Replica {
    db: PgPool,
    clients: Clients,
    resources: Resources,
    revocations: Revocations,
    feed: Feed,
}

impl Replica {
    /// Reads what is always remembered. Changes are followed from before this reading on.
    pub async fn load(db: PgPool, now: Timestamp) -> Result<Self> {
        let feed = Feed::at(storage::changes::horizon(&db).await?);
        let resources = Resources::default();
        resources.reload(&db).await?;
        let revocations = Revocations::default();
        revocations.reload(&db, now).await?;
        Ok(Self { db, clients: Clients::default(), resources, revocations, feed })
    }

    /// The client of that id.
    pub async fn client(&self, client_id: &str) -> Result<Option<Arc<Client>>> {
        self.clients.get(&self.db, client_id, self.feed.is_current()).await
    }

    /// Whether the client of that id is there and not disabled: otherwise what it holds opens nothing.
    pub async fn is_enabled(&self, client_id: &str) -> Result<bool> {
        let client = self.client(client_id).await?;
        Ok(client.is_some_and(|client| !client.metadata.disabled))
    }

    /// Reads the resources anew: for something that names one which this process has not heard of yet.
    pub async fn reload_resources(&self) -> Result<Arc<Catalogue>> {
        self.resources.reload(&self.db).await?;
        Ok(self.resources.get())
    }

    /// The resources.
    pub fn resources(&self) -> Arc<Catalogue> {
        self.resources.get()
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
    }

    /// Whether changes are being followed: readiness.
    pub fn is_current(&self) -> bool {
        self.feed.is_current()
    }

    /// Reads what changed since the last time and acts on it.
    pub async fn follow(
        &self,
        keys: &KeyRing,
        now: Timestamp,
    ) -> std::result::Result<(), SecretsError> {
        let started = tokio::time::Instant::now();
        if self.feed.is_lost() {
            return self.begin_anew(keys, now, started).await;
        }
        let changes = self.feed.read(&self.db).await?;
        let mut revoked = Vec::new();
        let (mut resources, mut signing_keys) = (false, false);
        for change in &changes {
            match change.kind.as_str() {
                "revocation" => revoked.extend(change.key.parse::<Uuid>().ok()),
                "client" => self.clients.forget(&change.key),
                "resource" => resources = true,
                "signing_keys" => signing_keys = true,
                other => tracing::warn!(kind = other, "a change that this version does not know"),
            }
        }
        if !revoked.is_empty() {
            self.revocations.load(&self.db, &revoked).await?;
        }
        if resources {
            self.resources.reload(&self.db).await?;
        }
        if signing_keys {
            keys.reload(&self.db, now).await?;
        }
        self.feed.followed(&changes, started);
        Ok(())
    }

    /// Reads everything again, after so long a time that changes may have been removed unread.
    async fn begin_anew(
        &self,
        keys: &KeyRing,
        now: Timestamp,
        started: tokio::time::Instant,
    ) -> std::result::Result<(), SecretsError> {
        let horizon = storage::changes::horizon(&self.db).await?;
        self.clients.forget_all();
        self.resources.reload(&self.db).await?;
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
            let outcome = tokio::time::timeout(feed::TRUST, self.follow(keys, clock.now())).await;
            match outcome {
                _ if self.db.is_closed() => return,
                Ok(Ok(())) if failing => {
                    tracing::info!("changes are followed again");
                    failing = false;
                }
                Ok(Err(error)) if !failing => {
                    tracing::warn!(%error, "changes cannot be followed");
                    failing = true;
                }
                Err(_) if !failing => {
                    tracing::warn!("changes cannot be followed: the database does not answer");
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
