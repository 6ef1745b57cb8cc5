//! Roles and policies, all of them; and who holds what, remembered when it is first asked for.

use std::{collections::BTreeSet, sync::Arc};

use arc_swap::{ArcSwap, Guard};
use serde_json::Value;
use sqlx::PgPool;
use tokio::sync::Mutex;
use uuid::Uuid;

use super::memory::Memory;
use crate::{
    access::{
        engine::Engine,
        principal::{Misfit, Principal, Standing, Subject},
        roles::{Role, Roles},
        source::{Problem, Source},
    },
    clock::Timestamp,
    storage::{self, Result, policies::VersionRow, standings::StandingRow},
};

/// How many subjects are remembered.
const CAPACITY: usize = 64 * 1024;

/// What decides: every role, and the policies of the version that is in force.
#[derive(Debug)]
pub struct Authority {
    /// Every role.
    pub roles: Roles,
    /// The version in force; none if no policy was ever saved.
    pub version: Option<Uuid>,
    /// The policies, ready to decide. What was saved by another release may not be readable: then nothing is permitted.
    pub engine: std::result::Result<Engine, Problem>,
}

impl Authority {
    fn new(roles: Roles, version: Option<VersionRow>) -> Result<Self> {
        let id = version.as_ref().map(|row| row.id);
        let source = version.map(source).transpose()?.unwrap_or_default();
        let engine = Engine::new(&source, &roles);
        if let Err(problem) = &engine {
            tracing::error!(version = ?id, %problem, "policies cannot be read; nothing is permitted");
        }
        Ok(Self { roles, version: id, engine })
    }
}

/// The policies of a version, as they were written.
pub fn source(row: VersionRow) -> Result<Source> {
    let links = serde_json::from_value(row.links)
        .map_err(|source| unreadable(format!("policies {}", row.id), source))?;
    Ok(Source { schema: row.schema, policies: row.policies, links, entities: row.entities })
}

impl super::Replica {
    /// What the roles of someone permit at a resource, at `now`.
    pub async fn permitted(
        &self,
        subject: &Subject,
        resource: &str,
        now: Timestamp,
    ) -> Result<BTreeSet<String>> {
        let principal = self.principal(subject, now).await;
        let principal = principal.map_err(|error| error.into_storage(subject))?;
        let Some(principal) = principal else { return Ok(BTreeSet::new()) };
        let names = principal.roles.iter().map(String::as_str).collect();
        let authority = self.authority();
        let permitted = authority.roles.permissions(&names, resource).into_iter();
        Ok(permitted.map(str::to_owned).collect())
    }
}

