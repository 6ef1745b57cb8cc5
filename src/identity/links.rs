//! Links that are sent by e-mail: good once, for a while, for one purpose. A GET shows what a link is for and never uses it
//! up, since programs that look for harm open every link before its reader does; a POST does.

use std::time::Duration;

use http::StatusCode;
use metrics::counter;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{local, pages::Browser};
use crate::{
    app::App,
    clock::Timestamp,
    storage::{
        self,
        links::{LinkRow, NewLink, Presented},
    },
    tokens::{
        digest::Digest,
        handle::{Handle, Link},
    },
    web::{problem::Problem, words::text},
};

/// What a link is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Setting a new password.
    ResetPassword,
    /// Making an account.
    Register,
    /// Proving the address that an account has.
    VerifyEmail,
    /// Confirming another address, at it or at the one before.
    ChangeEmail,
    /// Saying that something was not oneself.
    NotMe,
}

impl Purpose {
    /// Its name in the database.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ResetPassword => "reset_password",
            Self::Register => "register",
            Self::VerifyEmail => "verify_email",
            Self::ChangeEmail => "change_email",
            Self::NotMe => "not_me",
        }
    }

    /// The page that links lead to.
    #[must_use]
    pub const fn page(self) -> &'static str {
        match self {
            Self::ResetPassword => "/reset-password",
            Self::Register => "/register/account",
            Self::VerifyEmail => "/verify-email",
            Self::ChangeEmail => "/change-email",
            Self::NotMe => "/not-me",
        }
    }

    /// How long links are good.
    #[must_use]
    pub const fn lifetime(self) -> Duration {
        match self {
            Self::ResetPassword => Duration::from_hours(1),
            Self::Register | Self::VerifyEmail | Self::ChangeEmail => Duration::from_hours(24),
            // Not everyone reads mail each day.
            Self::NotMe => Duration::from_hours(7 * 24),
        }
    }

    /// Where to get another one, and the message that says so.
    const fn renewal(self) -> (&'static str, &'static str) {
        match self {
            Self::ResetPassword => ("/forgot", "link-renew"),
            Self::Register => ("/register", "link-renew"),
            Self::VerifyEmail | Self::ChangeEmail => ("/account/email", "link-to-address"),
            Self::NotMe => ("/forgot", "link-to-password"),
        }
    }
}

/// A link as it came with a request.
pub struct Opened {
    /// What for.
    pub purpose: Purpose,
    /// Its address within Signet, for the form of its page.
    pub path: String,
    id: Uuid,
    digest: Digest,
}

impl Opened {
    /// The link of a query; the page that says that it is not good, if it is none.
    pub fn read(purpose: Purpose, query: Option<&str>) -> Result<Self, Problem> {
        let mut pairs = form_urlencoded::parse(query.unwrap_or_default().as_bytes());
        let text = pairs.find(|(name, _)| name == "link").map(|(_, text)| text);
        let handle = text.and_then(|text| Handle::<Link>::parse(&text));
        let handle = handle.ok_or_else(|| over(purpose))?;
        let path = path(purpose, &handle);
        Ok(Self { purpose, path, id: handle.id, digest: handle.digest() })
    }

    /// What it stands for, if it is good. It stays so.
    pub async fn look(&self, app: &App) -> Result<LinkRow, Problem> {
        let found = storage::links::find(&app.db, self.presented(), app.clock.now()).await?;
        found.ok_or_else(|| over(self.purpose))
    }

    /// As storage takes it.
    #[must_use]
    pub fn presented(&self) -> Presented<'_> {
        let purpose = self.purpose.name();
        Presented { id: self.id, secret_hash: self.digest.bytes(), purpose }
    }
}

/// A link that was drawn, for the message that it is sent in.
#[derive(Clone)]
pub struct Drawn {
    /// Its URL.
    pub url: String,
    /// Its time, for the queue of messages.
    pub term: Term,
}

/// A link's time, which begins when the mail server has the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Term {
    /// The link's row.
    pub id: Uuid,
    /// How long it is good.
    pub lifetime: Duration,
}

impl Term {
    /// Begins it now. A link that was used or taken back stays so.
    pub async fn begin(&self, app: &App) -> storage::Result<()> {
        storage::links::extend(&app.db, self.id, app.clock.now() + self.lifetime).await
    }
}

/// Draws a link. Where there is no account, one is drawn all the same that no one gets: the work tells
/// nothing.
pub async fn draw(
    app: &App,
    purpose: Purpose,
    user: Option<Uuid>,
    detail: &Value,
    lifetime: Duration,
) -> storage::Result<Drawn> {
    let fresh = Fresh::new(app, purpose);
    let now = app.clock.now();
    storage::links::insert(&app.db, &fresh.row(user, detail, now + lifetime), now).await?;
    Ok(fresh.drawn(app, lifetime))
}

/// A link that was drawn and is not stored yet.
pub struct Fresh {
    /// What for.
    pub purpose: Purpose,
    /// Its address within Signet.
    pub path: String,
    id: Uuid,
    digest: Digest,
}

impl Fresh {
    /// Draws one.
    #[must_use]
    pub fn new(app: &App, purpose: Purpose) -> Self {
        let handle = Handle::<Link>::draw(app.uuid(), &app.entropy);
        Self { purpose, path: path(purpose, &handle), id: handle.id, digest: handle.digest() }
    }

    /// As storage takes it.
    #[must_use]
    pub fn row<'a>(
        &'a self,
        user_id: Option<Uuid>,
        detail: &'a Value,
        expires_at: Timestamp,
    ) -> NewLink<'a> {
        let purpose = self.purpose.name();
        let link = Presented { id: self.id, secret_hash: self.digest.bytes(), purpose };
        NewLink { link, user_id, detail, expires_at }
    }

    /// As messages take it.
    #[must_use]
    pub fn drawn(&self, app: &App, lifetime: Duration) -> Drawn {
        let url = app.config.server.issuer.join(&self.path);
        Drawn { url, term: Term { id: self.id, lifetime } }
    }
}

fn path(purpose: Purpose, handle: &Handle<Link>) -> String {
    // Base 62 and an underscore: nothing to be encoded.
    format!("{}?link={}", purpose.page(), handle.expose())
}

/// One page for a link that was used, is too old, or never was: which of it, no one is told. It is counted.
#[must_use]
pub fn over(purpose: Purpose) -> Problem {
    counter!("signet_links_refused_total", "purpose" => purpose.name()).increment(1);
    let (href, label) = purpose.renewal();
    Problem::new(StatusCode::GONE, text("link-over"), text("link-over-message"))
        .back(href, text(label))
}

/// Where a link leads to in the end, as a part of its detail: bound to the browser that asked, since what waits there waits
/// for that browser alone.
#[must_use]
pub fn destination(next: &str, browser: &Browser) -> Value {
    json!({ "page": next, "browser": browser.digest.base64url() })
}

/// Where a link leads to in this browser.
#[must_use]
pub fn arrive<'a>(detail: &'a Value, browser: &Browser) -> &'a str {
    let next = &detail["next"];
    if next["browser"].as_str() != Some(&browser.digest.base64url()) {
        return "/";
    }
    next["page"].as_str().and_then(local::page).unwrap_or("/")
}
