//! The audit log: complete, attributed, append-only, and without secrets.

use serde_json::Value;
use sqlx::Row;

use crate::support::{EMAIL, PASSWORD, SERVICE, Server};

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
