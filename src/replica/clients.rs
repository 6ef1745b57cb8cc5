//! Clients, remembered when they are first asked for, also that there is none of an id.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use quick_cache::sync::Cache;
use sqlx::PgPool;

use crate::{
    registry::client::Client,
    storage::{self, Result},
};

/// How many are remembered.
const CAPACITY: usize = 16 * 1024;
/// The longest id that is remembered; no client has a longer one, so it is not even asked for.
const LONGEST: usize = 256;

pub struct Clients {
    cache: Cache<String, Option<Arc<Client>>>,
    /// Counts what was forgotten: a reading that began before is not remembered after.
    forgotten: AtomicU64,
}

impl Default for Clients {
    fn default() -> Self {
        Self { cache: Cache::new(CAPACITY), forgotten: AtomicU64::new(0) }
    }
}

impl Clients {
    /// The client of that id, from memory if that is `current`.
    pub async fn get(
        &self,
        db: &PgPool,
        client_id: &str,
        current: bool,
    ) -> Result<Option<Arc<Client>>> {
        if client_id.len() > LONGEST {
            return Ok(None);
        }
        if current && let Some(client) = self.cache.get(client_id) {
            return Ok(client);
        }
        let before = self.forgotten.load(Ordering::Acquire);
        let row = storage::clients::get(db, client_id).await?;
        let client = row.map(Client::from_row).transpose()?.map(Arc::new);
        self.cache.insert(client_id.to_owned(), client.clone());
        if self.forgotten.load(Ordering::Acquire) != before {
            self.cache.remove(client_id);
        }
        Ok(client)
    }

    /// Forgets all of them.
    pub fn forget_all(&self) {
        self.forgotten.fetch_add(1, Ordering::AcqRel);
        self.cache.clear();
    }

    /// Forgets a client that changed.
    pub fn forget(&self, client_id: &str) {
        self.forgotten.fetch_add(1, Ordering::AcqRel);
        self.cache.remove(client_id);
    }
}
