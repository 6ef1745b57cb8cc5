//! Foreign clients in other languages: libraries of npm and `PyPI` that run the flows and check the tokens over HTTP.

use std::{env, path::Path, process::Stdio};

use base64::{
    Engine,
    prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD},
};
use rcgen::{KeyPair, PKCS_ECDSA_P384_SHA384, PKCS_ED25519, PublicKeyData};
use serde_json::{Value, json};
use signet::{
    admin,
    clock::Clock,
    keys::signing::{Algorithm, SigningKey},
};
use tokio::process::Command;

use crate::support::{API, EMAIL, Options, PASSWORD, RESOURCE_SERVER, SERVICE, SPA, Server, WEB};

async fn start() -> Server {
    // Libraries check times by the system's clock.
    let options = Options { clock: Some(Clock::System), ..Options::default() };
    Server::with(options).await
}

async fn run(program: &str, script: &str) {
    run_with(&start().await, program, script, &[]).await;
}

async fn run_with(server: &Server, program: &str, script: &str, more: &[(&str, &str)]) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/foreign");
    let output = Command::new(program)
        .arg(folder.join(script))
        .env("ISSUER", &server.issuer)
        .env("LOGIN", EMAIL)
        .env("PASSWORD", PASSWORD)
        .env("SPA_ID", SPA)
        .env("WEB_ID", WEB)
        .env("WEB_SECRET", server.secret(WEB))
        .env("WEB_REDIRECT_URI", "https://shop.example/callback")
        .env("SERVICE_ID", SERVICE)
        .env("SERVICE_SECRET", server.secret(SERVICE))
        .env("API_ID", RESOURCE_SERVER)
        .env("API_SECRET", server.secret(RESOURCE_SERVER))
        .env("RESOURCE", API)
        .env("SCOPE", "read")
        // Some libraries refuse http without it.
        .env("AUTHLIB_INSECURE_TRANSPORT", "1")
        .envs(more.iter().copied())
        .stdin(Stdio::null())
        .output()
        .await
        .unwrap_or_else(|error| panic!("{program}: {error}; `make test` installs what it needs"));
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(
        output.status.success(),
        "{script} {more:?}:\n{}\n{}",
        text(&output.stdout),
        text(&output.stderr)
    );
}

