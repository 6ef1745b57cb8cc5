//! Two replicas: what one does, the other knows soon; and what it cannot know, it asks for.

use std::{sync::Arc, time::Duration};

use signet::{
    admin,
    entropy::Entropy,
    registry::client::Client,
    replica::Replica,
    storage,
    tokens::{access::TokenId, digest::Digest, refresh::RefreshToken},
    web::csrf,
};
use uuid::Uuid;

use crate::support::{
    Options, RESOURCE_SERVER, SERVICE, SPA, Server, Tokens, VAULT,
    database::{Database, Held},
    proxy::Proxy,
    server::START,
};

/// Waits for what has to become true within a second, far less than any test's patience.
async fn soon<F: Future<Output = bool>>(what: &str, mut check: impl FnMut() -> F) {
    for _ in 0..100 {
        if check().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("not soon enough: {what}");
}

#[tokio::test]
async fn a_revocation_takes_effect_at_once_here_and_soon_there() {
    let one = Server::start().await;
    let two = one.replica().await;
    let tokens = one.tokens(&mut one.browser(), &[]).await;
    assert!(two.replica_says_active(&tokens.access).await);
    one.post("/revoke", &[("client_id", SPA), ("token", tokens.refresh())]).await;
    assert!(!one.is_active(&tokens.access).await);
    soon("the other replica knows", || async { !two.replica_says_active(&tokens.access).await })
        .await;
}

impl Server {
    /// Introspection by this replica of a token that another one issued under another issuer: asked of what it
    /// remembers, since in the tests each replica has an issuer of its own.
    async fn replica_says_active(&self, token: &str) -> bool {
        let claims = crate::support::server::claims(token);
        let id = serde_json::from_value(claims["jti"].clone()).expect("a jti");
        !self.app.replica.is_revoked(&id).await.expect("it knows or asks")
    }
}

#[tokio::test]
async fn changes_of_clients_and_resources_are_followed() {
    let one = Server::start().await;
    let two = one.replica().await;
    let form = [("grant_type", "client_credentials")];
    assert_eq!(two.post_as(SERVICE, "/token", &form).await.status(), 200);
    admin::clients::set_disabled(&one.app, SERVICE, true).await.expect("stored");
    soon("the client is refused", || async {
        two.post_as(SERVICE, "/token", &form).await.status() == 401
    })
    .await;
    admin::clients::set_disabled(&one.app, SERVICE, false).await.expect("stored");
    let manifest = format!(
        "[[resource]]\nidentifier = \"{VAULT}\"\nname = \"Vault\"\nscopes = [{{ name = \"open\" }}]"
    );
    let manifest = admin::manifest::Manifest::parse(&manifest).expect("a manifest");
    let plan = admin::manifest::plan(&one.db, &manifest).await.expect("a plan");
    admin::manifest::apply(&one.app, plan).await.expect("applied");
    soon("the resource has JWTs now", || async {
        let form = [("grant_type", "client_credentials"), ("resource", VAULT)];
        let answer = two.post_as(SERVICE, "/token", &form).await;
        answer.status() == 200 && Tokens::from(answer).await.access.starts_with("ey")
    })
    .await;
}

#[tokio::test]
async fn a_new_signing_key_is_followed_without_a_restart() {
    let one = Server::start().await;
    let two = one.replica().await;
    let alg = signet::keys::signing::Algorithm::Es256;
    let kid =
        one.app.keys.add(&one.db, alg, true, one.clock.now()).await.expect("made").expect("new");
    soon("the other replica signs with it", || async {
        two.app.keys.signing(alg, two.clock.now()).kid == kid
    })
    .await;
    let jwks = two.get("/jwks").await.text().await.expect("text");
    assert!(jwks.contains(&kid));
}

#[tokio::test]
async fn two_replicas_that_start_at_once_on_an_empty_database_end_with_one_set_of_keys() {
    let database = Arc::new(Database::empty().await);
    let start = || {
        let url = database.url.clone();
        tokio::spawn(async move {
            let db = storage::connect(&url, 4, Duration::from_secs(20)).expect("a pool");
            storage::migrate(&db).await.expect("migrations apply");
        })
    };
    let (a, b) = tokio::join!(start(), start());
    a.expect("migrated");
    b.expect("migrated");
    let (one, two) = tokio::join!(
        Server::on(Arc::clone(&database), Options::default()),
        Server::on(Arc::clone(&database), Options::default()),
    );
    let jwks = |server: &Server| server.app.keys.jwks(server.clock.now()).body.clone();
    assert_eq!(jwks(&one), jwks(&two));
    let token = RefreshToken::draw(one.app.uuid(), &one.app.entropy);
    let text = token.expose(&one.app.secrets.refresh);
    let there = RefreshToken::parse(&two.app.secrets.refresh, &text).expect("issued here too");
    assert_eq!(
        there.successor(&two.app.secrets.refresh).digest(),
        token.successor(&one.app.secrets.refresh).digest()
    );
    let browser = Digest::of(b"a browser");
    let page = |server: &Server| csrf::token(&server.app.secrets.pages, &browser);
    assert_eq!(page(&one), page(&two));
    let count: i64 = sqlx::query_scalar("SELECT count(*) FROM signing_keys")
        .fetch_one(&one.db)
        .await
        .expect("keys");
    assert_eq!(count, 3);
}

#[tokio::test]
async fn a_replica_that_cannot_follow_asks_the_database_and_does_not_guess() {
    let one = Server::start().await;
    let proxy = Proxy::before(&one.database.url).await;
    let url = proxy.url.clone();
    let config = "[database]\nacquire_timeout = \"1s\"";
    let options = Options {
        config,
        database_url: Some(url),
        clock: Some(one.clock.clone()),
        ..Options::default()
    };
    let two = Server::on(Arc::clone(&one.database), options).await;
    let form = [("grant_type", "client_credentials")];
    let token = Tokens::from(two.post_as(SERVICE, "/token", &form).await).await.access;
    assert!(two.is_active(&token).await);
    assert_eq!(two.get("/readyz").await.status(), 200);
    proxy.cut();
    soon("it is not ready", || async {
        tokio::time::sleep(Duration::from_millis(40)).await;
        two.get("/readyz").await.status() == 503
    })
    .await;
    let answer = two.post_as("resource-server", "/introspect", &[("token", &token)]).await;
    assert_eq!(answer.status(), 503);
    assert!(answer.headers().contains_key("retry-after"));
    assert_eq!(two.post_as(SERVICE, "/token", &form).await.status(), 503);
    proxy.mend();
    soon("it recovers", || async {
        tokio::time::sleep(Duration::from_millis(40)).await;
        two.get("/readyz").await.status() == 200
    })
    .await;
    assert!(two.is_active(&token).await);
}

#[tokio::test]
async fn a_code_for_a_resource_that_a_replica_has_not_heard_of_is_not_lost() {
    let one = Server::start().await;
    let options = Options { clock: Some(one.clock.clone()), lags: true, ..Options::default() };
    let two = Server::on(Arc::clone(&one.database), options).await;
    let mut browser = one.signed_in().await;
    for (identifier, format) in
        [("https://new.example", "jwt"), ("https://sealed.example", "opaque")]
    {
        let text = format!(
            "[[resource]]\nidentifier = \"{identifier}\"\nname = \"New\"\naccess_token_format = \"{format}\""
        );
        let manifest = admin::manifest::Manifest::parse(&text).expect("a manifest");
        let plan = admin::manifest::plan(&one.db, &manifest).await.expect("a plan");
        admin::manifest::apply(&one.app, plan).await.expect("applied");
        for client in [SPA, RESOURCE_SERVER] {
            let row = storage::clients::get(&one.db, client).await.expect("read").expect("there");
            let mut metadata = Client::from_row(row).expect("a client").metadata;
            let names =
                if client == SPA { &mut metadata.resources } else { &mut metadata.introspects };
            names.push(identifier.to_owned());
            admin::clients::put(&one.app, client, &metadata).await.expect("stored");
        }
        one.catch_up().await;
        let asked = [("scope", "openid"), ("resource", identifier)];
        let code = one.code(&mut browser, &asked).await;
        // While it cannot be asked for, the code is not spent.
        rename(&one, "resources", "away").await;
        assert!(two.redeem(&code).await.status().is_server_error());
        rename(&one, "away", "resources").await;
        let tokens = Tokens::from(two.redeem(&code).await).await;
        assert_eq!(tokens.access.starts_with("sga_"), format == "opaque");
        if format == "opaque" {
            assert!(one.is_active(&tokens.access).await, "its row was written");
        }
    }
}

async fn rename(server: &Server, from: &str, to: &str) {
    let sql = format!("ALTER TABLE {from} RENAME TO {to}");
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&server.db).await.expect("renamed");
}

