//! API keys, remembered when they are first presented; and their last uses, until those are written.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
};

use sqlx::PgPool;
use uuid::Uuid;

use super::{Replica, memory::Memory};
use crate::{
    access::api_key::ApiKey,
    clock::Timestamp,
    storage::{self, Result, api_keys::Use},
};

/// How many are remembered.
const CAPACITY: usize = 64 * 1024;

pub struct ApiKeys {
    /// None that is not there: no one can ask for those without being counted.
    memory: Memory<Uuid, Arc<ApiKey>>,
    used: Mutex<HashMap<Uuid, Use>>,
}

impl Default for ApiKeys {
    fn default() -> Self {
        Self { memory: Memory::new(CAPACITY), used: Mutex::default() }
    }
}

impl ApiKeys {
    /// The key of that id, if it is remembered.
    pub fn remembered(&self, id: Uuid) -> Option<Arc<ApiKey>> {
        self.memory.get(&id)
    }

    /// The key of that id, as stored now.
    pub async fn read(&self, db: &PgPool, id: Uuid) -> Result<Option<Arc<ApiKey>>> {
        let mark = self.memory.mark();
        let row = storage::api_keys::get(db, id).await?;
        let Some(key) = row.map(ApiKey::from_row).transpose()?.map(Arc::new) else {
            return Ok(None);
        };
        self.memory.remember(mark, &id, Arc::clone(&key));
        Ok(Some(key))
    }

    /// Forgets a key that changed.
    pub fn forget(&self, id: Uuid) {
        self.memory.forget(&id);
    }

    /// Forgets all of them.
    pub fn forget_all(&self) {
        self.memory.forget_all();
    }

    /// Notes a use.
    pub fn used(&self, id: Uuid, at: Timestamp, address: Option<IpAddr>) {
        let address = address.map(|address| address.to_canonical().into());
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        used.insert(id, Use { id, at, address });
    }

    /// Writes the uses that were noted. Those that cannot be written are lost: they are for people to look at.
    pub async fn write_uses(&self, db: &PgPool) -> Result<()> {
        let used = {
            let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
            std::mem::take(&mut *used)
        };
        if used.is_empty() {
            return Ok(());
        }
        storage::api_keys::used(db, &used.into_values().collect::<Vec<_>>()).await
    }
}

impl Replica {
    /// The API key of that id, from memory if it is there, unless it was revoked.
    pub async fn api_key(&self, id: Uuid) -> Result<Option<Arc<ApiKey>>> {
        let key = match self.remembered_api_key(id) {
            None => self.api_keys.read(&self.db, id).await?,
            known => known,
        };
        // A revocation by this replica itself is known before the feed has it.
        Ok(key.filter(|key| !key.revoked && !self.revocations.any(&[id])))
    }

    /// The API key of that id, if it is remembered and was not revoked.
    pub fn remembered_api_key(&self, id: Uuid) -> Option<Arc<ApiKey>> {
        let key = self.api_keys.remembered(id).filter(|_| self.feed.is_current())?;
        (!key.revoked && !self.revocations.any(&[id])).then_some(key)
    }

    /// Forgets an API key that this replica changed itself, ahead of the feed.
    pub fn forget_api_key(&self, id: Uuid) {
        self.api_keys.forget(id);
    }

    /// Notes that an API key was used.
    pub fn api_key_used(&self, id: Uuid, at: Timestamp, address: Option<IpAddr>) {
        self.api_keys.used(id, at, address);
    }

    /// Writes the uses of API keys that were noted.
    pub async fn write_api_key_uses(&self) -> Result<()> {
        self.api_keys.write_uses(&self.db).await
    }
}
