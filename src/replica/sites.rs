//! Sites behind the gate, by their origins: few, so all of them are remembered.

use std::{collections::HashMap, sync::Arc};

use arc_swap::ArcSwap;
use sqlx::PgPool;
use tokio::sync::Mutex;

use super::Replica;
use crate::{
    registry::client::Client,
    storage::{self, Result},
};

#[derive(Default)]
pub struct Sites {
    /// Clients by origin.
    current: ArcSwap<HashMap<String, Arc<str>>>,
    /// Held while reading, so that an older reading never replaces a younger one.
    reading: Mutex<()>,
}

impl Sites {
    /// The client whose site an origin is.
    pub fn get(&self, origin: &str) -> Option<Arc<str>> {
        self.current.load().get(origin).cloned()
    }

    pub async fn reload(&self, db: &PgPool) -> Result<()> {
        let _reading = self.reading.lock().await;
        let mut sites = HashMap::new();
        for (client_id, origin) in storage::clients::sites(db).await? {
            // No two can be registered for one, unless they came at the same time: then the first by name has it.
            sites.entry(origin).or_insert_with(|| client_id.into());
        }
        self.current.store(Arc::new(sites));
        Ok(())
    }
}

impl Replica {
    /// The client whose site an origin is.
    pub async fn site(&self, origin: &str) -> Result<Option<Arc<Client>>> {
        match self.sites.get(origin) {
            Some(client_id) => self.client(&client_id).await,
            None => Ok(None),
        }
    }
}
