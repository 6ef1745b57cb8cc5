//! Requests to sites, and what the circumstances of a question name.

use super::*;

#[test]
fn a_request_is_permitted_unless_the_site_wants_a_policy_that_permits() {
    let roles = Roles::default();
    let wiki = Thing {
        uid: uid("Client", "wiki").expect("a name"),
        attributes: Map::new(),
        parents: Vec::new(),
    };
    let action = Flow::Request.action().expect("a name").to_string();
    let context = |deny_by_default: bool| {
        json!({ "method": "GET", "scheme": "https", "host": "wiki.example", "path": "/a", "path_prefixes": ["/", "/a"],
            "credential": "session", "scopes": [], "deny_by_default": deny_by_default })
    };
    let plain = engine("", &roles);
    let principal = alice(&plain, &roles, &[]);
    let outcome = ask(&plain, &principal, &action, &wiki, context(false));
    assert_eq!(outcome.policies, BTreeSet::from(["signet:request".to_owned()]));
    assert!(!ask(&plain, &principal, &action, &wiki, context(true)).permitted);
    let written = engine(
        r#"@id("a") permit(principal in Group::"staff", action == Signet::Action::"request", resource)
            when { context.path_prefixes.contains("/a") };"#,
        &roles,
    );
    assert!(ask(&written, &principal, &action, &wiki, context(true)).permitted);
}

#[test]
fn policies_know_of_what_the_circumstances_name() {
    let roles = Roles::default();
    let engine = engine(
        r#"
        @id("all") permit(principal, action, resource);
        @id("own") forbid(principal, action, resource) when { context has api_key }
            unless { context has api_key.user && context.api_key.user == principal };
        @id("old") forbid(principal, action, resource is Document)
            when { context has api_key.created && context.api_key.created < datetime("2029-01-01") };
        @id("elsewhere") forbid(principal, action, resource is Document)
            when { context has api_key.resource && context.api_key.resource != Resource::"https://api" };
        "#,
        &roles,
    );
    let principal = alice(&engine, &roles, &[]);
    let document = document("d", json!({}));
    let decided = |others: &[Thing]| {
        let context = json!({ "now": "2030-01-01T12:00:00Z", "weekday": 2, "minute": 720,
            "api_key": { "type": "ApiKey", "id": "k" } });
        let Value::Object(context) = context else { panic!("an object") };
        let action = name("Action::\"read\"");
        let question =
            Question { principal: &principal, action, resource: &document, context, others };
        engine.decide(question).expect("a question").policies
    };
    let key = |user: Uuid, created: &str, resource: &str| {
        let attributes = json!({ "user": { "type": "User", "id": user }, "created": created,
            "resource": { "type": "Resource", "id": resource }, "not declared": 1 });
        let Value::Object(attributes) = attributes else { panic!("an object") };
        Thing { uid: uid("ApiKey", "k").expect("a name"), attributes, parents: Vec::new() }
    };
    let of = |ids: &[&str]| ids.iter().map(|&id| id.to_owned()).collect::<BTreeSet<_>>();
    let young = "2029-06-01T00:00:00.000Z";
    assert_eq!(decided(&[key(ALICE, young, API)]), of(&["all"]));
    assert_eq!(decided(&[key(Uuid::max(), young, API)]), of(&["own"]));
    assert_eq!(decided(&[key(ALICE, "2028-06-01T00:00:00.000Z", API)]), of(&["old"]));
    assert_eq!(decided(&[key(ALICE, young, "https://b")]), of(&["elsewhere"]));
    assert_eq!(decided(&[]), of(&["own"]), "nothing is known of it");
}
