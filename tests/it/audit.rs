//! The audit log: complete, attributed, append-only, and without secrets.

use serde_json::Value;
use signet::keys::MasterKeys;
use sqlx::Row;

use crate::support::{
    EMAIL, MANIFEST, Options, PASSWORD, SERVICE, Server,
    database::{Database, MASTER_KEY},
    process::{command, run},
};

#[tokio::test]
async fn a_flow_leaves_its_trail() {
    let server = Server::start().await;
    let mut browser = server.browser();
    let tokens = server.tokens(&mut browser, &[]).await;
    server.refresh(tokens.refresh(), &[]).await;
    server.post("/revoke", &[("client_id", "spa"), ("token", tokens.refresh())]).await;
    let page = browser.get("/sign-out").await;
    browser.submit(&page, &[]).await;
    let mut events = server.events().await;
    events.sort();
    let mut expected = [
        "sign_in.succeeded",
        "consent.given",
        "code.issued",
        "token.issued",
        "token.issued",
        "revoked",
        "signed_out",
    ];
    expected.sort_unstable();
    assert_eq!(events, expected);
    let rows = sqlx::query(
        "SELECT kind, user_id, client_id, session_id, grant_id, host(address) AS address, request_id
         FROM audit_events WHERE kind = 'token.issued'",
    );
    for row in rows.fetch_all(&server.db).await.expect("events") {
        assert!(row.get::<Option<uuid::Uuid>, _>("user_id").is_some());
        assert!(row.get::<Option<uuid::Uuid>, _>("session_id").is_some());
        assert!(row.get::<Option<uuid::Uuid>, _>("grant_id").is_some());
        assert_eq!(row.get::<String, _>("client_id"), "spa");
        assert_eq!(row.get::<String, _>("address"), "127.0.0.1");
        assert_eq!(row.get::<String, _>("request_id").len(), 20);
    }
}

#[tokio::test]
async fn tokens_of_services_are_counted() {
    let server = Server::start().await;
    for _ in 0..5 {
        server.post_as(SERVICE, "/token", &[("grant_type", "client_credentials")]).await;
    }
    server.app.audit.flush().await;
    let detail: Value =
        sqlx::query_scalar("SELECT detail FROM audit_events WHERE kind = 'token.issued'")
            .fetch_one(&server.db)
            .await
            .expect("one event");
    assert_eq!(detail["count"], 5);
}

#[tokio::test]
async fn events_cannot_be_changed_or_removed() {
    let server = Server::start().await;
    server.signed_in().await;
    for sql in ["UPDATE audit_events SET kind = 'x'", "DELETE FROM audit_events"] {
        let error = sqlx::query(sql).execute(&server.db).await.expect_err(sql);
        assert!(error.to_string().contains("append-only"), "{error}");
    }
}

#[tokio::test]
async fn no_secret_is_stored_in_any_table() {
    let server = Server::start().await;
    let mut browser = server.browser();
    let code = server.code(&mut browser, &[]).await;
    let tokens = crate::support::Tokens::from(server.redeem(&code).await).await;
    let vault = [("scope", "open"), ("resource", crate::support::VAULT)];
    let opaque = server.tokens(&mut browser, &vault).await;
    server.app.audit.flush().await;
    let tables: Vec<String> = sqlx::query_scalar(
        "SELECT relname::text FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace",
    )
    .fetch_all(&server.db)
    .await
    .expect("tables");
    let secrets = [
        tokens.access.as_str(),
        tokens.refresh(),
        tokens.id.as_deref().expect("an ID token"),
        code.as_str(),
        browser.cookies["signet_session"].as_str(),
        browser.cookies["signet_browser"].as_str(),
        PASSWORD,
        server.secret(SERVICE),
        opaque.access.as_str(),
    ];
    // What is drawn has its random bits within; `bytea` shows bytes as hex.
    let bits: Vec<String> = secrets.iter().filter_map(|secret| random_bits(secret)).collect();
    assert_eq!(bits.len(), 6, "all but a password and two JWTs");
    let secrets: Vec<&str> = secrets.into_iter().chain(bits.iter().map(String::as_str)).collect();
    let mut rows = 0;
    for table in tables {
        let sql = sqlx::AssertSqlSafe(format!("SELECT t::text FROM {table} t"));
        for row in sqlx::query_scalar::<_, String>(sql).fetch_all(&server.db).await.expect("rows") {
            rows += 1;
            for secret in &secrets {
                assert!(!row.contains(secret), "{table}: {row}");
            }
        }
    }
    assert!(rows > 20, "something was looked at");
    let events: Vec<String> = sqlx::query_scalar("SELECT t::text FROM audit_events t")
        .fetch_all(&server.db)
        .await
        .expect("events");
    assert!(events.iter().all(|event| !event.contains(EMAIL)), "people are named by id alone");
}

/// The user ids of the events of a kind.
async fn people(server: &Server, kind: &str) -> Vec<Option<uuid::Uuid>> {
    server.app.audit.flush().await;
    sqlx::query_scalar("SELECT user_id FROM audit_events WHERE kind = $1")
        .bind(kind)
        .fetch_all(&server.db)
        .await
        .expect("events")
}

