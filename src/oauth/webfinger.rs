//! `WebFinger` (RFC 7033): which issuer stands for a person (OpenID Connect Discovery §2).
//!
//! Anyone may ask about any address on this host and gets the same answer, so that it tells nothing about who has an
//! account.

use axum::{
    extract::{RawQuery, State},
    response::{IntoResponse, Response},
};
use http::{StatusCode, header};
use serde_json::{Value, json};
use url::Url;

use super::Error;
use crate::{app::AppState, config::Issuer};

/// The relation that leads to an issuer (Discovery §2).
const ISSUER: &str = "http://openid.net/specs/connect/1.0/issuer";
/// The longest `resource`, in bytes.
const LONGEST: usize = 1024;

/// `GET /.well-known/webfinger`.
pub async fn webfinger(State(app): State<AppState>, RawQuery(query): RawQuery) -> Response {
    match answer(&app.config.server.issuer, query.as_deref().unwrap_or_default()) {
        Ok(Some(document)) => {
            let kind = [(header::CONTENT_TYPE, "application/jrd+json")];
            (kind, document.to_string()).into_response()
        }
        Ok(None) => StatusCode::NOT_FOUND.into_response(),
        Err(error) => error.into_response(),
    }
}

/// The JSON Resource Descriptor of what a query asks about; none if it is not of this host (RFC 7033 §4.2).
fn answer(issuer: &Issuer, query: &str) -> Result<Option<Value>, Error> {
    let mut resource = None;
    let mut relations = Vec::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        match &*name {
            "resource" if resource.is_some() => {
                return Err(Error::invalid_request("resource is there more than once"));
            }
            "resource" => resource = Some(value),
            "rel" => relations.push(value),
            _ => {}
        }
    }
    let resource = resource
        .filter(|resource| !resource.is_empty() && resource.len() <= LONGEST)
        .ok_or_else(|| Error::invalid_request("resource is missing or too long"))?;
    let own = issuer.host_and_port().map(|(host, _)| host);
    if host(&resource).as_deref() != own {
        return Ok(None);
    }
    // RFC 7033 §4.3: all relations, or those that are asked for.
    let wanted = relations.is_empty() || relations.iter().any(|relation| relation == ISSUER);
    let link = json!({ "rel": ISSUER, "href": issuer.as_str() });
    let links = if wanted { vec![link] } else { Vec::new() };
    Ok(Some(json!({ "subject": resource, "links": links })))
}

/// The host of an `acct:` URI, an e-mail address or a URL (Discovery §2.1).
fn host(resource: &str) -> Option<String> {
    let account =
        resource.strip_prefix("acct:").or_else(|| (!resource.contains(':')).then_some(resource));
    let url = match account {
        Some(account) => {
            let (user, host) = account.rsplit_once('@')?;
            let plain = !user.is_empty() && !host.contains(['/', '?', '#', '\\']);
            Url::parse(&format!("https://{}", plain.then_some(host)?))
        }
        None => Url::parse(resource),
    };
    let url = url.ok().filter(|url| matches!(url.scheme(), "https" | "http"))?;
    url.host_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth::Code;

    fn ask(query: &str) -> Result<Option<Value>, Code> {
        let issuer = Issuer::parse("https://id.example").expect("an issuer");
        answer(&issuer, query).map_err(|error| error.code)
    }

    #[test]
    fn whoever_is_of_this_host_is_led_to_the_issuer() {
        for resource in [
            "acct:alice@id.example",
            "acct:alice%40home@ID.example",
            "alice@id.example",
            "https://id.example/alice",
            "https://id.example:8443/",
            // Discovery §2.1.3: with a port.
            "acct:alice@id.example:8443",
        ] {
            let query: String = form_urlencoded::byte_serialize(resource.as_bytes()).collect();
            let document = ask(&format!("resource={query}&rel={ISSUER}"));
            let document = document.expect("answered").unwrap_or_else(|| panic!("{resource}"));
            assert_eq!(document["subject"], resource);
            assert_eq!(document["links"], json!([{ "rel": ISSUER, "href": "https://id.example" }]));
        }
    }

    #[test]
    fn relations_that_are_not_asked_for_are_left_out() {
        let all = ask("resource=acct:a@id.example").expect("answered").expect("found");
        assert_eq!(all["links"].as_array().expect("links").len(), 1);
        let none = ask("resource=acct:a@id.example&rel=author").expect("answered").expect("found");
        assert_eq!(none["links"], json!([]));
        let two = format!("resource=acct:a@id.example&rel=author&rel={ISSUER}");
        assert_eq!(
            ask(&two).expect("answered").expect("found")["links"].as_array().expect("links").len(),
            1
        );
    }

    #[test]
    fn what_is_of_another_host_or_no_address_is_not_found() {
        for resource in [
            "acct:a@other.example",
            "acct:a@id.example@other.example",
            "acct:@id.example",
            "acct:id.example",
            "acct:a@id.example/x",
            "https://other.example/a@id.example",
            "https://id.example.evil.example/",
            "ftp://id.example/",
            "mailto:a@id.example",
            "x",
        ] {
            let query: String = form_urlencoded::byte_serialize(resource.as_bytes()).collect();
            assert_eq!(ask(&format!("resource={query}")), Ok(None), "{resource}");
        }
    }

    #[test]
    fn a_query_without_one_resource_is_refused() {
        for query in ["", "resource=", "rel=x", "resource=a@id.example&resource=b@id.example"] {
            assert_eq!(ask(query), Err(Code::InvalidRequest), "{query}");
        }
        let long = format!("resource=acct:{}@id.example", "a".repeat(1024));
        assert_eq!(ask(&long), Err(Code::InvalidRequest));
    }
}
