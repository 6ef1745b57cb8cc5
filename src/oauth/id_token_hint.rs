//! `id_token_hint` (OpenID Connect Core §3.1.2.1, RP-Initiated Logout 1.0 §2): an ID token of ours that comes back.

use crate::{
    app::App,
    keys::{KeySet, Lifetimes, signing::Type},
    tokens::{id::IdClaims, jws},
};

/// What tells our own tokens from others.
#[derive(Clone, Copy, Debug)]
pub struct Own<'a> {
    /// Our keys.
    pub keys: &'a KeySet,
    /// For how long they sign.
    pub lifetimes: Lifetimes,
    /// Our issuer identifier.
    pub issuer: &'a str,
}

impl<'a> Own<'a> {
    /// What tells the tokens of this server, that has these keys now.
    #[must_use]
    pub fn of(app: &'a App, keys: &'a KeySet) -> Self {
        let issuer = app.config.server.issuer.as_str();
        Self { keys, lifetimes: app.keys.lifetimes, issuer }
    }
}

/// What an ID token of ours says, also one that has ended. Its key may have been replaced meanwhile, but not before it
/// signed.
#[must_use]
pub fn read(token: &str, own: Own<'_>) -> Option<IdClaims> {
    let (claims, key) = jws::verify::<IdClaims>(own.keys, own.issuer, Type::Id, token)?;
    own.keys.is_plausible(key, claims.iat, claims.exp, own.lifetimes).then_some(claims)
}