/// The Python that has what `scripts/test-packages` installs.
pub fn python() -> String {
    env::var("PYTHON_BIN")
        .ok()
        .filter(|path| !path.is_empty())
        .unwrap_or_else(|| "python3".to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn openid_client_of_npm() {
    run("node", "node/flow_openid_client.mjs").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn openid_client_of_npm_registers_itself() {
    let config = "[dynamic_registration]\nmode = \"token\"\n";
    let options = Options { config, clock: Some(Clock::System), ..Options::default() };
    let server = Server::with(options).await;
    let day = std::time::Duration::from_hours(24);
    let token = signet::admin::registration_tokens::add(&server.app, "", 1, day).await;
    let token = token.expect("a token");
    let more = [("INITIAL_ACCESS_TOKEN", token.as_str())];
    run_with(&server, "node", "node/register_openid_client.mjs", &more).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn oauth4webapi_of_npm() {
    run("node", "node/flow_oauth4webapi.mjs").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn jose_of_npm_verifies_tokens() {
    run("node", "node/verify_jose.mjs").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn authlib_of_pypi() {
    run(&python(), "python/flow_authlib.py").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn authlib_of_pypi_registers_itself_and_reads_what_is_encrypted_for_it() {
    let config = "[dynamic_registration]\nmode = \"open\"\n";
    let options = Options { config, clock: Some(Clock::System), ..Options::default() };
    run_with(&Server::with(options).await, &python(), "python/register_authlib.py", &[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pyjwt_of_pypi_verifies_tokens() {
    run(&python(), "python/verify_pyjwt.py").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn id_tokens_of_every_algorithm_are_verified_elsewhere() {
    let server = start().await;
    for alg in Algorithm::ALL {
        server.change_client(WEB, |web| web.id_token_signed_response_alg = alg).await;
        let alg = [("ID_TOKEN_ALG", alg.name())];
        run_with(&server, "node", "node/flow_id_token.mjs", &alg).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn access_tokens_of_every_algorithm_are_verified_elsewhere() {
    let server = start().await;
    for alg in Algorithm::ALL {
        let name = alg.name();
        let resource = format!(
            "[[resource]]\nidentifier = \"{API}\"\nname = \"Example API\"\n\
             access_token_alg = \"{name}\"\nscopes = [{{ name = \"read\" }}]"
        );
        server.apply(&resource).await;
        let alg = [("ACCESS_TOKEN_ALG", name)];
        run_with(&server, "node", "node/verify_jose.mjs", &alg).await;
    }
}

/// The private key of a client as PKCS#8, and its public key.
fn client_key(alg: &str) -> (Vec<u8>, Value) {
    let base64 = |bytes: &[u8]| BASE64_URL_SAFE_NO_PAD.encode(bytes);
    let pair = match alg {
        "ES384" => KeyPair::generate_for(&PKCS_ECDSA_P384_SHA384),
        "EdDSA" => KeyPair::generate_for(&PKCS_ED25519),
        "ES256" => KeyPair::generate(),
        _ => {
            let pkcs8 = SigningKey::generate(Algorithm::Rs256).expect("a key");
            let key = SigningKey::from_pkcs8(Algorithm::Rs256, &pkcs8).expect("its own bytes");
            let jwk =
                json!({ "kty": "RSA", "kid": "own", "n": key.jwk()["n"], "e": key.jwk()["e"] });
            return (pkcs8.to_vec(), jwk);
        }
    };
    let pair = pair.expect("a key");
    let public = pair.der_bytes();
    if alg == "EdDSA" {
        // OpenSSL reads no public key beside the private one: PKCS#8 of version 1 (RFC 8410 §7), with the seed alone.
        let prefix = b"\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20";
        let seed = &pair.serialize_der()[16..48];
        let jwk = json!({ "kty": "OKP", "crv": "Ed25519", "kid": "own", "x": base64(public) });
        return ([&prefix[..], seed].concat(), jwk);
    }
    let (x, y) = public[1..].split_at(public.len() / 2);
    let curve = if alg == "ES384" { "P-384" } else { "P-256" };
    let jwk = json!({ "kty": "EC", "crv": curve, "kid": "own", "x": base64(x), "y": base64(y) });
    (pair.serialize_der(), jwk)
}

/// Runs both libraries for a client that authenticates by a JWT of this algorithm.
async fn authenticates_by(alg: &str) {
    let server = start().await;
    let (key, jwk) = client_key(alg);
    let mut metadata = json!({
        "client_name": "Machine", "token_endpoint_auth_method": "private_key_jwt",
        "token_endpoint_auth_signing_alg": alg, "jwks": { "keys": [jwk] },
        "grant_types": ["client_credentials"], "scopes": ["read"], "resources": [API],
    });
    if alg == "HS256" {
        metadata["token_endpoint_auth_method"] = "client_secret_jwt".into();
        metadata["jwks"] = Value::Null;
    }
    let metadata = serde_json::from_value(metadata).expect("metadata");
    admin::clients::put(&server.app, "machine", &metadata).await.expect("registered");
    let secret = admin::clients::add_secret(&server.app, "machine", None).await.expect("added");
    server.follow().await;
    let key = BASE64_STANDARD.encode(key);
    let more = [
        ("MACHINE_ID", "machine"),
        ("MACHINE_SECRET", secret.as_str()),
        ("CLIENT_ALG", alg),
        ("CLIENT_KEY", key.as_str()),
        ("CLIENT_KID", "own"),
    ];
    run_with(&server, "node", "node/client_jwt.mjs", &more).await;
    run_with(&server, &python(), "python/client_jwt.py", &more).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn clients_authenticate_by_jwts_of_every_algorithm_from_elsewhere() {
    for alg in ["EdDSA", "ES256", "ES384", "PS256", "RS256", "HS256"] {
        Box::pin(authenticates_by(alg)).await;
    }
}
