//! Policies: by the command line, on record, and in what Signet itself does.

use std::{fs, path::Path, time::Duration};

use serde_json::{Map, Value, json};
use signet::{
    access::{
        engine::{Outcome, Question, Thing, uid},
        principal::Subject,
        source::Source,
    },
    admin,
    config::Environment,
    decisions::Decided,
    storage,
};
use tempfile::TempDir;
use uuid::Uuid;

use crate::support::{
    Browser, EMAIL, Options, PASSWORD, SPA, Server,
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
    // The last activation counts, and those of one moment have no order.
    server.advance(time::Duration::SECOND);
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

#[tokio::test]
async fn every_example_decides_as_its_tests_say_without_a_database() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let examples = fs::read_dir(root.join("config/examples/policies")).expect("examples");
    let examples = examples.map(|entry| entry.expect("an entry").path());
    let mut count = 0;
    for folder in examples.chain([root.join("examples/policies")]) {
        assert!(folder.join("schema.cedarschema").exists(), "{}", folder.display());
        let mut command = command("");
        command.env_remove("DATABASE_URL").args(["policy", "test"]);
        command.arg(folder.join("tests.toml")).arg("--policies").arg(&folder);
        let (code, printed, errors) = run(&mut command).await;
        assert_eq!((code, errors.as_str()), (0, ""), "{}: {printed}", folder.display());
        count += 1;

        // Tests that pass whatever the policies say would test nothing.
        let text = fs::read_to_string(folder.join("policies.cedar")).expect("policies");
        for turned in [text.replace("permit (", "forbid ("), text.replace("forbid (", "permit (")] {
            if turned == text {
                continue;
            }
            let other = tempfile::tempdir().expect("a folder");
            for file in fs::read_dir(&folder).expect("files") {
                let file = file.expect("a file");
                fs::copy(file.path(), other.path().join(file.file_name())).expect("copied");
            }
            fs::write(other.path().join("policies.cedar"), turned).expect("written");
            let mut command = crate::support::process::command("");
            command.args(["policy", "test"]).arg(folder.join("tests.toml"));
            let (code, printed, _) = run(command.arg("--policies").arg(other.path())).await;
            assert_eq!(code, 1, "{}", folder.display());
            assert!(printed.contains("FAIL  ") && printed.contains("expected "), "{printed}");
        }
    }
    assert!(count >= 10, "{count}");
}

#[tokio::test]
async fn what_is_wrong_is_said_with_file_and_line() {
    let server = Server::start().await;
    let good = [("policies.cedar", OWNER), ("schema.cedarschema", SCHEMA)];
    for (name, text, expected) in [
        (
            "policies.cedar",
            "@id(\"a\")\npermit (principal, action resource);",
            "policies.cedar:2:27:",
        ),
        (
            "policies.cedar",
            "// A comment.\n@id(\"a\")\npermit (principal, action == Action::\"raed\", resource);",
            "policies.cedar:3:",
        ),
        (
            "policies.cedar",
            "@id(\"a\")\npermit (principal, action == Action::\"read\", resource)\n  when { resource.ower == principal };",
            "policies.cedar:3:10:",
        ),
        ("schema.cedarschema", "entity Document;\nentity = {};", "schema.cedarschema:2:"),
        ("schema.cedarschema", "entity Document in [Nowhere];", "schema.cedarschema:"),
        ("links.json", "[\n{ \"id\": 1 }]", "line 2"),
        ("links.json", "[{ \"id\": \"l\", \"template\": \"none\" }]", "links.json: l:"),
        ("entities.json", "[{ \"uid\": 1 }]", "entities.json: "),
    ] {
        let mut files = good.to_vec();
        files.retain(|(other, _)| *other != name);
        files.push((name, text));
        let folder = folder(&files);
        for verb in ["check", "save"] {
            let (code, _, errors) = policy(&server, &[verb, path(&folder)]).await;
            assert_eq!(code, 1, "{text}");
            assert!(errors.contains(expected), "{text}\n{errors}");
        }
    }
    let (code, _, errors) = policy(&server, &["check", "/nowhere"]).await;
    assert!(code == 1 && errors.contains("/nowhere/policies.cedar"), "{errors}");
    assert_eq!(fine(&server, &["list"]).await, "", "nothing was saved");
    fine(&server, &["check", path(&folder(&good))]).await;
    let all = policies("@id(\"all\") forbid (principal, action, resource);");
    let (code, _, errors) = policy(&server, &["check", path(&all)]).await;
    assert!(code == 0 && errors.contains("warning: policy all names no action"), "{errors}");
}

