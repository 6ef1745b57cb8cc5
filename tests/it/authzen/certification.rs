//! The certification scenario of the `AuthZEN` working group, test by test; the numbers are its sections.

use openidconnect::reqwest::Method;
use serde_json::{Value, json};

use super::{ACTIONS, EVALUATION, EVALUATIONS, Pep, RESOURCES, SUBJECTS, entity, kept, with};

const SCHEMA: &str = r"
    entity Team;
    entity User in [Group, Role, Team] = { role?: String };
    entity record = { status?: String };
    action read, write appliesTo { principal: User, resource: record };
    action delete appliesTo { principal: User, resource: record, context: { action?: { soft?: Bool } } };
";

const POLICIES: &str = r#"
    @id("read") permit(principal in Team::"fixture", action == Action::"read", resource is record);
    @id("write") permit(principal == User::"alice", action == Action::"write", resource is record)
        unless { resource has status && resource.status == "archived" };
    @id("archive") permit(principal, action == Action::"write", resource is record)
        when { principal has role && principal.role == "admin" && resource has status && resource.status == "archived" };
    @id("delete") permit(principal == User::"alice", action == Action::"delete", resource is record)
        when { context has action && context.action has soft && context.action.soft };
"#;

async fn pdp() -> Pep {
    let team = [("Team", "fixture")];
    let entities = json!([
        kept("User", "alice", json!({}), &team),
        kept("User", "bob", json!({ "role": "admin" }), &team),
        kept("record", "record-1", json!({ "status": "active" }), &[]),
        kept("record", "record-2", json!({ "status": "archived" }), &[]),
    ]);
    Pep::with(SCHEMA, POLICIES, entities).await
}

fn user(id: &str) -> Value {
    entity("user", id)
}

fn record(id: &str) -> Value {
    entity("record", id)
}

/// An archived `record-2`, as the harness tells of it.
fn archived() -> Value {
    with("record", "record-2", json!({ "status": "archived" }))
}

fn admin() -> Value {
    with("user", "bob", json!({ "role": "admin" }))
}

fn read() -> Value {
    json!({ "name": "read" })
}

fn write() -> Value {
    json!({ "name": "write" })
}

fn question() -> Value {
    json!({ "subject": user("alice"), "action": read(), "resource": record("record-1") })
}

fn context() -> Value {
    json!({ "time": "2025-06-27T18:03-07:00", "ip": "192.168.1.1" })
}

/// `value` without what `pointer` leads to.
fn without(mut value: Value, pointer: &str) -> Value {
    let (within, name) = pointer.rsplit_once('/').expect("a pointer");
    let object = value.pointer_mut(within).and_then(Value::as_object_mut).expect("an object");
    object.remove(name).expect("there");
    value
}

#[tokio::test]
async fn c_1_4_the_eight_decisions() {
    let pdp = pdp().await;
    let delete = |soft: bool| json!({ "name": "delete", "properties": { "soft": soft } });
    let cases = [
        (user("alice"), read(), record("record-1"), true),
        (user("alice"), write(), record("record-1"), true),
        (user("bob"), read(), record("record-1"), true),
        (user("bob"), write(), record("record-1"), false),
        (user("alice"), write(), archived(), false),
        (admin(), write(), archived(), true),
        (user("alice"), delete(true), record("record-1"), true),
        (user("alice"), delete(false), record("record-1"), false),
    ];
    for (rule, (subject, action, resource, expected)) in (1..).zip(cases) {
        // § 1.6: with a context or without. § 2.6: again and again.
        for context in [Value::Null, context(), Value::Null] {
            let body = json!({
                "subject": subject, "action": action, "resource": resource, "context": context,
            });
            let answer = pdp.ask(EVALUATION, &body).await;
            assert_eq!(answer["decision"], expected, "rule {rule}: {answer}");
            assert!(answer["context"].is_object());
        }
    }
}

#[tokio::test]
async fn c_2_2_8_and_9_more_than_is_known_is_left_alone() {
    let pdp = pdp().await;
    let body = json!({
        "subject": with("user", "alice", json!({ "department": "Sales", "role": "manager" })),
        "action": { "name": "read", "properties": { "method": "GET" } },
        "resource": with("record", "record-1", json!({ "status": "active", "owner": "bob" })),
    });
    assert_eq!(pdp.ask(EVALUATION, &body).await["decision"], true);
    let mut body = question();
    body["foo"] = json!("bar");
    body["futureField"] = json!({ "nested": true });
    assert_eq!(pdp.ask(EVALUATION, &body).await["decision"], true);
}

