//! How strong a password is while it is typed: what the script of each page asks on which a password is chosen
//! (`static/strength.js`). The answer is what the form itself would get, but for former passwords, which take a hash each
//! to compare. Nothing of it is kept.

use std::sync::Arc;

use axum::{
    Json,
    body::Bytes,
    extract::State,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderValue, header};
use serde::Serialize;
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

use super::{
    account,
    attempt::{self, Attempt},
    links::{Opened, Purpose},
    pages::{Browser, check_post, read_form},
    passwords::{self, Judged, Person},
    registration, session,
};
use crate::{
    app::{App, AppState},
    storage,
    web::{RequestContext, params::Params, problem::Problem},
};

/// Where the script asks.
pub const PATH: &str = "/password-strength";

/// As many passwords are judged at once, each in some milliseconds. Whoever asks beyond that asks again.
const AT_ONCE: usize = 2;

/// The places for passwords that are judged while they are typed.
#[must_use]
pub fn places() -> Arc<Semaphore> {
    Arc::new(Semaphore::new(AT_ONCE))
}

/// What the script is told.
#[derive(Serialize)]
struct Strength {
    /// From 0 to 4.
    score: u8,
    /// Whether the form would be taken.
    accepted: bool,
    /// In words for the person.
    words: String,
}

impl From<Judged> for Strength {
    fn from(Judged { score, outcome }: Judged) -> Self {
        match outcome {
            Ok(_) => Self { score, accepted: true, words: praise(score).to_owned() },
            Err(weakness) => Self { score, accepted: false, words: weakness.to_string() },
        }
    }
}

/// What is said of a password that will do.
const fn praise(score: u8) -> &'static str {
    match score {
        0..=2 => "This will do, but it is not hard to guess.",
        3 => "Hard to guess.",
        _ => "Very hard to guess.",
    }
}

/// `POST /password-strength`.
pub async fn ask(
    State(app): State<AppState>,
    context: RequestContext,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let outcome = async {
        // Before the database is asked anything: a flood stops here.
        let place = Arc::clone(&app.judging).try_acquire_owned().map_err(|_| Problem::busy(1))?;
        let params = read_form(&body)?;
        let person = person(&app, &headers, &params).await?;
        let text = Zeroizing::new(params.get("password").unwrap_or_default().to_owned());
        // The place is taken until the work is done, also where no one waits for the answer any more.
        let judge = Arc::clone(&app);
        let judged = tokio::spawn(async move {
            let _place = place;
            passwords::judge(&judge, &text, person).await
        });
        let strength = match judged.await {
            Ok(Ok(judged)) => Strength::from(judged),
            Ok(Err(refused)) => {
                let words = refused.explain()?;
                Strength { score: 0, accepted: false, words }
            }
            Err(_) => return Err(Problem::busy(1)),
        };
        let mut response = Json(strength).into_response();
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        Ok(response)
    };
    outcome.await.unwrap_or_else(|problem: Problem| problem.respond(&context))
}

/// Whose password it is to be, by the page on which it is typed. Only the holder of that page is answered.
async fn person(app: &App, headers: &HeaderMap, params: &Params) -> Result<Person, Problem> {
    let page = params.get("page").unwrap_or_default();
    let (path, query) = page.split_once('?').unwrap_or((page, ""));
    let user = if path == account::PASSWORD {
        let current = session::current(app, headers).await?;
        let current = current.ok_or_else(|| Problem::stale(path))?;
        check_post(app, headers, params, &current.digest, path)?;
        Some(current.row.user_id)
    } else if path == attempt::path::PASSWORD {
        let attempt = Attempt::current(app, headers).await?;
        let attempt = attempt.ok_or_else(|| Problem::stale(path))?;
        check_post(app, headers, params, &attempt.digest, path)?;
        Some(attempt.row.user_id)
    } else {
        check_post(app, headers, params, &Browser::of(app, headers).digest, "/sign-in")?;
        if path == Purpose::Register.page() {
            let (_, detail) = registration::opened(app, Some(query)).await?;
            return Ok(registration::person(&detail, params));
        }
        let opened = Opened::read(Purpose::ResetPassword, Some(query))?;
        opened.look(app).await?.user_id
    };
    let row = match user {
        Some(user) => storage::users::get(&app.db, user).await?,
        None => None,
    };
    Ok(row.map(Person::from).unwrap_or_default())
}
