//! What Signet itself asks policies about. Each is permitted unless an operator's policy forbids it: without policies, all is
//! as if there were none. Only a site behind the gate may be set to want a policy that permits.

use std::{collections::BTreeMap, str::FromStr};

use cedar_policy::{
    ActionConstraint, EntityTypeName, EntityUid, Policy, PolicyId, PrincipalConstraint,
    ResourceConstraint, Schema,
};

use super::{engine::uid, schema::Vocabulary, source::Problem};

/// Something that Signet does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// A person signs in to a client.
    SignIn,
    /// Someone sends a request to a site behind the gate.
    Request,
    /// A client gets a token with a scope.
    GrantScope,
    /// An API key is exchanged for a token for its API.
    ExchangeToken,
}

impl Flow {
    /// Every one.
    pub const ALL: [Self; 4] = [Self::SignIn, Self::Request, Self::GrantScope, Self::ExchangeToken];

    const fn name(self) -> &'static str {
        match self {
            Self::SignIn => "sign_in",
            Self::Request => "request",
            Self::GrantScope => "grant_scope",
            Self::ExchangeToken => "exchange_token",
        }
    }

    /// The types of whoever does it, and of what it is done to.
    const fn types(self) -> (&'static [&'static str], &'static str) {
        match self {
            Self::SignIn => (&["User"], "Client"),
            Self::Request | Self::GrantScope => (&["User", "Client"], "Client"),
            Self::ExchangeToken => (&["User", "Client"], "Resource"),
        }
    }

    /// In which circumstances Signet permits it.
    const fn condition(self) -> &'static str {
        match self {
            Self::SignIn | Self::GrantScope | Self::ExchangeToken => "",
            Self::Request => " when { !context.deny_by_default }",
        }
    }

    /// Its action. None cannot be: the type is a name.
    #[must_use]
    pub fn action(self) -> Option<EntityUid> {
        uid("Signet::Action", self.name())
    }
}

/// What permits them.
pub(super) fn permits() -> Result<Vec<Policy>, Problem> {
    let permit = |flow: Flow| {
        let id = PolicyId::new(format!("signet:{}", flow.name()));
        let (name, condition) = (flow.name(), flow.condition());
        let text = format!(
            "permit(principal, action == Signet::Action::\"{name}\", resource){condition};"
        );
        Policy::parse(Some(id), text).map_err(|error| Problem(error.to_string()))
    };
    Flow::ALL.into_iter().map(permit).collect()
}

/// Which of them policies may forbid.
#[derive(Debug, Default)]
pub(super) struct Reach {
    forbidden: Vec<Flow>,
    /// The policies that do so without naming an action, with what they speak of.
    unnamed: Vec<(String, Flow)>,
}

impl Reach {
    pub(super) fn of(forbids: &[Policy], vocabulary: &Vocabulary) -> Self {
        let mut reach = Self::default();
        let groups = vocabulary.schema().action_entities().ok();
        for flow in Flow::ALL {
            let Some(action) = flow.action() else { continue };
            let mut groups: Vec<&EntityUid> =
                groups.iter().filter_map(|all| all.ancestors(&action)).flatten().collect();
            groups.push(&action);
            for policy in forbids.iter().filter(|policy| applies(policy, flow, vocabulary.schema()))
            {
                let named = match policy.action_constraint() {
                    ActionConstraint::Any => {
                        reach.unnamed.push((policy.id().to_string(), flow));
                        true
                    }
                    ActionConstraint::Eq(uid) => uid == action,
                    ActionConstraint::In(uids) => uids.iter().any(|uid| groups.contains(&uid)),
                };
                if named && !reach.forbidden.contains(&flow) {
                    reach.forbidden.push(flow);
                }
            }
        }
        reach
    }

    pub(super) fn has(&self, flow: Flow) -> bool {
        self.forbidden.contains(&flow)
    }

    /// What may be a slip.
    pub(super) fn warnings(&self) -> Vec<String> {
        let mut unnamed: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for (id, flow) in &self.unnamed {
            let action = format!("Signet::Action::\"{}\"", flow.name());
            unnamed.entry(id).or_default().push(action);
        }
        let warning = |(id, actions): (&str, Vec<String>)| {
            let actions = actions.join(", ");
            format!("policy {id} names no action: it also decides on {actions}")
        };
        unnamed.into_iter().map(warning).collect()
    }
}