#[tokio::test]
async fn c_2_4_what_is_missing_or_of_another_type_is_a_bad_request() {
    let pdp = pdp().await;
    for pointer in [
        "/subject",
        "/action",
        "/resource",
        "/subject/type",
        "/subject/id",
        "/action/name",
        "/resource/type",
        "/resource/id",
    ] {
        let body = without(question(), pointer);
        for path in [EVALUATION, EVALUATIONS] {
            assert_eq!(pdp.status(path, &body).await, 400, "{pointer}");
        }
    }
    for (pointer, value) in [("/subject", json!("alice")), ("/action/name", json!(123))] {
        let mut body = question();
        *body.pointer_mut(pointer).expect("there") = value;
        assert_eq!(pdp.status(EVALUATION, &body).await, 400, "{pointer}");
    }
    // § 2.4.3 to 2.4.5.
    let send = async |content_type: &str, body: &str| {
        let request = pdp.server.request(Method::POST, EVALUATION).bearer_auth(&pdp.token);
        let request = request.header("content-type", content_type).body(body.to_owned());
        request.send().await.expect("an answer").status().as_u16()
    };
    let text = question().to_string();
    for (content_type, body, expected) in [
        ("application/json", text.as_str(), 200),
        ("Application/JSON; charset=utf-8", &text, 200),
        ("text/plain", &text, 400),
        ("application/x-www-form-urlencoded", &text, 400),
        ("application/jsonx", &text, 400),
        ("application/json", "{\"subject\":", 400),
        ("application/json", "", 400),
        ("application/json", "[]", 400),
    ] {
        assert_eq!(send(content_type, body).await, expected, "{content_type} {body}");
    }
}

#[tokio::test]
async fn c_2_5_the_id_of_a_request_comes_back() {
    let pdp = pdp().await;
    for (token, body) in
        [(pdp.token.as_str(), question()), (&pdp.token, json!({})), ("x", question())]
    {
        let request = pdp.server.request(Method::POST, EVALUATION).bearer_auth(token).json(&body);
        let answer = request.header("x-request-id", "my id: 7").send().await.expect("an answer");
        assert_eq!(answer.headers()["x-request-id"], "my id: 7");
    }
    let answer = pdp.send(EVALUATION, &question()).await;
    assert_eq!(answer.headers()["x-request-id"].len(), 20, "or Signet's own");
    // Nowhere else does anyone name the requests of others.
    let request = pdp.server.request(Method::GET, "/jwks").header("x-request-id", "mine");
    assert_ne!(request.send().await.expect("an answer").headers()["x-request-id"], "mine");
}

#[tokio::test]
async fn c_3_2_batches() {
    let pdp = pdp().await;
    let resource = |resource: Value| json!({ "resource": resource });
    let active = with("record", "record-1", json!({ "status": "active" }));
    let cases = [
        (
            "3.2.2",
            json!({
                "subject": user("bob"), "resource": record("record-1"),
                "evaluations": [{ "action": read() }, { "action": write() }],
            }),
            [true, false],
        ),
        (
            "3.2.3",
            json!({
                "subject": user("alice"), "action": write(),
                "evaluations": [resource(active.clone()), resource(archived())],
            }),
            [true, false],
        ),
        (
            "3.2.4",
            json!({
                "action": write(), "resource": archived(),
                "evaluations": [{ "subject": user("alice") }, { "subject": admin() }],
            }),
            [false, true],
        ),
        (
            "3.2.5",
            json!({ "evaluations": [
            question(),
            { "subject": user("bob"), "action": write(), "resource": record("record-1") },
        ] }),
            [true, false],
        ),
        (
            "3.2.6",
            json!({
                "subject": user("alice"), "action": read(), "context": { "time": "2025-06-27T18:03-07:00" },
                "evaluations": [resource(record("record-1")), {
                    "resource": record("record-2"),
                    "context": { "time": "2025-06-27T19:00-07:00", "source": "batch-override" },
                }],
            }),
            [true, true],
        ),
        (
            "3.2.7",
            json!({
                "subject": user("alice"), "action": write(), "resource": active,
                "evaluations": [{}, resource(archived())],
            }),
            [true, false],
        ),
        // § 3.4.1: one that is incomplete is denied, and the others are answered.
        (
            "3.4.1",
            json!({
                "subject": user("alice"), "action": read(), "options": { "evaluations_semantic": "execute_all" },
                "evaluations": [resource(record("record-1")), {}],
            }),
            [true, false],
        ),
    ];
    for (section, body, expected) in cases {
        let answer = pdp.ask(EVALUATIONS, &body).await;
        let decisions = answer["evaluations"].as_array().expect("evaluations");
        let decisions: Vec<&Value> = decisions.iter().map(|each| &each["decision"]).collect();
        assert_eq!(decisions, expected.iter().collect::<Vec<_>>(), "{section}");
        assert!(answer.get("decision").is_none());
    }
}

