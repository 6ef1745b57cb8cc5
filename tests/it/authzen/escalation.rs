//! What someone could have a service tell to get more than they have.

use serde_json::{Value, json};
use signet::access::principal::Subject;

use super::{Pep, entity, kept, with};
use crate::support::{API, EMAIL};

const SCHEMA: &str = r#"
    entity Team;
    entity User in [Group, Role, Team] = { email?: String, boss?: User, clearance?: Long };
    entity Document in [Resource] = { owner?: User, team?: Team };
    action read appliesTo { principal: User, resource: Document };
    action "orders:read" appliesTo { principal: User, resource: [Resource, Document], context: Circumstances };
"#;

const POLICIES: &str = r#"
    @id("admins") permit(principal in Role::"admin", action, resource);
    @id("staff") permit(principal in Group::"staff", action, resource);
    @id("team") permit(principal in Team::"red", action, resource);
    @id("owner") permit(principal, action == Action::"read", resource is Document)
        when { resource has owner && resource.owner == principal };
    @id("cleared") permit(principal, action == Action::"read", resource is Document)
        when { principal has clearance && principal.clearance > 5 };
"#;

async fn pep() -> Pep {
    let entities = json!([
        kept("User", "kim", json!({ "clearance": 1 }), &[]),
        kept("User", "lee", json!({}), &[("Team", "red")]),
        kept("Document", "secret", json!({ "owner": { "type": "User", "id": "lee" } }), &[]),
    ]);
    let pep = Pep::with(SCHEMA, POLICIES, entities).await;
    pep.add_role("admin").await;
    let alice = pep.person(EMAIL).await;
    pep.assign("admin", Subject::User(alice), None).await;
    pep
}

#[tokio::test]
async fn properties_make_no_one_a_member() {
    let pep = pep().await;
    let bob = pep.person("bob@example.com").await.to_string();
    let role = json!({ "__entity": { "type": "Role", "id": "admin" } });
    for id in [bob.as_str(), "kim", "mallory"] {
        for claim in [
            json!({ "roles": ["admin"], "role": "admin", "groups": ["staff"], "permissions": ["orders:read"] }),
            json!({ "parents": [{ "type": "Role", "id": "admin" }] }),
            json!({ "uid": { "type": "User", "id": "lee" }, "id": "lee", "type": "User" }),
            json!({ "__entity": { "type": "User", "id": "lee" } }),
            json!({ "__expr": "User::\"lee\"" }),
            json!({ "__extn": { "fn": "ip", "arg": "10.0.0.1" } }),
            json!({ "attrs": { "clearance": 9 }, "tags": {} }),
            json!({ "boss": role }),
            json!({ "boss": { "__entity": { "type": "User", "id": "lee" } } }),
            json!({ "email": EMAIL }),
        ] {
            let subject = with("user", id, claim);
            for action in ["read", "orders:read"] {
                let resource = entity("Document", "secret");
                assert!(!pep.may(subject.clone(), action, resource).await, "{subject} {action}");
            }
        }
    }
    // What is kept of someone counts above what is told of them.
    let claim = json!({ "clearance": 9 });
    assert!(!pep.may(with("user", "kim", claim.clone()), "read", entity("Document", "1")).await);
    assert!(pep.may(with("user", "mallory", claim), "read", entity("Document", "1")).await);
    assert!(
        pep.may(entity("user", "lee"), "read", entity("Document", "1")).await,
        "kept in a team"
    );
}

#[tokio::test]
async fn nobody_is_a_role() {
    let pep = pep().await;
    for (kind, id) in [
        ("role", "admin"),
        ("Role", "admin"),
        ("group", "staff"),
        ("Group", "staff"),
        ("Team", "red"),
        ("Action", "read"),
        ("resource", API),
        ("Resource", API),
        ("User::Role", "admin"),
        ("Role::\"admin\"", "x"),
        ("user ", "lee"),
        ("USER", "lee"),
        ("Document", "secret"),
        ("", "x"),
        ("__cedar::User", "lee"),
        ("is", "x"),
    ] {
        for action in ["read", "orders:read"] {
            let body = json!({
                "subject": entity(kind, id), "action": { "name": action },
                "resource": entity("Document", "secret"),
            });
            let answer = pep.send(super::EVALUATION, &body).await;
            let status = answer.status().as_u16();
            let text = answer.text().await.expect("text");
            assert!(
                status == 400 || text.contains("\"decision\":false"),
                "{kind}: {status} {text}"
            );
        }
    }
}

#[tokio::test]
async fn what_is_kept_of_a_resource_counts() {
    let pep = pep().await;
    let owner = |id: &str| json!({ "owner": { "type": "User", "id": id } });
    let mallory = || entity("user", "mallory");
    assert!(pep.may(mallory(), "read", with("Document", "mine", owner("mallory"))).await);
    assert!(!pep.may(mallory(), "read", with("Document", "secret", owner("mallory"))).await);
    for properties in [
        json!({ "parents": [{ "type": "Resource", "id": API }] }),
        json!({ "owner": "mallory" }),
        json!({ "owner": { "type": "Team", "id": "mallory" } }),
        json!({ "owner": { "__expr": "principal" } }),
        Value::Object((0..1000).map(|n| (format!("p{n}"), json!(n))).collect()),
    ] {
        assert!(!pep.may(mallory(), "read", with("Document", "other", properties)).await);
    }
    for (kind, id) in [("Action", "read"), ("Role", "admin"), ("Document", "\"]}")] {
        assert!(!pep.may(mallory(), "read", entity(kind, id)).await, "{kind}");
    }
}

#[tokio::test]
async fn actions_are_those_of_the_schema() {
    let pep = pep().await;
    let alice = pep.person(EMAIL).await.to_string();
    for (action, expected) in [
        ("read", true),
        ("orders:read", true),
        ("write", false),
        ("Action::\"read\"", false),
        ("READ", false),
        ("read ", false),
        ("::read", false),
        ("Role::admin", false),
    ] {
        let may = pep.may(entity("user", &alice), action, entity("Document", "1")).await;
        assert_eq!(may, expected, "{action}");
    }
}
