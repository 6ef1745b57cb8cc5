//! Which scopes policies let be granted: what they forbid is cut, as what roles do not permit is (RFC 6749 §3.3).

use std::borrow::Cow;

use serde_json::{Map, Value, json};

use super::{
    entitled::keep,
    inquiry::{self, Inquiry, Object, Ruling},
};
use crate::{
    access::{
        Flow,
        engine::{StepUp, Thing},
        principal::Subject,
    },
    app::App,
    clock::Timestamp,
    registry::{client::Client, scope},
    replica::Catalogue,
    storage,
};

/// Who asks for scopes, through what.
#[derive(Debug)]
pub struct Asking<'a> {
    /// Whose token it would be.
    pub subject: Subject,
    /// Who would get it.
    pub client: &'a Client,
    /// In which circumstances.
    pub told: Map<String, Value>,
    /// When.
    pub now: Timestamp,
}

/// What may be granted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Granting<'a> {
    /// Of the scopes, those that are left.
    pub scopes: Cow<'a, [String]>,
    /// Of the resources, those for which something is left, and those for which no scope was asked for.
    pub resources: Cow<'a, [String]>,
    /// What is to be proved for what is left; or that nothing is to be granted at all.
    pub ruling: Ruling,
}

impl Granting<'_> {
    /// Whether something is left out.
    #[must_use]
    pub const fn is_cut(&self) -> bool {
        matches!((&self.scopes, &self.resources), (Cow::Owned(_), _) | (_, Cow::Owned(_)))
    }
}

/// Asks policies about each scope at each resource that understands it. What would be permitted once the person has proved
/// something is left if `can_prove` says that they can be asked for that.
pub async fn of<'a, 'b>(
    app: &App,
    catalogue: &Catalogue,
    asking: impl FnOnce() -> Asking<'b>,
    scopes: &'a [String],
    resources: &'a [String],
    can_prove: impl Fn(&StepUp) -> bool,
) -> storage::Result<Granting<'a>> {
    if scopes.is_empty() || !inquiry::is_needed(app, Flow::GrantScope) {
        let (scopes, resources) = (Cow::Borrowed(scopes), Cow::Borrowed(resources));
        return Ok(Granting { scopes, resources, ruling: Ruling::Permitted });
    }
    let Asking { subject, client, told, now } = asking();
    let object = Object::Client(&client.id);
    let inquiry = Inquiry::open(app, Flow::GrantScope, &subject, object, now).await?;
    let ask = |scope: &str, at: Option<&str>| {
        let Some(inquiry) = &inquiry else { return Ruling::Forbidden(<_>::default()) };
        let mut told = told.clone();
        told.insert("scope".to_owned(), json!(scope));
        let api: Option<Thing> = at.and_then(|at| inquiry::resource(app, at));
        if let Some(at) = at {
            told.insert("resource".to_owned(), json!({ "type": "Resource", "id": at }));
        }
        inquiry.ask(app, told, api.as_slice())
    };
    Ok(cut(catalogue, scopes, resources, ask, can_prove))
}

