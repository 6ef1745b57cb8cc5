//! The keys of this deployment, those that sign and those that others encrypt for: loaded, made, rotated, resealed.

use std::{sync::Arc, time::Duration};

use arc_swap::{ArcSwap, Guard};
use sqlx::PgPool;

use super::{
    encryption::{EncryptionAlg, EncryptionKey},
    encryption_set::{EncryptionEntry, EncryptionSet},
    jwks::Document,
    master::MasterKeys,
    secrets::{self, SecretsError},
    set::{Entry, KeySet, Lifetimes},
    signing::{Algorithm, SigningKey},
};
use crate::{
    clock::Timestamp,
    storage::{self, keys::KeyRow},
};

/// How long it takes until every replica has heard of a key. Not before is it published that others encrypt for it.
const SPREAD: Duration = Duration::from_secs(5);

/// The keys as this replica last read them.
pub struct KeyRing {
    /// For how long keys sign and are published.
    pub lifetimes: Lifetimes,
    master: MasterKeys,
    set: ArcSwap<KeySet>,
    encryption: ArcSwap<EncryptionSet>,
    jwks: ArcSwap<Document>,
}

/// A key that signs, without a count that all threads share.
pub struct Signing {
    set: Guard<Arc<KeySet>>,
    at: usize,
}

impl std::ops::Deref for Signing {
    type Target = SigningKey;

    fn deref(&self) -> &SigningKey {
        &self.set.entries()[self.at].key
    }
}

/// The place a signing key is sealed for.
fn place(kid: &str) -> String {
    format!("signing_keys:{kid}")
}

/// The place a key that others encrypt for is sealed for.
fn encryption_place(kid: &str) -> String {
    format!("encryption_keys:{kid}")
}

impl KeyRing {
    /// Loads the keys that are there. Those that are due are made by [`KeyRing::rotate_due`], the first ones too.
    pub async fn load(
        db: &PgPool,
        master: MasterKeys,
        lifetimes: Lifetimes,
        now: Timestamp,
    ) -> Result<Self, SecretsError> {
        let (set, encryption) = (KeySet::default(), EncryptionSet::default());
        let jwks = Document::jwks(&set, &encryption, now, lifetimes);
        let ring = Self {
            lifetimes,
            master,
            set: ArcSwap::from_pointee(set),
            encryption: ArcSwap::from_pointee(encryption),
            jwks: ArcSwap::from_pointee(jwks),
        };
        ring.reload(db, now).await?;
        Ok(ring)
    }

    /// The keys that sign.
    pub fn set(&self) -> Guard<Arc<KeySet>> {
        self.set.load()
    }

    /// The keys that others encrypt for.
    pub fn encryption(&self) -> Guard<Arc<EncryptionSet>> {
        self.encryption.load()
    }

    /// The key that signs with `alg` now.
    ///
    /// # Panics
    /// Loading makes a key for every algorithm that signs at once, and keys are never removed from the set.
    #[must_use]
    pub fn signing(&self, alg: Algorithm, now: Timestamp) -> Signing {
        let set = self.set.load();
        // A clock that was set back finds no active key: the oldest one is the best there is.
        let at = set
            .signing(alg, now)
            .or_else(|| set.entries().iter().rposition(|entry| entry.key.alg == alg))
            .expect("every algorithm has a key from the first start on");
        Signing { set, at }
    }

    /// The JWK Set as of `now`.
    #[must_use]
    pub fn jwks(&self, now: Timestamp) -> Guard<Arc<Document>> {
        let current = self.jwks.load();
        if current.holds(now) {
            return current;
        }
        self.prepare_jwks(now);
        self.jwks.load()
    }

    fn prepare_jwks(&self, now: Timestamp) {
        let (set, encryption) = (self.set.load(), self.encryption.load());
        self.jwks.store(Arc::new(Document::jwks(&set, &encryption, now, self.lifetimes)));
    }

