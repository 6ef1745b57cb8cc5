//! `/account/email`: the address of an account. Another one counts once it was confirmed there and, if the former one was
//! ever proven, at that too.

mod confirm;

use axum::{Router, body::Bytes, extract::State, response::Response, routing::get};
use http::HeaderMap;
use serde_json::json;
use uuid::Uuid;

use super::{
    account::{posted, recent},
    instead::Instead,
    links::{self, Purpose},
    mail::{self, letters},
    notice::Notice,
    notices,
    pages::see_other,
    session::{self, Current},
    text,
};
use crate::{
    app::{App, AppState},
    audit::{Event, Kind},
    storage::{
        self,
        email_changes::{ARRIVING, Asked, LEAVING},
        users::UserRow,
    },
    web::{
        RequestContext, csrf,
        pages::{Freedom, UserView, page},
        problem::Problem,
        words,
    },
};

/// Where the address is shown and changed.
pub const PATH: &str = "/account/email";

page! {
    /// Shows the address, and asks for another one.
    EmailAddress("email_address.html") {
        /// Whose.
        user: UserView,
        /// Where the forms go.
        action: &'static str,
        /// The page token.
        csrf: String,
        /// What was wrong.
        error: Option<String>,
        /// The address.
        email: String,
        /// Whether it is proven.
        verified: bool,
        /// What was typed.
        typed: String,
    }
}

/// The pages.
pub fn routes() -> Router<AppState> {
    Router::new().route(PATH, get(show).post(change)).merge(confirm::routes())
}

async fn person(app: &App, current: &Current) -> Result<UserRow, Problem> {
    let person = storage::users::get(&app.db, current.row.user_id).await?;
    person.ok_or_else(|| Problem::stale(PATH))
}

/// `GET /account/email`.
async fn show(
    State(app): State<AppState>,
    context: RequestContext,
    headers: HeaderMap,
) -> Response {
    let outcome = async {
        app.mail.require()?;
        let current = recent(&app, &headers, PATH, &context).await?;
        let person = person(&app, &current).await?;
        let notice = Notice::of(&app, &headers, PATH);
        let page = EmailAddress::new(
            session::view(&current.row),
            PATH,
            csrf::token(&app.secrets.pages, &current.digest),
            notice.error.clone(),
            person.email,
            person.email_verified,
            notice.typed.clone(),
        );
        Ok(notice.respond(&app, &page, &Freedom::Usual))
    };
    outcome.await.unwrap_or_else(|instead: Instead| instead.respond(&context))
}

/// `POST /account/email`: asks for another address, or for a link that proves the one that is there.
async fn change(
    State(app): State<AppState>,
    context: RequestContext,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let outcome = async {
        app.mail.require()?;
        let (current, params) = posted(&app, &headers, &body, PATH, &context).await?;
        let person = person(&app, &current).await?;
        if params.get("verify").is_some() {
            return Ok(ask_to_verify(&app, &person, &context).await?);
        }
        let typed = params.get("email").unwrap_or_default();
        let wrong = match mail::check_address(typed) {
            Ok(email) if email == person.email => Notice::wrong(words::text("email-same")),
            Ok(email) => {
                let session = current.row.id;
                return Ok(ask_to_change(&app, &person, session, &email, &context).await?);
            }
            Err(wrong) => Notice::wrong(wrong),
        };
        Ok(wrong.typed(typed).lead_back(&app, PATH))
    };
    outcome.await.unwrap_or_else(|instead: Instead| instead.respond(&context))
}

async fn ask_to_verify(
    app: &App,
    person: &UserRow,
    context: &RequestContext,
) -> Result<Response, Problem> {
    if person.email_verified {
        return Ok(see_other(PATH));
    }
    let key = text::identifier_key(&person.email);
    if let Some(notice) = mail::count_request(app, &key, context).await? {
        return Ok(notice.lead_back(app, PATH));
    }
    let purpose = Purpose::VerifyEmail;
    let detail = json!({ "email": person.email, "email_key": key });
    let link = links::draw(app, purpose, Some(person.id), &detail, purpose.lifetime()).await?;
    let letter = mail::write(Some(person), || letters::verify_email(app.mail.product(), &link));
    mail::send(app, Some(&person.email), &letter).await?;
    Ok(see_other(notices::VERIFY))
}

/// Sends the links. Whoever asks does not learn whether another account has the address: its owner is told.
async fn ask_to_change(
    app: &App,
    person: &UserRow,
    session: Uuid,
    email: &str,
    context: &RequestContext,
) -> Result<Response, Problem> {
    let (key, from_key) = (text::identifier_key(email), text::identifier_key(&person.email));
    if let Some(notice) = mail::count_request(app, &key, context).await? {
        return Ok(notice.typed(email).lead_back(app, PATH));
    }
    let purpose = Purpose::ChangeEmail;
    let mut sides = vec![ARRIVING];
    if person.email_verified {
        sides.push(LEAVING);
    }
    let (change, now) = (app.uuid(), app.clock.now());
    let detail = |side: &str| {
        json!({
            "change": change,
            "side": side,
            "needed": sides,
            "session": session,
            "email": email,
            "email_key": key,
            "from_key": from_key,
        })
    };
    let arriving = (links::Fresh::new(app, purpose), detail(ARRIVING));
    let leaving = person.email_verified.then(|| (links::Fresh::new(app, purpose), detail(LEAVING)));
    let new: Vec<_> = std::iter::once(&arriving)
        .chain(&leaving)
        .map(|(fresh, detail)| fresh.row(Some(person.id), detail, now + purpose.lifetime()))
        .collect();
    let asked = Asked {
        user: person.id,
        session,
        from_key: &from_key,
        verified: person.email_verified,
        links: &new,
    };
    if !storage::email_changes::begin(&app.db, &asked, now).await? {
        return Err(Problem::stale(PATH));
    }
    let product = app.mail.product();
    if let Some((leaving, _)) = &leaving {
        let leaving = leaving.drawn(app, purpose.lifetime());
        let letter =
            mail::write(Some(person), || letters::confirm_leaving(product, email, &leaving));
        mail::send(app, Some(&person.email), &letter).await?;
    }
    let arriving = arriving.0.drawn(app, purpose.lifetime());
    let owner = storage::users::find(&app.db, &key).await?;
    let other = owner.filter(|owner| owner.id != person.id);
    let letter = mail::write(Some(other.as_ref().unwrap_or(person)), || match other {
        Some(_) => letters::address_in_use(product),
        None => letters::confirm_arriving(product, &arriving),
    });
    mail::send(app, Some(email), &letter).await?;
    let event = Event::new(Kind::EmailChangeRequested).user(person.id);
    app.audit.record(event, &context.origin).await?;
    Ok(see_other(notices::CHANGE))
}
