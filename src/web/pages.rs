//! Pages: a struct for each template, and what every page's answer has in common.

use askama::Template;
use axum::response::{Html, IntoResponse, Response};
use http::{HeaderName, HeaderValue, StatusCode, header};

use super::surroundings::Surroundings;

/// A client as pages show it.
#[derive(Clone, Debug)]
pub struct ClientView {
    /// Its name.
    pub name: String,
    /// Where its logo is, on this server.
    pub logo: Option<String>,
    /// Its home page.
    pub uri: Option<String>,
    /// What it does with people's data.
    pub policy: Option<String>,
    /// Its terms of service.
    pub terms: Option<String>,
    /// Whether no operator has seen what it says of itself.
    pub unchecked: bool,
}

/// A person as pages show them.
#[derive(Clone, Debug)]
pub struct UserView {
    /// What to call them, or nothing.
    pub name: String,
    /// What they sign in with.
    pub login: String,
}

/// A scope in words.
#[derive(Clone, Debug)]
pub struct ScopeView {
    /// Its name in the protocol.
    pub name: String,
    /// What it allows, or nothing.
    pub description: String,
}

/// A resource and what is asked of it.
#[derive(Clone, Debug)]
pub struct ResourceView {
    /// Its name.
    pub name: String,
    /// Its resource indicator.
    pub identifier: String,
    /// What is asked; if nothing, a token that is accepted there.
    pub scopes: Vec<ScopeView>,
}

/// Where a browser goes on after its person signed out.
#[derive(Clone, Debug)]
pub struct OnwardView {
    /// The client's name.
    pub name: String,
    /// Where it waits.
    pub url: String,
}

/// A way on.
#[derive(Clone, Debug)]
pub struct LinkView {
    /// Where.
    pub href: String,
    /// In words.
    pub label: String,
}

/// What can be done instead of signing in.
#[derive(Clone, Debug, Default)]
pub struct SignInWays {
    /// Whether another account will do as well.
    pub switch: bool,
    /// Whether there is a way back to the client.
    pub cancel: bool,
    /// Where a forgotten password is replaced, if that can be.
    pub forgot: Option<String>,
    /// Where an account is made, if everyone may.
    pub register: Option<String>,
}

/// A hidden field.
#[derive(Clone, Debug)]
pub struct FieldView {
    /// Its name.
    pub name: &'static str,
    /// Its value.
    pub value: String,
}

