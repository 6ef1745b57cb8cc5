//! `signet policy`: examples, what is wrong, versions, and tests.

use std::{fs, path::Path, time::Duration};

use serde_json::{Value, json};
use signet::config::Environment;
use uuid::Uuid;

use super::{OWNER, SCHEMA, STAFF, alice, ask, fine, folder, path, policies, policy, save};
use crate::support::{
    Server,
    process::{command, run},
};

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
    assert!(count >= 11, "{count}");
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

#[tokio::test]
async fn the_last_activation_counts_also_within_a_moment_and_by_a_clock_that_is_behind() {
    let server = Server::start().await;
    let first = save(&server, OWNER).await;
    let current = async || {
        let row = signet::storage::policies::current(&server.db).await.expect("read");
        row.expect("one is in force").id
    };
    for _ in 0..8 {
        let next = save(&server, STAFF).await;
        assert_eq!(current().await, next);
        signet::admin::policies::activate(&server.app, first).await.expect("there");
        assert_eq!(current().await, first);
    }
    server.advance(time::Duration::minutes(-1));
    let next = save(&server, STAFF).await;
    assert_eq!(current().await, next);
}
