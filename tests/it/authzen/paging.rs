//! Searches through many, a page at a time.

use serde_json::{Value, json};

use super::{Pep, SUBJECTS, entity, kept};

const SCHEMA: &str = r"
    entity Gate;
    entity User in [Group, Role] = { email?: String };
    action pass appliesTo { principal: User, resource: Gate };
";

fn body(page: Value) -> Value {
    let mut body = json!({
        "subject": { "type": "user" }, "action": { "name": "pass" }, "resource": entity("Gate", "1"),
    });
    body["page"] = page;
    body
}

async fn crowd(pep: &Pep, count: i32) {
    let sql = "INSERT INTO users (id, email, email_key, created_at, updated_at)
               SELECT ('01890000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, 'p' || n || '@crowd.example',
                      'p' || n || '@crowd.example', now(), now()
               FROM generate_series(1, $1) AS n";
    sqlx::query(sql).bind(count).execute(&pep.server.db).await.expect("a crowd");
}

#[tokio::test]
async fn every_one_is_found_once() {
    let entities: Vec<Value> =
        (0..30).map(|n| kept("User", &format!("kept-{n:02}"), json!({}), &[])).collect();
    let policies = r#"@id("all") permit(principal, action, resource);"#;
    let pep = Pep::with(SCHEMA, policies, json!(entities)).await;
    crowd(&pep, 450).await;
    for limit in
        [json!({}), json!({ "limit": 7 }), json!({ "limit": 200 }), json!({ "limit": 1000 })]
    {
        let found = pep.find(SUBJECTS, &body(limit.clone())).await;
        // Signet's two and the crowd, then those that are kept, each by id.
        assert_eq!(found.len(), 482, "{limit}");
        let (people, kept) = found.split_at(452);
        assert!(people.is_sorted() && kept.is_sorted());
        assert!(kept.iter().all(|id| id.starts_with("kept-")));
    }
    let page = pep.ask(SUBJECTS, &body(json!({ "limit": 7 }))).await;
    assert_eq!(
        (page["results"].as_array().map(Vec::len), &page["page"]["count"]),
        (Some(7), &json!(7))
    );
    let none = pep.ask(SUBJECTS, &body(json!({ "limit": 0 }))).await;
    assert_eq!(none["results"], json!([]));
    assert_ne!(none["page"]["next_token"], "");
}

#[tokio::test]
async fn a_page_takes_no_longer_than_a_thousand_decisions() {
    let policies = r#"@id("one") permit(principal, action, resource)
        when { principal has email && principal.email == "p1500@crowd.example" };"#;
    let pep = Pep::with(SCHEMA, policies, Value::Null).await;
    crowd(&pep, 2500).await;
    let first = pep.ask(SUBJECTS, &body(json!({}))).await;
    assert_eq!(first["results"], json!([]), "not yet");
    let token = first["page"]["next_token"].as_str().expect("a token");
    assert!(!token.is_empty());
    assert_eq!(pep.find(SUBJECTS, &body(json!({}))).await.len(), 1);
    // A token is for its own request, of its own client.
    for page in
        [json!({ "token": token, "limit": 3 }), json!({ "token": "x" }), json!({ "token": 1 })]
    {
        assert_eq!(pep.status(SUBJECTS, &body(page)).await, 400);
    }
    let mut other = body(json!({ "token": token }));
    other["resource"]["id"] = json!("2");
    assert_eq!(pep.status(SUBJECTS, &other).await, 400);
    let auditor = pep.token_of("auditor").await;
    let stolen = pep.send_as(&auditor, SUBJECTS, &body(json!({ "token": token }))).await;
    assert_eq!(stolen.status(), 400);
}
