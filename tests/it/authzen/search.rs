//! The Search scenario of the `AuthZEN` working group's interoperability events: every question that it lists.

use serde_json::json;

use super::{ACTIONS, Pep, RESOURCES, SUBJECTS, entity, kept};

const SCHEMA: &str = r"
    entity User in [Group, Role] = { role?: String, department?: String };
    entity record = { title: String, department: String, owner: User };
    action view, edit, delete appliesTo { principal: User, resource: record };
";

const POLICIES: &str = r#"
    @id("owners") permit(principal, action, resource is record) when { resource.owner == principal };
    @id("department") permit(principal, action == Action::"view", resource is record)
        when { principal has department && principal.department == resource.department };
    @id("managers-view") permit(principal, action == Action::"view", resource is record)
        when { principal has role && principal.role == "manager" };
    @id("managers-edit") permit(principal, action == Action::"edit", resource is record)
        when { principal has role && principal.role == "manager"
            && principal has department && principal.department == resource.department };
"#;

const PEOPLE: [(&str, &str, &str); 6] = [
    ("alice", "manager", "Sales"),
    ("bob", "employee", "Legal"),
    ("carol", "contractor", "Legal"),
    ("dan", "manager", "Finance"),
    ("erin", "employee", "Finance"),
    ("felix", "contractor", "Accounting"),
];

/// Departments of the records from 101 on; their owners are the people in turn.
const DEPARTMENTS: [&str; 20] = [
    "Legal",
    "Legal",
    "Legal",
    "Accounting",
    "Legal",
    "Accounting",
    "Sales",
    "Legal",
    "Accounting",
    "Sales",
    "Accounting",
    "Legal",
    "Sales",
    "Accounting",
    "Finance",
    "Legal",
    "Legal",
    "Accounting",
    "Legal",
    "Accounting",
];

/// Who may view, edit and delete each record, from 101 on.
const EXPECTED: [(&str, &str, &str); 20] = [
    ("alice bob carol dan", "alice", "alice"),
    ("alice bob carol dan", "bob", "bob"),
    ("alice bob carol dan", "carol", "carol"),
    ("alice dan felix", "dan", "dan"),
    ("alice bob carol dan erin", "erin", "erin"),
    ("alice dan felix", "felix", "felix"),
    ("alice dan", "alice", "alice"),
    ("alice bob carol dan", "bob", "bob"),
    ("alice carol dan felix", "carol", "carol"),
    ("alice dan", "alice dan", "dan"),
    ("alice dan erin felix", "erin", "erin"),
    ("alice bob carol dan felix", "felix", "felix"),
    ("alice dan", "alice", "alice"),
    ("alice bob dan felix", "bob", "bob"),
    ("alice carol dan erin", "carol dan", "carol"),
    ("alice bob carol dan", "dan", "dan"),
    ("alice bob carol dan erin", "erin", "erin"),
    ("alice dan felix", "felix", "felix"),
    ("alice bob carol dan", "alice", "alice"),
    ("alice bob dan felix", "bob", "bob"),
];

fn allowed(at: usize, action: &str) -> Vec<&'static str> {
    let (view, edit, delete) = EXPECTED[at];
    let names = match action {
        "view" => view,
        "edit" => edit,
        _ => delete,
    };
    names.split(' ').collect()
}

#[tokio::test]
async fn all_that_is_asked_is_found() {
    let mut entities: Vec<_> = PEOPLE
        .iter()
        .map(|(id, role, department)| {
            kept("User", id, json!({ "role": role, "department": department }), &[])
        })
        .collect();
    entities.extend((0..20).map(|at| {
        let attributes = json!({
            "title": "A play", "department": DEPARTMENTS[at], "owner": { "type": "User", "id": PEOPLE[at % 6].0 },
        });
        kept("record", &(101 + at).to_string(), attributes, &[])
    }));
    let pep = Pep::with(SCHEMA, POLICIES, json!(entities)).await;
    let actions = ["view", "edit", "delete"];
    let records: Vec<String> = (101..121).map(|id: usize| id.to_string()).collect();
    for action in actions {
        for (at, record) in records.iter().enumerate() {
            let body = json!({
                "subject": { "type": "user" }, "action": { "name": action },
                "resource": entity("record", record),
            });
            assert_eq!(pep.find(SUBJECTS, &body).await, allowed(at, action), "{action} {record}");
        }
        for (person, ..) in PEOPLE {
            let body = json!({
                "subject": entity("user", person), "action": { "name": action },
                "resource": { "type": "record" },
            });
            let expected: Vec<&String> = (records.iter().enumerate())
                .filter(|(at, _)| allowed(*at, action).contains(&person))
                .map(|(_, record)| record)
                .collect();
            let found = pep.find(RESOURCES, &body).await;
            assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{person} {action}");
        }
    }
    for (person, ..) in PEOPLE {
        for (at, record) in records.iter().enumerate() {
            let body =
                json!({ "subject": entity("user", person), "resource": entity("record", record) });
            let mut found = pep.find(ACTIONS, &body).await;
            found.sort_by_key(|name| actions.iter().position(|action| action == name));
            let may = |action: &&&str| allowed(at, action).contains(&person);
            let expected: Vec<&&str> = actions.iter().filter(may).collect();
            assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{person} {record}");
        }
    }
}
