//! API keys that services tell of: what policies know of them is Signet's own.

use serde_json::json;
use signet::{access::principal::Subject, admin::api_keys, tokens::api_key::Environment};

use super::{EVALUATION, Pep, RESOURCES, SUBJECTS, entity, with};
use crate::{
    policies::exchange::{OPEN, key},
    support::EMAIL,
};

const SCHEMA: &str = r"
    entity Document;
    action write appliesTo { principal: User, resource: [Document, ApiKey], context: Circumstances };
";

/// Whatever a key says of itself, only those that Signet knows to be real ones of theirs write.
const POLICIES: &str = r#"
    @id("write") permit(principal, action == Action::"write", resource is Document)
        when { context has api_key.user && context.api_key.user == principal }
        when { context has api_key.environment && context.api_key.environment == "live" };
    @id("own") permit(principal, action == Action::"write", resource is ApiKey)
        when { resource has user && resource.user == principal };
"#;

#[tokio::test]
async fn what_is_known_of_a_key_is_by_its_id() {
    let pep = Pep::with(SCHEMA, POLICIES, json!(null)).await;
    pep.server.apply(OPEN).await;
    let alice = pep.person(EMAIL).await;
    let live = key(&pep.server, Subject::User(alice), Environment::Live).await;
    let test = key(&pep.server, Subject::User(alice), Environment::Test).await;
    let alice = alice.to_string();
    let bob = pep.person("bob@example.com").await.to_string();
    let may = async |user: &str, key: serde_json::Value| {
        let body = json!({ "subject": entity("user", user), "action": { "name": "write" },
            "resource": entity("Document", "1"), "context": { "api_key": key } });
        pep.ask(EVALUATION, &body).await["decision"] == true
    };
    let named = |id: &str| json!({ "type": "ApiKey", "id": id });
    let (live_id, test_id) = (live.id.to_string(), test.id.to_string());
    assert!(may(&alice, named(&live_id)).await);
    assert!(!may(&alice, named(&test_id)).await);
    assert!(!may(&bob, named(&live_id)).await, "it is another one's");
    for other in [
        json!({ "type": "ApiKey", "id": "no key" }),
        json!({ "type": "ApiKey", "id": test_id, "environment": "live" }),
        json!({ "type": "User", "id": live_id }),
        json!({ "__entity": { "type": "ApiKey", "id": test_id } }),
        json!("live"),
        json!(null),
    ] {
        assert!(!may(&alice, other.clone()).await, "{other}");
    }

    // In searches as well.
    let found = async |path: &str, subject: serde_json::Value, resource: serde_json::Value| {
        let body = json!({ "subject": subject, "action": { "name": "write" }, "resource": resource,
            "context": { "api_key": named(&live_id) } });
        pep.ask(path, &body).await["results"].to_string()
    };
    let people = found(SUBJECTS, json!({ "type": "user" }), entity("Document", "1")).await;
    assert!(people.contains(&alice) && !people.contains(&bob), "{people}");
    let documents = found(RESOURCES, entity("user", &alice), json!({ "type": "Document" })).await;
    assert_eq!(documents, "[]", "none are kept");

    // And as what access is to: what is told of one does not make it someone's.
    let owns = async |user: &str, id: &str| {
        let claim = json!({ "user": { "type": "User", "id": user } });
        pep.may(entity("user", user), "write", with("api_key", id, claim)).await
    };
    assert!(owns(&alice, &live_id).await && !owns(&bob, &live_id).await);

    api_keys::revoke(&pep.server.app, live.id).await.expect("revoked");
    assert!(!may(&alice, named(&live_id)).await);
}
