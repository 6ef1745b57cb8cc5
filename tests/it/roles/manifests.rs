//! `[[role]]`, `[[group]]`, and who holds them, in manifests.

use serde_json::json;
use signet::{
    access::principal::Subject,
    admin::{
        manifest::{self, Change, Manifest},
        roles,
    },
    storage,
};
use time::Duration;

use super::{ROLES, alice, assign, client, start, user};
use crate::support::{EMAIL, SERVICE, Server};

/// What would be done, without what stays.
async fn plan(server: &Server, text: &str) -> Result<Vec<String>, String> {
    let manifest = Manifest::parse(text).map_err(|error| error.to_string())?;
    let plan = manifest::plan(&server.db, &manifest).await.map_err(|error| error.to_string())?;
    let changes = plan.iter().filter(|step| step.change != Change::Keep);
    Ok(changes.map(ToString::to_string).collect())
}

/// An entry of Alice's.
fn entry(more: &str) -> String {
    format!(
        "[[user]]\nemail = \"{EMAIL}\"\nemail_verified = true\nusername = \"alice\"\nname = \"Alice Example\"\n{more}\n"
    )
}

/// An entry of the service's.
fn service(more: &str) -> String {
    format!(
        "[[client]]\nclient_id = \"{SERVICE}\"\nclient_name = \"Service\"\n\
         token_endpoint_auth_method = \"client_secret_basic\"\ngrant_types = [\"client_credentials\"]\n\
         scopes = [\"read\"]\nresources = [\"https://api.example.com\"]\n{more}\n"
    )
}

async fn held(server: &Server, kind: &str, subject: &str) -> Vec<(String, bool)> {
    let rows = storage::roles::of(&server.db, kind, subject).await.expect("read");
    rows.into_iter().map(|row| (row.role, row.expires_at.is_some())).collect()
}

fn pairs(expected: &[(&str, bool)]) -> Vec<(String, bool)> {
    expected.iter().map(|(name, ends)| ((*name).to_owned(), *ends)).collect()
}

#[tokio::test]
async fn a_manifest_says_roles_and_groups_and_a_second_time_changes_nothing() {
    let server = start().await;
    assert_eq!(plan(&server, ROLES).await, Ok(Vec::new()));
    let stored = roles::stored(&server.app).await.expect("read");
    let clerk = stored.get("clerk").expect("stored");
    assert_eq!(clerk.metadata.description, "Takes orders");
    assert!(stored.implied(["clerk"]).contains("viewer"));

    let changed = ROLES
        .replace("Takes orders", "Takes and changes orders")
        .replace("Everyone employed", "All")
        .replace("name = \"viewer\"", "name = \"viewer\"\nmfa = \"always\"");
    let steps = plan(&server, &changed).await.expect("a plan");
    assert_eq!(steps.len(), 3, "{steps:#?}");
    assert!(steps[0].contains("~ role viewer\n    mfa: null → \"always\""), "{steps:#?}");
    assert!(steps[1].contains("description: \"Takes orders\" → \"Takes and changes orders\""));
    assert!(steps[2].contains("description: \"Everyone employed\" → \"All\""), "{steps:#?}");
    // Nothing was done.
    assert_eq!(plan(&server, ROLES).await, Ok(Vec::new()));
    server.apply(&changed).await;
    assert_eq!(plan(&server, &changed).await, Ok(Vec::new()));
}

#[tokio::test]
async fn a_hierarchy_is_turned_around_by_one_manifest() {
    let server = start().await;
    let turned =
        "[[role]]\nname = \"viewer\"\ninherits = [\"clerk\"]\n[[role]]\nname = \"clerk\"\n";
    server.apply(turned).await;
    let stored = roles::stored(&server.app).await.expect("read");
    assert!(stored.implied(["viewer"]).contains("clerk"));
    assert!(!stored.implied(["clerk"]).contains("viewer"));
}

#[tokio::test]
async fn who_is_given_roles_has_exactly_these_and_who_is_not_keeps_theirs() {
    let server = start().await;
    let id = alice(&server).await;
    let in_a_year = server.clock.now() + Duration::days(365);
    assign(&server, "viewer", &user(id), Some(in_a_year)).await;
    assign(&server, "clerk", &user(id), Some(in_a_year)).await;
    assign(&server, "viewer", &client(SERVICE), None).await;
    roles::join(&server.app, "staff", id, None).await.expect("joined");

    // Nothing is said of them.
    server.apply(&format!("{}{}[[group]]\nname = \"staff\"", entry(""), service(""))).await;
    let subject = id.to_string();
    assert_eq!(held(&server, "user", &subject).await, pairs(&[("clerk", true), ("viewer", true)]));
    assert_eq!(held(&server, "client", SERVICE).await, pairs(&[("viewer", false)]));
    assert_eq!(storage::groups::of(&server.db, id).await.expect("read").len(), 1);

    let text = format!(
        "[[group]]\nname = \"staff\"\nroles = [\"viewer\"]\n[[group]]\nname = \"night\"\n{}{}",
        entry(
            "roles = [\"clerk\"]\ngroups = [\"night\"]\nattributes = { department = \"sales\", sites = [1, 2] }"
        ),
        service("roles = []"),
    );
    let steps = plan(&server, &text).await.expect("a plan").join("\n");
    for line in [
        "group staff\n    description: \"\" → \"\"",
        "    roles: + viewer",
        "+ group night",
        "    roles: + clerk",
        "    roles: - viewer",
        "    groups: + night",
        "    groups: - staff",
        "    department: null → \"sales\"",
    ] {
        // The description stays: only what differs is there.
        assert_eq!(steps.contains(line), !line.contains("\"\" →"), "{line}: {steps}");
    }
    server.apply(&text).await;
    assert_eq!(plan(&server, &text).await, Ok(Vec::new()));
    assert_eq!(held(&server, "user", &subject).await, pairs(&[("clerk", false)]));
    assert_eq!(held(&server, "client", SERVICE).await, pairs(&[]));
    assert_eq!(held(&server, "group", "staff").await, pairs(&[("viewer", false)]));
    let groups = storage::groups::of(&server.db, id).await.expect("read");
    assert_eq!(groups.iter().map(|row| row.group_name.as_str()).collect::<Vec<_>>(), ["night"]);
    let said = storage::users::attributes(&server.db, id).await.expect("read").expect("someone");
    assert_eq!(said, json!({ "department": "sales", "sites": [1, 2] }));
}