    /// Reads the keys anew.
    pub async fn reload(&self, db: &PgPool, now: Timestamp) -> Result<(), SecretsError> {
        let known = self.set.load();
        let mut entries = Vec::new();
        for row in storage::keys::signing_keys(db).await? {
            let key = match known.by_kid(&row.kid) {
                Some(entry) => entry.key.clone(),
                None => Arc::new(self.open(&row)?),
            };
            entries.push(Entry { key, generation: row.generation, active_from: row.active_from });
        }
        let known = self.encryption.load();
        let mut encryption = Vec::new();
        for row in storage::keys::encryption_keys(db).await? {
            let key = match known.by_kid(&row.kid) {
                Some(entry) => Arc::clone(&entry.key),
                None => Arc::new(self.open_encryption(&row)?),
            };
            let KeyRow { generation, active_from, .. } = row;
            encryption.push(EncryptionEntry { key, generation, active_from });
        }
        self.set.store(Arc::new(KeySet::new(entries)));
        self.encryption.store(Arc::new(EncryptionSet::new(encryption)));
        self.prepare_jwks(now);
        Ok(())
    }

    /// Makes the keys whose time has come. Another replica may be doing the same: the first one's key stays.
    pub async fn rotate_due(
        &self,
        db: &PgPool,
        now: Timestamp,
    ) -> Result<Vec<String>, SecretsError> {
        let mut made = Vec::new();
        let mut changed = false;
        for alg in Algorithm::ALL {
            let due = self.set.load().due(alg, now, self.lifetimes);
            if let Some((generation, active_from)) = due {
                made.extend(self.make(db, alg, generation, active_from, now).await?);
                changed = true;
            }
        }
        for alg in EncryptionAlg::ALL {
            let due = self.encryption.load().due(alg, now, self.lifetimes);
            if let Some((generation, active_from)) = due {
                made.extend(self.make_encryption(db, alg, generation, active_from, now).await?);
                changed = true;
            }
        }
        // Also when another replica was quicker, its keys are needed now.
        if changed {
            self.reload(db, now).await?;
        }
        Ok(made)
    }

    /// Makes the next key of `alg`, to sign after the usual lead or, if `at_once`, now.
    pub async fn add(
        &self,
        db: &PgPool,
        alg: Algorithm,
        at_once: bool,
        now: Timestamp,
    ) -> Result<Option<String>, SecretsError> {
        let youngest = self
            .set
            .load()
            .entries()
            .iter()
            .filter(|entry| entry.key.alg == alg)
            .map(|entry| entry.generation)
            .max();
        let active_from = if at_once { now } else { now + self.lifetimes.lead };
        let made = self.make(db, alg, youngest.unwrap_or(0) + 1, active_from, now).await?;
        self.reload(db, now).await?;
        Ok(made)
    }

    /// Makes the next key that others encrypt for, to be published after the usual lead or, if `at_once`, as soon as every
    /// replica knows it.
    pub async fn add_encryption(
        &self,
        db: &PgPool,
        alg: EncryptionAlg,
        at_once: bool,
        now: Timestamp,
    ) -> Result<Option<String>, SecretsError> {
        let youngest = self.encryption.load().youngest(alg).map(|entry| entry.generation);
        let active_from = now + if at_once { SPREAD } else { self.lifetimes.lead };
        let generation = youngest.unwrap_or(0) + 1;
        let made = self.make_encryption(db, alg, generation, active_from, now).await?;
        self.reload(db, now).await?;
        Ok(made)
    }

    /// Removes the keys that open nothing any more. Returns how many it were.
    pub async fn remove_over(&self, db: &PgPool, now: Timestamp) -> Result<i64, SecretsError> {
        let over = self.encryption.load().over(now, self.lifetimes);
        if over.is_empty() {
            return Ok(0);
        }
        let removed = storage::keys::delete_encryption_keys(db, &over, now).await?;
        self.reload(db, now).await?;
        Ok(removed)
    }

