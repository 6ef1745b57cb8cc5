//! The `claims` parameter (OpenID Connect Core §5.5): claims that are asked for one by one, whom the answer is to be about,
//! and how surely they have to have proved it. Beside it `claims_locales` (§5.2): the languages that claims are told in.

use std::fmt;

use serde::{
    Deserialize, Deserializer, Serialize,
    de::{Error as _, MapAccess, Visitor},
};
use serde_json::{Map, Value};

use crate::{
    identity::proof::Assurance,
    oauth::{Code, Error},
    registry::{
        claim::{self, Claim},
        client::Client,
        language_tag::LanguageTag,
    },
};

/// The longest value, in bytes: every claim with every member is less.
const LONGEST: usize = 8 * 1024;
/// How deep it may nest; a value that is an object, in a list, is 5 deep.
const DEEPEST: usize = 8;
/// How many claims may be asked for in one place, known or not.
const MOST: usize = 100;
/// The longest `claims_locales`, in bytes, and how many of its languages count: the first.
const LONGEST_LOCALES: usize = 512;
const MOST_LOCALES: usize = 8;

/// What is asked for, as far as it is understood.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ClaimsRequest {
    /// About the person, in the ID token. One that is asked for in a language has `#` and its tag behind it, as the client
    /// spells it.
    pub id_token: Vec<String>,
    /// About the person, at `UserInfo`.
    pub userinfo: Vec<String>,
    /// The subjects that the answer may be about; none if it may be about anyone.
    pub subjects: Vec<String>,
    /// How surely the person has to have proved who they are: those of the values that are known, in order.
    pub acr: Vec<Assurance>,
    /// Whether one of these has to be met, and be the one that is told.
    pub acr_essential: bool,
    /// The languages and scripts that claims are told in, the one that is liked best first.
    pub locales: Vec<LanguageTag>,
}

/// Reads `claims_locales` (Core §3.1.2.1, §5.2). What is not understood is passed over: it is no error.
pub fn locales(text: &str) -> Vec<LanguageTag> {
    let mut locales = Vec::new();
    let short = Some(text).filter(|text| text.len() <= LONGEST_LOCALES);
    for tag in short.unwrap_or_default().split(' ').filter_map(LanguageTag::parse) {
        if locales.len() < MOST_LOCALES && !locales.contains(&tag) {
            locales.push(tag);
        }
    }
    locales
}

impl ClaimsRequest {
    /// Reads the parameter of a client's request. What it asks for and this server or this client does not know or may not
    /// have is left out: the answer does without (Core §5.5.1).
    pub fn parse(text: &str, client: &Client) -> Result<Self, Error> {
        if text.len() > LONGEST || nesting(text) > DEEPEST {
            return Err(Error::invalid_request("claims is too long or nests too deep"));
        }
        // What is a struct here could be written as a list otherwise.
        let object = Some(text).filter(|text| text.trim_ascii_start().starts_with('{'));
        let wire: Wire = serde_json::from_str(object.unwrap_or_default()).map_err(|_| {
            Error::invalid_request("claims is not what OpenID Connect Core 5.5 has")
        })?;
        let (id_token, userinfo) =
            (wire.id_token.unwrap_or_default(), wire.userinfo.unwrap_or_default());
        let mut subjects: Vec<String> = Vec::new();
        for asked in [&id_token, &userinfo].into_iter().filter_map(|place| place.get("sub")) {
            let wanted = asked.texts("sub")?;
            if !subjects.is_empty() && !wanted.is_empty() {
                subjects.retain(|subject| wanted.contains(subject));
                if subjects.is_empty() {
                    return Err(Error::invalid_request("claims asks for two different people"));
                }
            } else if !wanted.is_empty() {
                subjects = wanted;
            }
        }
        let acr = id_token.get("acr");
        let asked = acr.map(|acr| acr.texts("acr")).transpose()?.unwrap_or_default();
        let known: Vec<Assurance> = asked.iter().filter_map(|value| value.parse().ok()).collect();
        let acr_essential = acr.is_some_and(|acr| acr.essential) && !asked.is_empty();
        if acr_essential && known.is_empty() {
            return Err(Error::new(
                Code::UnmetAuthenticationRequirements,
                "none of the essential values of acr can be met here",
            ));
        }
        Ok(Self {
            id_token: id_token.about_person(client),
            userinfo: userinfo.about_person(client),
            subjects,
            acr: known,
            acr_essential,
            locales: Vec::new(),
        })
    }

