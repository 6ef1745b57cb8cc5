//! Decisions on record: which, what of them, explained, and tried on other policies.

use serde_json::json;
use signet::{admin, storage};
use uuid::Uuid;

use super::{OWNER, STAFF, alice, ask, configured, fine, path, policies, policy, save};
use crate::support::{
    Server,
    process::{command, run},
};

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