    /// Seals everything that is sealed with another master key under the current one. Returns how much that was.
    pub async fn reseal(&self, db: &PgPool) -> Result<usize, SecretsError> {
        let mut resealed = 0;
        for row in storage::keys::signing_keys(db).await? {
            if row.sealed.with != self.master.current() {
                let place = place(&row.kid);
                let sealed = self.master.seal(&place, &self.master.open(&place, &row.sealed)?);
                storage::keys::reseal_signing_key(db, &row.kid, &sealed).await?;
                resealed += 1;
            }
        }
        for row in storage::keys::encryption_keys(db).await? {
            if row.sealed.with != self.master.current() {
                let place = encryption_place(&row.kid);
                let sealed = self.master.seal(&place, &self.master.open(&place, &row.sealed)?);
                storage::keys::reseal_encryption_key(db, &row.kid, &sealed).await?;
                resealed += 1;
            }
        }
        for (name, old) in storage::keys::server_secrets(db).await? {
            if old.with != self.master.current() {
                let place = secrets::place(&name);
                let sealed = self.master.seal(&place, &self.master.open(&place, &old)?);
                storage::keys::reseal_server_secret(db, &name, &sealed).await?;
                resealed += 1;
            }
        }
        for (user, old) in storage::factors::totp_secrets(db).await? {
            if old.with != self.master.current() {
                let place = secrets::totp_place(user);
                let sealed = self.master.seal(&place, &self.master.open(&place, &old)?);
                storage::factors::reseal_totp(db, user, &old, &sealed).await?;
                resealed += 1;
            }
        }
        for (id, old) in storage::client_secrets::all_sealed(db).await? {
            if old.with != self.master.current() {
                let place = secrets::client_secret_place(id);
                let sealed = self.master.seal(&place, &self.master.open(&place, &old)?);
                storage::client_secrets::reseal(db, id, &sealed).await?;
                resealed += 1;
            }
        }
        for (id, old) in storage::messages::all_sealed(db).await? {
            if old.with != self.master.current() {
                let place = secrets::message_place(id);
                let sealed = self.master.seal(&place, &self.master.open(&place, &old)?);
                storage::messages::reseal(db, id, &sealed).await?;
                resealed += 1;
            }
        }
        Ok(resealed)
    }

    /// What seals and opens.
    #[must_use]
    pub fn master(&self) -> &MasterKeys {
        &self.master
    }

    async fn make(
        &self,
        db: &PgPool,
        alg: Algorithm,
        generation: i32,
        active_from: Timestamp,
        now: Timestamp,
    ) -> Result<Option<String>, SecretsError> {
        let made = SigningKey::generate(alg)
            .and_then(|pkcs8| Ok((SigningKey::from_pkcs8(alg, &pkcs8)?, pkcs8)));
        let (key, pkcs8) =
            made.map_err(|source| SecretsError::Key { kid: format!("new {alg}"), source })?;
        let row = KeyRow {
            kid: key.kid.clone(),
            alg: alg.name().to_owned(),
            generation,
            sealed: self.master.seal(&place(&key.kid), &pkcs8),
            created_at: now,
            active_from,
        };
        let inserted = storage::keys::insert_signing_key(db, &row, key.jwk()).await?;
        Ok(inserted.then_some(row.kid))
    }

    async fn make_encryption(
        &self,
        db: &PgPool,
        alg: EncryptionAlg,
        generation: i32,
        active_from: Timestamp,
        now: Timestamp,
    ) -> Result<Option<String>, SecretsError> {
        let made = EncryptionKey::generate(alg)
            .and_then(|pkcs8| Ok((EncryptionKey::from_pkcs8(alg, &pkcs8)?.kid, pkcs8)));
        let (kid, pkcs8) =
            made.map_err(|source| SecretsError::Key { kid: format!("new {alg}"), source })?;
        let row = KeyRow {
            sealed: self.master.seal(&encryption_place(&kid), &pkcs8),
            kid,
            alg: alg.name().to_owned(),
            generation,
            created_at: now,
            active_from,
        };
        let inserted = storage::keys::insert_encryption_key(db, &row).await?;
        Ok(inserted.then_some(row.kid))
    }

    fn open_encryption(&self, row: &KeyRow) -> Result<EncryptionKey, SecretsError> {
        let pkcs8 = self.master.open(&encryption_place(&row.kid), &row.sealed)?;
        row.alg
            .parse()
            .and_then(|alg| EncryptionKey::from_pkcs8(alg, &pkcs8))
            .map_err(|source| SecretsError::Key { kid: row.kid.clone(), source })
    }

    fn open(&self, row: &KeyRow) -> Result<SigningKey, SecretsError> {
        let pkcs8 = self.master.open(&place(&row.kid), &row.sealed)?;
        row.alg
            .parse()
            .and_then(|alg| SigningKey::from_pkcs8(alg, &pkcs8))
            .map_err(|source| SecretsError::Key { kid: row.kid.clone(), source })
    }
}
