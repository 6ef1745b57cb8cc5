//! A person disabled, a session ended: what was under way at that moment does not outlive it.

use signet::{
    clock::Timestamp,
    storage::{
        self, PgPool,
        codes::{NewCode, Redemption},
        grants::Minting,
        sessions::{By, Cutoffs, NewSession},
    },
};
use time::Duration;
use uuid::Uuid;

use crate::support::{SPA, Server, Tokens, database::Held, flow::redemption, server::START};

const SECRET: &[u8] = &[1; 32];

async fn alice(db: &PgPool) -> Uuid {
    storage::users::find(db, "alice").await.expect("an answer").expect("Alice").id
}

async fn begin(db: &PgPool, user: Uuid) -> (Uuid, bool) {
    let id = Uuid::from_u128(next_id());
    let session = NewSession {
        proofs: &serde_json::json!({}),
        by: None,
        auth_time: START,
        id,
        secret_hash: SECRET,
        user_id: user,
        amr: &[],
        acr: "aal1",
        address: None,
        user_agent: None,
        renews: false,
        expires_at: START + Duration::DAY,
    };
    (id, storage::sessions::begin(db, &session, START).await.expect("an answer"))
}

/// Any id that no other session of a test has.
fn next_id() -> u128 {
    use std::sync::atomic::{AtomicU64, Ordering};
    static NUMBER: AtomicU64 = AtomicU64::new(1);
    NUMBER.fetch_add(1, Ordering::Relaxed).into()
}

fn cutoffs() -> Cutoffs {
    Cutoffs { now: START, idle: START - Duration::HOUR, touch: START - Duration::MINUTE }
}

/// A session with a code, and the code's id.
async fn code(db: &PgPool, user: Uuid) -> (Uuid, Uuid) {
    let (session, begun) = begin(db, user).await;
    assert!(begun);
    let code = NewCode {
        id: Uuid::from_u128(next_id()),
        secret_hash: SECRET,
        client_id: SPA,
        redirect_uri: "https://app.example/callback",
        redirect_uri_named: true,
        code_challenge: None,
        scopes: &[],
        resources: &[],
        nonce: None,
        essential_acr: None,
        id_token_claims: &[],
        userinfo_claims: &[],
        claims_locales: None,
        expires_at: START + Duration::MINUTE,
    };
    let prepared = storage::codes::prepare(db, (session, SECRET), &code, cutoffs()).await;
    assert!(prepared.expect("an answer").is_some());
    (session, code.id)
}

async fn redeem(db: &PgPool, code: Uuid) -> bool {
    let redemption = Redemption {
        id: code,
        secret_hash: SECRET,
        client_id: SPA,
        redirect_uri: Some("https://app.example/callback"),
        code_challenge: None,
        resources: None,
        known: &[],
        refresh_hash: None,
        idle_expires_at: START + Duration::DAY,
        expires_at: START + Duration::DAY,
    };
    let minting =
        Minting { id: Uuid::from_u128(0), secret_hash: &[], resources: &[], seconds: &[] };
    let granted = storage::codes::redeem(db, &redemption, &minting, cutoffs()).await;
    granted.expect("an answer").is_some()
}

async fn disable(db: &PgPool, user: Uuid) -> bool {
    storage::users::disable(db, user, START, end()).await.expect("an answer")
}

fn end() -> Timestamp {
    START + Duration::DAY
}

/// Whether the grant is revoked, and all replicas are told.
async fn is_revoked(db: &PgPool, grant: Uuid) -> bool {
    let sql = "SELECT g.revoked_at IS NOT NULL AND r.subject IS NOT NULL AND c.key IS NOT NULL
               FROM grants g LEFT JOIN revocations r ON r.subject = g.id
               LEFT JOIN changes c ON c.kind = 'revocation' AND c.key = g.id::text WHERE g.id = $1";
    sqlx::query_scalar(sql).bind(grant).fetch_one(db).await.expect("a grant")
}

async fn has_ended(db: &PgPool, session: Uuid) -> bool {
    let sql = "SELECT ended_at IS NOT NULL FROM sessions WHERE id = $1";
    sqlx::query_scalar(sql).bind(session).fetch_one(db).await.expect("a session")
}

