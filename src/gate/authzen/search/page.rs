//! Pages of results (`AuthZEN` § Pagination). A token says where to go on, and of which request. It is not signed: who makes
//! one up starts somewhere else in a list that they may read from its beginning.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{
    gate::authzen::{
        caller::Caller,
        refusal::Refusal,
        request::{take, take_object},
    },
    tokens::digest::Digest,
};

/// How many results a page has if the request does not say.
const USUAL: usize = 100;
/// How many it has at most.
const MOST: usize = 1000;

/// A place in the order of candidates: first those of Signet, then those that are kept with the policies, each by id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Cursor {
    /// A person, client or API.
    #[serde(rename = "o")]
    Own(String),
    /// An entity that is kept, or an action.
    #[serde(rename = "k")]
    Kept(String),
}

impl Cursor {
    /// The id.
    pub fn id(self) -> String {
        match self {
            Self::Own(id) | Self::Kept(id) => id,
        }
    }
}

/// Which page is asked for.
#[derive(Debug)]
pub struct Page {
    /// It comes after this.
    pub after: Option<Cursor>,
    /// The most results.
    pub limit: usize,
    /// The request speaks of pages.
    asked: bool,
    /// The digest of what is asked, and by whom.
    request: String,
}

/// The page that is answered.
#[derive(Debug, Serialize)]
pub struct Turned {
    next_token: String,
    count: usize,
}

#[derive(Serialize, Deserialize)]
struct Token {
    #[serde(rename = "a")]
    after: Option<Cursor>,
    #[serde(rename = "l")]
    limit: usize,
    #[serde(rename = "r")]
    request: String,
}

impl Page {
    /// Takes what a request says of pages.
    pub fn take(object: &mut Map<String, Value>, caller: &Caller) -> Result<Self, Refusal> {
        Self::read(object, &caller.client.id).map_err(Refusal::Malformed)
    }

    fn read(object: &mut Map<String, Value>, client: &str) -> Result<Self, String> {
        let page = take_object(object, "page")?;
        let asked = page.is_some();
        let mut page = page.unwrap_or_default();
        let limit = match take(&mut page, "limit") {
            None => None,
            Some(value) => {
                let limit =
                    value.as_u64().ok_or("page.limit must be a whole number, not below 0")?;
                Some(usize::try_from(limit).unwrap_or(MOST).min(MOST))
            }
        };
        let token = match take(&mut page, "token") {
            None => None,
            Some(Value::String(text)) if text.is_empty() => None,
            Some(Value::String(text)) => {
                Some(Token::parse(&text).ok_or("page.token is none of ours")?)
            }
            Some(_) => return Err("page.token must be a string".to_owned()),
        };
        let request = digest(object, client);
        let Some(token) = token else {
            return Ok(Self { after: None, limit: limit.unwrap_or(USUAL), asked, request });
        };
        // What is left out is as it was.
        if token.request != request || limit.is_some_and(|limit| limit != token.limit) {
            return Err("page.token belongs to another request".to_owned());
        }
        Ok(Self { after: token.after, limit: token.limit.min(MOST), asked, request })
    }

    /// What is said of a page that another one comes after.
    pub fn more(self, after: Option<Cursor>, count: usize) -> Turned {
        let token = Token { after, limit: self.limit, request: self.request };
        Turned { next_token: token.text(), count }
    }

    /// What is said of the last page: nothing, unless the request spoke of pages.
    pub fn last(self, count: usize) -> Option<Turned> {
        self.asked.then(|| Turned { next_token: String::new(), count })
    }
}

impl Token {
    fn text(&self) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(serde_json::to_vec(self).unwrap_or_default())
    }

    fn parse(text: &str) -> Option<Self> {
        serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(text).ok()?).ok()
    }
}

/// A digest of a request, in whatever order its members come.
fn digest(object: &Map<String, Value>, client: &str) -> String {
    let mut text = String::new();
    let mut members: Vec<_> = object.iter().collect();
    members.sort_unstable_by_key(|(name, _)| *name);
    for (name, value) in members {
        write(&Value::String(name.clone()), &mut text);
        write(value, &mut text);
    }
    Digest::of_parts(&[client.as_bytes(), b"\0", text.as_bytes()]).base64url()
}

fn write(value: &Value, into: &mut String) {
    match value {
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            members.sort_unstable_by_key(|(name, _)| *name);
            into.push('{');
            for (name, value) in members {
                write(&Value::String(name.clone()), into);
                write(value, into);
            }
            into.push('}');
        }
        Value::Array(values) => {
            into.push('[');
            for value in values {
                write(value, into);
                into.push(',');
            }
            into.push(']');
        }
        plain => into.push_str(&plain.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(request: Value) -> Result<Page, String> {
        let Value::Object(mut object) = request else { panic!("an object") };
        Page::read(&mut object, "client")
    }

    #[test]
    fn a_token_is_good_for_its_own_request_alone() {
        let first = read(json!({ "subject": { "type": "user", "x": 1 }, "page": { "limit": 2 } }));
        let cursor = Cursor::Own("7".to_owned());
        let token = first.expect("a page").more(Some(cursor.clone()), 2).next_token;
        let next = |subject: Value, page: Value| {
            let mut request = json!({ "subject": subject, "page": page });
            request["page"]["token"] = json!(token);
            read(request)
        };
        for page in [json!({}), json!({ "limit": 2 })] {
            let page = next(json!({ "x": 1, "type": "user" }), page).expect("a page");
            assert_eq!((page.after, page.limit), (Some(cursor.clone()), 2));
        }
        next(json!({ "type": "user", "x": 1 }), json!({ "limit": 3 })).expect_err("another limit");
        next(json!({ "type": "user", "x": 2 }), json!({})).expect_err("another request");
    }

    #[test]
    fn pages_are_bounded() {
        let limit =
            |value: Value| read(json!({ "page": { "limit": value } })).map(|page| page.limit);
        assert_eq!(limit(json!(0)), Ok(0));
        assert_eq!(limit(json!(7)), Ok(7));
        assert_eq!(limit(json!(1_000_000)), Ok(MOST));
        assert_eq!(limit(Value::Null), Ok(USUAL));
        for bad in [json!(-1), json!(1.5), json!("1"), json!([])] {
            limit(bad).expect_err("no limit");
        }
        for bad in [json!("x"), json!(1), json!("eyJhIjpudWxsfQ")] {
            read(json!({ "page": { "token": bad } })).expect_err("no token");
        }
        read(json!({ "page": [] })).expect_err("no page");
    }
}
