//! Decisions about access: a thousand policies, and a hundred thousand assignments of roles.

use std::{fmt::Write, time::Duration};

use anyhow::ensure;
use serde_json::{Value, json};
use signet::{
    clock::Clock,
    entropy::Entropy,
    storage::{self, policies::VersionRow},
};
use sqlx::PgPool;

use super::{
    load::{self, Connection, Flows, Repeat},
    signet::{DECIDER, SITE, Server},
};

/// People who are asked about in turn.
pub const ASKED: usize = 1000;
/// Policies that permit something in one folder; as many as make a thousand with those that may forbid.
const PERMITS: usize = 960;
const FORBIDS: usize = 20;
/// Policies that may forbid something at the gate.
const AT_GATE: usize = 20;
const ROLES: usize = 100;
const PEOPLE: i32 = 20_000;
/// How the answer begins.
const PERMITTED: &str = "{\"decision\":true";

const SCHEMA: &str = "entity Folder;
    entity Document in [Folder, Resource];
    action view appliesTo { principal: [User, Client], resource: [Document], context: Circumstances };";

/// The id of a person.
pub fn person(number: usize) -> String {
    format!("01890000-0000-7000-8000-{number:012x}")
}

fn policies() -> String {
    let mut text = String::new();
    for number in 0..PERMITS {
        let role = number % ROLES;
        let _ = writeln!(
            text,
            "@id(\"permit-{number}\") permit(principal in Role::\"role-{role}\", action == Action::\"view\", \
             resource in Folder::\"folder-{number}\");"
        );
    }
    for number in 0..FORBIDS {
        let never = 2000 + number;
        let _ = writeln!(
            text,
            "@id(\"forbid-{number}\") forbid(principal, action == Action::\"view\", resource) \
             when {{ context.minute == {never} }};"
        );
    }
    for number in 0..AT_GATE {
        let _ = writeln!(
            text,
            "@id(\"gate-{number}\") forbid(principal, action == Signet::Action::\"request\", \
             resource == Client::\"{SITE}\") when {{ context.path_prefixes.contains(\"/never-{number}\") }};"
        );
    }
    text
}

fn documents() -> Value {
    let document = |number| {
        json!({
            "uid": { "type": "Document", "id": format!("document-{number}") }, "attrs": {},
            "parents": [{ "type": "Folder", "id": format!("folder-{number}") }],
        })
    };
    (0..PERMITS).map(document).collect()
}

/// Fills the database. The server follows.
pub async fn fill(url: &str) -> anyhow::Result<()> {
    let db = PgPool::connect(url).await?;
    let now = Clock::System.now();
    for number in 0..ROLES {
        storage::roles::put(&db, &format!("role-{number}"), &json!({}), now).await?;
    }
    let people = "INSERT INTO users (id, email, email_key, created_at, updated_at)
        SELECT ('01890000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'decided-' || n || '@example.com',
               'decided-' || n || '@example.com', now(), now()
        FROM generate_series(0, $1 - 1) n";
    sqlx::query(people).bind(PEOPLE).execute(&db).await?;
    let assignments = "INSERT INTO role_assignments (role, subject_kind, subject, created_at)
        SELECT 'role-' || ((n + step) % 100), 'user',
               '01890000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'), now()
        FROM generate_series(0, $1 - 1) n, unnest(ARRAY[0, 20, 40, 60, 80]) step";
    let done = sqlx::query(assignments).bind(PEOPLE).execute(&db).await?;
    ensure!(done.rows_affected() == 100_000, "{} assignments", done.rows_affected());
    sqlx::query("ANALYZE users, role_assignments").execute(&db).await?;
    let entropy = Entropy::system();
    let version = VersionRow {
        id: Clock::System.uuid(&entropy),
        schema: SCHEMA.to_owned(),
        policies: policies(),
        links: json!([]),
        entities: documents(),
        comment: "bench".to_owned(),
        created_by: "bench".to_owned(),
        created_at: now,
    };
    storage::policies::save(&db, &version, Clock::System.uuid(&entropy)).await?;
    db.close().await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    Ok(())
}

/// A question about each of the people, each about a document that a role of theirs opens.
pub async fn questions(server: &Server, authorization: &str) -> anyhow::Result<Flows> {
    let mut connection = Connection::open(server.address).await?;
    let issue = load::post("/token", authorization, &[("grant_type", "client_credentials")]);
    let token = super::flows::access_token(&connection.exchange(&issue).await?)?;
    let header = format!("Authorization: Bearer {token}\r\n");
    let question = |number| {
        let body = json!({
            "subject": { "type": "user", "id": person(number) },
            "action": { "name": "view" },
            "resource": { "type": "Document", "id": format!("document-{}", number % PERMITS) },
        });
        load::post_json("/access/v1/evaluation", &header, &body.to_string())
    };
    let requests: Vec<_> = (0..ASKED).map(question).collect();
    // What is asked about is remembered before anything is measured.
    for request in &requests {
        connection.exchange(request).await?.expect(200, PERMITTED)?;
    }
    Ok(Repeat::flows(requests, PERMITTED))
}

/// The client that asks, for the manifest.
pub fn client(secret: &str) -> String {
    format!(
        "[[client]]\nclient_id = \"{DECIDER}\"\nclient_name = \"Decider\"\nsecret = \"{secret}\"\n\
         token_endpoint_auth_method = \"client_secret_basic\"\ngrant_types = [\"client_credentials\"]\n\
         scopes = [\"decide\"]\nresources = [\"urn:signet:authorization-api\"]\n"
    )
}
