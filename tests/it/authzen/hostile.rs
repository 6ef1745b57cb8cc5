//! Requests that are made to do harm.

use openidconnect::reqwest::Method;
use serde_json::{Value, json};

use super::{ALL, EVALUATION, EVALUATIONS, Pep, SUBJECTS, entity};
use crate::support::{Options, Server};

async fn status(pep: &Pep, path: &str, body: String) -> u16 {
    let request = pep.server.request(Method::POST, path).bearer_auth(&pep.token);
    let request = request.header("content-type", "application/json").body(body);
    request.send().await.expect("an answer").status().as_u16()
}

#[tokio::test]
async fn json_is_neither_deep_nor_wide_nor_ambiguous() {
    let server =
        Server::with(Options { config: "[server]\nbody_limit = 4194304", ..Options::default() });
    let pep = Pep::at(server.await).await;
    let question = |properties: &str| {
        format!(
            r#"{{"subject":{{"type":"user","id":"a","properties":{properties}}},
                "action":{{"name":"x"}},"resource":{{"type":"thing","id":"7"}}}}"#
        )
    };
    assert_eq!(status(&pep, EVALUATION, question("{}")).await, 200);
    let deep = format!("{{\"a\":{}1{}}}", "[".repeat(100_000), "]".repeat(100_000));
    let wide = format!("{{\"a\":[{}1]}}", "1,".repeat(70_000));
    let long = format!("{{\"a\":\"{}\"}}", "x".repeat(1 << 20));
    for (what, text) in [
        ("deep", question(&deep)),
        ("wide", question(&wide)),
        ("long", question(&long)),
        ("twice", question(r#"{"a":1,"a":2}"#)),
        ("twice, escaped", question(r#"{"a":1,"\u0061":2}"#)),
        (
            "two subjects",
            format!("{{\"subject\":{{\"type\":\"user\",\"id\":\"b\"}},{}", &question("{}")[1..]),
        ),
        ("NUL", question(r#"{"a":"\u0000"}"#)),
        ("half a character", question(r#"{"a":"\ud800"}"#)),
        ("no number", question(r#"{"a":1e999}"#)),
        ("more than one", format!("{}{{}}", question("{}"))),
    ] {
        for path in [EVALUATION, EVALUATIONS] {
            assert_eq!(status(&pep, path, text.clone()).await, 400, "{what}");
        }
    }
    for path in ALL {
        assert_eq!(status(&pep, path, "x".repeat(5 << 20)).await, 413, "{path}");
    }
}

#[tokio::test]
async fn batches_are_bounded() {
    let pep = Pep::start().await;
    let batch = |count: usize| {
        json!({
            "subject": entity("user", "a"), "action": { "name": "x" }, "resource": entity("thing", "7"),
            "evaluations": vec![json!({}); count],
        })
    };
    let answer = pep.ask(EVALUATIONS, &batch(1000)).await;
    assert_eq!(answer["evaluations"].as_array().map(Vec::len), Some(1000));
    assert_eq!(pep.status(EVALUATIONS, &batch(1001)).await, 400);
    for evaluations in [json!({}), json!("x"), json!(1)] {
        let mut body = batch(1);
        body["evaluations"] = evaluations;
        assert_eq!(pep.status(EVALUATIONS, &body).await, 400);
    }
    for (name, value) in [("options", json!([])), ("subject", json!([])), ("action", json!({}))] {
        let mut body = batch(1);
        body[name] = value;
        assert_eq!(pep.status(EVALUATIONS, &body).await, 400, "{name}");
    }
    let mut body = batch(0);
    body["evaluations"] = json!([1, null, "x", [], { "subject": 1 }]);
    let answer = pep.ask(EVALUATIONS, &body).await;
    let decisions = answer["evaluations"].as_array().expect("evaluations");
    assert_eq!(decisions.len(), 5);
    assert!(decisions.iter().all(|each| each["decision"] == false));
}

#[tokio::test]
async fn what_does_not_fit_the_schema_is_denied_with_a_word_about_it() {
    let schema = r"
        entity Box = { size: Long };
        action open appliesTo { principal: User, resource: Box, context: { weight?: decimal } };
    ";
    let policies = r#"@id("all") permit(principal, action, resource);"#;
    let pep = Pep::with(schema, policies, Value::Null).await;
    let ask = async |properties: Value, context: Value| {
        let body = json!({
            "subject": entity("user", "a"), "action": { "name": "open" },
            "resource": { "type": "Box", "id": "1", "properties": properties }, "context": context,
        });
        pep.ask(EVALUATION, &body).await
    };
    assert_eq!(ask(json!({ "size": 1 }), json!({})).await["decision"], true);
    for (properties, context, what) in [
        (json!({}), json!({}), "resource"),
        (json!({ "size": "1" }), json!({}), "resource"),
        (json!({ "size": 1.5 }), json!({}), "resource"),
        (json!({ "size": 18_446_744_073_709_551_615_u64 }), json!({}), "resource"),
        (json!({ "size": 1 }), json!({ "weight": "heavy" }), "context"),
    ] {
        let answer = ask(properties, context).await;
        assert_eq!(answer["decision"], false, "{answer}");
        let error = &answer["context"]["error"];
        assert_eq!(error["status"], 400);
        let message = error["message"].as_str().expect("a message");
        assert!(message.starts_with(what), "{message}");
    }
    let body = json!({
        "subject": { "type": "user" }, "action": { "name": "open" }, "resource": entity("Box", "1"),
    });
    assert_eq!(pep.ask(SUBJECTS, &body).await, json!({ "results": [] }));
}
