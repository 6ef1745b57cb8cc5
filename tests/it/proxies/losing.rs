//! Who loses access loses it at once, by every proxy and on every replica.

use std::sync::Arc;

use signet::{
    access::principal::Subject,
    admin::{self, roles::Holder},
    storage,
};
use time::Duration;
use uuid::Uuid;

use super::{
    Stage, TOKENS, browser,
    credentials::{key, token},
    front::{Front, Place, there},
    serve_gate, session,
};
use crate::support::{API, EMAIL, Options, SERVICE, Server, arrival::go};

/// A stage, and another replica with proxies of its own: they come after the stage's.
struct Both {
    stage: Stage,
    replica: Server,
    /// How many ask the stage's own.
    firsts: usize,
}

impl Both {
    async fn new() -> Self {
        let mut stage = Stage::new().await;
        let server = &stage.server;
        let options = Options {
            clock: Some(server.clock.clone()),
            authority: server.authority.clone(),
            ..Options::default()
        };
        let replica = Server::on(Arc::clone(&server.database), options).await;
        let gate = serve_gate(&replica).await;
        let firsts = stage.fronts.len();
        for kind in there() {
            let place = Place::between(gate, stage.upstream.address);
            stage.add(kind, &place);
        }
        stage.listen().await;
        stage.register(TOKENS).await;
        replica.follow().await;
        Self { stage, replica, firsts }
    }

    /// The replica that a proxy asks.
    fn asked(&self, at: usize) -> &Server {
        if at < self.firsts { &self.stage.server } else { &self.replica }
    }

    /// Alice's session at each proxy.
    async fn sessions(&self) -> Vec<String> {
        let mut sessions = Vec::new();
        for (at, front) in self.stage.fronts.iter().enumerate() {
            let server = self.asked(at);
            let mut browser = browser(server);
            let arrival = go(server, &mut browser, &front.url("/")).await;
            assert_eq!(arrival.at.as_str(), front.url("/"), "{:?}", arrival.through);
            sessions.push(format!("Cookie: {}", session(&browser)));
        }
        sessions
    }

    /// Has both replicas know what changed.
    async fn follow(&self) {
        self.stage.server.follow().await;
        self.replica.follow().await;
    }

    /// Asks every proxy for a path by its own header.
    async fn all_answer(&self, path: &str, headers: &[String], expected: u16) {
        for (front, header) in self.stage.fronts.iter().zip(headers) {
            let answer = self.stage.get(front, path).with(header).send().await;
            assert_eq!(answer.status, expected, "{:?} {}: {answer:?}", front.kind, front.origin);
        }
        let reached = self.stage.upstream.seen().len();
        assert_eq!(reached, if expected == 200 { self.stage.fronts.len() } else { 0 });
    }

    /// The same header for every proxy.
    fn each(&self, header: &str) -> Vec<String> {
        self.stage.fronts.iter().map(|_: &Front| header.to_owned()).collect()
    }

    async fn alice(&self) -> Uuid {
        storage::users::find(&self.stage.server.db, EMAIL).await.expect("read").expect("Alice").id
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_that_ends_or_is_taken_away_permits_nothing_any_more() {
    let both = Both::new().await;
    let app = &both.stage.server.app;
    let sessions = both.sessions().await;
    both.stage.upstream.seen();
    both.all_answer("/admin", &sessions, 403).await;

    let alice = Holder::Subject(Subject::User(both.alice().await));
    let until = both.stage.server.clock.now() + Duration::minutes(10);
    admin::roles::assign(app, "editor", &alice, Some(until)).await.expect("assigned");
    both.follow().await;
    both.all_answer("/admin", &sessions, 200).await;
    both.stage.server.advance(Duration::minutes(10));
    both.all_answer("/admin", &sessions, 403).await;

    admin::roles::assign(app, "editor", &alice, None).await.expect("assigned");
    both.follow().await;
    both.all_answer("/admin", &sessions, 200).await;
    admin::roles::unassign(app, "editor", &alice).await.expect("taken");
    both.follow().await;
    both.all_answer("/admin", &sessions, 403).await;
    both.all_answer("/page", &sessions, 200).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_who_is_disabled_is_out_and_so_are_their_keys() {
    let both = Both::new().await;
    let sessions = both.sessions().await;
    both.stage.upstream.seen();
    let key = key(&both.stage.server).await;
    let keys = both.each(&format!("X-API-Key: {}", key.text));
    both.follow().await;
    both.all_answer("/page", &sessions, 200).await;
    both.all_answer("/page", &keys, 200).await;

    let alice = both.alice().await;
    admin::users::set_disabled(&both.stage.server.app, alice, true).await.expect("disabled");
    both.follow().await;
    both.all_answer("/page", &sessions, 401).await;
    both.all_answer("/page", &keys, 401).await;
    admin::users::set_disabled(&both.stage.server.app, alice, false).await.expect("enabled");
    both.follow().await;
    both.all_answer("/page", &sessions, 401).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_is_revoked_and_a_client_that_is_disabled_are_out() {
    let both = Both::new().await;
    let app = &both.stage.server.app;
    let key = key(&both.stage.server).await;
    let keys = both.each(&format!("Authorization: Bearer {}", key.text));
    // Each replica has an issuer of its own here.
    let tokens =
        [token(&both.stage.server, API, "read").await, token(&both.replica, API, "read").await];
    let fronts = 0..both.stage.fronts.len();
    let tokens: Vec<_> = fronts
        .map(|at| format!("Authorization: Bearer {}", tokens[usize::from(at >= both.firsts)]))
        .collect();
    both.follow().await;
    both.all_answer("/page", &keys, 200).await;
    both.all_answer("/page", &tokens, 200).await;

    admin::api_keys::revoke(app, key.id).await.expect("revoked");
    both.follow().await;
    both.all_answer("/page", &keys, 401).await;
    admin::clients::set_disabled(app, SERVICE, true).await.expect("disabled");
    both.follow().await;
    both.all_answer("/page", &tokens, 401).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_signs_out_of_signet_is_out_of_the_site() {
    let both = Both::new().await;
    for (at, front) in both.stage.fronts.iter().enumerate() {
        let server = both.asked(at);
        let mut browser = browser(server);
        go(server, &mut browser, &front.url("/")).await;
        let cookie = format!("Cookie: {}", session(&browser));
        both.stage.upstream.seen();
        assert_eq!(both.stage.get(front, "/").with(&cookie).send().await.status, 200);
        both.stage.upstream.seen();
        let page = browser.get("/sign-out").await;
        browser.submit(&page, &[]).await;
        both.follow().await;
        let answer = both.stage.get(front, "/").with(&cookie).send().await;
        assert_eq!(answer.status, 401, "{:?}: {answer:?}", front.kind);
        assert!(both.stage.upstream.seen().is_empty(), "{:?}", front.kind);
    }
}
