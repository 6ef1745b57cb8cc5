//! What is done through Signet's own endpoints: sign-in by its form, the code flow, refreshes.

use std::net::SocketAddr;

use anyhow::Context;

use super::{
    load::{self, Answer, CONNECTIONS, Connection, Flow, Flows, Turn},
    signet::{self, APPLICATION, PASSWORD, REDIRECT_URI, SCOPE},
};

/// RFC 7636 appendix B: the verifier and its challenge.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// A browser that no one is signed in with: its cookies and the token of its forms.
pub struct Form {
    cookies: String,
    csrf: String,
}

impl Form {
    /// Opens one.
    pub async fn open(connection: &mut Connection) -> anyhow::Result<Self> {
        let answer = connection.exchange(&load::get("/sign-in", "")).await?;
        let csrf = between(answer.body(), "name=\"csrf\" value=\"", '"').context("no form")?;
        Ok(Self { cookies: cookies(&answer), csrf: csrf.to_owned() })
    }

    /// Sends it, filled in like this.
    #[must_use]
    pub fn post(&self, path: &str, fields: &[(&str, &str)]) -> Vec<u8> {
        let header = format!("Cookie: {}\r\n", self.cookies);
        let mut pairs = vec![("csrf", self.csrf.as_str())];
        pairs.extend_from_slice(fields);
        load::post(path, &header, &pairs)
    }
}

/// A browser in which a person can sign in.
pub struct Browser {
    form: Form,
    email: String,
}

impl Browser {
    /// Opens the form.
    async fn open(connection: &mut Connection, email: String) -> anyhow::Result<Self> {
        Ok(Self { form: Form::open(connection).await?, email })
    }

    fn sign_in(&self) -> Vec<u8> {
        self.form.post("/sign-in", &[("identifier", &self.email), ("password", PASSWORD)])
    }
}

fn cookies(answer: &Answer<'_>) -> String {
    let pairs = answer.headers("set-cookie").filter_map(|cookie| cookie.split(';').next());
    pairs.collect::<Vec<_>>().join("; ")
}

fn between<'a>(text: &'a str, before: &str, after: char) -> Option<&'a str> {
    text.split_once(before)?.1.split(after).next()
}

/// Everyone's session: the cookies of one browser a connection.
pub async fn sessions(server: SocketAddr) -> anyhow::Result<Vec<String>> {
    let mut connection = Connection::open(server).await?;
    let mut sessions = Vec::new();
    for number in 0..CONNECTIONS {
        let browser = Browser::open(&mut connection, signet::email(number)).await?;
        let answer = connection.exchange(&browser.sign_in()).await?;
        answer.expect(303, "")?;
        sessions.push(cookies(&answer));
    }
    Ok(sessions)
}

/// The code flow: a code from `authorize` by the session, then its tokens.
struct CodeFlow {
    authorize: Vec<u8>,
    authorization: String,
    code: Option<String>,
    /// What came of the last one.
    refresh_token: Option<String>,
}

impl CodeFlow {
    fn new(session: &str, authorization: &str, scope: &str) -> Self {
        let query = form_urlencoded::Serializer::new(String::new())
            .extend_pairs([
                ("client_id", APPLICATION),
                ("redirect_uri", REDIRECT_URI),
                ("response_type", "code"),
                ("scope", scope),
                ("state", "af0ifjsldkj"),
                ("code_challenge", CHALLENGE),
                ("code_challenge_method", "S256"),
            ])
            .finish();
        let cookie = format!("Cookie: {session}\r\n");
        let authorize = load::get(&format!("/authorize?{query}"), &cookie);
        let authorization = authorization.to_owned();
        Self { authorize, authorization, code: None, refresh_token: None }
    }
}

impl Flow for CodeFlow {
    fn request(&mut self, out: &mut Vec<u8>) {
        match &self.code {
            None => out.extend_from_slice(&self.authorize),
            Some(code) => {
                let pairs = [
                    ("grant_type", "authorization_code"),
                    ("code", code),
                    ("redirect_uri", REDIRECT_URI),
                    ("code_verifier", VERIFIER),
                ];
                out.extend_from_slice(&load::post("/token", &self.authorization, &pairs));
            }
        }
    }

    fn answer(&mut self, answer: &Answer<'_>) -> anyhow::Result<Turn> {
        if self.code.take().is_none() {
            answer.expect(303, "")?;
            let location = answer.headers("location").next().unwrap_or_default();
            let code = between(location, "code=", '&').context("no code")?;
            self.code = Some(code.to_owned());
            return Ok(Turn::More);
        }
        answer.expect(200, TOKEN)?;
        self.refresh_token = between(answer.body(), REFRESH_TOKEN, '"').map(str::to_owned);
        Ok(Turn::Done)
    }
}

