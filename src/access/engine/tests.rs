mod properties;
mod requests;

use time::macros::datetime;
use uuid::Uuid;

use super::*;
use crate::{
    access::{
        principal::{Held, Standing, Subject},
        roles::{Metadata, Role},
        source::Link,
    },
    clock::Timestamp,
};

const NOW: Timestamp = datetime!(2030-01-01 12:00 UTC);
const ALICE: Uuid = Uuid::from_u128(1);
const API: &str = "https://api";
const SCHEMA: &str = r"
    entity Folder;
    entity Document in [Folder, Resource] = { owner?: User, published?: Bool };
    action read, write appliesTo { principal: [User, Client], resource: [Document, Folder], context: Circumstances };
";

/// Who, to do what, with what, in which circumstances; whether it is permitted, and by which policies.
type Case<'a> = (&'a Principal, &'a str, &'a Thing, Value, bool, &'a [&'a str]);

fn role(name: &str, inherits: &[&str], permissions: &[&str]) -> Role {
    let own = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
    let mut metadata = Metadata { inherits: own(inherits), ..Metadata::default() };
    if !permissions.is_empty() {
        metadata.permissions.insert(API.to_owned(), own(permissions));
    }
    Role { name: name.to_owned(), metadata }
}

fn engine(policies: &str, roles: &Roles) -> Engine {
    let source = Source {
        schema: SCHEMA.to_owned(),
        policies: policies.to_owned(),
        links: Vec::new(),
        ..Source::default()
    };
    Engine::new(&source, roles).expect("policies")
}

fn held(name: &str) -> Held {
    Held { name: name.to_owned(), until: None }
}

fn alice(engine: &Engine, roles: &Roles, names: &[&str]) -> Principal {
    let standing = Standing {
        groups: vec![held("staff")],
        roles: names.iter().map(|name| held(name)).collect(),
        ..Standing::default()
    };
    let subject = Subject::User(ALICE);
    Principal::new(&subject, &standing, roles, engine.vocabulary(), NOW).expect("a principal")
}

fn name(text: &str) -> EntityUid {
    text.parse().expect("a name")
}

fn document(id: &str, attributes: Value) -> Thing {
    let Value::Object(attributes) = attributes else { panic!("an object") };
    Thing {
        uid: uid("Document", id).expect("a name"),
        attributes,
        parents: vec![name("Folder::\"f\"")],
    }
}

fn ask(
    engine: &Engine,
    principal: &Principal,
    action: &str,
    resource: &Thing,
    context: Value,
) -> Outcome {
    let Value::Object(mut context) = context else { panic!("an object") };
    let usual =
        [("now", json!("2030-01-01T12:00:00Z")), ("weekday", json!(2)), ("minute", json!(720))];
    for (name, value) in usual {
        context.entry(name).or_insert(value);
    }
    let question = Question { principal, action: name(action), resource, context, others: &[] };
    engine.decide(question).expect("a question")
}

#[test]
fn nothing_is_permitted_unless_a_policy_says_so() {
    let roles = Roles::default();
    let engine = engine("", &roles);
    let principal = alice(&engine, &roles, &[]);
    let outcome =
        ask(&engine, &principal, "Action::\"read\"", &document("d", json!({})), json!({}));
    assert_eq!(outcome, Outcome::default());
}

