//! Resources: few, so all of them are remembered.

use std::{collections::BTreeMap, sync::Arc};

use arc_swap::{ArcSwap, Guard};
use sqlx::PgPool;
use tokio::sync::Mutex;

use crate::{
    registry::resource::{Resource, TokenFormat},
    storage::{self, Result},
};

/// Every resource, and what the grant statements need of them.
#[derive(Debug, Default)]
pub struct Catalogue {
    by_identifier: BTreeMap<String, Resource>,
    /// What there is.
    pub identifiers: Vec<String>,
    /// The resources that want opaque tokens.
    pub opaque: Vec<String>,
    /// The lifetimes of those tokens, in seconds, in the same order; none where the default applies.
    pub opaque_lifetimes: Vec<Option<f64>>,
}

impl Catalogue {
    /// A catalogue of these.
    #[must_use]
    pub fn new(resources: Vec<Resource>) -> Self {
        let opaque: Vec<&Resource> = resources
            .iter()
            .filter(|resource| resource.metadata.access_token_format == TokenFormat::Opaque)
            .collect();
        let lifetimes = opaque
            .iter()
            .map(|resource| resource.metadata.access_token_lifetime.map(f64::from))
            .collect();
        let names = opaque.iter().map(|resource| resource.identifier.clone()).collect();
        let identifiers = resources.iter().map(|resource| resource.identifier.clone()).collect();
        let by_identifier =
            resources.into_iter().map(|resource| (resource.identifier.clone(), resource)).collect();
        Self { by_identifier, identifiers, opaque: names, opaque_lifetimes: lifetimes }
    }

    /// The resource of that identifier.
    #[must_use]
    pub fn get(&self, identifier: &str) -> Option<&Resource> {
        self.by_identifier.get(identifier)
    }

    /// All of them, by identifier.
    pub fn iter(&self) -> impl Iterator<Item = &Resource> {
        self.by_identifier.values()
    }
}

#[derive(Default)]
pub struct Resources {
    current: ArcSwap<Catalogue>,
    /// Held while reading, so that an older reading never replaces a younger one.
    reading: Mutex<()>,
}

impl Resources {
    pub fn get(&self) -> Guard<Arc<Catalogue>> {
        self.current.load()
    }

    pub async fn reload(&self, db: &PgPool) -> Result<()> {
        let _reading = self.reading.lock().await;
        let rows = storage::resources::list(db).await?;
        let mut resources = rows.into_iter().map(Resource::from_row).collect::<Result<Vec<_>>>()?;
        // Whatever is stored, these are what they are.
        resources.retain(|resource| !Resource::is_own(&resource.identifier));
        resources.extend(Resource::built_in());
        self.current.store(Arc::new(Catalogue::new(resources)));
        Ok(())
    }
}