/// Whether a policy's scope has room for the types of a flow.
fn applies(policy: &Policy, flow: Flow, schema: &Schema) -> bool {
    let (principals, resource) = flow.types();
    let within = |kind: &str, uid: &EntityUid| {
        let is = |other: &EntityTypeName| other.to_string() == kind;
        let types = EntityTypeName::from_str(kind).ok();
        let mut above = types.iter().filter_map(|kind| schema.ancestors(kind)).flatten();
        is(uid.type_name()) || above.any(|above| above == uid.type_name())
    };
    let principal = match policy.principal_constraint() {
        PrincipalConstraint::Is(kind) => principals.contains(&kind.to_string().as_str()),
        PrincipalConstraint::IsIn(kind, uid) => {
            let mut principals = principals.iter().filter(|name| **name == kind.to_string());
            principals.any(|name| within(name, &uid))
        }
        PrincipalConstraint::Eq(uid) => principals.contains(&uid.type_name().to_string().as_str()),
        PrincipalConstraint::In(uid) => principals.iter().any(|name| within(name, &uid)),
        PrincipalConstraint::Any => true,
    };
    let resource = match policy.resource_constraint() {
        ResourceConstraint::Is(kind) => kind.to_string() == resource,
        ResourceConstraint::IsIn(kind, uid) => {
            kind.to_string() == resource && within(resource, &uid)
        }
        ResourceConstraint::Eq(uid) => uid.type_name().to_string() == resource,
        ResourceConstraint::In(uid) => within(resource, &uid),
        ResourceConstraint::Any => true,
    };
    principal && resource
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::{engine::Engine, roles::Roles, source::Source};

    fn engine(policies: &str) -> Engine {
        let schema =
            "entity Document; action read appliesTo { principal: User, resource: Document };";
        let source = Source {
            schema: schema.to_owned(),
            policies: policies.to_owned(),
            ..Source::default()
        };
        Engine::new(&source, &Roles::default()).expect("policies")
    }

    #[test]
    fn only_what_a_policy_may_forbid_is_asked_about() {
        for (policy, expected) in [
            ("", false),
            ("@id(\"a\") permit(principal, action, resource);", false),
            ("@id(\"a\") forbid(principal, action == Action::\"read\", resource);", false),
            ("@id(\"a\") forbid(principal, action, resource is Document);", false),
            ("@id(\"a\") forbid(principal is Client, action, resource);", false),
            ("@id(\"a\") forbid(principal == Client::\"c\", action, resource);", false),
            ("@id(\"a\") forbid(principal, action, resource == Document::\"1\");", false),
            ("@id(\"a\") forbid(principal, action, resource in Document::\"1\");", false),
            ("@id(\"a\") forbid(principal in Document::\"1\", action, resource);", false),
            ("@id(\"a\") forbid(principal, action, resource);", true),
            ("@id(\"a\") forbid(principal, action, resource in Role::\"r\");", true),
            (
                "@id(\"a\") forbid(principal is User in Role::\"r\", action, resource == Client::\"c\");",
                true,
            ),
            ("@id(\"a\") forbid(principal in Group::\"g\", action, resource is Client);", true),
            (
                "@id(\"a\") forbid(principal, action == Signet::Action::\"sign_in\", resource);",
                true,
            ),
            (
                "@id(\"a\") forbid(principal, action in [Action::\"read\", Signet::Action::\"sign_in\"], resource);",
                true,
            ),
        ] {
            assert_eq!(engine(policy).may_forbid(Flow::SignIn), expected, "{policy}");
        }
        let clients = engine("@id(\"a\") forbid(principal is Client, action, resource is Client);");
        for (flow, expected) in [
            (Flow::Request, true),
            (Flow::GrantScope, true),
            (Flow::SignIn, false),
            (Flow::ExchangeToken, false),
        ] {
            assert_eq!(clients.may_forbid(flow), expected, "{flow:?}");
        }
        let apis = engine(
            "@id(\"a\") forbid(principal is Client, action, resource == Resource::\"https://a\");",
        );
        assert!(apis.may_forbid(Flow::ExchangeToken) && !apis.may_forbid(Flow::GrantScope));
    }

    #[test]
    fn a_policy_that_names_no_action_is_pointed_out() {
        let warned = engine("@id(\"all\") forbid(principal, action, resource);").warnings();
        assert!(warned.len() == 1 && warned[0].contains("policy all"), "{warned:?}");
        assert!(warned[0].contains("sign_in") && warned[0].contains("request"), "{warned:?}");
        let named =
            "@id(\"a\") forbid(principal, action == Signet::Action::\"sign_in\", resource);";
        assert!(engine(named).warnings().is_empty());
    }
}
