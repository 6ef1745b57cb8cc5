//! Token requests: the form, client authentication, and every secret that may be in it.

use signet::{
    oauth::client_auth::basic,
    registry::scope,
    tokens::{
        handle::{Access, Code, Handle, Session},
        refresh::{DerivationKey, RefreshToken},
        secret::ClientSecret,
    },
    web::params::Params,
};

/// Panics if a reader of this body's parts does, or if what it reads is written otherwise than it came.
pub fn holds(body: &[u8]) {
    if let Ok(params) = Params::parse_unique(body) {
        let again = Params::parse_unique(params.encode().as_bytes()).expect("its own text");
        assert_eq!(again.encode(), params.encode());
        if let Some(Ok(scopes)) = params.get("scope").map(scope::parse) {
            assert!(scopes.iter().all(|name| scope::is_token(name)));
        }
    }
    let Ok(text) = std::str::from_utf8(body) else { return };
    let _ = basic::decode(text);
    if let Some(code) = Handle::<Code>::parse(text) {
        assert_eq!(code.expose(), text, "one text a secret");
    }
    let _ = Handle::<Access>::parse(text);
    let _ = Handle::<Session>::parse(text);
    let _ = ClientSecret::parse(text);
    let key = DerivationKey::new(&[0; 32]);
    if let Some(token) = RefreshToken::parse(&key, text) {
        assert_eq!(token.expose(&key), text, "one text a token");
    }
}