#[tokio::test]
async fn someone_new_holds_what_their_entry_says() {
    let server = start().await;
    let text = "[[user]]\nemail = \"carol@example.com\"\nroles = [\"clerk\"]\ngroups = [\"staff\"]\n\
                attributes = { clearance = 3 }";
    let steps = plan(&server, text).await.expect("a plan").join("\n");
    assert!(steps.contains("+ user carol@example.com\n    roles: + clerk"), "{steps}");
    server.apply(text).await;
    let id = storage::users::find(&server.db, "carol@example.com").await.expect("read");
    let subject = Subject::User(id.expect("added").id);
    let now = server.clock.now();
    let principal = server.app.replica.principal(&subject, now).await.expect("read");
    let principal = principal.expect("someone");
    assert_eq!(principal.roles, ["clerk", "viewer"].map(str::to_owned).into());
    assert_eq!(principal.groups, ["staff".to_owned()].into());
}

#[tokio::test]
async fn a_change_of_attributes_is_told_to_all_replicas() {
    let server = start().await;
    let changes = async || {
        let sql = "SELECT count(*) FROM changes WHERE kind = 'standing' AND key LIKE 'user:%'";
        sqlx::query_scalar::<_, i64>(sql).fetch_one(&server.db).await.expect("counted")
    };
    let before = changes().await;
    let text = entry("attributes = { department = \"sales\" }");
    let manifest = Manifest::parse(&text).expect("a manifest");
    let steps = manifest::plan(&server.db, &manifest).await.expect("a plan");
    manifest::apply(&server.app, steps).await.expect("applied");
    // One for the profile, which is written along, and one for them.
    assert_eq!(changes().await, before + 2);
}

#[tokio::test]
async fn what_is_wrong_is_named_and_nothing_is_done() {
    let server = start().await;
    let role = |more: &str| format!("[[role]]\nname = \"new\"\n{more}\n");
    for (text, named) in [
        (role("colour = 1"), "colour"),
        (role("mfa = \"sometimes\""), "mfa"),
        (role("inherits = [\"nobody\"]"), "there is no role nobody"),
        (role("inherits = [\"new\"]"), "new inherits new"),
        (
            role("inherits = [\"other\"]\n[[role]]\nname = \"other\"\ninherits = [\"new\"]"),
            "inherits",
        ),
        (
            role("[role.permissions]\n\"https://nowhere\" = [\"x\"]"),
            "there is no resource https://nowhere",
        ),
        (role("[role.permissions]\n\"https://api.example.com\" = [\"two words\"]"), "two words"),
        (format!("{}{}", role(""), role("")), "role new is there twice"),
        ("[[role]]\nname = \"two words\"".to_owned(), "two words"),
        ("[[role]]\ndescription = \"none\"".to_owned(), "name"),
        ("[[group]]\nname = \"two words\"".to_owned(), "two words"),
        ("[[group]]\nname = \"g\"\nmembers = []".to_owned(), "members"),
        (
            "[[group]]\nname = \"g\"\nroles = [\"nobody\"]".to_owned(),
            "group g: there is no role nobody",
        ),
        ("[[group]]\nname = \"g\"\n[[group]]\nname = \"g\"".to_owned(), "group g is there twice"),
        (entry("roles = [\"nobody\"]"), "there is no role nobody"),
        (entry("groups = [\"nowhere\"]"), "there is no group nowhere"),
        (entry("attributes = { ratio = 0.5 }"), "attribute ratio"),
        (entry("attributes = { administrator = true }"), "attribute administrator"),
        (service("roles = [\"nobody\"]"), "client service: there is no role nobody"),
        (service("groups = [\"staff\"]"), "client.groups"),
        (
            "[[resource]]\nidentifier = \"https://r\"\nname = \"R\"\naccess_claims = [\"colour\"]"
                .to_owned(),
            "colour",
        ),
    ] {
        let text = format!("[[group]]\nname = \"fine\"\n{text}");
        let problem = plan(&server, &text).await.expect_err(&text);
        assert!(problem.contains(named), "{text}: {problem}");
    }
    let groups = storage::groups::list(&server.db).await.expect("read");
    assert!(groups.iter().all(|group| group.name != "fine"));
}
