//! Decisions about Signet's own people, clients and APIs: what Signet knows of them counts.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use signet::{
    access::{
        principal::Subject,
        roles::{Metadata, Role},
    },
    admin::{self, roles::Holder},
    clock::Timestamp,
};
use uuid::Uuid;

use super::{ACTIONS, EVALUATION, EVALUATIONS, Pep, RESOURCES, SUBJECTS, entity, with};
use crate::support::{API, EMAIL, SERVICE, VAULT};

/// Documents of the API.
const SCHEMA: &str = r#"
    entity Document in [Resource] = { owner?: User };
    action "orders:read" appliesTo {
        principal: [User, Client], resource: [Resource, Document], context: Circumstances
    };
    action share, burn appliesTo { principal: [User, Client], resource: [Document, User], context: Circumstances };
"#;

impl Pep {
    /// The id of a person.
    pub async fn person(&self, email: &str) -> Uuid {
        let sql = "SELECT id FROM users WHERE email = $1";
        sqlx::query_scalar(sql).bind(email).fetch_one(&self.server.db).await.expect("a person")
    }

    /// Adds a role with `orders:read` at the API.
    pub async fn add_role(&self, name: &str) {
        let names = BTreeSet::from(["orders:read".to_owned()]);
        let permissions = BTreeMap::from([(API.to_owned(), names)]);
        let metadata = Metadata { permissions, ..Metadata::default() };
        let role = Role { name: name.to_owned(), metadata };
        admin::roles::put(&self.server.app, &role).await.expect("a role");
    }

    /// Gives a role to a person.
    pub async fn assign(&self, role: &str, subject: Subject, until: Option<Timestamp>) {
        let holder = Holder::Subject(subject);
        admin::roles::assign(&self.server.app, role, &holder, until).await.expect("assigned");
    }
}

#[tokio::test]
async fn roles_permit_at_the_apis_that_the_caller_serves() {
    let pep = Pep::with(SCHEMA, "", Value::Null).await;
    pep.add_role("clerk").await;
    let alice = pep.person(EMAIL).await;
    let bob = pep.person("bob@example.com").await.to_string();
    pep.assign("clerk", Subject::User(alice), None).await;
    pep.assign("clerk", Subject::Client(SERVICE.to_owned()), None).await;
    let alice = alice.to_string();
    for (subject, resource, expected) in [
        (entity("user", &alice), entity("resource", API), true),
        (entity("User", &alice.to_uppercase()), entity("Resource", API), true),
        (entity("client", SERVICE), entity("resource", API), true),
        // The caller serves the API, so that its documents are part of it.
        (entity("user", &alice), entity("Document", "7"), true),
        (entity("user", &alice), entity("resource", VAULT), false),
        (entity("user", &bob), entity("resource", API), false),
        (entity("client", "pep"), entity("resource", API), false),
    ] {
        let may = pep.may(subject.clone(), "orders:read", resource.clone()).await;
        assert_eq!(may, expected, "{subject} {resource}");
    }
    let auditor = pep.token_of("auditor").await;
    let body = json!({
        "subject": entity("user", &alice), "action": { "name": "orders:read" },
        "resource": entity("Document", "7"),
    });
    let answer: Value = pep.send_as(&auditor, EVALUATION, &body).await.json().await.expect("JSON");
    assert_eq!(answer["decision"], false, "who serves no API has no documents of it");

    // Whom a search finds, and what.
    let who = json!({
        "subject": { "type": "user" }, "action": { "name": "orders:read" }, "resource": entity("resource", API),
    });
    assert_eq!(pep.find(SUBJECTS, &who).await, [alice.as_str()]);
    let mut which = who;
    which["subject"]["type"] = json!("client");
    assert_eq!(pep.find(SUBJECTS, &which).await, [SERVICE]);
    let what = json!({
        "subject": entity("user", &alice), "action": { "name": "orders:read" }, "resource": { "type": "resource" },
    });
    assert_eq!(pep.find(RESOURCES, &what).await, [API]);
    let how = json!({ "subject": entity("user", &alice), "resource": entity("resource", API) });
    assert_eq!(pep.find(ACTIONS, &how).await, ["orders:read"]);
}

#[tokio::test]
async fn what_is_known_of_people_is_not_for_others_to_tell() {
    let policies = r#"
        @id("staff") permit(principal, action == Action::"share", resource)
            when { principal is User && principal has email && principal.email == "alice@example.com" };
        @id("self") permit(principal, action == Action::"burn", resource is User) when { principal == resource };
        @id("admins") permit(principal, action == Action::"burn", resource is User)
            when { resource has administrator && resource.administrator };
    "#;
    let pep = Pep::with(SCHEMA, policies, Value::Null).await;
    let alice = pep.person(EMAIL).await.to_string();
    let bob = pep.person("bob@example.com").await.to_string();
    let claims = json!({ "email": EMAIL, "administrator": true });
    let document = || entity("Document", "7");
    assert!(pep.may(entity("user", &alice), "share", document()).await);
    assert!(!pep.may(with("user", &bob, claims.clone()), "share", document()).await);
    // Of others it is the caller's word that counts.
    assert!(pep.may(with("user", "bob", claims.clone()), "share", document()).await);
    assert!(!pep.may(entity("user", "bob"), "share", document()).await);
    // The same goes for people that access is to.
    assert!(pep.may(entity("user", &alice), "burn", entity("user", &alice)).await);
    assert!(!pep.may(entity("user", &alice), "burn", with("user", &bob, claims)).await);
}

