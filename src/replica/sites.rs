//! Sites behind the gate, by their origins: few, so all of them are remembered.

use std::{
    collections::{HashMap, hash_map::Entry},
    sync::Arc,
};

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

    /// Whether a client has a site, as far as is known.
    pub fn has(&self, client_id: &str) -> bool {
        self.current.load().values().any(|own| **own == *client_id)
    }

    pub async fn reload(&self, db: &PgPool) -> Result<()> {
        let _reading = self.reading.lock().await;
        let mut sites = HashMap::new();
        for (client_id, origin) in storage::clients::sites(db).await? {
            match sites.entry(origin) {
                Entry::Vacant(place) => drop(place.insert(Some(Arc::from(client_id)))),
                // None is registered for another's, unless both came at the same time: then it is neither's.
                Entry::Occupied(mut place) => {
                    tracing::error!(origin = place.key(), "two clients have their site there");
                    place.insert(None);
                }
            }
        }
        let sites = sites.into_iter().filter_map(|(origin, site)| Some((origin, site?))).collect();
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