/// Declares a page: its struct with the fields every page has, made by `new` from its own. It speaks the language of the
/// request: templates say `language.text("…")`.
macro_rules! page {
    ($(#[$doc:meta])* $name:ident($template:literal) { $($(#[$field_doc:meta])* $field:ident: $type:ty,)* }) => {
        $(#[$doc])*
        #[derive(askama::Template)]
        #[template(path = $template)]
        pub struct $name {
            css: &'static str,
            language: $crate::web::language::Language,
            $($(#[$field_doc])* pub $field: $type,)*
        }

        impl $name {
            /// The page with these contents.
            #[must_use]
            pub(crate) fn new($($field: $type),*) -> Self {
                let css = &$crate::web::assets::STYLESHEET.url;
                let language = $crate::web::language::Language::current();
                Self { css, language, $($field),* }
            }
        }
    };
}

pub(crate) use page;

page! {
    /// Asks who someone is.
    SignIn("sign_in.html") {
        /// For which client.
        client: Option<ClientView>,
        /// Where the form goes.
        action: String,
        /// The page token.
        csrf: String,
        /// What was typed or hinted.
        identifier: String,
        /// What was wrong.
        error: Option<String>,
        /// What else is to be known.
        notice: Option<String>,
        /// Who is to prove themself again.
        account: Option<UserView>,
        /// What can be done instead.
        ways: SignInWays,
    }
}

page! {
    /// Asks what a client may do.
    Consent("consent.html") {
        /// The client.
        client: ClientView,
        /// Who is asked.
        user: UserView,
        /// What it wants to know.
        identity_scopes: Vec<ScopeView>,
        /// What it wants to do.
        resources: Vec<ResourceView>,
        /// Whether also while the person is away.
        offline: bool,
        /// Where the answer goes.
        redirect_host: String,
        /// Where the form goes.
        action: String,
        /// The page token.
        csrf: String,
    }
}

page! {
    /// Asks which account to use.
    SelectAccount("select_account.html") {
        /// For which client.
        client: Option<ClientView>,
        /// The account that is signed in.
        user: UserView,
        /// Where the form goes.
        action: String,
        /// The page token.
        csrf: String,
    }
}

page! {
    /// Says what went wrong.
    ErrorPage("error.html") {
        /// The HTTP status.
        status: u16,
        /// In a few words.
        title: String,
        /// In a sentence.
        message: String,
        /// To find it in the log.
        request_id: String,
        /// For developers.
        details: Option<String>,
        /// A way on.
        back: Option<LinkView>,
    }
}

page! {
    /// Asks whether to sign out.
    SignOut("sign_out.html") {
        /// Who is signed in.
        user: UserView,
        /// Where the form goes.
        action: String,
        /// The page token.
        csrf: String,
    }
}

page! {
    /// Says that no one is signed in any more.
    SignedOut("signed_out.html") {}
}

page! {
    /// Asks whether to sign out, as a client asked (OpenID Connect RP-Initiated Logout 1.0 §2).
    Logout("logout.html") {
        /// The client, if it said which it is.
        client: Option<ClientView>,
        /// Who is signed in.
        user: UserView,
        /// Where the form goes.
        action: &'static str,
        /// The page token.
        csrf: String,
        /// What the client asked.
        fields: Vec<FieldView>,
    }
}

page! {
    /// Says that no one is signed in any more, and has applications do the same, each in a frame.
    SigningOut("signing_out.html") {
        /// What is loaded in frames.
        frames: Vec<String>,
        /// Where the browser goes on, if not nowhere.
        onward: Option<OnwardView>,
        /// What goes on if a frame hangs.
        script: &'static str,
    }
}

page! {
    /// Sends the browser on to the client.
    Continue("continue.html") {
        /// The client.
        client: ClientView,
        /// Where it waits.
        url: String,
        /// Whether the browser goes there by itself.
        automatic: bool,
    }
}

page! {
    /// Posts the response to the client (OAuth 2.0 Form Post Response Mode §2).
    FormPost("form_post.html") {
        /// The client.
        client: ClientView,
        /// Where it waits.
        action: String,
        /// The response.
        fields: Vec<FieldView>,
        /// What submits the form at once; none if the person is to.
        script: Option<&'static str>,
    }
}

page! {
    /// Says that a request was answered before, and offers to answer it again.
    Completed("completed.html") {
        /// The client.
        client: ClientView,
        /// Where the form goes.
        action: String,
        /// The page token.
        csrf: String,
    }
}

page! {
    /// Signet's own first page.
    Home("home.html") {
        /// Who is signed in.
        user: Option<UserView>,
        /// The issuer.
        issuer: String,
        /// Whether this is development mode.
        dev: bool,
    }
}

page! {
    /// Runs the code flow step by step, in development mode.
    Playground("playground.html") {
        /// Its script.
        script: &'static str,
        /// The issuer.
        issuer: String,
        /// The demonstration client.
        client_id: String,
        /// This page.
        redirect_uri: String,
        /// The demonstration resource.
        resource: String,
        /// What to ask for.
        scopes: String,
        /// Who can sign in.
        login: String,
        /// With what.
        password: String,
    }
}

/// What a page may do beyond the usual.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Freedom {
    /// Forms go to Signet alone, and there is no script.
    Usual,
    /// The answer to a form may open an application by this private-use scheme.
    OpenScheme(String),
    /// The form goes to a client, submitted by our script.
    PostToClient,
    /// Our script runs and talks to Signet.
    Script,
    /// Our script runs, and pages of these origins are loaded in frames.
    Frames(Vec<String>),
    /// Any site frames the page, on which our script runs and nothing else is.
    BeFramed,
    /// Our script runs and talks to Signet, and the answer to a form may open an application by this private-use scheme.
    ScriptAndScheme(String),
}

impl Freedom {
    /// The same for a page with our script on it.
    #[must_use]
    pub fn with_script(self) -> Self {
        match self {
            Self::Usual => Self::Script,
            Self::OpenScheme(scheme) => Self::ScriptAndScheme(scheme),
            other => other,
        }
    }

    /// The Content-Security-Policy (CSP Level 3).
    fn policy(&self) -> String {
        if *self == Self::BeFramed {
            return "default-src 'none'; script-src 'self'; form-action 'none'; frame-ancestors *; base-uri 'none'"
                .to_owned();
        }
        let special = match self {
            Self::Usual => "form-action 'self'".to_owned(),
            Self::OpenScheme(scheme) => format!("form-action 'self' {scheme}:"),
            // Where the form goes is the page's whole content; browsers would also hold the client's own
            // redirects against a narrower list.
            Self::PostToClient => "script-src 'self'".to_owned(),
            Self::Script => "form-action 'self'; script-src 'self'; connect-src 'self'".to_owned(),
            Self::Frames(origins) => {
                let origins = origins.join(" ");
                format!("form-action 'self'; script-src 'self'; frame-src {origins}")
            }
            Self::BeFramed => String::new(),
            Self::ScriptAndScheme(scheme) => {
                format!("form-action 'self' {scheme}:; script-src 'self'; connect-src 'self'")
            }
        };
        format!(
            "default-src 'none'; style-src 'self'; img-src 'self' data:; {special}; \
             frame-ancestors 'none'; base-uri 'none'"
        )
    }
}

/// Marks the answer that may be framed. There is no `X-Frame-Options` that says so, so it must not get the one that answers
/// have otherwise.
#[derive(Clone, Copy, Debug)]
pub struct MayBeFramed;

/// A page as an answer.
///
/// # Panics
/// Templates only write to memory; the policy is visible ASCII.
#[must_use]
pub fn respond(status: StatusCode, page: &impl Template, freedom: &Freedom) -> Response {
    let html = Surroundings::place(page.render().expect("templates render to memory"));
    let mut response = (status, Html(html)).into_response();
    let headers = response.headers_mut();
    let policy = HeaderValue::from_str(&freedom.policy()).expect("visible ASCII");
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    for (name, value) in PAGE_HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if *freedom == Freedom::BeFramed {
        headers.remove(header::X_FRAME_OPTIONS);
        response.extensions_mut().insert(MayBeFramed);
    }
    response
}

/// What every page says beside its policy (RFC 9700 §4.2.4, §4.16). `same-origin` and not `no-referrer`, with which browsers would call the
/// origin of our own forms `null`.
const PAGE_HEADERS: [(HeaderName, &str); 3] = [
    (header::CACHE_CONTROL, "no-store"),
    (header::REFERRER_POLICY, "same-origin"),
    (header::X_FRAME_OPTIONS, "DENY"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_frame_what_they_are_to_and_one_alone_is_framed() {
        let frames = vec!["https://a.example".to_owned(), "https://b.example:8443".to_owned()];
        let policy = Freedom::Frames(frames).policy();
        assert!(
            policy.contains("; frame-src https://a.example https://b.example:8443; "),
            "{policy}"
        );
        assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
        let open = Freedom::BeFramed.policy();
        assert!(open.contains("default-src 'none'; script-src 'self'; "), "{open}");
        assert!(open.contains("frame-ancestors *;"), "{open}");
    }

    #[test]
    fn a_page_with_a_script_may_do_what_it_may_without_and_runs_no_other_script() {
        let scheme = "com.example.app".to_owned();
        for (freedom, forms) in [
            (Freedom::Usual, "form-action 'self';"),
            (Freedom::OpenScheme(scheme), "form-action 'self' com.example.app:;"),
        ] {
            assert!(!freedom.policy().contains("script-src"), "{}", freedom.policy());
            let policy = freedom.with_script().policy();
            assert!(policy.starts_with("default-src 'none'; "), "{policy}");
            assert!(policy.contains(forms), "{policy}");
            assert!(policy.contains("script-src 'self'; connect-src 'self';"), "{policy}");
        }
    }
}