#[tokio::test]
async fn who_is_disabled_or_gone_may_do_nothing() {
    let policies = r#"@id("all") permit(principal, action, resource);"#;
    let pep = Pep::with(SCHEMA, policies, Value::Null).await;
    let alice = pep.person(EMAIL).await;
    let told = || with("user", &alice.to_string(), json!({ "email": EMAIL }));
    assert!(pep.may(told(), "share", entity("Document", "7")).await);
    admin::users::set_disabled(&pep.server.app, alice, true).await.expect("disabled");
    let unknown = Uuid::from_u128(7).to_string();
    for (subject, reason) in [
        (told(), "there is no such user"),
        (entity("user", &alice.simple().to_string()), "there is no such user"),
        (entity("User", &format!("urn:uuid:{alice}")), "there is no such user"),
        (entity("user", &unknown), "there is no such user"),
        (entity("client", "nobody"), "there is no such client"),
    ] {
        let share = json!({ "name": "share" });
        let answer = pep.decide(subject.clone(), share, entity("Document", "7")).await;
        assert_eq!(answer["decision"], false, "{subject}");
        let error = json!({ "status": 404, "message": reason });
        assert_eq!(answer["context"]["error"], error, "{subject}");
    }
    let everyone = json!({
        "subject": { "type": "user" }, "action": { "name": "share" }, "resource": entity("Document", "7"),
    });
    assert_eq!(
        pep.find(SUBJECTS, &everyone).await,
        [pep.person("bob@example.com").await.to_string()]
    );
    let hers = json!({ "subject": told(), "resource": entity("Document", "7") });
    assert!(pep.find(ACTIONS, &hers).await.is_empty());
}

#[tokio::test]
async fn an_answer_says_why_and_what_else_to_do() {
    let policies = r#"
        @id("share") @obligations("watermark log") permit(principal, action == Action::"share", resource);
        @id("burn") permit(principal, action == Action::"burn", resource);
        @id("mfa") @step_up("acr=aal2 max_age=300") @reason("Prove it is you.")
            forbid(principal, action == Action::"burn", resource)
            unless { context has acr && context.acr == "aal2" };
    "#;
    let pep = Pep::with(SCHEMA, policies, Value::Null).await;
    let alice = pep.person(EMAIL).await.to_string();
    let body = |action: &str, context: Value| {
        json!({
            "subject": entity("user", &alice), "action": { "name": action },
            "resource": entity("Document", "7"), "context": context,
        })
    };
    let auditor = pep.token_of("auditor").await;
    let explained = async |body: &Value| -> Value {
        let answer = pep.send_as(&auditor, EVALUATION, body).await;
        answer.json().await.expect("JSON")
    };
    let answer = pep.ask(EVALUATION, &body("share", json!({}))).await;
    assert_eq!(answer["context"]["obligations"], json!(["log", "watermark"]));
    assert!(Uuid::parse_str(answer["context"]["id"].as_str().expect("an id")).is_ok());
    assert!(answer["context"].get("reason_admin").is_none());
    let answer = explained(&body("share", json!({}))).await;
    assert_eq!(answer["context"]["reason_admin"], json!({ "200": "permitted by share" }));

    let burn = body("burn", json!({ "acr": "aal1" }));
    let answer = pep.ask(EVALUATION, &burn).await;
    assert_eq!(answer["decision"], false);
    assert_eq!(answer["context"]["step_up"], json!({ "acr_values": "aal2", "max_age": 300 }));
    assert_eq!(answer["context"]["reason_user"], json!({ "403": "Prove it is you." }));
    assert!(answer["context"].get("reason_admin").is_none());
    let answer = explained(&burn).await;
    assert_eq!(answer["context"]["reason_admin"], json!({ "403": "forbidden by mfa" }));
    assert_eq!(
        pep.ask(EVALUATION, &body("burn", json!({ "acr": "aal2" }))).await["decision"],
        true
    );

    // The time is Signet's: it is noon.
    pep.save(
        SCHEMA,
        r#"@id("noon") permit(principal, action, resource) when { context.minute == 720 };"#,
        Value::Null,
    )
    .await;
    for told in [json!({}), json!({ "minute": 0, "now": "1970-01-01T00:00:00Z" })] {
        assert_eq!(pep.ask(EVALUATION, &body("share", told)).await["decision"], true);
    }
}

#[tokio::test]
async fn policies_that_cannot_be_read_decide_nothing() {
    let pep = Pep::start().await;
    let sql = "INSERT INTO policy_versions (id, schema, policies, links, entities, comment, created_by, created_at)
               VALUES ($1, 'no schema', '', '[]', 'null', '', '', now())";
    let version = Uuid::from_u128(1);
    sqlx::query(sql).bind(version).execute(&pep.server.db).await.expect("stored");
    admin::policies::activate(&pep.server.app, version).await.expect("activated");
    let question = json!({
        "subject": entity("user", "a"), "action": { "name": "x" }, "resource": entity("Document", "7"),
    });
    assert_eq!(pep.status(EVALUATION, &question).await, 500);
    let batch = json!({ "evaluations": [question] });
    assert_eq!(pep.status(EVALUATIONS, &batch).await, 500);
}
