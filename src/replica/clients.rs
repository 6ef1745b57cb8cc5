//! Clients, remembered when they are first asked for, also that there is none of an id.

use std::sync::Arc;

use sqlx::PgPool;

use super::memory::Memory;
use crate::{
    registry::client::Client,
    storage::{self, Result},
};

/// How many are remembered.
const CAPACITY: usize = 16 * 1024;
/// The longest id that is remembered; no client has a longer one, so it is not even asked for.
const LONGEST: usize = 256;

pub struct Clients(Memory<String, Option<Arc<Client>>>);

impl Default for Clients {
    fn default() -> Self {
        Self(Memory::new(CAPACITY))
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
        if current && let Some(client) = self.0.get(client_id) {
            return Ok(client);
        }
        let mark = self.0.mark();
        let row = storage::clients::get(db, client_id).await?;
        let client = row.map(Client::from_row).transpose()?.map(Arc::new);
        self.0.remember(mark, client_id, client.clone());
        Ok(client)
    }

    /// Forgets all of them.
    pub fn forget_all(&self) {
        self.0.forget_all();
    }

    /// Forgets a client that changed.
    pub fn forget(&self, client_id: &str) {
        self.0.forget(client_id);
    }
}
