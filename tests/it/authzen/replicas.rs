//! What changes on one replica decides on the other one.

use std::time::Duration;

use serde_json::{Value, json};
use signet::{access::principal::Subject, admin};
use time::Duration as Span;

use super::{EVALUATION, Pep, entity};
use crate::support::{API, EMAIL, Server};

/// What the second replica decides; its issuer is another one, so that it has tokens of its own.
struct There {
    server: Server,
    token: String,
}

impl There {
    async fn beside(pep: &Pep) -> Self {
        let server = pep.server.replica().await;
        let secret = &pep.secrets.iter().find(|(id, _)| id == "pep").expect("a client").1;
        let request = server.request(openidconnect::reqwest::Method::POST, "/token");
        let form = [("grant_type", "client_credentials")];
        let answer = request.basic_auth("pep", Some(secret)).form(&form).send().await;
        let token = crate::support::Tokens::from(answer.expect("an answer")).await.access;
        Self { server, token }
    }

    async fn may(&self, subject: &Value) -> bool {
        let body = json!({
            "subject": subject, "action": { "name": "orders:read" }, "resource": entity("resource", API),
        });
        let request = self.server.request(openidconnect::reqwest::Method::POST, EVALUATION);
        let answer = request.bearer_auth(&self.token).json(&body).send().await.expect("an answer");
        let answer: Value = answer.json().await.expect("JSON");
        answer["decision"].as_bool().expect("a decision")
    }

    /// Waits until it decides so, less than a second.
    async fn soon(&self, subject: &Value, expected: bool, what: &str) {
        let decided = async {
            while self.may(subject).await != expected {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let within = tokio::time::timeout(Duration::from_secs(1), decided).await;
        within.unwrap_or_else(|_| panic!("not within a second: {what}"));
    }
}

#[tokio::test]
async fn what_is_taken_from_someone_is_gone_here_at_once_and_there_soon() {
    let pep = Pep::start().await;
    let there = There::beside(&pep).await;
    pep.add_role("clerk").await;
    let id = pep.person(EMAIL).await;
    let alice = entity("user", &id.to_string());
    let may = async || pep.may(alice.clone(), "orders:read", entity("resource", API)).await;
    assert!(!may().await);

    pep.assign("clerk", Subject::User(id), None).await;
    assert!(may().await);
    there.soon(&alice, true, "a role").await;
    admin::users::set_disabled(&pep.server.app, id, true).await.expect("disabled");
    assert!(!may().await);
    there.soon(&alice, false, "a person who is disabled").await;
    admin::users::set_disabled(&pep.server.app, id, false).await.expect("enabled");
    assert!(may().await);
    there.soon(&alice, true, "a person who is enabled").await;

    // An assignment that ends, ends by the clock on both.
    let end = pep.server.clock.now() + Span::minutes(5);
    pep.assign("clerk", Subject::User(id), Some(end)).await;
    assert!(may().await);
    pep.server.follow().await;
    there.server.follow().await;
    assert!(there.may(&alice).await);
    pep.server.advance(Span::minutes(5));
    assert!(!may().await);
    assert!(!there.may(&alice).await);
}

#[tokio::test]
async fn policies_reach_the_other_replica_within_a_second() {
    let pep = Pep::start().await;
    let there = There::beside(&pep).await;
    pep.add_role("clerk").await;
    let anyone = entity("user", "anyone");
    assert!(!there.may(&anyone).await);
    pep.save("", r#"@id("all") permit(principal, action, resource);"#, Value::Null).await;
    there.soon(&anyone, true, "a policy that permits").await;
    // Versions are in the order of their time.
    pep.server.advance(time::Duration::SECOND);
    pep.save("", r#"@id("none") forbid(principal, action, resource);"#, Value::Null).await;
    there.soon(&anyone, false, "a policy that forbids").await;
}

#[tokio::test]
async fn a_decision_about_someone_who_is_remembered_asks_the_database_nothing() {
    let pep = Pep::start().await;
    pep.add_role("clerk").await;
    let id = pep.person(EMAIL).await;
    pep.assign("clerk", Subject::User(id), None).await;
    pep.server.follow().await;
    let alice = entity("user", &id.to_string());
    let may = async || pep.may(alice.clone(), "orders:read", entity("resource", API)).await;
    assert!(may().await);
    // Whoever would ask now fails.
    let tables = ["users", "role_assignments", "group_members", "clients", "policy_versions"];
    for table in tables {
        let sql = format!("ALTER TABLE {table} RENAME TO hidden_{table}");
        sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&pep.server.db).await.expect("hidden");
    }
    for _ in 0..3 {
        assert!(may().await);
    }
    let bob = entity("user", "00000000-0000-7000-8000-000000000009");
    let body = json!({
        "subject": bob, "action": { "name": "orders:read" }, "resource": entity("resource", API),
    });
    assert_eq!(pep.status(EVALUATION, &body).await, 500, "that is what would happen");
}
