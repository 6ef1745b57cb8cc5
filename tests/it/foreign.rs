//! Foreign clients in other languages: libraries of npm and `PyPI` that run the flows and check the tokens over HTTP.

use std::{env, path::Path, process::Stdio};

use signet::clock::Clock;
use tokio::process::Command;

use crate::support::{API, EMAIL, Options, PASSWORD, RESOURCE_SERVER, SERVICE, SPA, Server};

async fn run(program: &str, script: &str) {
    // Libraries check times by the system's clock.
    let options = Options { clock: Some(Clock::System), ..Options::default() };
    let server = Server::with(options).await;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/foreign");
    let output = Command::new(program)
        .arg(folder.join(script))
        .env("ISSUER", &server.issuer)
        .env("LOGIN", EMAIL)
        .env("PASSWORD", PASSWORD)
        .env("SPA_ID", SPA)
        .env("SERVICE_ID", SERVICE)
        .env("SERVICE_SECRET", server.secret(SERVICE))
        .env("API_ID", RESOURCE_SERVER)
        .env("API_SECRET", server.secret(RESOURCE_SERVER))
        .env("RESOURCE", API)
        .env("SCOPE", "read")
        // Some libraries refuse http without it.
        .env("AUTHLIB_INSECURE_TRANSPORT", "1")
        .stdin(Stdio::null())
        .output()
        .await
        .unwrap_or_else(|error| panic!("{program}: {error}; `make test` installs what it needs"));
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(
        output.status.success(),
        "{script}:\n{}\n{}",
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
