//! As much of a browser as the flows need: cookies, forms, redirects one at a time.

use std::collections::BTreeMap;

use openidconnect::{
    reqwest::{self, header},
    url::{Url, form_urlencoded},
};

use super::Authority;

/// A page or redirect that came back.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: header::HeaderMap,
    /// The body.
    pub body: String,
}

/// A client that follows no redirects, and trusts this authority too.
pub fn client(authority: Option<&Authority>) -> reqwest::Client {
    let mut builder = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none());
    if let Some(authority) = authority {
        builder = builder.add_root_certificate(authority.root());
    }
    builder.build().expect("a client")
}

/// A browser with its cookies.
#[derive(Clone)]
pub struct Browser {
    http: reqwest::Client,
    issuer: String,
    /// By name.
    pub cookies: BTreeMap<String, String>,
    /// From where a proxy says it comes, if there is one.
    pub address: Option<String>,
    /// Its words about itself.
    pub user_agent: Option<&'static str>,
    /// The languages that its person reads, as `Accept-Language` has them.
    pub languages: Option<&'static str>,
    /// What it takes, as `Accept` has it.
    pub accepts: Option<&'static str>,
}

impl Browser {
    /// A new one.
    pub fn new(issuer: &str) -> Self {
        Self::with(client(None), issuer)
    }

    /// A new one that speaks through this client.
    pub fn with(http: reqwest::Client, issuer: &str) -> Self {
        let (issuer, cookies) = (issuer.to_owned(), BTreeMap::new());
        Self {
            http,
            issuer,
            cookies,
            address: None,
            user_agent: None,
            languages: None,
            accepts: None,
        }
    }

    /// A GET of a path or URL.
    pub async fn get(&mut self, to: &str) -> Answer {
        let request = self.http.get(self.absolute(to));
        self.send(request).await
    }

    /// A POST as the form of one of our pages sends it.
    pub async fn post(&mut self, to: &str, form: &[(&str, &str)]) -> Answer {
        let issuer = self.issuer.clone();
        self.post_from(Some(&issuer), to, form).await
    }

    /// A POST of a form of another origin, or of none that is said.
    pub async fn post_from(
        &mut self,
        origin: Option<&str>,
        to: &str,
        form: &[(&str, &str)],
    ) -> Answer {
        let mut request = self.http.post(self.absolute(to)).form(form);
        if let Some(origin) = origin {
            request = request.header(header::ORIGIN, origin);
        }
        self.send(request).await
    }

    /// A POST that says what it says about where it comes from.
    pub async fn post_saying(
        &mut self,
        headers: &[(&'static str, &str)],
        to: &str,
        form: &[(&str, &str)],
    ) -> Answer {
        let mut request = self.http.post(self.absolute(to)).form(form);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request).await
    }

    /// Follows redirects as long as they stay with the issuer.
    pub async fn follow(&mut self, mut answer: Answer) -> Answer {
        for _ in 0..10 {
            match answer.location() {
                Some(to) if to.starts_with('/') || to.starts_with(&self.issuer) => {
                    answer = self.get(&to).await;
                }
                _ => return answer,
            }
        }
        panic!("redirected in a circle");
    }

    /// Fills the form of a page in and submits it.
    pub async fn submit(&mut self, page: &Answer, fields: &[(&str, &str)]) -> Answer {
        let csrf = page.field("csrf").expect("a page token");
        let mut form = vec![("csrf", csrf.as_str())];
        form.extend_from_slice(fields);
        let action = page.action().expect("a form");
        let answer = self.post(&action, &form).await;
        self.follow(answer).await
    }

    fn absolute(&self, to: &str) -> String {
        if to.starts_with('/') { format!("{}{to}", self.issuer) } else { to.to_owned() }
    }

    async fn send(&mut self, mut request: reqwest::RequestBuilder) -> Answer {
        if !self.cookies.is_empty() {
            let pairs: Vec<String> =
                self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            request = request.header(header::COOKIE, pairs.join("; "));
        }
        if let Some(address) = &self.address {
            request = request.header("x-forwarded-for", address);
        }
        if let Some(user_agent) = self.user_agent {
            request = request.header(header::USER_AGENT, user_agent);
        }
        if let Some(languages) = self.languages {
            request = request.header(header::ACCEPT_LANGUAGE, languages);
        }
        if let Some(accepts) = self.accepts {
            request = request.header(header::ACCEPT, accepts);
        }
        let answer = request.send().await.expect("an answer");
        for line in answer.headers().get_all(header::SET_COOKIE) {
            let line = line.to_str().expect("ASCII");
            let (pair, attributes) = line.split_once(';').expect("attributes");
            let (name, value) = pair.split_once('=').expect("a pair");
            // Some let a cookie end by a date long ago.
            if attributes.contains("Max-Age=0") || attributes.contains("1970 00:00:00 GMT") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        Answer {
            status: answer.status().as_u16(),
            headers: answer.headers().clone(),
            body: answer.text().await.expect("text"),
        }
    }
}

impl Answer {
    /// Where it redirects to.
    pub fn location(&self) -> Option<String> {
        Some(self.headers.get(header::LOCATION)?.to_str().ok()?.to_owned())
    }

    /// A header.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("ASCII"))
    }

    /// The value of a form field.
    pub fn field(&self, name: &str) -> Option<String> {
        let tag = self.tag(&format!("name=\"{name}\""))?;
        attribute(tag, "value")
    }

    /// Where the form goes.
    pub fn action(&self) -> Option<String> {
        attribute(self.tag("method=\"post\"")?, "action")
    }

    /// Where it leads, be it by redirect or by page.
    pub fn leads_to(&self) -> Option<String> {
        self.location().or_else(|| {
            let content = attribute(self.tag("http-equiv=\"refresh\"")?, "content")?;
            Some(content.split_once("url=")?.1.to_owned())
        })
    }

    /// The URL that the client is reached by, be it by redirect or by page, with the response's parameters.
    pub fn callback(&self) -> (String, BTreeMap<String, String>) {
        let url = self.leads_to().unwrap_or_else(|| {
            panic!("neither a redirect nor a page that leads on: {} {}", self.status, self.body)
        });
        let url = Url::parse(&url).expect("a URL");
        let parameters = form_urlencoded::parse(url.query().unwrap_or_default().as_bytes());
        let parameters = parameters.into_owned().collect();
        let mut bare = url.clone();
        bare.set_query(None);
        (bare.into(), parameters)
    }

    /// The address of its first frame.
    pub fn frame(&self) -> Option<String> {
        attribute(self.tag("<iframe")?, "src")
    }

    /// The tag that contains `text`.
    fn tag(&self, text: &str) -> Option<&str> {
        let at = self.body.find(text)?;
        let start = self.body[..at].rfind('<')?;
        let end = at + self.body[at..].find('>')?;
        Some(&self.body[start..end])
    }
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let rest = tag.split_once(&format!(" {name}=\""))?.1;
    let value = rest.split_once('"')?.0;
    let decoded = value
        .replace("&#38;", "&")
        .replace("&amp;", "&")
        .replace("&#34;", "\"")
        .replace("&#39;", "'")
        .replace("&#60;", "<")
        .replace("&#62;", ">");
    Some(decoded)
}
