//! Access tokens whose signature was checked before (RFC 9068 §4): the digest of the token stands for it until it ends.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use quick_cache::sync::Cache;

use super::{access::AccessClaims, digest::Digest, jws};
use crate::{
    clock::Timestamp,
    keys::{KeyRing, signing::Type},
};

/// How many are remembered: some 30 MB when full.
const CAPACITY: usize = 32 * 1024;

/// Remembers verified access tokens within a bounded memory.
pub struct VerifiedTokens {
    cache: Cache<[u8; 32], Arc<AccessClaims>>,
    /// The key set that was current when they were verified; another one empties the memory.
    keys: AtomicU64,
}

impl Default for VerifiedTokens {
    fn default() -> Self {
        Self { cache: Cache::new(CAPACITY), keys: AtomicU64::new(0) }
    }
}

impl VerifiedTokens {
    /// The claims of an access token that we signed and that has not ended. Whether it was revoked is another matter.
    pub fn verify(
        &self,
        ring: &KeyRing,
        issuer: &str,
        token: &str,
        now: Timestamp,
    ) -> Option<Arc<AccessClaims>> {
        let keys = ring.set();
        let current = keys.identity();
        if self.keys.swap(current, Ordering::AcqRel) != current {
            self.cache.clear();
        }
        let digest = Digest::of(token.as_bytes()).0;
        let claims = if let Some(claims) = self.cache.get(&digest) {
            claims
        } else {
            let (claims, key): (AccessClaims, _) = jws::verify(&keys, issuer, Type::Access, token)?;
            if !keys.is_plausible(key, claims.iat, claims.exp, ring.lifetimes) {
                return None;
            }
            let claims = Arc::new(claims);
            self.cache.insert(digest, Arc::clone(&claims));
            claims
        };
        (!claims.expired(now)).then_some(claims)
    }
}