/// A replica that no one follows changes for but the test.
async fn bystander(server: &Server, url: &str) -> Replica {
    let db = storage::connect(url, 2, Duration::from_secs(5)).expect("a pool");
    Replica::load(db, server.clock.now()).await.expect("it loads")
}

/// Whether the replica takes the tokens of a grant for revoked.
async fn knows(replica: &Replica, grant: Uuid) -> bool {
    let token = TokenId::draw(Some(grant), &Entropy::system());
    replica.is_revoked(&token).await.expect("it knows or asks")
}

#[tokio::test]
async fn a_change_that_commits_late_is_not_missed() {
    let server = Server::start().await;
    let replica = bystander(&server, &server.database.url).await;
    let (late, early) = (Uuid::from_u128(1), Uuid::from_u128(2));
    let (now, end) = (START, START + time::Duration::DAY);
    let held = Held::begin(&server.database.url).await;
    storage::revocations::insert(held.db(), late, now, end).await.expect("written");
    storage::revocations::insert(&server.db, early, now, end).await.expect("written");
    replica.follow(&server.app.keys, now).await.expect("followed");
    assert!(knows(&replica, early).await && !knows(&replica, late).await);
    held.commit().await;
    replica.follow(&server.app.keys, now).await.expect("followed");
    assert!(knows(&replica, late).await);
}

