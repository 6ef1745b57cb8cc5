//! Policies: by the command line, on record, and in what Signet itself does.

mod command;
pub mod exchange;
mod records;
mod scopes;
mod sign_in;

use std::fs;

use serde_json::{Map, Value, json};
use signet::{
    access::{
        engine::{Outcome, Question, Thing, uid},
        principal::Subject,
        source::Source,
    },
    admin,
    decisions::Decided,
    storage,
};
use tempfile::TempDir;
use uuid::Uuid;

use crate::support::{
    Browser, EMAIL, Options, Server,
    browser::Answer,
    flow::authorize_path,
    process::{command, run},
};

const SCHEMA: &str = "entity Document = { owner: User };
action read appliesTo { principal: [User, Client], resource: Document, context: Circumstances };
";
const OWNER: &str = "@id(\"owner\")
permit (principal, action == Action::\"read\", resource is Document) when { resource.owner == principal };
";
const STAFF: &str = "@id(\"staff\") @reason(\"Staff only.\")
forbid (principal, action == Action::\"read\", resource is Document) unless { principal in Group::\"staff\" };
";

/// A folder with these files.
fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in files {
        fs::write(folder.path().join(name), text).expect("written");
    }
    folder
}

fn policies(text: &str) -> TempDir {
    folder(&[("policies.cedar", text), ("schema.cedarschema", SCHEMA)])
}

/// `signet policy` on a server's database: exit code, standard output and standard error.
async fn policy(server: &Server, arguments: &[&str]) -> (i32, String, String) {
    let mut command = command(&server.database.url);
    run(command.arg("policy").args(arguments)).await
}

/// A command that must succeed. What it prints.
async fn fine(server: &Server, arguments: &[&str]) -> String {
    let (code, printed, errors) = policy(server, arguments).await;
    assert_eq!(code, 0, "{arguments:?}: {printed}{errors}");
    printed
}

fn path(folder: &TempDir) -> &str {
    folder.path().to_str().expect("UTF-8")
}

async fn configured(config: &str) -> Server {
    Server::with(Options { config, ..Options::default() }).await
}

/// Has these policies decide.
async fn save(server: &Server, policies: &str) -> Uuid {
    let source =
        Source { schema: SCHEMA.to_owned(), policies: policies.to_owned(), ..Source::default() };
    admin::policies::save(&server.app, &source, "").await.expect("saved").0
}

async fn alice(server: &Server) -> Uuid {
    storage::users::find(&server.db, EMAIL).await.expect("read").expect("there").id
}

fn object(value: Value) -> Map<String, Value> {
    let Value::Object(object) = value else { panic!("an object") };
    object
}

/// Asks on this replica whether Alice may read a document of that owner, and has it recorded.
async fn ask(server: &Server, owner: Uuid) -> (Outcome, Option<Uuid>) {
    let now = server.clock.now();
    let person = Subject::User(alice(server).await);
    let principal = server.app.replica.principal(&person, now).await.expect("read").expect("there");
    let authority = server.app.replica.authority();
    let engine = authority.engine.as_ref().expect("policies");
    let action = uid("Action", "read").expect("a name");
    let owner = json!({ "type": "User", "id": owner.to_string() });
    let resource = Thing {
        uid: uid("Document", "plan").expect("a name"),
        attributes: object(json!({ "owner": owner, "secret": "not declared" })),
        parents: Vec::new(),
    };
    let context = object(json!({ "now": "2030-01-01T12:00:00Z", "weekday": 2, "minute": 720,
        "address": "192.0.2.77", "secret": "not declared" }));
    let question = Question {
        principal: &principal,
        action: action.clone(),
        resource: &resource,
        context: context.clone(),
        others: &[],
    };
    let outcome = engine.decide(question).expect("a question");
    let id = server.app.decisions.record(&Decided {
        caller: Some("gate"),
        authority: &authority,
        principal: &principal,
        action: &action,
        resource: &resource,
        context: &context,
        others: &[],
        outcome: &outcome,
    });
    drop(authority);
    server.app.decisions.flush().await;
    (outcome, id)
}

async fn open(browser: &mut Browser, changes: &[(&str, &str)]) -> Answer {
    let answer = browser.get(&authorize_path(changes)).await;
    browser.follow(answer).await
}
