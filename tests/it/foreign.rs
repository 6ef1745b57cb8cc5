//! Foreign clients in other languages: libraries of npm and `PyPI` that run the flows and check the tokens over HTTP.

use std::{env, path::Path, process::Stdio};

use signet::{clock::Clock, keys::signing::Algorithm};
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

fn python() -> String {
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
