//! The Todo scenario of the `AuthZEN` working group's interoperability events.

use serde_json::{Value, json};

use super::{EVALUATION, EVALUATIONS, Pep, entity, kept, with};

const SCHEMA: &str = r"
    entity Part;
    entity User in [Group, Role, Part] = { email?: String };
    entity todo = { ownerID?: String };
    action can_read_user appliesTo { principal: User, resource: User };
    action can_read_todos, can_create_todo, can_update_todo, can_delete_todo
        appliesTo { principal: User, resource: todo };
";

const POLICIES: &str = r#"
    @id("people") permit(principal, action == Action::"can_read_user", resource);
    @id("viewers") permit(principal in Part::"viewer", action == Action::"can_read_todos", resource);
    @id("editors") permit(principal in Part::"editor",
        action in [Action::"can_read_todos", Action::"can_create_todo"], resource);
    @id("owners") permit(principal in Part::"editor",
        action in [Action::"can_update_todo", Action::"can_delete_todo"], resource)
        when { principal has email && resource has ownerID && resource.ownerID == principal.email };
    @id("admins") permit(principal in Part::"admin", action == Action::"can_delete_todo", resource);
    @id("geniuses") permit(principal in Part::"evil_genius", action == Action::"can_update_todo", resource);
"#;

const RICK: &str = "CiRmZDA2MTRkMy1jMzlhLTQ3ODEtYjdiZC04Yjk2ZjVhNTEwMGQSBWxvY2Fs";
const MORTY: &str = "CiRmZDE2MTRkMy1jMzlhLTQ3ODEtYjdiZC04Yjk2ZjVhNTEwMGQSBWxvY2Fs";
const SUMMER: &str = "CiRmZDI2MTRkMy1jMzlhLTQ3ODEtYjdiZC04Yjk2ZjVhNTEwMGQSBWxvY2Fs";
const BETH: &str = "CiRmZDM2MTRkMy1jMzlhLTQ3ODEtYjdiZC04Yjk2ZjVhNTEwMGQSBWxvY2Fs";
const JERRY: &str = "CiRmZDQ2MTRkMy1jMzlhLTQ3ODEtYjdiZC04Yjk2ZjVhNTEwMGQSBWxvY2Fs";

/// Who there is: subject, address, parts.
const PEOPLE: [(&str, &str, &[&str]); 5] = [
    (RICK, "rick@the-citadel.com", &["editor", "admin", "evil_genius"]),
    (MORTY, "morty@the-citadel.com", &["editor"]),
    (SUMMER, "summer@the-smiths.com", &["editor"]),
    (BETH, "beth@the-smiths.com", &["viewer"]),
    (JERRY, "jerry@the-smiths.com", &["viewer"]),
];

async fn pdp() -> Pep {
    let people = PEOPLE.map(|(subject, email, parts)| {
        let parts: Vec<_> = parts.iter().map(|&part| ("Part", part)).collect();
        kept("User", subject, json!({ "email": email }), &parts)
    });
    Pep::with(SCHEMA, POLICIES, json!(people)).await
}

fn todo(owner: &str) -> Value {
    with("todo", "7240d0db-8ff0-41ec-98b2-34a096273b92", json!({ "ownerID": owner }))
}

#[tokio::test]
async fn each_decides_as_expected() {
    let pdp = pdp().await;
    let rick = "rick@the-citadel.com";
    // Creating, updating another's (for Rick, Morty's) and one's own, deleting the same.
    let expected = [
        (RICK, [true, true, true, true, true]),
        (MORTY, [true, false, true, false, true]),
        (SUMMER, [true, false, true, false, true]),
        (BETH, [false, false, false, false, false]),
        (JERRY, [false, false, false, false, false]),
    ];
    for ((subject, email, _), (_, [create, update, update_own, delete, delete_own])) in
        PEOPLE.into_iter().zip(expected)
    {
        let other = if subject == RICK { "morty@the-citadel.com" } else { rick };
        for (action, resource, expected) in [
            ("can_read_user", entity("user", "beth@the-smiths.com"), true),
            ("can_read_user", entity("user", email), true),
            ("can_read_todos", entity("todo", "todo-1"), true),
            ("can_create_todo", entity("todo", "todo-1"), create),
            ("can_update_todo", todo(other), update),
            ("can_update_todo", todo(email), update_own),
            ("can_delete_todo", todo(other), delete),
            ("can_delete_todo", todo(email), delete_own),
        ] {
            let body = json!({
                "subject": entity("user", subject), "action": { "name": action }, "resource": resource,
            });
            let answer = pdp.ask(EVALUATION, &body).await;
            assert_eq!(answer["decision"], expected, "{email} {action} {resource}: {answer}");
        }
    }
}

#[tokio::test]
async fn batches_decide_the_same() {
    let pdp = pdp().await;
    for (subject, owners, expected) in [
        (RICK, ["rick@the-citadel.com", "jerry@the-smiths.com"], [true, true]),
        (MORTY, ["rick@the-citadel.com", "morty@the-citadel.com"], [false, true]),
        (JERRY, ["rick@the-citadel.com", "jerry@the-smiths.com"], [false, false]),
    ] {
        let evaluations = owners.map(|owner| json!({ "resource": todo(owner) }));
        let body = json!({
            "subject": entity("user", subject), "action": { "name": "can_update_todo" },
            "evaluations": evaluations,
        });
        let answer = pdp.ask(EVALUATIONS, &body).await;
        for (at, expected) in expected.into_iter().enumerate() {
            assert_eq!(answer["evaluations"][at]["decision"], expected, "{subject} {at}");
        }
    }
}
