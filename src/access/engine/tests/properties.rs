//! Filing policies changes no decision, and roles permit what a plain walk of their graph finds.

use proptest::prelude::*;

use super::*;

/// Some policies over few names, so that many of them meet.
fn any_policy(at: usize) -> impl Strategy<Value = String> {
    let principals = [
        "principal",
        "principal == User::\"{alice}\"",
        "principal in Role::\"r0\"",
        "principal in Role::\"r1\"",
        "principal is User in Group::\"staff\"",
        "principal is Client",
    ];
    let actions =
        ["action", "action == Action::\"read\"", "action in [Action::\"read\", Action::\"write\"]"];
    let resources = [
        "resource",
        "resource == Document::\"d0\"",
        "resource in Folder::\"f\"",
        "resource is Folder",
        "resource is Document in Folder::\"f\"",
    ];
    let conditions = ["", " when { context.minute < 480 }", " when { context has acr }"];
    let of = |choices: &'static [&'static str]| prop::sample::select(choices.to_vec());
    (
        any::<bool>(),
        of(principals.to_vec().leak()),
        of(actions.to_vec().leak()),
        of(resources.to_vec().leak()),
        of(conditions.to_vec().leak()),
    )
        .prop_map(move |(permit, principal, action, resource, condition)| {
            let effect = if permit { "permit" } else { "forbid" };
            let principal = principal.replace("{alice}", &ALICE.to_string());
            format!("@id(\"p{at}\") {effect}({principal}, {action}, {resource}){condition};\n")
        })
}

fn any_policies() -> impl Strategy<Value = String> {
    (0usize..12)
        .prop_flat_map(|count| (0..count).map(any_policy).collect::<Vec<_>>())
        .prop_map(|all| all.concat())
}

proptest! {
    #[test]
    fn filing_changes_no_decision(
        policies in any_policies(), minute in prop::sample::select(vec![0, 720]), acr: bool, write: bool,
        document_at in 0usize..2, inside: bool, names in prop::collection::btree_set(0usize..3, 0..3),
    ) {
        let roles = Roles::new(vec![role("r0", &[], &[]), role("r1", &["r0"], &[]), role("r2", &["r1"], &[])]);
        let engine = engine(&policies, &roles);
        let names: Vec<String> = names.into_iter().map(|at| format!("r{at}")).collect();
        let principal = alice(&engine, &roles, &names.iter().map(String::as_str).collect::<Vec<_>>());
        let mut thing = document(&format!("d{document_at}"), json!({}));
        if !inside { thing.parents.clear(); }
        let mut told = json!({ "minute": minute });
        if acr { told["acr"] = json!("aal2"); }
        let action = if write { "Action::\"write\"" } else { "Action::\"read\"" };
        let outcome = ask(&engine, &principal, action, &thing, told.clone());

        // All policies at once, as Cedar decides.
        let source = Source { schema: SCHEMA.to_owned(), policies, ..Source::default() };
        let all = source.parse(&roles).expect("policies").policies;
        let entities = engine.with(&principal.entities, &name(action), &thing, &[]).expect("entities");
        told["now"] = json!("2030-01-01T12:00:00Z");
        told["weekday"] = json!(2);
        let Value::Object(told) = told else { unreachable!() };
        let context = engine.context(&name(action), told).expect("a context");
        let request = Request::new(principal.uid.clone(), name(action), thing.uid.clone(), context, None).expect("a request");
        let expected = Authorizer::new().is_authorized(&request, &all, &entities);
        prop_assert_eq!(outcome.permitted, expected.decision() == cedar_policy::Decision::Allow);
        let reasons: BTreeSet<String> = expected.diagnostics().reason().map(ToString::to_string).collect();
        prop_assert_eq!(outcome.policies, reasons);
    }

    #[test]
    fn roles_permit_what_a_plain_walk_of_their_graph_finds(
        graph in prop::collection::vec((prop::collection::btree_set(0usize..8, 0..3), prop::collection::btree_set(0usize..5, 0..3)), 8),
        held_roles in prop::collection::btree_set(0usize..8, 0..4),
    ) {
        let names: Vec<String> = (0..8).map(|at| format!("r{at}")).collect();
        let permissions: Vec<String> = (0..5).map(|at| format!("api:p{at}")).collect();
        // A role inherits those after it, as a circle is refused when it is saved.
        let inherits: Vec<Vec<usize>> = graph.iter().enumerate()
            .map(|(at, (edges, _))| edges.iter().copied().filter(|to| *to > at).collect()).collect();
        let roles = Roles::new((0..8).map(|at| {
            let up: Vec<&str> = inherits[at].iter().map(|to| names[*to].as_str()).collect();
            let own: Vec<&str> = graph[at].1.iter().map(|to| permissions[*to].as_str()).collect();
            role(&names[at], &up, &own)
        }).collect());
        let engine = engine("", &roles);
        let direct: Vec<&str> = held_roles.iter().map(|at| names[*at].as_str()).collect();
        let principal = alice(&engine, &roles, &direct);
        let api = Thing { uid: uid("Resource", API).expect("a name"), attributes: Map::new(), parents: Vec::new() };

        let mut reached = [false; 8];
        let mut left: Vec<usize> = held_roles.iter().copied().collect();
        while let Some(at) = left.pop() {
            if !std::mem::replace(&mut reached[at], true) { left.extend(&inherits[at]); }
        }
        for (at, permission) in permissions.iter().enumerate() {
            let expected = (0..8).any(|role| reached[role] && graph[role].1.contains(&at));
            let outcome = ask(&engine, &principal, &format!("Action::\"{permission}\""), &api, json!({}));
            prop_assert_eq!(outcome.permitted, expected, "{}", permission);
            let held: BTreeSet<&str> = principal.roles.iter().map(String::as_str).collect();
            prop_assert_eq!(roles.permissions(&held, API).contains(permission.as_str()), expected);
        }
    }
}