#[tokio::test]
async fn a_session_that_begins_while_its_person_is_disabled_is_none() {
    let server = Server::start().await;
    let user = alice(&server.db).await;
    let held = Held::begin(&server.database.url).await;
    let sql = "UPDATE users SET disabled_at = now() WHERE id = $1";
    sqlx::query(sql).bind(user).execute(held.db()).await.expect("disabled");
    let (_, begun) = held.commit_meanwhile(begin(&server.db, user)).await;
    assert!(!begun);
}

#[tokio::test]
async fn disabling_a_person_ends_a_session_that_was_just_being_begun() {
    let server = Server::start().await;
    let user = alice(&server.db).await;
    let held = Held::begin(&server.database.url).await;
    let (session, begun) = begin(held.db(), user).await;
    assert!(begun);
    assert!(held.commit_meanwhile(disable(&server.db, user)).await);
    assert!(has_ended(&server.db, session).await);
}

#[tokio::test]
async fn disabling_a_person_revokes_a_grant_that_was_just_being_made() {
    let server = Server::start().await;
    let user = alice(&server.db).await;
    let (_, code) = code(&server.db, user).await;
    let held = Held::begin(&server.database.url).await;
    assert!(redeem(held.db(), code).await);
    assert!(held.commit_meanwhile(disable(&server.db, user)).await);
    assert!(is_revoked(&server.db, code).await);
}

#[tokio::test]
async fn ending_a_session_revokes_a_grant_that_was_just_being_made() {
    let server = Server::start().await;
    let (session, code) = code(&server.db, alice(&server.db).await).await;
    let held = Held::begin(&server.database.url).await;
    assert!(redeem(held.db(), code).await);
    let ending = storage::sessions::end(&server.db, session, START, end());
    let ended = held.commit_meanwhile(ending).await.expect("an answer");
    assert!(ended.first);
    assert_eq!(ended.grants, [code]);
    assert!(is_revoked(&server.db, code).await);
}

#[tokio::test]
async fn a_code_that_is_redeemed_while_its_session_ends_gets_nothing() {
    let server = Server::start().await;
    let (session, code) = code(&server.db, alice(&server.db).await).await;
    let held = Held::begin(&server.database.url).await;
    let sql = "UPDATE sessions SET ended_at = now() WHERE id = $1";
    sqlx::query(sql).bind(session).execute(held.db()).await.expect("ended");
    assert!(!held.commit_meanwhile(redeem(&server.db, code)).await);
}

#[tokio::test]
async fn ending_a_session_whose_grant_is_being_refreshed_is_no_deadlock() {
    let server = Server::start().await;
    let tokens = server.tokens(&mut server.browser(), &[]).await;
    let sql = "SELECT session_id FROM grants";
    let session: Uuid = sqlx::query_scalar(sql).fetch_one(&server.db).await.expect("a grant");
    // Long enough ago that the refresh would note the session as seen.
    server.advance(Duration::minutes(10));
    let held = Held::begin(&server.database.url).await;
    let lock = "SELECT FROM sessions WHERE id = $1 FOR UPDATE";
    sqlx::query(lock).bind(session).execute(held.db()).await.expect("locked");
    let refreshed = held.commit_meanwhile(server.refresh(tokens.refresh(), &[])).await;
    Tokens::from(refreshed).await;
    let sql = "SELECT last_seen_at FROM sessions WHERE id = $1";
    let seen: Timestamp =
        sqlx::query_scalar(sql).bind(session).fetch_one(&server.db).await.expect("a session");
    assert!(seen < server.clock.now(), "it did not wait for the row");
}

#[tokio::test]
async fn disabling_again_ends_what_was_left() {
    let server = Server::start().await;
    let user = alice(&server.db).await;
    let code = server.code(&mut server.browser(), &[]).await;
    Tokens::from(server.post("/token", &redemption(&code)).await).await;
    // As another version, or a hand in the database, may leave it.
    let sql = "UPDATE users SET disabled_at = now() WHERE id = $1";
    sqlx::query(sql).bind(user).execute(&server.db).await.expect("disabled");
    assert!(!disable(&server.db, user).await, "it was before");
    let sql = "SELECT (SELECT count(*) FROM sessions WHERE ended_at IS NULL)
                    + (SELECT count(*) FROM grants WHERE revoked_at IS NULL)";
    let left: i64 = sqlx::query_scalar(sql).fetch_one(&server.db).await.expect("a count");
    assert_eq!(left, 0);
}