#[test]
fn the_patterns_that_people_need() {
    let roles = Roles::new(vec![role("admin", &[], &[])]);
    let engine = engine(
        r#"
        @id("owner") permit(principal, action, resource is Document)
            when { resource has owner && resource.owner == principal };
        @id("published") permit(principal, action == Action::"read", resource is Document)
            when { resource has published && resource.published };
        @id("admin") permit(principal in Role::"admin", action, resource);
        @id("staff") permit(principal in Group::"staff", action == Action::"read", resource in Folder::"shared");
        @id("hours") @reason("Come back in the morning.") forbid(principal, action == Action::"write", resource)
            when { context.minute < 480 };
        "#,
        &roles,
    );
    let plain = alice(&engine, &roles, &[]);
    let admin = alice(&engine, &roles, &["admin"]);
    let own = document("d", json!({ "owner": { "type": "User", "id": ALICE.to_string() } }));
    let published = document("d", json!({ "published": true }));
    let mut shared = document("d", json!({}));
    shared.parents = vec![name("Folder::\"shared\"")];
    let other = document("d", json!({ "published": false, "unknown": 1 }));
    let (read, write) = ("Action::\"read\"", "Action::\"write\"");
    let cases: [Case<'_>; 10] = [
        (&plain, read, &own, json!({}), true, &["owner"]),
        (&plain, write, &own, json!({}), true, &["owner"]),
        (&plain, write, &own, json!({ "minute": 479 }), false, &["hours"]),
        (&plain, read, &published, json!({}), true, &["published"]),
        (&plain, write, &published, json!({}), false, &[]),
        (&plain, read, &shared, json!({}), true, &["staff"]),
        (&plain, read, &other, json!({}), false, &[]),
        (&admin, read, &other, json!({}), true, &["admin"]),
        (&admin, "Action::\"never declared\"", &other, json!({}), true, &["admin"]),
        (&admin, write, &other, json!({ "minute": 0 }), false, &["hours"]),
    ];
    for (at, (principal, action, resource, context, permitted, policies)) in
        cases.into_iter().enumerate()
    {
        let outcome = ask(&engine, principal, action, resource, context);
        let expected: BTreeSet<String> = policies.iter().map(|&id| id.to_owned()).collect();
        assert_eq!(
            (outcome.permitted, &outcome.policies),
            (permitted, &expected),
            "case {at}: {outcome:?}"
        );
    }
    let late = ask(&engine, &admin, write, &other, json!({ "minute": 0 }));
    assert_eq!(late.reasons, BTreeSet::from(["Come back in the morning.".to_owned()]));
}

