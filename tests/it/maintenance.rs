//! What is over goes, and nothing else does.

use signet::{entropy::Entropy, replica::Replica, storage, tokens::access::TokenId};
use sqlx::{AssertSqlSafe, PgPool};
use time::Duration;

use crate::support::{
    Options, SPA, Server, Tokens,
    database::Held,
    server::{START, claims, error},
};

const OFFLINE: [(&str, &str); 1] = [("scope", "openid offline_access read")];

async fn maintain(server: &Server) {
    let failed = server.app.maintain().await;
    assert!(failed.is_empty(), "{failed:?}");
}

/// The partition of a table for the time of [`START`].
fn first(table: &str, days: i64) -> String {
    format!("{table}_p{}", START.unix_timestamp() / (days * 86_400))
}

async fn exists(db: &PgPool, table: &str) -> bool {
    let sql = "SELECT to_regclass($1) IS NOT NULL";
    sqlx::query_scalar(sql).bind(table).fetch_one(db).await.expect("an answer")
}

async fn count(db: &PgPool, table: &str) -> i64 {
    let sql = AssertSqlSafe(format!("SELECT count(*) FROM {table}"));
    sqlx::query_scalar(sql).fetch_one(db).await.expect("a count")
}

#[tokio::test]
async fn a_grant_stays_while_it_lives_and_its_partition_goes_when_nothing_in_it_does() {
    let server = Server::start().await;
    let (grants, codes) = (first("grants", 30), first("codes", 1));
    let mut tokens = server.tokens(&mut server.browser(), &OFFLINE).await;
    for _ in 0..8 {
        server.advance(Duration::days(10));
        maintain(&server).await;
        tokens = Tokens::from(server.refresh(tokens.refresh(), &[]).await).await;
    }
    server.advance(Duration::days(5));
    maintain(&server).await;
    assert!(exists(&server.db, &grants).await);
    assert!(!exists(&server.db, &codes).await);
    assert!(!exists(&server.db, &first("opaque_tokens", 1)).await);
    assert!(!exists(&server.db, &first("authorization_requests", 1)).await);
    tokens = Tokens::from(server.refresh(tokens.refresh(), &[]).await).await;
    server.advance(Duration::days(6));
    maintain(&server).await;
    assert_eq!(error(server.refresh(tokens.refresh(), &[]).await).await.1, "invalid_grant");
    assert!(!exists(&server.db, &grants).await);
}

#[tokio::test]
async fn security_events_are_kept_for_400_days() {
    let server = Server::start().await;
    let partition = first("audit_events", 30);
    server.signed_in().await;
    server.app.audit.flush().await;
    server.advance(Duration::days(400));
    maintain(&server).await;
    assert!(count(&server.db, &partition).await > 0);
    server.advance(Duration::days(31));
    maintain(&server).await;
    assert!(!exists(&server.db, &partition).await);
}

#[tokio::test]
async fn a_revocation_is_remembered_for_as_long_as_the_token_would_live() {
    let config = "[tokens]\naccess_token_lifetime = \"24h\"";
    let server = Server::with(Options { config, ..Options::default() }).await;
    let tokens = server.tokens(&mut server.browser(), &[]).await;
    let form = [("client_id", SPA), ("token", tokens.refresh())];
    server.post("/revoke", &form).await;
    let token: TokenId =
        serde_json::from_value(claims(&tokens.access)["jti"].clone()).expect("a jti");
    server.advance(Duration::hours(24) - Duration::SECOND);
    maintain(&server).await;
    assert!(!server.is_active(&tokens.access).await);
    let late = Replica::load(server.db.clone(), server.clock.now()).await.expect("it loads");
    assert!(late.is_revoked(&token).await.expect("it knows"), "also where it was not followed");
    server.advance(Duration::SECOND);
    maintain(&server).await;
    assert_eq!(count(&server.db, "revocations").await, 0);
}

#[tokio::test]
async fn a_code_that_is_used_again_when_its_partition_is_gone_still_revokes_its_grant() {
    let server = Server::start().await;
    let code = server.code(&mut server.browser(), &OFFLINE).await;
    let tokens = Tokens::from(server.redeem(&code).await).await;
    server.advance(Duration::days(3));
    maintain(&server).await;
    assert!(!exists(&server.db, &first("codes", 1)).await);
    assert_eq!(count(&server.db, "codes").await, 0);
    assert_eq!(error(server.redeem(&code).await).await.1, "invalid_grant");
    assert_eq!(error(server.refresh(tokens.refresh(), &[]).await).await.1, "invalid_grant");
    assert!(server.events().await.contains(&"reuse.detected".to_owned()));
}

#[tokio::test]
async fn a_partition_that_is_in_use_holds_up_nothing_but_itself() {
    let server = Server::start().await;
    let (codes, tokens) = (first("codes", 1), first("opaque_tokens", 1));
    let token = TokenId::draw(None, &Entropy::system()).unique().expect("an id");
    let end = START + Duration::DAY;
    storage::revocations::insert(&server.db, token, START, end).await.expect("written");
    server.advance(Duration::days(3));
    let held = Held::begin(&server.database.url).await;
    let sql = AssertSqlSafe(format!("LOCK TABLE {codes} IN ACCESS SHARE MODE"));
    sqlx::query(sql).execute(held.db()).await.expect("locked");
    maintain(&server).await;
    assert!(exists(&server.db, &codes).await);
    assert!(!exists(&server.db, &tokens).await);
    assert_eq!(count(&server.db, "revocations").await, 0);
    held.commit().await;
    maintain(&server).await;
    assert!(!exists(&server.db, &codes).await);
}