/// How answers of the token endpoint begin.
pub const TOKEN: &str = "{\"access_token\":\"";
const REFRESH_TOKEN: &str = "\"refresh_token\":\"";

/// The code flow in every session, with an ID token.
#[must_use]
pub fn code_flows(sessions: &[String], authorization: &str) -> Flows {
    let scope = format!("openid {SCOPE}");
    let flow =
        |session: &String| Box::new(CodeFlow::new(session, authorization, &scope)) as Box<dyn Flow>;
    sessions.iter().map(flow).collect()
}

/// A grant that is refreshed again and again, each time with the token that came last.
struct Refresh {
    authorization: String,
    token: String,
}

impl Flow for Refresh {
    fn request(&mut self, out: &mut Vec<u8>) {
        let pairs = [("grant_type", "refresh_token"), ("refresh_token", &self.token)];
        out.extend_from_slice(&load::post("/token", &self.authorization, &pairs));
    }

    fn answer(&mut self, answer: &Answer<'_>) -> anyhow::Result<Turn> {
        answer.expect(200, TOKEN)?;
        let token = between(answer.body(), REFRESH_TOKEN, '"').context("no successor")?;
        token.clone_into(&mut self.token);
        Ok(Turn::Done)
    }
}

/// A grant for each session, made through the code flow, without ID tokens.
pub async fn refreshes(
    server: SocketAddr,
    sessions: &[String],
    authorization: &str,
) -> anyhow::Result<Flows> {
    let mut connection = Connection::open(server).await?;
    let mut flows = Flows::new();
    for session in sessions {
        let mut flow = CodeFlow::new(session, authorization, SCOPE);
        loop {
            let mut request = Vec::new();
            flow.request(&mut request);
            if let Turn::Done = flow.answer(&connection.exchange(&request).await?)? {
                break;
            }
        }
        let token = flow.refresh_token.context("no refresh token")?;
        flows.push(Box::new(Refresh { authorization: authorization.to_owned(), token }));
    }
    Ok(flows)
}

/// Someone who signs in again and again in a browser of their own.
struct LogIn(Vec<u8>);

impl Flow for LogIn {
    fn request(&mut self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.0);
    }

    fn answer(&mut self, answer: &Answer<'_>) -> anyhow::Result<Turn> {
        answer.expect(303, "")?;
        Ok(Turn::Done)
    }
}

/// Log-ins of this many people at once.
pub async fn log_ins(server: SocketAddr, people: usize) -> anyhow::Result<Flows> {
    let mut connection = Connection::open(server).await?;
    let mut flows = Flows::new();
    for number in 0..people {
        let browser = Browser::open(&mut connection, signet::email(number)).await?;
        flows.push(Box::new(LogIn(browser.sign_in())));
    }
    Ok(flows)
}

/// A client credentials token, and the first introspection of it: nothing is remembered of it yet.
struct FirstLook {
    issue: Vec<u8>,
    authorization: String,
    token: Option<String>,
}

impl Flow for FirstLook {
    fn request(&mut self, out: &mut Vec<u8>) {
        match &self.token {
            None => out.extend_from_slice(&self.issue),
            Some(token) => {
                let request = load::post("/introspect", &self.authorization, &[("token", token)]);
                out.extend_from_slice(&request);
            }
        }
    }

    fn answer(&mut self, answer: &Answer<'_>) -> anyhow::Result<Turn> {
        if self.token.take().is_some() {
            answer.expect(200, super::ACTIVE)?;
            return Ok(Turn::Done);
        }
        self.token = Some(access_token(answer)?);
        Ok(Turn::More)
    }
}

/// Issues and introspects, in turn.
#[must_use]
pub fn first_looks(issue: &[u8], authorization: &str) -> Flows {
    let flow = || FirstLook {
        issue: issue.to_owned(),
        authorization: authorization.to_owned(),
        token: None,
    };
    (0..CONNECTIONS).map(|_| Box::new(flow()) as Box<dyn Flow>).collect()
}

/// The access token of an answer.
pub fn access_token(answer: &Answer<'_>) -> anyhow::Result<String> {
    answer.expect(200, TOKEN)?;
    Ok(between(answer.body(), TOKEN, '"').context("no token")?.to_owned())
}
