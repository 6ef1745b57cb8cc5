//! The values of claims about a person (OpenID Connect Core §5.1, §5.4), in the languages that they are asked for in (§5.2).
//! What is not known is absent, not null.

use serde_json::{Map, Value};

use crate::{
    identity::profile::Profile,
    registry::{
        claim::{self, Claim},
        language_tag::LanguageTag,
    },
    storage::profiles::PersonRow,
};

/// The claims of a person that are `opened` by a scope, or `asked` for by name, which may have a language behind it.
#[must_use]
pub fn of(
    person: &PersonRow,
    opened: impl Fn(&Claim) -> bool,
    asked: &[String],
) -> Map<String, Value> {
    let tags = person.claims_locales.iter().flatten();
    let person = Person {
        row: person,
        profile: Profile::read(&person.profile),
        locales: tags.filter_map(|tag| LanguageTag::parse(tag)).collect(),
    };
    let mut told = Map::new();
    for claim in &claim::STANDARD {
        let mut plain = opened(claim);
        for full in asked.iter().filter(|full| claim::split(full).0 == claim.name) {
            let tag = claim::split(full).1.and_then(LanguageTag::parse);
            match tag.and_then(|tag| person.profile.claim_in(&tag, claim.name)) {
                Some(value) => drop(told.insert(full.clone(), value)),
                // Better in another language than not at all.
                None => plain = true,
            }
        }
        if plain {
            person.tell(claim.name, &mut told);
        }
    }
    told
}

/// Whom claims are about.
struct Person<'a> {
    row: &'a PersonRow,
    profile: Profile,
    /// The languages and scripts that are asked for, the one that is liked best first.
    locales: Vec<LanguageTag>,
}

impl Person<'_> {
    /// Tells a claim that is asked for without a language. Core §5.2: it is in the language that is liked best of those that
    /// it is there in. Who asks for one language is told no more; who asks for several has it in each, by their tags.
    fn tell(&self, name: &str, told: &mut Map<String, Value>) {
        let mut best = None;
        for tag in &self.locales {
            let Some(value) = self.profile.claim_in(tag, name) else { continue };
            if self.locales.len() > 1 {
                told.insert(format!("{name}#{tag}"), value.clone());
            }
            best.get_or_insert(value);
        }
        if let Some(value) = best.or_else(|| self.value(name)) {
            told.insert(name.to_owned(), value);
        }
    }

    /// A claim in no language in particular.
    fn value(&self, name: &str) -> Option<Value> {
        let text = |text: &Option<String>| text.as_deref().map(Into::into);
        let row = self.row;
        match name {
            "name" => text(&row.name),
            "preferred_username" => text(&row.username),
            "email" => Some(row.email.as_str().into()),
            "email_verified" => Some(row.email_verified.into()),
            "updated_at" => Some(row.updated_at.unix_timestamp().into()),
            _ => self.profile.claim(name),
        }
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
            claims_locales: None,
        }
    }

    #[test]
    fn what_is_not_known_is_absent() {
        let all = of(&person(json!({})), |_| true, &[]);
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
            let opened = of(&person, |claim| claim.scope == scope, &[]);
            assert_eq!(Value::from(opened), expected, "{scope}");
        }
    }

    #[test]
    fn names_are_told_in_the_languages_that_are_asked_for() {
        let mut person = person(json!({
            "given_name": "Taro", "family_name": "Yamada",
            "languages": {
                "ja-Hani-JP": { "name": "山田 太郎", "given_name": "太郎", "family_name": "山田" },
                "ja-Kana-JP": { "family_name": "ヤマダ" },
                "de-CH": { "family_name": "Jamada" },
            },
        }));
        for (locales, asked, expected) in [
            ("", "family_name", json!({ "family_name": "Yamada" })),
            // Core §5.2: one set of languages, and no tags.
            ("ja-Kana-JP", "family_name", json!({ "family_name": "ヤマダ" })),
            ("de", "family_name", json!({ "family_name": "Jamada" })),
            // What is not there in it is told as it is.
            ("ja-Kana-JP", "given_name", json!({ "given_name": "Taro" })),
            (
                "fr",
                "family_name email",
                json!({ "family_name": "Yamada", "email": "jane@example.com" }),
            ),
            // Several: by their tags, and the one that is liked best without.
            (
                "ja-Kana-JP ja-Hani-JP",
                "family_name given_name",
                json!({
                    "family_name": "ヤマダ", "family_name#ja-Kana-JP": "ヤマダ", "family_name#ja-Hani-JP": "山田",
                    "given_name": "太郎", "given_name#ja-Hani-JP": "太郎",
                }),
            ),
            ("fr-CA fr", "family_name", json!({ "family_name": "Yamada" })),
            ("fr ja", "name", json!({ "name": "山田 太郎", "name#ja": "山田 太郎" })),
            // By name, as it is spelt.
            ("", "family_name#ja-Kana-JP", json!({ "family_name#ja-Kana-JP": "ヤマダ" })),
            ("", "family_name#JA-hani", json!({ "family_name#JA-hani": "山田" })),
            (
                "de",
                "family_name family_name#ja-Kana-JP",
                json!({ "family_name": "Jamada", "family_name#ja-Kana-JP": "ヤマダ" }),
            ),
            // Where it is not there in that language, as it is; once.
            (
                "",
                "family_name#fr given_name#ja-Kana-JP given_name#ja",
                json!({ "family_name": "Yamada", "given_name": "Taro", "given_name#ja": "太郎" }),
            ),
            ("", "nickname#ja website#ja", json!({})),
        ] {
            let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
            person.claims_locales = Some(words(locales)).filter(|all| !all.is_empty());
            let told = of(&person, |_| false, &words(asked));
            assert_eq!(Value::from(told), expected, "{asked} in {locales:?}");
        }
        person.claims_locales = Some(vec!["ja-Hani-JP".to_owned()]);
        let told = of(&person, |claim| claim.scope == "profile", &[]);
        let expected = json!({
            "name": "山田 太郎", "given_name": "太郎", "family_name": "山田", "updated_at": 1_893_499_200,
        });
        assert_eq!(Value::from(told), expected);
    }
}