#[tokio::test]
async fn reuse_and_revocation_name_the_person() {
    let server = Server::start().await;
    let mut browser = server.browser();
    let code = server.code(&mut browser, &[]).await;
    let first = crate::support::Tokens::from(server.redeem(&code).await).await;
    server.redeem(&code).await;
    let other = server.tokens(&mut browser, &[]).await;
    let next = crate::support::Tokens::from(server.refresh(other.refresh(), &[]).await).await;
    server.refresh(next.refresh(), &[]).await;
    server.refresh(other.refresh(), &[]).await;
    let reuse = people(&server, "reuse.detected").await;
    assert_eq!(reuse.len(), 2, "a code and a refresh token");
    assert!(reuse.iter().all(Option::is_some), "{reuse:?}");

    let vault = [("scope", "open"), ("resource", crate::support::VAULT)];
    let opaque = server.tokens(&mut browser, &vault).await;
    let third = server.tokens(&mut browser, &[]).await;
    for token in [&first.access, &opaque.access, &third.access, third.refresh()] {
        server.post("/revoke", &[("client_id", "spa"), ("token", token)]).await;
    }
    let revoked = people(&server, "revoked").await;
    assert_eq!(revoked.len(), 3, "of the first, nothing was live");
    assert!(revoked.iter().all(Option::is_some), "{revoked:?}");
}

#[tokio::test]
async fn a_code_in_the_wrong_hands_is_on_record() {
    let server = Server::start().await;
    let code = server.code(&mut server.browser(), &[]).await;
    let verifier = "another-verifier-another-verifier-another-verifier";
    let with = |at: usize, value| {
        let mut form = crate::support::flow::redemption(&code).to_vec();
        form[at].1 = value;
        form
    };
    server.post("/token", &with(4, verifier)).await;
    server.post("/token", &with(2, "http://127.0.0.1/callback")).await;
    let mut form = with(1, "web");
    form.push(("client_secret", server.secret("web")));
    server.post("/token", &form).await;
    server.app.audit.flush().await;
    let events: Vec<(String, Option<uuid::Uuid>, Value)> = sqlx::query_as(
        "SELECT client_id, user_id, detail FROM audit_events WHERE kind = 'code.refused'",
    )
    .fetch_all(&server.db)
    .await
    .expect("events");
    let mut wrong: Vec<(&str, &str)> = events
        .iter()
        .map(|(client, _, detail)| (client.as_str(), detail["wrong"].as_str().expect("text")))
        .collect();
    wrong.sort_unstable();
    assert_eq!(wrong, [("spa", "code_verifier"), ("spa", "redirect_uri"), ("web", "client")]);
    assert!(events.iter().all(|(_, user, _)| user.is_some()), "{events:?}");
    assert_eq!(server.redeem(&code).await.status(), 200, "its own client can still use it");
}

#[tokio::test]
async fn what_operators_do_is_on_record_with_who_did_it() {
    let database = Database::filled().await;
    let folder = tempfile::tempdir().expect("a folder");
    let manifest = folder.path().join("manifest.toml");
    let changed = MANIFEST.replace("name = \"Vault\"", "name = \"Safe\"");
    std::fs::write(&manifest, changed).expect("written");
    let manifest = manifest.to_str().expect("UTF-8");
    let other = MasterKeys::generate("next", &signet::entropy::Entropy::system());
    let both = format!("{},{MASTER_KEY}", *other);
    for arguments in [
        &["apply", manifest][..],
        &["client", "disable", "spa"],
        &["client", "add-secret", "service"],
        &["client", "delete", "stranger"],
        &["user", "disable", "alice"],
        &["key", "add", "EdDSA"],
        &["key", "reseal"],
    ] {
        let mut command = command(&database.url);
        command.env_remove("SUDO_USER").env("USER", "olga").env("SIGNET_MASTER_KEY", &both);
        let (code, _, errors) = run(command.args(arguments)).await;
        assert_eq!(code, 0, "{arguments:?}: {errors}");
    }
    let db = signet::storage::connect(&database.url, 2, std::time::Duration::from_secs(5));
    let kinds: Vec<String> = sqlx::query_scalar(
        "SELECT DISTINCT kind FROM audit_events WHERE detail ->> 'actor' = 'olga' ORDER BY kind",
    )
    .fetch_all(&db.expect("a pool"))
    .await
    .expect("events");
    let expected = [
        "client.changed",
        "client.deleted",
        "client.secret_changed",
        "key.added",
        "keys.resealed",
        "resource.changed",
        "user.changed",
    ];
    assert_eq!(kinds, expected);
}

#[tokio::test]
async fn keys_that_a_start_makes_are_on_record() {
    let database = Database::empty().await;
    let db = signet::storage::connect(&database.url, 4, std::time::Duration::from_secs(10));
    signet::storage::migrate(&db.expect("a pool")).await.expect("migrated");
    let server = Server::on(std::sync::Arc::new(database), Options::default()).await;
    assert_eq!(server.events().await, ["key.added"; 5]);
}

/// The 256 random bits of a bearer secret as hex: `prefix_`, then base 62 of a row's id (or none), of the bits, and of a
/// refresh token's tag; then check digits. None for what is no such secret.
fn random_bits(text: &str) -> Option<String> {
    let (id, tag) = match text.get(..4)? {
        "sgs_" | "sgc_" | "sga_" => (16, 0),
        "sgr_" => (16, 16),
        "sgx_" | "sgb_" => (0, 0),
        _ => return None,
    };
    let mut bytes = vec![0_u8; id + 32 + tag];
    for character in text[4..text.len() - 6].bytes() {
        let digit = match character {
            b'0'..=b'9' => character - b'0',
            b'A'..=b'Z' => character - b'A' + 10,
            _ => character - b'a' + 36,
        };
        let mut carry = u32::from(digit);
        for byte in bytes.iter_mut().rev() {
            carry += u32::from(*byte) * 62;
            *byte = u8::try_from(carry & 0xff).expect("a byte");
            carry >>= 8;
        }
        assert_eq!(carry, 0, "it fits");
    }
    let digits = bytes[id..id + 32].iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.map(|digit| char::from_digit(digit.into(), 16)).collect()
}