    /// The claims about the person that are asked for anywhere, each once, in whatever languages.
    pub fn about_person(&self) -> impl Iterator<Item = &'static Claim> {
        let asked = |claim: &&Claim| {
            let mut names = self.id_token.iter().chain(&self.userinfo);
            names.any(|name| claim::split(name).0 == claim.name)
        };
        claim::STANDARD.iter().filter(asked)
    }

    /// The scopes that open what is asked for about the person, beside these: each once.
    #[must_use]
    pub fn scopes_but(&self, scopes: &[String]) -> Vec<String> {
        let mut names: Vec<String> = self
            .about_person()
            .map(|claim| claim.scope.to_owned())
            .filter(|name| !scopes.contains(name))
            .collect();
        names.dedup();
        names
    }

    /// With no more about the person than these scopes open.
    #[must_use]
    pub fn opened_by(&self, scopes: &[String]) -> Self {
        let is_opened = |name: &&String| {
            let claim = claim::find(claim::split(name).0);
            claim.is_some_and(|claim| scopes.iter().any(|scope| scope == claim.scope))
        };
        let left = |names: &[String]| names.iter().filter(is_opened).cloned().collect();
        let (id_token, userinfo) = (left(&self.id_token), left(&self.userinfo));
        Self { id_token, userinfo, ..self.clone() }
    }

    /// The languages and scripts that claims are told in, as they are stored; none if none is asked for.
    #[must_use]
    pub fn locales_asked(&self) -> Option<Vec<String>> {
        let locales = self.locales.iter().map(ToString::to_string);
        (!self.locales.is_empty()).then(|| locales.collect())
    }

    /// The values of `acr` one of which has to be told, the one that is demanded first.
    #[must_use]
    pub fn essential_acr(&self) -> Option<Vec<String>> {
        self.acr_essential.then(|| self.acr.iter().map(ToString::to_string).collect())
    }
}