#[tokio::test]
async fn a_version_is_saved_shown_and_gone_back_from_on_every_replica_within_a_second() {
    let one = Server::start().await;
    let two = one.replica().await;
    let mine = alice(&one).await;
    let decides = async |expected: bool| {
        for server in [&one, &two] {
            let mut permitted = !expected;
            for _ in 0..50 {
                permitted = ask(server, mine).await.0.permitted;
                if permitted == expected {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            assert_eq!(permitted, expected);
        }
    };
    let first = policies(OWNER);
    let first = fine(&one, &["save", path(&first), "--comment", "The first"]).await;
    decides(true).await;
    let links = json!([{ "id": "x", "template": "share", "principal": "Group::\"a\"" }]);
    let template = "\n@id(\"share\") permit (principal in ?principal, action == Action::\"read\", resource is Document);\n";
    let more = folder(&[
        ("policies.cedar", &(OWNER.to_owned() + STAFF + template)),
        ("schema.cedarschema", SCHEMA),
        ("links.json", &links.to_string()),
    ]);
    let second = fine(&one, &["save", path(&more)]).await;
    decides(false).await;

    let listed = fine(&one, &["list"]).await;
    let rows: Vec<&str> = listed.lines().collect();
    assert_eq!(rows.len(), 2, "{listed}");
    assert!(rows[0].starts_with(&format!("* {}", second.trim())), "{listed}");
    assert!(rows[1].starts_with(&format!("  {}", first.trim())), "{listed}");
    assert!(rows[1].ends_with("The first"), "{listed}");

    assert!(fine(&one, &["show"]).await.contains("@id(\"staff\")"));
    assert!(!fine(&one, &["show", first.trim()]).await.contains("@id(\"staff\")"));
    let written = tempfile::tempdir().expect("a folder");
    fine(&one, &["show", "--to", path(&written)]).await;
    let read = |name: &str| fs::read_to_string(written.path().join(name)).expect("written");
    assert_eq!(read("policies.cedar"), OWNER.to_owned() + STAFF + template);
    assert_eq!(read("schema.cedarschema"), SCHEMA);
    assert_eq!(serde_json::from_str::<Value>(&read("links.json")).expect("JSON"), links);
    fine(&one, &["show", first.trim(), "--to", path(&written)]).await;
    assert!(!written.path().join("links.json").exists(), "what is there is that version");

    fine(&one, &["rollback", first.trim()]).await;
    decides(true).await;
    assert!(fine(&one, &["list"]).await.contains(&format!("* {}", first.trim())));
    let (code, _, errors) = policy(&one, &["rollback", &Uuid::nil().to_string()]).await;
    assert!(code == 1 && errors.contains("there is no version"), "{errors}");
    assert_eq!(policy(&one, &["show", &Uuid::nil().to_string()]).await.0, 1);
}

#[tokio::test]
async fn the_version_in_force_is_tested_with_the_roles_there_are() {
    let server = Server::start().await;
    let tests = "[[test]]\nname = \"clerks\"\nsubject = { type = \"User\", id = \"a\", roles = [\"clerk\"] }\n\
        action = \"orders:read\"\nresource = { type = \"Resource\", id = \"https://api.example.com\" }\nexpect = \"permit\"\n";
    let folder = folder(&[("tests.toml", tests)]);
    let file = folder.path().join("tests.toml");
    let file = file.to_str().expect("UTF-8");
    let (code, printed, _) = policy(&server, &["test", file]).await;
    assert!(code == 1 && printed.contains("no action orders:read"), "{printed}");
    let set = ["role", "set", "clerk", "--permission", "https://api.example.com=orders:read"];
    assert_eq!(run(command(&server.database.url).args(set)).await.0, 0);
    assert_eq!(fine(&server, &["test", file]).await, "1 of 1 as expected\n");
    let (code, _, errors) = policy(&server, &["test", "/nowhere.toml"]).await;
    assert!(code == 1 && errors.contains("/nowhere.toml"), "{errors}");
}

#[tokio::test]
async fn decisions_are_recorded_as_configured() {
    for (recorded, denied, permitted) in
        [("none", false, false), ("denied", true, false), ("all", true, true)]
    {
        let server = configured(&format!("[access]\nrecord_decisions = \"{recorded}\"")).await;
        save(&server, OWNER).await;
        assert_eq!(ask(&server, Uuid::nil()).await.1.is_some(), denied, "{recorded}");
        let mine = alice(&server).await;
        assert_eq!(ask(&server, mine).await.1.is_some(), permitted, "{recorded}");
        let rows = storage::decisions::list(&server.db, Uuid::max(), 10).await.expect("read");
        assert_eq!(rows.len(), usize::from(denied) + usize::from(permitted), "{recorded}");
    }
}

#[tokio::test]
async fn a_record_has_ids_and_what_policies_look_at_and_no_more() {
    let server = Server::start().await;
    admin::roles::put_group(&server.app, "staff", "").await.expect("added");
    admin::roles::join(&server.app, "staff", alice(&server).await, None).await.expect("in it");
    let version = save(&server, OWNER).await;
    let (outcome, id) = ask(&server, Uuid::nil()).await;
    let row = storage::decisions::get(&server.db, id.expect("recorded")).await.expect("read");
    let row = row.expect("there");
    assert_eq!((row.caller.as_deref(), row.version), (Some("gate"), Some(version)));
    assert!(!row.permitted && !outcome.permitted);
    let owner = json!({ "type": "User", "id": Uuid::nil().to_string() });
    assert_eq!(
        row.asked,
        json!({
            "subject": { "type": "User", "id": alice(&server).await.to_string(), "groups": ["staff"] },
            "action": "Action::\"read\"",
            "resource": { "type": "Document", "id": "plan", "properties": { "owner": owner } },
            "context": { "now": "2030-01-01T12:00:00Z", "weekday": 2, "minute": 720, "address": "192.0.2.0/24" },
        })
    );
}

#[tokio::test]
async fn decisions_are_dropped_after_the_configured_time() {
    let server = configured("[access]\nkeep_decisions = \"3days\"").await;
    save(&server, OWNER).await;
    let id = ask(&server, Uuid::nil()).await.1.expect("recorded");
    let there = async || storage::decisions::get(&server.db, id).await.expect("read").is_some();
    for (days, expected) in [(3, true), (2, false)] {
        server.advance(time::Duration::days(days));
        let failed = server.app.maintain().await;
        assert!(failed.is_empty(), "{failed:?}");
        assert_eq!(there().await, expected);
    }
}

#[tokio::test]
async fn a_recorded_decision_is_explained_and_made_again() {
    let server = configured("[access]\nrecord_decisions = \"all\"").await;
    let version = save(&server, &(OWNER.to_owned() + STAFF)).await;
    let id = ask(&server, alice(&server).await).await.1.expect("recorded");
    let explain = async || fine(&server, &["explain", &id.to_string()]).await;
    let said = explain().await;
    let line = |said: &str, name: &str, value: &str| {
        let line = format!("{name:<12}  {value}");
        assert!(said.lines().any(|other| other == line), "{line}\n{said}");
    };
    line(&said, "asked by", "client gate");
    line(&said, "subject", &format!("User::\"{}\"", alice(&server).await));
    line(&said, "action", "Action::\"read\"");
    line(&said, "context", "minute = 720");
    line(&said, "decided", "deny, by staff");
    line(&said, "  reason", "Staff only.");
    line(&said, "version", &version.to_string());
    line(&said, "again", "deny, by staff");
    assert!(said.contains("staff:\n") && said.contains("unless { principal in Group::\"staff\" }"));
    assert!(!said.contains("in force"), "{said}");

    let newer = save(&server, OWNER).await;
    let said = explain().await;
    line(&said, "again", "deny, by staff");
    line(&said, "in force", &newer.to_string());
    line(&said, "now", "permit, by owner");
    let (code, _, errors) = policy(&server, &["explain", &Uuid::nil().to_string()]).await;
    assert!(code == 1 && errors.contains("no decision"), "{errors}");
}

#[tokio::test]
async fn a_change_shows_which_recorded_decisions_it_alters() {
    let server = configured("[access]\nrecord_decisions = \"all\"").await;
    save(&server, OWNER).await;
    let mine = alice(&server).await;
    for owner in [mine, mine, Uuid::nil()] {
        ask(&server, owner).await;
    }
    let diff = async |policies_are: &str| {
        let folder = policies(policies_are);
        let mut command = command(&server.database.url);
        command.env("SIGNET_ACCESS__RECORD_DECISIONS", "all");
        let (code, printed, errors) = run(command.args(["policy", "diff", path(&folder)])).await;
        assert_eq!(code, 0, "{errors}");
        printed
    };
    assert_eq!(diff(OWNER).await, "0 of 3 recorded decisions change\n");
    let stricter = diff(&(OWNER.to_owned() + STAFF)).await;
    let expected = format!(
        "permit → deny  User::\"{mine}\" Action::\"read\" Document::\"plan\"\n    before: owner\n    after: staff\n    \
         2 times\n2 of 3 recorded decisions change\n"
    );
    assert_eq!(stricter, expected);
    let wider =
        "@id(\"all\") permit (principal, action == Action::\"read\", resource is Document);";
    let wider = diff(&(OWNER.to_owned() + wider)).await;
    assert!(wider.starts_with("deny → permit"), "{wider}");
    assert!(wider.contains("before: no policy\n    after: all\n1 of 3"), "{wider}");
    // What the schema no longer fits cannot be asked.
    let (code, printed, _) =
        policy(&server, &["diff", path(&policies(OWNER)), "--last", "1"]).await;
    assert_eq!(code, 0);
    assert!(printed.contains("0 of 1 recorded") && printed.contains("access.record_decisions"));
}

const NOT_SPA: &str = "@id(\"not-spa\") @reason(\"Not before <b>Monday</b>.\")
forbid (principal, action == Signet::Action::\"sign_in\", resource == Client::\"spa\")
unless { principal in Group::\"staff\" };";

async fn open(browser: &mut Browser, changes: &[(&str, &str)]) -> Answer {
    let answer = browser.get(&authorize_path(changes)).await;
    browser.follow(answer).await
}

#[tokio::test]
async fn whom_a_policy_forbids_to_sign_in_is_told_so_and_the_client_as_well() {
    let server = Server::start().await;
    let mut browser = server.signed_in().await;
    save(&server, NOT_SPA).await;
    let page = open(&mut browser, &[]).await;
    assert_eq!(page.status, 403, "{}", page.body);
    assert!(page.body.contains("id=\"refused\""), "{}", page.body);
    assert!(page.body.contains("Not before &#60;b&#62;Monday"), "{}", page.body);
    let answer = browser.submit(&page, &[("decision", "deny")]).await;
    let (_, told) = answer.callback();
    assert_eq!(told.get("error").map(String::as_str), Some("access_denied"), "{told:?}");

    let (_, told) = open(&mut browser, &[("prompt", "none")]).await.callback();
    assert_eq!(told.get("error").map(String::as_str), Some("access_denied"), "{told:?}");
    // It is on record.
    server.app.decisions.flush().await;
    let rows = storage::decisions::list(&server.db, Uuid::max(), 10).await.expect("read");
    assert!(!rows.is_empty() && rows.iter().all(|row| row.caller.is_none() && !row.permitted));

    // Another account may.
    let page = open(&mut browser, &[]).await;
    let page = browser.submit(&page, &[("decision", "switch")]).await;
    assert!(page.body.contains("id=\"sign-in\""), "{}", page.body);
    admin::roles::put_group(&server.app, "staff", "").await.expect("added");
    admin::roles::join(&server.app, "staff", alice(&server).await, None).await.expect("in it");
    let page = browser.submit(&page, &[("identifier", EMAIL), ("password", PASSWORD)]).await;
    assert!(page.body.contains("id=\"allow\""), "{}", page.body);
}

#[tokio::test]
async fn consent_and_a_code_are_out_of_reach_of_whom_a_policy_forbids_to_sign_in() {
    let server = Server::start().await;
    let mut browser = server.signed_in().await;
    let page = open(&mut browser, &[]).await;
    assert!(page.body.contains("id=\"allow\""));
    save(&server, NOT_SPA).await;
    let page = browser.submit(&page, &[("decision", "allow")]).await;
    assert!(page.status == 403 && page.body.contains("id=\"refused\""), "{}", page.body);
    save(&server, OWNER).await;
    server.code(&mut browser, &[]).await;
}

#[tokio::test]
async fn a_policy_may_demand_a_second_factor_or_a_recent_sign_in_instead() {
    let server = configured("[sign_in]\nmfa = \"when_enrolled\"").await;
    let mut browser = server.signed_in().await;
    let step_up = |wants: &str, unless: &str| {
        format!(
            "@id(\"careful\") @step_up(\"{wants}\") forbid (principal, action == Signet::Action::\"sign_in\", resource is Client)
             unless {{ {unless} }};"
        )
    };
    let second = step_up("acr=aal2", "context has acr && context.acr == \"aal2\"");
    save(&server, &second).await;
    let page = open(&mut browser, &[]).await;
    assert!(page.body.contains("id=\"secret\""), "an authenticator is set up: {}", page.body);
    let (_, told) = open(&mut browser, &[("prompt", "none")]).await.callback();
    assert_eq!(told.get("error").map(String::as_str), Some("login_required"), "{told:?}");

    save(&server, &step_up("max_age=300", "context has auth_age && context.auth_age < 300")).await;
    let page = open(&mut browser, &[]).await;
    assert!(page.body.contains("id=\"allow\""), "it is recent: {}", page.body);
    server.advance(time::Duration::minutes(5));
    let page = open(&mut browser, &[]).await;
    assert!(page.body.contains("id=\"sign-in\""), "{}", page.body);
    let page = browser.submit(&page, &[("identifier", EMAIL), ("password", PASSWORD)]).await;
    assert!(page.body.contains("id=\"allow\""), "{}", page.body);

    // What no proof satisfies is a refusal, and no circle.
    save(&server, &step_up("max_age=300", "context has client")).await;
    let page = open(&mut browser, &[]).await;
    assert!(page.status == 403 && page.body.contains("id=\"refused\""), "{}", page.body);
}

#[tokio::test]
async fn policies_see_the_address_and_the_roles_of_clients() {
    let server = configured("[server]\ntrusted_proxies = [\"127.0.0.0/8\"]").await;
    let mut browser = server.signed_in().await;
    save(
        &server,
        "@id(\"inside\") forbid (principal, action == Signet::Action::\"sign_in\", resource in Role::\"internal\")
         unless { context has address && context.address.isInRange(ip(\"10.0.0.0/8\")) };",
    )
    .await;
    assert!(open(&mut browser, &[]).await.body.contains("id=\"allow\""));
    let role = signet::access::roles::Role {
        name: "internal".to_owned(),
        metadata: signet::access::roles::Metadata::default(),
    };
    admin::roles::put(&server.app, &role).await.expect("added");
    let client = admin::roles::Holder::Subject(Subject::Client(SPA.to_owned()));
    admin::roles::assign(&server.app, "internal", &client, None).await.expect("assigned");
    browser.address = Some("192.0.2.1".to_owned());
    assert_eq!(open(&mut browser, &[]).await.status, 403);
    browser.address = Some("10.1.2.3".to_owned());
    assert!(open(&mut browser, &[]).await.body.contains("id=\"allow\""));
}

#[test]
fn the_time_zone_is_one_that_there_is() {
    let read = |zone: &str| {
        let text = format!("[access]\ntime_zone = \"{zone}\"");
        signet::config::Config::read(&text, &Environment::default())
    };
    assert_eq!(
        format!("{:?}", read("Europe/Berlin").expect("valid").access.time_zone),
        "Europe/Berlin"
    );
    assert!(read("Mars/Olympus").is_err());
}