#[tokio::test]
async fn c_3_4_without_evaluations_it_is_one() {
    let pdp = pdp().await;
    let mut body = question();
    for evaluations in [Value::Null, json!([])] {
        body["evaluations"] = evaluations;
        let answer = pdp.ask(EVALUATIONS, &body).await;
        assert_eq!((&answer["decision"], answer.get("evaluations")), (&json!(true), None));
    }
}

#[tokio::test]
async fn semantics_end_where_they_say() {
    let pdp = pdp().await;
    let evaluations: Vec<Value> = ["read", "write", "read", "write"]
        .iter()
        .map(|name| json!({ "action": { "name": name } }))
        .collect();
    let answer = async |semantic: Value, reversed: bool| {
        let mut evaluations = evaluations.clone();
        if reversed {
            evaluations.reverse();
        }
        let body = json!({
            "subject": user("bob"), "resource": record("record-1"),
            "evaluations": evaluations, "options": { "evaluations_semantic": semantic, "other": 1 },
        });
        let answer = pdp.send(EVALUATIONS, &body).await;
        if answer.status() != 200 {
            return Err(answer.status().as_u16());
        }
        let answer: Value = answer.json().await.expect("JSON");
        let list = answer["evaluations"].as_array().expect("evaluations").iter();
        Ok(list.map(|each| each["decision"] == true).collect::<Vec<bool>>())
    };
    let (yes, no) = (true, false);
    for (semantic, reversed, expected) in [
        (json!("execute_all"), no, Ok(vec![yes, no, yes, no])),
        (Value::Null, no, Ok(vec![yes, no, yes, no])),
        (json!("deny_on_first_deny"), no, Ok(vec![yes, no])),
        (json!("deny_on_first_deny"), yes, Ok(vec![no])),
        (json!("permit_on_first_permit"), no, Ok(vec![yes])),
        (json!("permit_on_first_permit"), yes, Ok(vec![no, yes])),
        (json!("execute_some"), no, Err(400)),
        (json!(1), no, Err(400)),
    ] {
        assert_eq!(answer(semantic.clone(), reversed).await, expected, "{semantic}");
    }
}