/// How deep brackets nest outside of strings.
fn nesting(text: &str) -> usize {
    let (mut depth, mut deepest, mut quoted, mut escaped) = (0_usize, 0, false, false);
    for c in text.bytes() {
        match c {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'{' | b'[' if !quoted => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b'}' | b']' if !quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

/// The parameter as it is sent. Members that are not understood are ignored.
#[derive(Deserialize)]
struct Wire {
    #[serde(default)]
    id_token: Option<Members>,
    #[serde(default)]
    userinfo: Option<Members>,
}

/// How one claim is asked for; `null` for no more than its name.
#[derive(Default, Deserialize)]
#[serde(try_from = "Map<String, Value>")]
struct Asked {
    essential: bool,
    /// Of `value` and `values`.
    values: Vec<Value>,
}

impl TryFrom<Map<String, Value>> for Asked {
    type Error = &'static str;

    fn try_from(mut members: Map<String, Value>) -> Result<Self, Self::Error> {
        let essential = match members.remove("essential") {
            None => false,
            Some(Value::Bool(essential)) => essential,
            Some(_) => return Err("essential is true or false"),
        };
        let mut values = match members.remove("values") {
            None => Vec::new(),
            Some(Value::Array(values)) => values,
            Some(_) => return Err("values is a list"),
        };
        values.extend(members.remove("value"));
        Ok(Self { essential, values })
    }
}

impl Asked {
    /// The values asked for, which are texts for the claims that are held to them.
    fn texts(&self, name: &str) -> Result<Vec<String>, Error> {
        let values = self.values.iter();
        let texts: Option<Vec<String>> =
            values.map(|value| value.as_str().map(str::to_owned)).collect();
        texts.ok_or_else(|| {
            Error::invalid_request(format!("a value of {name} in claims is no text"))
        })
    }
}

/// Claims by their names, each there once.
#[derive(Default)]
struct Members(Vec<(String, Asked)>);

impl Members {
    fn get(&self, name: &str) -> Option<&Asked> {
        self.0.iter().find(|(other, _)| other == name).map(|(_, asked)| asked)
    }

    /// The claims about the person that the client may have at all: those of its scopes.
    fn about_person(&self, client: &Client) -> Vec<String> {
        let allowed = |claim: &Claim| client.metadata.scopes.iter().any(|own| own == claim.scope);
        let names = self.0.iter().map(|(name, _)| name);
        names.filter(|name| claim::find(name).is_some_and(allowed)).cloned().collect()
    }
}

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Each;
        impl<'de> Visitor<'de> for Each {
            type Value = Members;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut members = Members::default();
                while let Some((name, asked)) = map.next_entry::<String, Option<Asked>>()? {
                    if members.0.len() == MOST || members.get(&name).is_some() {
                        return Err(A::Error::custom("too many claims, or one twice"));
                    }
                    members.0.push((name, asked.unwrap_or_default()));
                }
                Ok(members)
            }
        }
        deserializer.deserialize_map(Each)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::storage::clients::ClientRow;

    fn client(scopes: &[&str]) -> Client {
        let metadata = json!({
            "client_name": "Test", "token_endpoint_auth_method": "none", "scopes": scopes,
            "grant_types": ["authorization_code"], "redirect_uris": ["https://app.example/cb"],
        });
        let row = ClientRow { client_id: "spa".to_owned(), metadata, secrets: Vec::new() };
        Client::from_row(row).expect("a client")
    }

    fn parse(text: &str) -> Result<ClaimsRequest, Code> {
        let client = client(&["openid", "profile", "email", "phone"]);
        ClaimsRequest::parse(text, &client).map_err(|error| error.code)
    }

    #[test]
    fn the_example_of_the_specification_is_understood() {
        // Core §5.5.
        let request = parse(
            r#"{
                "userinfo": {
                    "given_name": {"essential": true}, "nickname": null, "email": {"essential": true},
                    "email_verified": {"essential": true}, "picture": null, "http://example.info/claims/groups": null
                },
                "id_token": {
                    "auth_time": {"essential": true}, "acr": {"values": ["urn:mace:incommon:iap:silver"]}
                }
            }"#,
        );
        let names = ["given_name", "nickname", "email", "email_verified", "picture"];
        let userinfo = names.map(str::to_owned).to_vec();
        assert_eq!(request, Ok(ClaimsRequest { userinfo, ..ClaimsRequest::default() }));
    }

    #[test]
    fn what_is_not_understood_is_ignored_and_what_is_wrong_refused() {
        let nothing = Ok(ClaimsRequest::default());
        for text in [
            "{}",
            r#"{"id_token":null,"userinfo":{}}"#,
            r#"{"other":{"x":[1,{"y":2}]},"id_token":{"x":{"essential":false,"color":"red"}}}"#,
            // A claim of a scope that the client may not ask for.
            r#"{"userinfo":{"address":{"essential":true}}}"#,
            r#"{"userinfo":{"sub":null,"acr":{"essential":true,"values":["x"]}}}"#,
            r#"{"id_token":{"acr":{"essential":true}}}"#,
            r#"{"id_token":{"x":{"value":"[[[[[[[[[[\"{{{{{"}}}"#,
        ] {
            assert_eq!(parse(text), nothing, "{text}");
        }
        let deep =
            format!(r#"{{"id_token":{{"x":{{"value":{}1{}}}}}}}"#, "[".repeat(6), "]".repeat(6));
        let long = format!(r#"{{"x":"{}"}}"#, "a".repeat(LONGEST));
        let many: Vec<String> = (0..=MOST).map(|n| format!("\"c{n}\":null")).collect();
        let many = format!(r#"{{"userinfo":{{{}}}}}"#, many.join(","));
        for text in [
            "",
            "null",
            "[]",
            "{",
            r#"{"id_token":{}} {}"#,
            r#"{"id_token":[]}"#,
            r#"{"id_token":{"email":true}}"#,
            r#"{"id_token":{"email":[]}}"#,
            r#"{"id_token":{"email":{"essential":"yes"}}}"#,
            r#"{"id_token":{"email":{"values":"x"}}}"#,
            r#"{"id_token":{"sub":{"value":7}}}"#,
            r#"{"id_token":{"acr":{"values":["aal1",1]}}}"#,
            r#"{"id_token":{"email":null,"email":null}}"#,
            r#"{"id_token":{},"id_token":{}}"#,
            r#"{"id_token":{"sub":{"value":"a"}},"userinfo":{"sub":{"value":"b"}}}"#,
            &deep,
            &long,
            &many,
        ] {
            assert_eq!(parse(text), Err(Code::InvalidRequest), "{text}");
        }
    }

    #[test]
    fn a_claim_may_be_asked_for_in_a_language() {
        // Core §5.2.
        let request = parse(
            r#"{"userinfo":{"family_name":null,"family_name#ja-Kana-JP":null,"family_name#ja-hani-jp":null,
                             "family_name#":null,"family_name#Japanese!":null,"surname#ja":null,"address#ja":null}}"#,
        );
        let request = request.expect("fine");
        let names = ["family_name", "family_name#ja-Kana-JP", "family_name#ja-hani-jp"];
        assert_eq!(request.userinfo, names);
        let about: Vec<_> = request.about_person().map(|claim| claim.name).collect();
        assert_eq!(about, ["family_name"]);
    }

    #[test]
    fn languages_are_in_the_order_in_which_they_are_liked() {
        let many: Vec<String> = ('a'..='z').map(|c| format!("d{c}")).collect();
        for (text, expected) in [
            ("ja-Kana-JP ja-Hani-JP", "ja-Kana-JP ja-Hani-JP"),
            ("fr-ca  FR en fr-CA", "fr-CA fr en"),
            ("de,fr x und de_CH es", "es"),
            ("", ""),
            (&many.join(" "), "da db dc dd de df dg dh"),
            (&"de ".repeat(200), ""),
        ] {
            let read: Vec<String> = locales(text).iter().map(ToString::to_string).collect();
            assert_eq!(read.join(" "), expected, "{text}");
        }
    }

    #[test]
    fn a_subject_or_acr_with_a_value_is_a_demand() {
        let request =
            parse(r#"{"id_token":{"sub":{"values":["a","b"]}},"userinfo":{"sub":{"value":"b"}}}"#);
        assert_eq!(request.expect("fine").subjects, ["b"]);
        let request =
            parse(r#"{"id_token":{"acr":{"essential":true,"values":["gold","aal2","aal1"]}}}"#);
        let request = request.expect("fine");
        assert_eq!(request.essential_acr(), Some(vec!["aal2".to_owned(), "aal1".to_owned()]));
        // Core §5.5.1.1: what is essential and cannot be met is a failed authentication.
        for text in [
            r#"{"id_token":{"acr":{"essential":true,"value":"gold"}}}"#,
            r#"{"id_token":{"acr":{"essential":true,"values":["gold","silver"]}}}"#,
        ] {
            assert_eq!(parse(text), Err(Code::UnmetAuthenticationRequirements), "{text}");
        }
        assert_eq!(
            parse(r#"{"id_token":{"acr":{"values":["gold"]}}}"#),
            Ok(ClaimsRequest::default())
        );
    }
}
