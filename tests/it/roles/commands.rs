//! `signet role`, `signet group`, `signet user`; and what people see of it.

use serde_json::{Value, json};
use signet::storage;
use time::Duration;

use super::{alice, start};
use crate::support::{
    Server,
    process::{command, run},
};

async fn signet(server: &Server, arguments: &[&str]) -> (i32, String, String) {
    run(command(&server.database.url).args(arguments)).await
}

/// Runs a command that must succeed. What it prints.
async fn fine(server: &Server, arguments: &[&str]) -> String {
    let (code, printed, errors) = signet(server, arguments).await;
    assert_eq!(code, 0, "{arguments:?}: {errors}");
    printed
}

fn words(line: &str) -> Vec<&str> {
    line.split_whitespace().collect()
}

#[tokio::test]
async fn roles_are_set_listed_assigned_and_removed() {
    let server = start().await;
    let set = "role set owner --description Everything --inherits clerk --mfa always \
               --permission https://ledger.example.com=ledger:write --permission https://api.example.com=read";
    fine(&server, &words(set)).await;
    let listed = fine(&server, &["role", "list"]).await;
    for line in [
        "owner  Everything",
        "    inherits clerk",
        "    ledger:write at https://ledger.example.com",
        "    read at https://api.example.com",
        "    mfa always",
    ] {
        assert!(listed.lines().any(|other| other == line), "{line}: {listed}");
    }
    // The command's clock is the real one.
    fine(&server, &words("role assign owner --user alice --until 2999-01-01T00:00:00Z")).await;
    fine(&server, &words("role assign viewer --group staff")).await;
    fine(&server, &words("role assign owner --client service")).await;
    fine(&server, &words("group add staff alice --until 2998-01-01T00:00:00Z")).await;
    let holders = fine(&server, &["role", "holders", "owner"]).await;
    let id = alice(&server).await;
    assert!(holders.contains("client  service\n"), "{holders}");
    assert!(holders.contains(&format!("user  {id}  until 2999-01-01")), "{holders}");
    let members = fine(&server, &["group", "members", "staff"]).await;
    assert!(members.contains(&format!("{id}  alice@example.com  until 2998-01-01")), "{members}");
    assert!(fine(&server, &["group", "list"]).await.contains("staff  1 in it  Everyone employed"));

    let set = [
        "user",
        "set",
        "alice",
        "--attribute",
        "department=\"sales\"",
        "--attribute",
        "clearance=3",
    ];
    fine(&server, &set).await;
    let shown = fine(&server, &["user", "show", "alice"]).await;
    for (what, value) in [
        ("attributes", r#"{"clearance":3,"department":"sales"}"#),
        ("group", "staff  until 2998-01-01"),
        ("role", "owner  until 2999-01-01"),
        ("role", "viewer  by group staff  until 2998-01-01"),
    ] {
        let line = format!("{what:<15}  {value}");
        assert!(shown.lines().any(|other| other.starts_with(&line)), "{line}: {shown}");
    }
    fine(&server, &["user", "set", "alice", "--attribute", "clearance="]).await;
    let said = storage::users::attributes(&server.db, id).await.expect("read");
    assert_eq!(said, Some(json!({ "department": "sales" })));

    fine(&server, &words("role unassign owner --user alice")).await;
    fine(&server, &words("group remove staff alice")).await;
    fine(&server, &words("role delete owner")).await;
    fine(&server, &words("group delete staff")).await;
    let shown = fine(&server, &["user", "show", "alice"]).await;
    assert!(!shown.contains("owner") && !shown.contains("staff"), "{shown}");
    assert_eq!(fine(&server, &["role", "holders", "owner"]).await, "");

    // Each of it is on record, with who did it.
    let sql = "SELECT kind, count(*) FROM audit_events WHERE detail ? 'actor' GROUP BY kind";
    let rows = sqlx::query_as::<_, (String, i64)>(sql).fetch_all(&server.db).await.expect("read");
    let count = |kind: &str| rows.iter().find(|row| row.0 == kind).map_or(0, |row| row.1);
    for (kind, expected) in
        [("role.assigned", 3), ("role.unassigned", 1), ("group.joined", 1), ("group.left", 1)]
    {
        assert_eq!(count(kind), expected, "{kind}: {rows:?}");
    }
}

#[tokio::test]
async fn what_cannot_be_is_refused_and_named() {
    let server = start().await;
    for (arguments, status, named) in [
        ("role set two@once! ", 1, "two@once!"),
        ("role set new --inherits nobody", 1, "no role nobody"),
        ("role set viewer --inherits clerk", 1, "clerk inherits viewer"),
        ("role set new --permission orders:read", 1, "RESOURCE=PERMISSION"),
        ("role set new --permission https://nowhere=x", 1, "no resource https://nowhere"),
        ("role set new --mfa sometimes", 2, "sometimes"),
        ("role delete nobody", 1, "no role nobody"),
        ("role delete viewer", 1, "clerk inherits viewer"),
        ("role assign viewer", 2, "--user"),
        ("role assign viewer --user alice --client service", 2, "--client"),
        ("role assign viewer --user nobody", 1, "nobody"),
        ("role assign viewer --group nowhere", 1, "nowhere"),
        ("role assign viewer --client nothing", 1, "nothing"),
        ("role assign nobody --user alice", 1, "no role nobody"),
        ("role assign viewer --user alice --until tomorrow", 2, "2030-01-01T00:00:00Z"),
        ("role assign viewer --user alice --until 2001-01-01T00:00:00Z", 1, "over"),
        ("role unassign viewer --user alice", 1, "does not have"),
        ("group set no!", 1, "no!"),
        ("group delete nowhere", 1, "nowhere"),
        ("group add nowhere alice", 1, "nowhere"),
        ("group add staff nobody", 1, "nobody"),
        ("group add staff alice --until 2001-01-01T00:00:00Z", 1, "over"),
        ("group remove staff alice", 1, "not in the group staff"),
        ("user set alice --attribute department", 2, "KEY=JSON"),
        ("user set alice --attribute department=sales", 2, "quotation marks"),
        ("user set alice --attribute ratio=0.5", 1, "ratio"),
        ("user set alice --attribute email=1", 1, "email"),
    ] {
        let (code, _, errors) = signet(&server, &words(arguments)).await;
        assert_eq!(code, status, "{arguments}: {errors}");
        assert!(errors.contains(named), "{arguments}: {errors}");
    }
    let id = alice(&server).await;
    let held = storage::roles::of(&server.db, "user", &id.to_string()).await.expect("read");
    assert!(held.is_empty());
}

#[tokio::test]
async fn an_attribute_that_does_not_fit_the_schema_of_the_policies_is_refused() {
    let server = start().await;
    let source = signet::access::source::Source {
        schema: "entity User in [Group, Role] = { clearance?: Long };".to_owned(),
        ..signet::access::source::Source::default()
    };
    signet::admin::policies::save(&server.app, &source, "a schema").await.expect("saved");
    let set = |value: &'static str| ["user", "set", "alice", "--attribute", value];
    let (code, _, errors) = signet(&server, &set("clearance=\"high\"")).await;
    assert_eq!(code, 1);
    assert!(errors.contains("does not fit the schema"), "{errors}");
    fine(&server, &set("clearance=3")).await;
    // What the schema does not know may come to be known.
    fine(&server, &set("shoe_size=\"large\"")).await;
}

#[tokio::test]
async fn people_download_what_they_hold_and_nothing_of_it_is_left_of_whoever_leaves() {
    let server = start().await;
    let id = alice(&server).await;
    let text = "[[group]]\nname = \"staff\"\nroles = [\"viewer\"]\n\
                [[user]]\nemail = \"alice@example.com\"\nemail_verified = true\nusername = \"alice\"\n\
                name = \"Alice Example\"\nroles = [\"clerk\"]\ngroups = [\"staff\"]\nattributes = { clearance = 3 }";
    server.apply(text).await;
    let mut browser = server.signed_in().await;
    let answer = browser.get("/account/export").await;
    let all: Value = serde_json::from_str(&answer.body).expect("JSON");
    assert_eq!(all["groups"][0]["name"], "staff");
    assert_eq!(all["account"]["attributes"], json!({ "clearance": 3 }));
    let roles = all["roles"].as_array().expect("roles");
    let roles: Vec<_> = roles.iter().map(|role| (&role["role"], &role["by_group"])).collect();
    assert_eq!(roles, [(&json!("clerk"), &Value::Null), (&json!("viewer"), &json!("staff"))]);

    let now = server.clock.now();
    let end = now + Duration::minutes(15);
    storage::deletion::schedule(&server.db, id, now, now, end).await.expect("scheduled");
    assert!(storage::deletion::delete(&server.db, id, now, end).await.expect("removed"));
    for sql in [
        "SELECT count(*) FROM role_assignments WHERE subject_kind = 'user'",
        "SELECT count(*) FROM group_members",
    ] {
        let left: i64 = sqlx::query_scalar(sql).fetch_one(&server.db).await.expect("counted");
        assert_eq!(left, 0, "{sql}");
    }
    server.follow().await;
    let subject = signet::access::principal::Subject::User(id);
    let principal = server.app.replica.principal(&subject, now).await.expect("read");
    assert!(principal.is_none());
}
