//! `/account/profile`: what one says of oneself, as applications that one allows it learn it (OpenID Connect Core §5.1).

mod fields;
mod languages;

use axum::{body::Bytes, extract::State, response::Response};
use http::{HeaderMap, StatusCode};

use self::{
    fields::{FieldView, GroupView, groups},
    languages::{LanguageView, SUGGESTED},
};
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
        /// Names in other languages and scripts.
        languages: Vec<LanguageView>,
        /// Whether something is wrong with those.
        open: bool,
        /// Languages and scripts that are often meant, with their names in themselves.
        suggested: &'static [(&'static str, &'static str)],
    }
}

/// The form, with what is in it.
struct Form {
    groups: Vec<GroupView>,
    languages: Vec<LanguageView>,
}

impl Form {
    fn is_wrong(&self) -> bool {
        let groups = self.groups.iter().flat_map(|group| &group.fields);
        groups.chain(self.in_languages()).any(|field| field.error.is_some())
    }

    fn in_languages(&self) -> impl Iterator<Item = &FieldView> {
        self.languages.iter().flat_map(|language| &language.fields)
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
        let languages = languages::stored(profile.languages());
        Ok(respond(&app, &current, Form { groups, languages }))
    };
    outcome.await.unwrap_or_else(|instead: Instead| instead.respond(&context))
}

async fn stored(app: &App, current: &Current) -> Result<(Option<String>, Profile), Problem> {
    let row = storage::profiles::get(&app.db, current.row.user_id).await?;
    let row = row.ok_or_else(|| Problem::stale(PROFILE))?;
    Ok((row.name, Profile::read(&row.profile)))
}

/// What was typed comes back with what is wrong, in the answer to the form itself: it is longer than a cookie can be, and
/// sending it twice does no more than sending it once.
fn respond(app: &App, current: &Current, form: Form) -> Response {
    let wrong = form.is_wrong();
    let open = form.in_languages().any(|field| field.error.is_some());
    let status = if wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let error = wrong.then(|| words::text("profile-unchanged"));
    let Form { groups, languages } = form;
    let csrf = token(app, current);
    let page = AccountProfile::new(PROFILE, csrf, error, groups, languages, open, SUGGESTED);
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
        let form = apply(&params, name.is_some(), &mut profile);
        if form.is_wrong() {
            return Ok(respond(&app, &current, form));
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
fn apply(params: &Params, named: bool, profile: &mut Profile) -> Form {
    let groups = groups(|key| {
        // A field that is not there at all is one that was emptied.
        let typed = params.get(key).unwrap_or_default();
        let checked = match key {
            "name" if typed.trim().is_empty() && named => Err(Wrong::Empty),
            "name" => profile::check_name(typed.trim()),
            _ => profile.set(key, typed),
        };
        (typed.to_owned(), checked.err().map(Wrong::words))
    });
    Form { groups, languages: languages::apply(params, profile) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_is_said_beside_the_field() {
        let params = Params::parse(b"name=&birthdate=yesterday&nickname=Al").expect("parameters");
        let mut profile = Profile::default();
        let form = apply(&params, true, &mut profile);
        let wrong = form.groups.iter().flat_map(|group| &group.fields);
        let wrong: Vec<&str> =
            wrong.filter(|f| f.error.is_some()).map(|f| f.key.as_str()).collect();
        assert_eq!(wrong, ["name", "birthdate"]);
        assert!(form.is_wrong());
        assert_eq!(profile.get("nickname"), Some("Al"));
    }
}
