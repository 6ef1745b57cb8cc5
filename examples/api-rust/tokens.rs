//! Whether an access token is good here: by Signet's keys (RFC 9068 §4), or by introspection (RFC 7662).

use std::{collections::HashMap, time::Duration};

use aws_lc_rs::digest::{SHA256, digest};
use jsonwebtoken::{
    Algorithm, DecodingKey, Validation, decode, decode_header, get_current_timestamp, jwk::Jwk,
};
use serde::Deserialize;
use serde_json::{Value, from_value};
use tokio::{sync::Mutex, time::Instant};

use crate::{
    settings::Way,
    signet::{Signet, Unavailable},
};

/// What Signet signs with. Neither `none` nor an HMAC, whatever a token says of itself.
const ALGORITHMS: [Algorithm; 3] = [Algorithm::ES256, Algorithm::EdDSA, Algorithm::RS256];
/// For how long Signet lets its keys be kept.
const KEYS_LAST: Duration = Duration::from_mins(5);
/// How many answers of introspection are kept.
const MOST_KEPT: usize = 10_000;

/// What a good token says. Without the first three it is none (RFC 9068 §2.2).
#[derive(Clone, Deserialize)]
pub struct Claims {
    /// Who it is about.
    pub sub: String,
    /// The client that it was issued to.
    pub client_id: String,
    /// What the log calls it.
    pub jti: String,
    exp: u64,
    #[serde(default)]
    scope: String,
    /// How surely the person proved who they are.
    pub acr: Option<String>,
    auth_time: Option<u64>,
}

impl Claims {
    /// Whether it allows something.
    pub fn allows(&self, scope: &str) -> bool {
        self.scope.split(' ').any(|other| other == scope)
    }

    /// Whether it is about its client, on whose own behalf it was issued (RFC 9068 §2.2).
    pub fn is_client(&self) -> bool {
        self.sub == self.client_id
    }

    /// How many seconds ago the person proved who they are.
    pub fn auth_age(&self) -> Option<u64> {
        Some(get_current_timestamp().saturating_sub(self.auth_time?))
    }
}

/// What is kept between requests.
#[derive(Default)]
pub struct Tokens {
    keys: Mutex<Keys>,
    /// By the digests of tokens, so that none is kept itself.
    introspected: Mutex<HashMap<Vec<u8>, (Claims, Instant)>>,
}

#[derive(Default)]
struct Keys {
    by_kid: HashMap<String, Jwk>,
    fetched: Option<Instant>,
}

impl Tokens {
    /// What a token says, if it is good here.
    pub async fn check(&self, signet: &Signet, token: &str) -> Result<Option<Claims>, Unavailable> {
        match signet.settings.check {
            Way::Jwks => self.verify(signet, token).await,
            Way::Introspection => self.introspect(signet, token).await,
        }
    }

    /// RFC 9068 §4.
    async fn verify(&self, signet: &Signet, token: &str) -> Result<Option<Claims>, Unavailable> {
        let Ok(header) = decode_header(token) else { return Ok(None) };
        // An ID token, or what else the same keys sign, is of another type.
        let typ = header.typ.unwrap_or_default().to_ascii_lowercase();
        let is_access_token = typ == "at+jwt" || typ == "application/at+jwt";
        // `crit` names what has to be understood (RFC 7515 §4.1.11), and nothing is here.
        if !is_access_token || !ALGORITHMS.contains(&header.alg) || header.crit.is_some() {
            return Ok(None);
        }
        let Some(kid) = header.kid else { return Ok(None) };
        let Some(key) = self.key(signet, &kid).await? else { return Ok(None) };
        // A key is for one algorithm, which it says itself.
        if key.common.key_algorithm != Some(header.alg.into()) {
            return Ok(None);
        }
        let Ok(key) = DecodingKey::from_jwk(&key) else { return Ok(None) };
        let mut validation = Validation::new(header.alg);
        validation.set_required_spec_claims(&["iss", "aud", "exp"]);
        validation.set_issuer(&[&signet.settings.issuer]);
        validation.set_audience(&[&signet.settings.resource]);
        validation.validate_nbf = true;
        validation.leeway = 5;
        Ok(decode(token, &key, &validation).ok().map(|token| token.claims))
    }

    /// The key of that id. One that is not known may be new, and the keys are fetched again, but not for every token.
    async fn key(&self, signet: &Signet, kid: &str) -> Result<Option<Jwk>, Unavailable> {
        // Held while they are fetched: whoever comes meanwhile waits for the same answer.
        let mut keys = self.keys.lock().await;
        let age = keys.fetched.map(|at| at.elapsed());
        let lasts = if keys.by_kid.contains_key(kid) {
            KEYS_LAST
        } else {
            signet.settings.jwks_cooldown.min(KEYS_LAST)
        };
        if age.is_none_or(|age| age >= lasts) {
            let read = signet.keys().await?;
            // What this library cannot read is not for this API.
            let read = read.into_iter().filter_map(|key| from_value::<Jwk>(key).ok());
            keys.by_kid = read.filter_map(|key| Some((key.common.key_id.clone()?, key))).collect();
            keys.fetched = Some(Instant::now());
        }
        Ok(keys.by_kid.get(kid).cloned())
    }

    /// RFC 7662, remembered for a short while.
    async fn introspect(
        &self,
        signet: &Signet,
        token: &str,
    ) -> Result<Option<Claims>, Unavailable> {
        let digest = digest(&SHA256, token.as_bytes()).as_ref().to_vec();
        let kept = self.introspected.lock().await.get(&digest).cloned();
        if let Some((claims, until)) = kept
            && until > Instant::now()
        {
            return Ok(Some(claims));
        }
        let answer = signet.introspect(token).await?;
        // Signet tells this client of its own tokens, too: `aud` says whether one is for this API.
        let is_good = answer["active"] == true
            && answer["token_type"] == "Bearer"
            && answer["iss"] == *signet.settings.issuer
            && is_for(&answer["aud"], &signet.settings.resource);
        let claims = from_value::<Claims>(answer).ok().filter(|_| is_good);
        if let Some(claims) = &claims {
            let left = Duration::from_secs(claims.exp.saturating_sub(get_current_timestamp()));
            let until = Instant::now() + left.min(signet.settings.introspection_cache);
            let mut kept = self.introspected.lock().await;
            if kept.len() >= MOST_KEPT {
                kept.clear();
            }
            kept.insert(digest, (claims.clone(), until));
        }
        Ok(claims)
    }
}

/// One recipient is a string, and several are a list (RFC 7519 §4.1.3).
fn is_for(audience: &Value, identifier: &str) -> bool {
    match audience {
        Value::Array(several) => several.iter().any(|one| one == identifier),
        one => one == identifier,
    }
}
