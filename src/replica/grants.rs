//! Whose grants are: that never changes, so what was read once is remembered.

use quick_cache::sync::Cache;
use uuid::Uuid;

use super::Replica;
use crate::storage::{self, Result};

/// How many are remembered.
const CAPACITY: usize = 32 * 1024;

/// People by their grants.
pub struct GrantPeople(Cache<Uuid, Uuid>);

impl Default for GrantPeople {
    fn default() -> Self {
        Self(Cache::new(CAPACITY))
    }
}

impl Replica {
    /// Whose grant it is, be it over or not; none if there is none any more.
    pub async fn person_of(&self, grant: Uuid) -> Result<Option<Uuid>> {
        if let Some(person) = self.grant_people.0.get(&grant) {
            return Ok(Some(person));
        }
        let person = storage::grants::person(&self.db, grant).await?;
        if let Some(person) = person {
            self.grant_people.0.insert(grant, person);
        }
        Ok(person)
    }
}
