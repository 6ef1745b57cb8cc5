//! The fields of the form where people say what they are called and more (OpenID Connect Core §5.1).

use crate::{identity::profile, web::words};

/// A field of the form, by what browsers and their users are told about it.
pub(super) struct Field {
    /// A key of the profile, or `name`.
    pub(super) key: &'static str,
    /// The type of the input; none for several lines.
    input: Option<&'static str>,
    /// What browsers fill in by themselves.
    autocomplete: &'static str,
    /// Whether its message has a hint beside it.
    hinted: bool,
    most: usize,
}

const fn field(key: &'static str, autocomplete: &'static str) -> Field {
    Field { key, input: Some("text"), autocomplete, hinted: false, most: profile::LINE }
}

impl Field {
    const fn url(self) -> Self {
        Self { input: Some("url"), most: profile::URL, ..self }
    }

    const fn lines(self) -> Self {
        Self { input: None, most: profile::LINES, ..self }
    }

    const fn input(self, input: &'static str) -> Self {
        Self { input: Some(input), ..self }
    }

    const fn hinted(self) -> Self {
        Self { hinted: true, ..self }
    }

    /// The name of its message.
    fn message(&self) -> String {
        format!("profile-{}", self.key.replace(['.', '_'], "-"))
    }
}

/// The form: what it asks for, in groups.
pub(super) const GROUPS: [(&str, &[Field]); 4] = [
    (
        "profile-group-names",
        &[
            field("name", "name").hinted(),
            field("given_name", "given-name"),
            field("middle_name", "additional-name"),
            field("family_name", "family-name"),
            field("nickname", "nickname"),
        ],
    ),
    (
        "profile-group-about",
        &[
            field("birthdate", "bday").hinted(),
            field("gender", "sex"),
            field("locale", "language").hinted(),
            field("zoneinfo", "off").hinted(),
            field("website", "url").url(),
            field("profile", "off").url(),
            field("picture", "photo").url(),
        ],
    ),
    ("profile-group-telephone", &[field("phone_number", "tel").input("tel").hinted()]),
    (
        "profile-group-address",
        &[
            field("address.street_address", "street-address").lines(),
            field("address.postal_code", "postal-code"),
            field("address.locality", "address-level2"),
            field("address.region", "address-level1"),
            field("address.country", "country-name"),
            field("address.formatted", "off").lines(),
        ],
    ),
];

/// A field with what is in it.
#[derive(Clone, Debug)]
pub(in crate::identity::account) struct FieldView {
    pub(super) key: String,
    pub(super) label: String,
    /// None for several lines.
    pub(super) input: Option<&'static str>,
    pub(super) autocomplete: &'static str,
    /// The element that has what may be typed, if there is one; empty if not.
    pub(super) list: &'static str,
    /// The language that it is in, if that is known; else empty.
    pub(super) lang: String,
    pub(super) hint: String,
    pub(super) most: usize,
    pub(super) value: String,
    /// What is wrong with it.
    pub(super) error: Option<String>,
}

impl FieldView {
    /// Whether anything is said below it.
    pub(super) fn described(&self) -> bool {
        !self.hint.is_empty() || self.error.is_some()
    }
}

/// Fields that belong together.
#[derive(Clone, Debug)]
pub(in crate::identity::account) struct GroupView {
    pub(super) title: String,
    pub(super) fields: Vec<FieldView>,
}

/// The form with what is in each field, and what is wrong with that.
pub(super) fn groups(
    mut value: impl FnMut(&'static str) -> (String, Option<String>),
) -> Vec<GroupView> {
    let mut view = |field: &Field| {
        let (text, error) = value(field.key);
        FieldView {
            key: field.key.to_owned(),
            label: words::text(&field.message()),
            input: field.input,
            autocomplete: field.autocomplete,
            list: "",
            lang: String::new(),
            hint: if field.hinted {
                words::text(&format!("{}-hint", field.message()))
            } else {
                String::new()
            },
            most: field.most,
            value: text,
            error,
        }
    };
    let group = |(title, fields): &(&'static str, &[Field])| GroupView {
        title: words::text(title),
        fields: fields.iter().map(&mut view).collect(),
    };
    GROUPS.iter().map(group).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::profile::Profile;

    #[test]
    fn the_form_has_all_that_people_may_say() {
        let mut profile = Profile::default();
        for field in GROUPS.iter().flat_map(|(_, fields)| *fields) {
            if field.key != "name" {
                profile.set(field.key, "").unwrap_or_else(|_| panic!("{}", field.key));
            }
        }
        let keys = GROUPS.iter().map(|(_, fields)| fields.len()).sum::<usize>();
        // The address is its parts; languages have fields of their own; no one confirms their own number.
        assert_eq!(keys, 1 + profile::MEMBERS.len() - 3 + profile::ADDRESS_MEMBERS.len());
    }
}