/// Why it is not known what someone holds.
#[derive(Debug, thiserror::Error)]
pub enum PrincipalError {
    /// The database.
    #[error(transparent)]
    Storage(#[from] storage::Error),
    /// What is stored of them does not fit the schema.
    #[error(transparent)]
    Misfit(#[from] Misfit),
    /// There are no readable policies.
    #[error("policies cannot be read: {0}")]
    Policies(Problem),
}

impl PrincipalError {
    /// The same as something that cannot be read: it is not known what they hold, and nothing is guessed.
    #[must_use]
    pub fn into_storage(self, subject: &Subject) -> storage::Error {
        match self {
            Self::Storage(error) => error,
            Self::Misfit(_) | Self::Policies(_) => {
                unreadable(format!("standing of {subject}"), serde::de::Error::custom(self))
            }
        }
    }
}

/// Which ones are read.
#[derive(Clone, Copy, Debug)]
pub enum Next<'a> {
    /// The people after this id.
    People(Uuid),
    /// The clients after this id.
    Clients(&'a str),
}

pub struct Access {
    authority: ArcSwap<Authority>,
    /// Held while reading, so that an older reading never replaces a younger one.
    reading: Mutex<()>,
    principals: Memory<Subject, Option<Arc<Principal>>>,
}

impl Access {
    pub async fn load(db: &PgPool) -> Result<Self> {
        Ok(Self {
            authority: ArcSwap::from_pointee(read(db).await?),
            reading: Mutex::default(),
            principals: Memory::new(CAPACITY),
        })
    }

    pub fn authority(&self) -> Guard<Arc<Authority>> {
        self.authority.load()
    }

    /// Reads roles and policies anew, and forgets who holds what: that was told in terms of the former ones.
    pub async fn reload(&self, db: &PgPool) -> Result<()> {
        let _reading = self.reading.lock().await;
        self.authority.store(Arc::new(read(db).await?));
        self.forget_all();
        Ok(())
    }

    /// Someone with what they hold at `now`, from memory if that is `current`. None if there is no such person or client, or
    /// they are disabled.
    pub async fn principal(
        &self,
        db: &PgPool,
        subject: &Subject,
        current: bool,
        now: Timestamp,
    ) -> std::result::Result<Option<Arc<Principal>>, PrincipalError> {
        if current && let Some(known) = self.principals.get(subject) {
            let ended =
                |principal: &Arc<Principal>| principal.until.is_some_and(|until| until <= now);
            if !known.as_ref().is_some_and(ended) {
                return Ok(known);
            }
        }
        let mark = self.principals.mark();
        let row = match subject {
            Subject::User(id) => storage::standings::of_user(db, *id).await?,
            Subject::Client(id) => storage::standings::of_client(db, id).await?,
        };
        let principal = row.map(|row| self.build(subject, row, now)).transpose()?.map(Arc::new);
        self.principals.remember(mark, subject, principal.clone());
        Ok(principal)
    }

    /// People or clients by id, read anew and not remembered: whoever goes through all of them does not come back soon. None
    /// for one whose standing does not fit the schema.
    pub async fn next(
        &self,
        db: &PgPool,
        which: Next<'_>,
        limit: i64,
        now: Timestamp,
    ) -> Result<Vec<(Subject, Option<Principal>)>> {
        let rows: Vec<(Subject, StandingRow)> = match which {
            Next::People(after) => {
                let rows = storage::standings::of_users(db, after, limit).await?;
                rows.into_iter().map(|(id, row)| (Subject::User(id), row)).collect()
            }
            Next::Clients(after) => {
                let rows = storage::standings::of_clients(db, after, limit).await?;
                rows.into_iter().map(|(id, row)| (Subject::Client(id), row)).collect()
            }
        };
        let principal = |(subject, row): (Subject, StandingRow)| {
            let built = self.build(&subject, row, now);
            let built = built.inspect_err(|error| tracing::warn!(%subject, %error, "left out"));
            (subject, built.ok())
        };
        Ok(rows.into_iter().map(principal).collect())
    }

    fn build(
        &self,
        subject: &Subject,
        row: StandingRow,
        now: Timestamp,
    ) -> std::result::Result<Principal, PrincipalError> {
        let authority = self.authority();
        let engine = authority
            .engine
            .as_ref()
            .map_err(|problem| PrincipalError::Policies(problem.clone()))?;
        let standing = standing(subject, row)?;
        Ok(Principal::new(subject, &standing, &authority.roles, engine.vocabulary(), now)?)
    }

    /// Forgets someone who changed, by the name that changes have for them. A group is everyone in it.
    pub fn forget(&self, key: &str) {
        let subject = match key.split_once(':') {
            Some(("user", id)) => id.parse().ok().map(Subject::User),
            Some(("client", id)) => Some(Subject::Client(id.to_owned())),
            _ => None,
        };
        match subject {
            Some(subject) => self.principals.forget(&subject),
            None => self.forget_all(),
        }
    }

    pub fn forget_all(&self) {
        self.principals.forget_all();
    }
}

async fn read(db: &PgPool) -> Result<Authority> {
    let rows = storage::roles::list(db).await?;
    let roles = rows.into_iter().map(Role::from_row).collect::<Result<Vec<_>>>()?;
    Authority::new(Roles::new(roles), storage::policies::current(db).await?)
}

fn standing(subject: &Subject, row: StandingRow) -> Result<Standing> {
    let unreadable = |source| unreadable(format!("standing of {subject}"), source);
    let attributes = match row.attributes {
        Value::Object(attributes) => attributes,
        _ => serde_json::Map::new(),
    };
    Ok(Standing {
        attributes,
        groups: serde_json::from_value(row.groups).map_err(unreadable)?,
        roles: serde_json::from_value(row.roles).map_err(unreadable)?,
    })
}

fn unreadable(what: String, source: serde_json::Error) -> storage::Error {
    storage::Error::Unreadable { what, source }
}
