//! The values of claims about a person (OpenID Connect Core §5.1, §5.4). What is not known is absent, not null.

use serde_json::{Map, Value};

use crate::{
    identity::profile::Profile,
    registry::claim::{self, Claim},
    storage::profiles::PersonRow,
};

/// The claims of a person that are among `wanted`.
#[must_use]
pub fn of(person: &PersonRow, wanted: impl Fn(&Claim) -> bool) -> Map<String, Value> {
    let profile = Profile::read(&person.profile);
    let wanted = claim::STANDARD.iter().filter(|claim| wanted(claim));
    wanted
        .filter_map(|claim| Some((claim.name.to_owned(), value(person, &profile, claim.name)?)))
        .collect()
}

fn value(person: &PersonRow, profile: &Profile, name: &str) -> Option<Value> {
    let text = |text: &Option<String>| text.as_deref().map(Into::into);
    match name {
        "name" => text(&person.name),
        "preferred_username" => text(&person.username),
        "email" => Some(person.email.as_str().into()),
        "email_verified" => Some(person.email_verified.into()),
        "updated_at" => Some(person.updated_at.unix_timestamp().into()),
        _ => profile.claim(name),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use time::macros::datetime;
    use uuid::Uuid;

    use super::*;

    fn person(profile: Value) -> PersonRow {
        PersonRow {
            id: Uuid::nil(),
            email: "jane@example.com".to_owned(),
            email_verified: true,
            username: None,
            name: Some("Jane Doe".to_owned()),
            profile,
            updated_at: datetime!(2030-01-01 12:00 UTC),
            userinfo_claims: Vec::new(),
        }
    }

    #[test]
    fn what_is_not_known_is_absent() {
        let all = of(&person(json!({})), |_| true);
        assert_eq!(
            Value::from(all),
            json!({
                "name": "Jane Doe", "email": "jane@example.com", "email_verified": true,
                "updated_at": 1_893_499_200,
            })
        );
    }

    #[test]
    fn each_scope_opens_its_own_claims() {
        let profile = json!({ "birthdate": "1990", "phone_number": "+1 555 0100", "address": { "country": "USA" } });
        let person = person(profile);
        for (scope, expected) in [
            (
                "profile",
                json!({ "name": "Jane Doe", "birthdate": "1990", "updated_at": 1_893_499_200 }),
            ),
            ("email", json!({ "email": "jane@example.com", "email_verified": true })),
            ("address", json!({ "address": { "country": "USA" } })),
            ("phone", json!({ "phone_number": "+1 555 0100", "phone_number_verified": false })),
            ("openid", json!({})),
        ] {
            let opened = of(&person, |claim| claim.scope == scope);
            assert_eq!(Value::from(opened), expected, "{scope}");
        }
    }
}