#[tokio::test]
async fn a_reading_of_many_changes_goes_on_where_it_was_interrupted() {
    const CHANGES: i32 = 3500;
    let server = Server::start().await;
    let proxy = Proxy::before(&server.database.url).await;
    let replica = bystander(&server, &proxy.url).await;
    // All by one transaction, as when a client is deleted.
    let sql = "WITH listed AS (
                   INSERT INTO revocations (subject, revoked_at, expires_at)
                   SELECT ('00000000-0000-0000-0000-' || lpad(n::text, 12, '0'))::uuid, $2, $2 + interval '1 day'
                   FROM generate_series(1, $1) AS n
                   RETURNING subject
               )
               INSERT INTO changes (kind, key, at) SELECT 'revocation', subject::text, $2 FROM listed";
    sqlx::query(sql).bind(CHANGES).bind(START).execute(&server.db).await.expect("written");
    let loads = |since: usize| {
        proxy.since(since).iter().filter(|sql| sql.contains("FROM revocations")).count()
    };
    let start = proxy.count();
    let interrupted = async {
        while loads(start) < 3 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::select! {
        biased;
        () = interrupted => {}
        done = replica.follow(&server.app.keys, START) => panic!("at once, and {done:?}"),
    }
    let rest = proxy.count();
    replica.follow(&server.app.keys, START).await.expect("followed");
    assert!((1..4).contains(&loads(rest)), "{} of 4 chunks were read again", loads(rest));
    proxy.cut();
    for n in 1..=CHANGES {
        let subject = format!("00000000-0000-0000-0000-{n:012}").parse().expect("an id");
        assert!(knows(&replica, subject).await, "{n}");
    }
}