#[test]
fn what_a_caller_tells_never_stands_for_what_is_known() {
    let roles = Roles::new(vec![role("admin", &[], &[])]);
    let engine =
        engine(r#"@id("admin") permit(principal in Role::"admin", action, resource);"#, &roles);
    let claims = json!({ "roles": ["admin"], "parents": [{ "type": "Role", "id": "admin" }] });
    let Value::Object(claims) = claims else { panic!("an object") };
    let id = ALICE.to_string();
    let stranger =
        Principal::stranger("User", &id, &claims, engine.vocabulary()).expect("a principal");
    let outcome = ask(&engine, &stranger, "Action::\"read\"", &document("d", json!({})), json!({}));
    assert!(!outcome.permitted);
    // Nor does what is said of a resource that is the one who asks.
    let principal = alice(&engine, &roles, &[]);
    let oneself = Thing {
        uid: uid("User", &id).expect("a name"),
        attributes: claims,
        parents: vec![name("Role::\"admin\"")],
    };
    assert!(!ask(&engine, &principal, "Action::\"read\"", &oneself, json!({})).permitted);
}

#[test]
fn an_action_is_in_its_groups_whoever_asks() {
    let roles = Roles::default();
    let source = Source {
        schema: "entity Visitor, Document;
                 action look;
                 action read in [look] appliesTo { principal: [User, Visitor], resource: Document, context: Circumstances };
                 action write appliesTo { principal: [User, Visitor], resource: Document, context: Circumstances };"
            .to_owned(),
        policies: r#"@id("look") permit(principal, action in Action::"look", resource);
                     @id("sealed") forbid(principal, action in [Action::"look"], resource == Document::"sealed");
                     @id("write") permit(principal, action == Action::"write", resource);"#
            .to_owned(),
        ..Source::default()
    };
    let engine = Engine::new(&source, &roles).expect("policies");
    let visitor = Principal::stranger("Visitor", "v", &Map::new(), engine.vocabulary());
    for principal in [alice(&engine, &roles, &[]), visitor.expect("a principal")] {
        let may = |action: &str, id: &str| {
            let thing = Thing { parents: Vec::new(), ..document(id, json!({})) };
            ask(&engine, &principal, action, &thing, json!({})).permitted
        };
        assert!(may("Action::\"read\"", "d"), "{}", principal.uid);
        assert!(!may("Action::\"read\"", "sealed"), "{}", principal.uid);
        assert!(may("Action::\"write\"", "sealed"), "{}", principal.uid);
    }
}

#[test]
fn a_policy_that_fails_forbids_and_does_not_permit() {
    let roles = Roles::default();
    let overflow = "9223372036854775807 + context.auth_age > 0";
    let forbidding = engine(
        &format!(
            r#"@id("all") permit(principal, action, resource);
               @id("sum") forbid(principal, action, resource is Document) when {{ context has auth_age && {overflow} }};"#
        ),
        &roles,
    );
    let principal = alice(&forbidding, &roles, &[]);
    let read = "Action::\"read\"";
    let thing = document("d", json!({}));
    assert!(ask(&forbidding, &principal, read, &thing, json!({})).permitted);
    let outcome = ask(&forbidding, &principal, read, &thing, json!({ "auth_age": 1 }));
    assert!(!outcome.permitted && outcome.errors.contains_key("sum"), "{outcome:?}");
    assert_eq!(outcome.policies, BTreeSet::from(["sum".to_owned()]));
    let permitting = engine(
        &format!(
            r#"@id("sum") permit(principal, action, resource is Document) when {{ context has auth_age && {overflow} }};"#
        ),
        &roles,
    );
    let outcome = ask(&permitting, &principal, read, &thing, json!({ "auth_age": 1 }));
    assert!(!outcome.permitted && outcome.errors.contains_key("sum"), "{outcome:?}");
}

#[test]
fn a_step_up_is_offered_only_where_it_would_help() {
    let roles = Roles::default();
    let engine = engine(
        r#"
        @id("all") permit(principal, action == Action::"write", resource);
        @id("strong") @step_up("acr=aal2") forbid(principal, action == Action::"write", resource)
            unless { context has acr && context.acr == "aal2" };
        @id("fresh") @step_up("max_age=300") forbid(principal, action == Action::"write", resource)
            unless { context has auth_age && context.auth_age < 300 };
        @id("never") forbid(principal, action == Action::"write", resource == Document::"sealed");
        "#,
        &roles,
    );
    let principal = alice(&engine, &roles, &[]);
    let asked = |id: &str, context: Value| {
        ask(&engine, &principal, "Action::\"write\"", &document(id, json!({})), context)
    };
    let both = StepUp { acr: Some("aal2".to_owned()), max_age: Some(300) };
    assert_eq!(asked("d", json!({})).step_up, Some(both));
    let fresh = StepUp { acr: None, max_age: Some(300) };
    assert_eq!(asked("d", json!({ "acr": "aal2", "auth_age": 300 })).step_up, Some(fresh));
    let done = asked("d", json!({ "acr": "aal2", "auth_age": 299 }));
    assert!(done.permitted && done.step_up.is_none());
    assert_eq!(asked("sealed", json!({})).step_up, None, "no proof opens that");
    let read = ask(&engine, &principal, "Action::\"read\"", &document("d", json!({})), json!({}));
    assert_eq!(read.step_up, None, "no policy permits it");
}

#[test]
fn templates_are_linked_and_filed() {
    let roles = Roles::default();
    let source = Source {
        schema: SCHEMA.to_owned(),
        policies: r#"@id("reader") permit(principal == ?principal, action == Action::"read", resource in ?resource);"#
            .to_owned(),
        links: vec![Link {
            id: "alice reads f".to_owned(),
            template: "reader".to_owned(),
            principal: Some(format!("User::\"{ALICE}\"")),
            resource: Some("Folder::\"f\"".to_owned()),
        }],
        ..Source::default()
    };
    let engine = Engine::new(&source, &roles).expect("policies");
    let principal = alice(&engine, &roles, &[]);
    let outcome =
        ask(&engine, &principal, "Action::\"read\"", &document("d", json!({})), json!({}));
    assert_eq!(outcome.policies, BTreeSet::from(["alice reads f".to_owned()]));
    let mut elsewhere = document("d", json!({}));
    elsewhere.parents.clear();
    assert!(!ask(&engine, &principal, "Action::\"read\"", &elsewhere, json!({})).permitted);
    let lost = Source { policies: String::new(), ..source };
    assert!(Engine::new(&lost, &roles).is_err(), "a link without its template");
}

#[test]
fn what_is_kept_with_the_policies_counts_above_what_is_told() {
    let roles = Roles::default();
    let entity = |kind: &str, id: &str, attrs: Value, parents: Value| json!({ "uid": { "type": kind, "id": id }, "attrs": attrs, "parents": parents });
    let source = Source {
        schema: SCHEMA.replace("entity Folder;", "entity Folder in [Folder] = { owner?: User };"),
        policies: r#"
            @id("below") permit(principal, action, resource in Folder::"top");
            @id("published") permit(principal, action, resource is Document) when { resource has published && resource.published };
        "#
        .to_owned(),
        entities: json!([
            entity("Folder", "top", json!({}), json!([])),
            entity("Folder", "f", json!({}), json!([{ "type": "Folder", "id": "top" }])),
            entity("Document", "kept", json!({ "published": false }), json!([])),
        ]),
        ..Source::default()
    };
    let engine = Engine::new(&source, &roles).expect("policies");
    let principal = alice(&engine, &roles, &[]);
    let asked =
        |thing: &Thing| ask(&engine, &principal, "Action::\"read\"", thing, json!({})).policies;
    // Whatever is told to be in f is in top, since f is.
    assert_eq!(asked(&document("told", json!({}))), BTreeSet::from(["below".to_owned()]));
    // Nor may a caller put what is kept elsewhere, or say otherwise of it.
    assert_eq!(asked(&document("kept", json!({ "published": true }))), BTreeSet::new());
    let role =
        Source { entities: json!([entity("Role", "admin", json!({}), json!([]))]), ..source };
    assert!(Engine::new(&role, &roles).is_err(), "roles are not kept there");
}

#[test]
fn what_is_not_a_policy_is_refused_before_it_is_saved() {
    let roles = Roles::default();
    let refused = |policies: &str| {
        let source = Source {
            schema: SCHEMA.to_owned(),
            policies: policies.to_owned(),
            ..Source::default()
        };
        match source.check(&roles) {
            Err(problem) => problem.to_string(),
            Ok(_) => Engine::new(&source, &roles).expect_err(policies).to_string(),
        }
    };
    let cases = [
        ("permit(principal, action, resource);", "@id"),
        ("@id(\"role:a@b\") permit(principal, action, resource);", "@id"),
        (
            "@id(\"a\") permit(principal, action, resource); @id(\"a\") forbid(principal, action, resource);",
            "twice",
        ),
        ("@id(\"a\") permit(principal, action, resource) when { principal.salary > 1 };", "salary"),
        ("@id(\"a\") permit(principal, action == Action::\"fly\", resource);", "fly"),
        (
            "@id(\"a\") permit(principal, action, resource) when { resource.owner == principal };",
            "owner",
        ),
        ("@id(\"a\") @step_up(\"soon\") forbid(principal, action, resource);", "step_up"),
        ("@id(\"a\") allow(principal, action, resource);", "allow"),
    ];
    for (policies, expected) in cases {
        let problem = refused(policies);
        assert!(problem.contains(expected), "{policies}: {problem}");
    }
}

#[test]
fn what_ended_is_not_held() {
    let roles = Roles::new(vec![role("clerk", &[], &["orders:read"])]);
    let engine = engine("", &roles);
    let api = Thing {
        uid: uid("Resource", API).expect("a name"),
        attributes: Map::new(),
        parents: Vec::new(),
    };
    let until = |until: Timestamp| {
        let standing = Standing {
            roles: vec![Held { name: "clerk".to_owned(), until: Some(until) }],
            ..Standing::default()
        };
        let subject = Subject::Client("batch".to_owned());
        Principal::new(&subject, &standing, &roles, engine.vocabulary(), NOW).expect("a principal")
    };
    let second = time::Duration::SECOND;
    let (live, ended) = (until(NOW + second), until(NOW));
    let permitted =
        |principal| ask(&engine, principal, "Action::\"orders:read\"", &api, json!({})).permitted;
    assert!(permitted(&live) && !permitted(&ended));
    assert_eq!((live.until, ended.until), (Some(NOW + second), None));
}