#[tokio::test]
async fn nothing_begins_by_a_password_that_was_replaced_meanwhile() {
    use signet::storage::{passwords, sessions::Password, sign_ins::NewSignIn};
    let server = Server::start().await;
    let user = alice(&server.db).await;
    let account = storage::users::account(&server.db, "alice").await.expect("read");
    let proven = Password { set_at: account.expect("there").password_set_at };
    let now = START + Duration::SECOND;
    let attempts = async |password: Option<Password>| {
        let (session, sign_in) = (Uuid::from_u128(next_id()), Uuid::from_u128(next_id()));
        let new = NewSession {
            id: session,
            secret_hash: SECRET,
            user_id: user,
            amr: &[],
            acr: "aal1",
            proofs: &serde_json::json!({}),
            by: password.map(By::Password),
            auth_time: now,
            address: None,
            user_agent: None,
            renews: false,
            expires_at: START + Duration::DAY,
        };
        let between = NewSignIn {
            id: sign_in,
            secret_hash: SECRET,
            user_id: user,
            proofs: &serde_json::json!({}),
            acr: "aal2",
            return_to: "/",
            password,
            session: None,
            expires_at: START + Duration::DAY,
        };
        let begun = storage::sessions::begin(&server.db, &new, now).await.expect("an answer");
        (begun, storage::sign_ins::insert(&server.db, &between, now).await.expect("an answer"))
    };
    assert_eq!(attempts(Some(proven)).await, (true, true));
    let change = passwords::Change {
        id: Uuid::from_u128(next_id()),
        user,
        phc: "another",
        expired: false,
        history: 0,
        kept: passwords::Kept::default(),
        tokens_end: end(),
    };
    passwords::replace(&server.db, &change, now).await.expect("replaced");
    assert_eq!(attempts(Some(proven)).await, (false, false), "by the former password");
    let present = Password { set_at: Some(now) };
    assert_eq!(attempts(Some(present)).await, (true, true));
    assert_eq!(attempts(None).await, (true, true), "by a passkey, say");
}

#[tokio::test]
async fn no_session_begins_by_a_passkey_that_is_removed_meanwhile() {
    let server = Server::start().await;
    let user = alice(&server.db).await;
    let add = async |passkey: Uuid| {
        let credential = serde_json::json!({});
        let new = storage::passkeys::NewPasskey {
            id: passkey,
            user_id: user,
            credential_id: passkey.as_bytes(),
            credential: &credential,
            name: "Phone",
            passwordless: true,
        };
        storage::passkeys::insert(&server.db, &new, 10, START).await.expect("added");
    };
    let begin_by = async |passkey| {
        let new = NewSession {
            id: Uuid::from_u128(next_id()),
            secret_hash: SECRET,
            user_id: user,
            amr: &[],
            acr: "aal2",
            proofs: &serde_json::json!({}),
            by: Some(By::Passkey(passkey)),
            auth_time: START,
            address: None,
            user_agent: None,
            renews: false,
            expires_at: START + Duration::DAY,
        };
        storage::sessions::begin(&server.db, &new, START).await.expect("an answer")
    };
    let (one, two) = (Uuid::from_u128(next_id()), Uuid::from_u128(next_id()));
    add(one).await;
    add(two).await;
    assert!(begin_by(one).await);
    assert!(!begin_by(Uuid::from_u128(next_id())).await, "there never was one");
    // While its person's row is locked, as by whoever removes it, and while it is itself.
    for (passkey, first) in [(one, "SELECT FROM users FOR UPDATE"), (two, "SELECT FROM passkeys")] {
        let held = Held::begin(&server.database.url).await;
        sqlx::query(first).execute(held.db()).await.expect("locked");
        let sql = "DELETE FROM passkeys WHERE id = $1";
        sqlx::query(sql).bind(passkey).execute(held.db()).await.expect("removed");
        assert!(!held.commit_meanwhile(begin_by(passkey)).await, "{first}");
    }
}
