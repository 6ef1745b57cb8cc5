//! `/account/profile`: what one says of oneself, as applications that one allows it learn it (OpenID Connect Core §5.1).

use axum::{body::Bytes, extract::State, response::Response};
use http::{HeaderMap, StatusCode};

use super::{HOME, PROFILE, present, token};
use crate::{
    app::{App, AppState},
    audit::{Event, Kind},
    identity::{
        instead::Instead,
        pages::{read_post, see_other},
        profile::{self, Profile, Wrong},
        session::Current,
    },
    storage,
    web::{
        RequestContext,
        pages::{self, Freedom, page},
        params::Params,
        problem::Problem,
        words,
    },
};

/// A field of the form, by what browsers and their users are told about it.
struct Field {
    /// A key of the profile, or `name`.
    key: &'static str,
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
const GROUPS: [(&str, &[Field]); 4] = [
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
pub(super) struct FieldView {
    key: &'static str,
    label: String,
    input: Option<&'static str>,
    autocomplete: &'static str,
    hint: String,
    most: usize,
    value: String,
    /// What is wrong with it.
    error: Option<String>,
}

impl FieldView {
    /// Whether anything is said below it.
    fn described(&self) -> bool {
        !self.hint.is_empty() || self.error.is_some()
    }
}

/// Fields that belong together.
#[derive(Clone, Debug)]
pub(super) struct GroupView {
    title: String,
    fields: Vec<FieldView>,
}

page! {
    /// Shows what one says of oneself, to be changed.
    AccountProfile("account_profile.html") {
        /// Where the form goes.
        action: &'static str,
        /// The page token.
        csrf: String,
        /// What was wrong.
        error: Option<String>,
        /// The fields.
        groups: Vec<GroupView>,
    }
}

/// `GET /account/profile`.
pub(super) async fn show(
    State(app): State<AppState>,
    context: RequestContext,
    headers: HeaderMap,
) -> Response {
    let outcome = async {
        let current = present(&app, &headers, PROFILE).await?;
        let (name, profile) = stored(&app, &current).await?;
        let groups = groups(|key| {
            let value = if key == "name" { name.as_deref() } else { profile.get(key) };
            (value.unwrap_or_default().to_owned(), None)
        });
        Ok(respond(&app, &current, groups))
    };
    outcome.await.unwrap_or_else(|instead: Instead| instead.respond(&context))
}

async fn stored(app: &App, current: &Current) -> Result<(Option<String>, Profile), Problem> {
    let row = storage::profiles::get(&app.db, current.row.user_id).await?;
    let row = row.ok_or_else(|| Problem::stale(PROFILE))?;
    Ok((row.name, Profile::read(&row.profile)))
}

fn groups(mut value: impl FnMut(&'static str) -> (String, Option<String>)) -> Vec<GroupView> {
    let mut view = |field: &Field| {
        let (text, error) = value(field.key);
        FieldView {
            key: field.key,
            label: words::text(&field.message()),
            input: field.input,
            autocomplete: field.autocomplete,
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

/// What was typed comes back with what is wrong, in the answer to the form itself: it is longer than a cookie can be, and
/// sending it twice does no more than sending it once.
fn respond(app: &App, current: &Current, groups: Vec<GroupView>) -> Response {
    let wrong = groups.iter().flat_map(|group| &group.fields).any(|field| field.error.is_some());
    let status = if wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let error = wrong.then(|| words::text("profile-unchanged"));
    let page = AccountProfile::new(PROFILE, token(app, current), error, groups);
    pages::respond(status, &page, &Freedom::Usual)
}

/// `POST /account/profile`.
pub(super) async fn change(
    State(app): State<AppState>,
    context: RequestContext,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let outcome = async {
        let current = present(&app, &headers, PROFILE).await?;
        let params = read_post(&app, &headers, &body, &current.digest, PROFILE)?;
        let (name, mut profile) = stored(&app, &current).await?;
        let groups = apply(&params, name.is_some(), &mut profile);
        if groups.iter().flat_map(|group| &group.fields).any(|field| field.error.is_some()) {
            return Ok(respond(&app, &current, groups));
        }
        let row = &current.row;
        let name = params.get("name").map(str::trim).filter(|name| !name.is_empty());
        let (said, now) = (profile.stored(), app.clock.now());
        if storage::profiles::set(&app.db, row.user_id, name, &said, now).await? {
            let event = Event::new(Kind::ProfileChanged).user(row.user_id).session(row.id);
            app.audit.record(event, &context.origin).await?;
        }
        Ok(see_other(&format!("{HOME}?changed=profile")))
    };
    outcome.await.unwrap_or_else(|instead: Instead| instead.respond(&context))
}

/// Changes a profile by what was typed; the form again, with what is wrong. Whoever has a name keeps one.
fn apply(params: &Params, named: bool, profile: &mut Profile) -> Vec<GroupView> {
    groups(|key| {
        // A field that is not there at all is one that was emptied.
        let typed = params.get(key).unwrap_or_default();
        let checked = match key {
            "name" if typed.trim().is_empty() && named => Err(Wrong::Empty),
            "name" => profile::check_name(typed.trim()),
            _ => profile.set(key, typed),
        };
        (typed.to_owned(), checked.err().map(Wrong::words))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_has_all_that_people_may_say() {
        let mut profile = Profile::default();
        for field in GROUPS.iter().flat_map(|(_, fields)| *fields) {
            if field.key != "name" {
                profile.set(field.key, "").unwrap_or_else(|_| panic!("{}", field.key));
            }
        }
        let keys = GROUPS.iter().map(|(_, fields)| fields.len()).sum::<usize>();
        assert_eq!(keys, 1 + profile::MEMBERS.len() - 2 + profile::ADDRESS_MEMBERS.len());
    }

    #[test]
    fn what_is_wrong_is_said_beside_the_field() {
        let params = Params::parse(b"name=&birthdate=yesterday&nickname=Al").expect("parameters");
        let mut profile = Profile::default();
        let groups = apply(&params, true, &mut profile);
        let wrong = groups.iter().flat_map(|group| &group.fields);
        let wrong: Vec<&str> = wrong.filter(|f| f.error.is_some()).map(|f| f.key).collect();
        assert_eq!(wrong, ["name", "birthdate"]);
        assert_eq!(profile.get("nickname"), Some("Al"));
    }
}
