//! The floor: the least that any server with axum in front does for the same requests. No checks, no store, no client
//! to authenticate; keys are parsed once. It runs in a process of its own, as Signet does.

use std::{
    net::Ipv4Addr,
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use anyhow::Context;
use aws_lc_rs::{
    rand::{SecureRandom, SystemRandom},
    signature::{
        ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair,
        KeyPair, ParsedPublicKey,
    },
};
use axum::{
    Form, Json, Router,
    extract::State,
    routing::{get, post},
    serve::ListenerExt,
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use http::StatusCode;
use serde::{Deserialize, Serialize};

/// Where the bare answer is.
pub const BARE: &str = "/";
/// Where it signs with ES256.
pub const ES256: &str = "/token";
/// Where it signs with Ed25519.
pub const EDDSA: &str = "/token/eddsa";
/// Where it verifies ES256.
pub const INTROSPECT: &str = "/introspect";

/// A token's life, in seconds: Signet's default.
const LIFETIME: u64 = 900;

struct Keys {
    es256: EcdsaKeyPair,
    eddsa: Ed25519KeyPair,
    public: ParsedPublicKey,
    random: SystemRandom,
}

#[derive(Deserialize)]
struct TokenRequest {
    scope: String,
}

#[derive(Serialize)]
struct TokenResponse {
    access_token: String,
    token_type: &'static str,
    expires_in: u64,
    scope: String,
}

#[derive(Deserialize)]
struct Presented {
    token: String,
}

#[derive(Serialize, Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: String,
    exp: u64,
    iat: u64,
    jti: String,
    client_id: String,
    scope: String,
}

#[derive(Serialize)]
struct Introspection {
    active: bool,
    token_type: &'static str,
    #[serde(flatten)]
    claims: Claims,
}

/// Serves on a free port, which is printed, until standard input ends: with the process that holds its other end.
pub async fn serve() -> anyhow::Result<()> {
    let random = SystemRandom::new();
    let es256 = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING)?;
    let public = ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, es256.public_key().as_ref())?;
    let keys = Keys { es256, eddsa: Ed25519KeyPair::generate()?, public, random };
    let router = Router::new()
        .route(BARE, get(|| async { "ok" }))
        .route(ES256, post(es256_token))
        .route(EDDSA, post(eddsa_token))
        .route(INTROSPECT, post(introspect))
        .with_state(Arc::new(keys));
    let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    super::print(&listener.local_addr()?.to_string());
    let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
    let orphaned =
        tokio::task::spawn_blocking(|| std::io::copy(&mut std::io::stdin(), &mut std::io::sink()));
    tokio::select! {
        served = axum::serve(listener, router) => served.context("the floor"),
        _ = orphaned => Ok(()),
    }
}

async fn es256_token(
    State(keys): State<Arc<Keys>>,
    Form(request): Form<TokenRequest>,
) -> Result<Json<TokenResponse>, StatusCode> {
    let sign = |input: &[u8]| keys.es256.sign(&keys.random, input).ok();
    issue(&keys, "ES256", request, |input| sign(input).map(|made| made.as_ref().to_vec()))
}

async fn eddsa_token(
    State(keys): State<Arc<Keys>>,
    Form(request): Form<TokenRequest>,
) -> Result<Json<TokenResponse>, StatusCode> {
    issue(&keys, "EdDSA", request, |input| Some(keys.eddsa.sign(input).as_ref().to_vec()))
}

fn issue(
    keys: &Keys,
    alg: &str,
    request: TokenRequest,
    sign: impl FnOnce(&[u8]) -> Option<Vec<u8>>,
) -> Result<Json<TokenResponse>, StatusCode> {
    let failed = StatusCode::INTERNAL_SERVER_ERROR;
    let mut unique = [0; 16];
    keys.random.fill(&mut unique).map_err(|_| failed)?;
    let iat = now();
    let claims = Claims {
        iss: "http://127.0.0.1:8080".to_owned(),
        sub: "bench-service".to_owned(),
        aud: "https://api.example.com".to_owned(),
        exp: iat + LIFETIME,
        iat,
        jti: format!("{:032x}", u128::from_be_bytes(unique)),
        client_id: "bench-service".to_owned(),
        scope: request.scope.clone(),
    };
    let kid = "Ywz8ajaTnYqTbUDmnTJ5ZcPy0JXNWhTAr-zV9kpu4Ws";
    let header = format!(r#"{{"alg":"{alg}","typ":"at+jwt","kid":"{kid}"}}"#);
    let payload = serde_json::to_vec(&claims).map_err(|_| failed)?;
    let mut token = BASE64_URL_SAFE_NO_PAD.encode(header);
    token.push('.');
    BASE64_URL_SAFE_NO_PAD.encode_string(payload, &mut token);
    let signature = sign(token.as_bytes()).ok_or(failed)?;
    token.push('.');
    BASE64_URL_SAFE_NO_PAD.encode_string(signature, &mut token);
    Ok(Json(TokenResponse {
        access_token: token,
        token_type: "Bearer",
        expires_in: LIFETIME,
        scope: request.scope,
    }))
}

async fn introspect(
    State(keys): State<Arc<Keys>>,
    Form(presented): Form<Presented>,
) -> Result<Json<Introspection>, StatusCode> {
    let claims = read(&keys, &presented.token).ok_or(StatusCode::BAD_REQUEST)?;
    Ok(Json(Introspection { active: true, token_type: "Bearer", claims }))
}

fn read(keys: &Keys, token: &str) -> Option<Claims> {
    let (input, signature) = token.rsplit_once('.')?;
    let signature = BASE64_URL_SAFE_NO_PAD.decode(signature).ok()?;
    keys.public.verify_sig(input.as_bytes(), &signature).ok()?;
    let payload = BASE64_URL_SAFE_NO_PAD.decode(input.split_once('.')?.1).ok()?;
    serde_json::from_slice(&payload).ok()
}

fn now() -> u64 {
    #[expect(clippy::disallowed_methods, reason = "nothing here is tested with a clock of its own")]
    let now = SystemTime::now();
    now.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