/// What is left by what `ask` says of a scope, at a resource or at Signet itself.
fn cut<'a>(
    catalogue: &Catalogue,
    scopes: &'a [String],
    resources: &'a [String],
    ask: impl Fn(&str, Option<&str>) -> Ruling,
    can_prove: impl Fn(&StepUp) -> bool,
) -> Granting<'a> {
    let understood = |name: &str, resource: &str| {
        catalogue.get(resource).is_some_and(|resource| resource.has_scope(name))
    };
    let (mut left, mut ruling) = (Vec::new(), Ruling::Permitted);
    for name in scopes {
        let said = if scope::is_identity(name) {
            ask(name, None)
        } else {
            // One that two resources understand is in the token for both: each has to be permitted.
            let mut at = resources.iter().filter(|resource| understood(name, resource));
            at.try_fold(Ruling::Permitted, |so_far, at| match so_far.and(ask(name, Some(at))) {
                forbidden @ Ruling::Forbidden(_) => Err(forbidden),
                said => Ok(said),
            })
            .unwrap_or_else(|forbidden| forbidden)
        };
        match said {
            Ruling::Permitted => left.push(name.as_str()),
            Ruling::StepUp(step_up) if can_prove(&step_up) => {
                left.push(name);
                ruling = ruling.and(Ruling::StepUp(step_up));
            }
            // Nothing else is of use to a client that wants to know who someone is.
            Ruling::Forbidden(reasons) if name == scope::OPENID => {
                ruling = ruling.and(Ruling::Forbidden(reasons));
            }
            Ruling::StepUp(_) if name == scope::OPENID => {
                ruling = ruling.and(Ruling::Forbidden(<_>::default()));
            }
            Ruling::StepUp(_) | Ruling::Forbidden(_) => {}
        }
    }
    let is_there = |resource: &String| {
        let mut asked = scopes.iter().filter(|name| understood(name, resource)).peekable();
        asked.peek().is_none() || asked.any(|name| left.contains(&name.as_str()))
    };
    let resources = keep(resources, is_there);
    Granting { scopes: keep(scopes, |name| left.contains(&name.as_str())), resources, ruling }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::{registry::resource::Resource, storage::resources::ResourceRow};

    fn catalogue() -> Catalogue {
        let resource = |identifier: &str, scopes: &[&str]| {
            let scopes: Vec<_> = scopes.iter().map(|name| json!({ "name": name })).collect();
            let metadata = json!({ "name": "R", "scopes": scopes });
            let row = ResourceRow { identifier: identifier.to_owned(), metadata };
            Resource::from_row(row).expect("a resource")
        };
        Catalogue::new(vec![
            resource("https://a", &["read", "write"]),
            resource("https://b", &["read", "pay"]),
        ])
    }

    /// As policies would say: what is forbidden, and what wants a proof that can be asked for or not.
    fn ask(name: &str, at: Option<&str>) -> Ruling {
        let wants = |text: &str| Ruling::StepUp(StepUp::parse(text).expect(text));
        match (name, at) {
            ("write" | "profile", _) | ("read", Some("https://b")) => {
                Ruling::Forbidden(BTreeSet::from(["no".to_owned()]))
            }
            ("pay", _) => wants("acr=aal2"),
            ("email", _) => wants("max_age=5"),
            _ => Ruling::Permitted,
        }
    }

    /// Scopes and resources that are asked for, what is left of each, and what is said.
    type Case<'a> = (&'a [&'a str], &'a [&'a str], &'a [&'a str], &'a [&'a str], Ruling);

    #[test]
    fn what_is_forbidden_is_cut_and_resources_of_which_nothing_is_left() {
        let own = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
        let step_up = Ruling::StepUp(StepUp::parse("acr=aal2").expect("one"));
        let (a, b) = ("https://a", "https://b");
        let cases: [Case<'_>; 9] = [
            (&["openid", "read"], &[a], &["openid", "read"], &[a], Ruling::Permitted),
            (&["openid", "write"], &[a], &["openid"], &[], Ruling::Permitted),
            (&["read", "write"], &[a], &["read"], &[a], Ruling::Permitted),
            (&["profile", "offline_access"], &[], &["offline_access"], &[], Ruling::Permitted),
            // Read at one would be read at the other.
            (&["read", "write"], &[a, b], &[], &[], Ruling::Permitted),
            (&["read", "pay"], &[b], &["pay"], &[b], step_up.clone()),
            (&["email", "pay"], &[b], &["pay"], &[b], step_up),
            // Not asked for at all.
            (&["openid"], &[a], &["openid"], &[a], Ruling::Permitted),
            // Of no resource here: it is in no token for these.
            (&["pay", "read"], &[a], &["pay", "read"], &[a], Ruling::Permitted),
        ];
        for (scopes, resources, left, at, ruling) in cases {
            let (scopes, resources) = (own(scopes), own(resources));
            let provable = |step_up: &StepUp| step_up.acr.is_some();
            let granting = cut(&catalogue(), &scopes, &resources, ask, provable);
            assert_eq!(granting.scopes, own(left), "{scopes:?} {resources:?}");
            assert_eq!(granting.resources, own(at), "{scopes:?} {resources:?}");
            assert_eq!(granting.ruling, ruling, "{scopes:?} {resources:?}");
            assert_eq!(granting.is_cut(), *left != *scopes || *at != *resources);
        }
    }

    #[test]
    fn without_openid_nothing_is_granted_to_who_asked_for_it() {
        let scopes = ["openid".to_owned(), "read".to_owned()];
        let reasons = BTreeSet::from(["not you".to_owned()]);
        let said = |ruling: Ruling| {
            let ask = move |name: &str, _: Option<&str>| match name {
                "openid" => ruling.clone(),
                _ => Ruling::Permitted,
            };
            cut(&catalogue(), &scopes, &[], ask, |step_up| step_up.acr.is_some()).ruling
        };
        let forbidden = Ruling::Forbidden(reasons);
        assert_eq!(said(forbidden.clone()), forbidden);
        let wants = |text: &str| Ruling::StepUp(StepUp::parse(text).expect(text));
        assert_eq!(said(wants("acr=aal2")), wants("acr=aal2"));
        assert_eq!(said(wants("max_age=5")), Ruling::Forbidden(BTreeSet::new()));
    }
}