#[tokio::test]
async fn c_4_2_to_4_4_searches() {
    let pdp = pdp().await;
    let cases = [
        (
            "4.2.1",
            SUBJECTS,
            json!({
                "subject": { "type": "user" }, "action": read(), "resource": record("record-1"),
            }),
            &["alice", "bob"][..],
        ),
        (
            "4.2.4",
            SUBJECTS,
            json!({
                "subject": { "type": "user" }, "action": write(), "resource": archived(),
            }),
            &["bob"],
        ),
        (
            "4.3.1",
            RESOURCES,
            json!({
                "subject": user("alice"), "action": read(), "resource": { "type": "record" },
            }),
            &["record-1", "record-2"],
        ),
        (
            "4.3.4",
            RESOURCES,
            json!({
                "subject": admin(), "action": write(), "resource": { "type": "record" },
            }),
            &["record-2"],
        ),
        (
            "4.4.1",
            ACTIONS,
            json!({
                "subject": user("alice"), "resource": record("record-1"),
            }),
            &["read", "write"],
        ),
        (
            "4.4.3",
            ACTIONS,
            json!({ "subject": admin(), "resource": archived() }),
            &["read", "write"],
        ),
    ];
    for (section, path, body, expected) in cases {
        assert_eq!(pdp.find(path, &body).await, expected, "{section}");
        // § 4.2.2, 4.3.2, 4.4.2.
        let mut told = body.clone();
        told["context"] = context();
        assert_eq!(pdp.find(path, &told).await, expected, "{section} with a context");
        // § 4.2.3, 4.3.3.
        let sought = if path == SUBJECTS { "subject" } else { "resource" };
        if path != ACTIONS {
            let mut named = body.clone();
            named[sought]["id"] = json!("alice");
            assert_eq!(pdp.find(path, &named).await, expected, "{section} with an id");
        }
        // § 4.5.1, 4.5.2.
        let mut paged = body;
        paged["page"] = json!({ "limit": 1 });
        let first = pdp.ask(path, &paged).await;
        assert_eq!(first["results"].as_array().map(Vec::len), Some(1), "{section}");
        paged["page"] = json!({ "token": first["page"]["next_token"] });
        assert!(pdp.ask(path, &paged).await["page"]["next_token"].is_string(), "{section}");
    }
}

#[tokio::test]
async fn c_4_6_what_is_not_known_finds_nothing() {
    let pdp = pdp().await;
    let (nobody, ship) = (user("nonexistent-user"), json!({ "type": "spaceship", "id": "x" }));
    for (path, body) in [
        (ACTIONS, json!({ "subject": nobody, "resource": record("record-1") })),
        (ACTIONS, json!({ "subject": ship, "resource": record("record-1") })),
        (ACTIONS, json!({ "subject": user("alice"), "resource": ship })),
        (SUBJECTS, json!({ "subject": ship, "action": read(), "resource": record("record-1") })),
        (SUBJECTS, json!({ "subject": user("a"), "action": read(), "resource": ship })),
        (
            SUBJECTS,
            json!({ "subject": user("a"), "action": { "name": "fly" }, "resource": record("record-1") }),
        ),
        (
            RESOURCES,
            json!({ "subject": nobody, "action": read(), "resource": { "type": "record" } }),
        ),
        (RESOURCES, json!({ "subject": user("alice"), "action": read(), "resource": ship })),
        (RESOURCES, json!({ "subject": ship, "action": read(), "resource": { "type": "record" } })),
    ] {
        assert_eq!(pdp.ask(path, &body).await, json!({ "results": [] }), "{path} {body}");
    }
}

#[tokio::test]
async fn c_4_7_a_search_says_what_it_starts_from() {
    let pdp = pdp().await;
    let (kind, of) = (json!({ "type": "user" }), json!({ "type": "record" }));
    for (path, body) in [
        (SUBJECTS, json!({ "subject": kind, "resource": record("record-1") })),
        (RESOURCES, json!({ "action": read(), "resource": of })),
        (ACTIONS, json!({ "subject": user("alice") })),
        (SUBJECTS, json!({ "subject": kind, "action": read(), "resource": of })),
        (RESOURCES, json!({ "subject": kind, "action": read(), "resource": of })),
        (ACTIONS, json!({ "subject": kind, "resource": record("record-1") })),
        (SUBJECTS, json!({ "subject": {}, "action": read(), "resource": record("record-1") })),
    ] {
        assert_eq!(pdp.status(path, &body).await, 400, "{path} {body}");
    }
}

#[tokio::test]
async fn c_6_metadata() {
    let pdp = pdp().await;
    let answer = pdp.server.get("/.well-known/authzen-configuration").await;
    assert_eq!(
        (answer.status().as_u16(), &answer.headers()["content-type"]),
        (200, &"application/json".parse().expect("a value"))
    );
    let metadata: Value = answer.json().await.expect("JSON");
    assert_eq!(metadata["policy_decision_point"], pdp.server.issuer);
    for (name, path) in [
        ("access_evaluation_endpoint", EVALUATION),
        ("access_evaluations_endpoint", EVALUATIONS),
        ("search_subject_endpoint", SUBJECTS),
        ("search_resource_endpoint", RESOURCES),
        ("search_action_endpoint", ACTIONS),
    ] {
        assert_eq!(metadata[name], pdp.server.url(path));
    }
}
