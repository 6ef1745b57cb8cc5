//! Revoked grants and tokens, for as long as a token that they concern may live.

use std::{
    collections::HashMap,
    sync::{PoisonError, RwLock},
};

use sqlx::PgPool;
use uuid::Uuid;

use crate::{
    clock::Timestamp,
    storage::{self, Result},
};

#[derive(Default)]
pub struct Revocations(RwLock<HashMap<Uuid, Timestamp>>);

impl Revocations {
    /// Whether any of these is revoked.
    pub fn any(&self, subjects: &[Uuid]) -> bool {
        let revoked = self.0.read().unwrap_or_else(PoisonError::into_inner);
        subjects.iter().any(|subject| revoked.contains_key(subject))
    }

    pub fn insert(&self, subject: Uuid, expires_at: Timestamp) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).insert(subject, expires_at);
    }

    /// Reads all that matter.
    pub async fn reload(&self, db: &PgPool, now: Timestamp) -> Result<()> {
        let rows = storage::revocations::list(db, now).await?;
        let all = rows.into_iter().map(|row| (row.subject, row.expires_at)).collect();
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = all;
        Ok(())
    }

    /// Reads those among `subjects`.
    pub async fn load(&self, db: &PgPool, subjects: &[Uuid]) -> Result<()> {
        for row in storage::revocations::get(db, subjects).await? {
            self.insert(row.subject, row.expires_at);
        }
        Ok(())
    }

    /// Drops those that no longer matter.
    pub fn sweep(&self, now: Timestamp) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).retain(|_, until| *until > now);
    }
}
