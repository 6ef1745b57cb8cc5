//! Readers of what others write, for any input: none panics, and what is read is what was written.

use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue, header};
use proptest::prelude::*;
use serde::Deserialize;
use signet::{
    admin::manifest::Manifest,
    config::{Config, Environment, Issuer, Span},
    entropy::Entropy,
    keys::{MasterKeys, signing::Type},
    oauth::bearer,
    tokens::{access::TokenId, digest::Digest},
    web::{
        cookies::{Cookie, Policy},
        csrf,
        params::Params,
    },
};

fn key(bytes: [u8; 32]) -> aws_lc_rs::hmac::Key {
    aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, &bytes)
}

fn headers(name: &header::HeaderName, value: &[u8]) -> HeaderMap {
    let value = HeaderValue::from_bytes(value);
    value.into_iter().map(|value| (name.clone(), value)).collect()
}

#[derive(Deserialize)]
struct Timed {
    time: Span,
}

proptest! {
    #[test]
    fn a_jwt_type_is_named_in_any_case_with_its_prefix_or_without(text in "\\PC{0,24}", upper: bool) {
        for (typ, name) in [(Type::Access, "at+jwt"), (Type::Id, "jwt")] {
            let name = if upper { name.to_ascii_uppercase() } else { name.to_owned() };
            prop_assert!(typ.is_named(&name));
            let long = format!("application/{name}");
            prop_assert!(typ.is_named(&long));
            let lower = text.to_ascii_lowercase();
            let bare = lower.strip_prefix("application/").unwrap_or(&lower);
            prop_assert_eq!(typ.is_named(&text), bare.eq_ignore_ascii_case(&name));
        }
    }

    #[test]
    fn a_token_id_names_its_grant_and_no_text_breaks_its_reader(grant: Option<u128>, text in "\\PC{0,40}|[0-9a-f.\\-]{0,80}") {
        let grant = grant.map(uuid::Uuid::from_u128);
        let id = TokenId::draw(grant, &Entropy::system());
        let read: TokenId = serde_json::from_value(id.as_str().into()).expect("a string");
        prop_assert_eq!(read.grant(), grant);
        prop_assert!(read.unique().is_some() && read.unique() != grant);
        prop_assert_eq!(read, id);
        let other: TokenId = serde_json::from_value(text.into()).expect("a string");
        let _ = (other.grant(), other.unique());
    }

    #[test]
    fn a_bearer_token_is_what_stands_behind_the_scheme(token in "[!-~]{1,60}", value: Vec<u8>) {
        let with = headers(&header::AUTHORIZATION, format!("Bearer {token}").as_bytes());
        prop_assert_eq!(bearer::token(&with, None).expect("a token"), token);
        if let Ok(token) = bearer::token(&headers(&header::AUTHORIZATION, &value), None) {
            prop_assert!(!token.is_empty() && !token.contains(' '));
        }
        let twice = Params::parse(b"access_token=a").expect("a form");
        prop_assert!(bearer::token(&with, Some(&twice)).is_err());
    }

    #[test]
    fn a_cookie_is_read_back_among_others(value in "[!#-+\\--:<-\\[\\]-~]{0,60}", others: Vec<u8>, secure: bool) {
        let policy = Policy { secure };
        for cookie in [Cookie::Browser, Cookie::Session, Cookie::Device, Cookie::Notice] {
            let set = policy.set(cookie, &value, None);
            let pair = set.to_str().expect("ASCII").split(';').next().expect("a pair").to_owned();
            let sent = headers(&header::COOKIE, format!("a=b; {pair}; c").as_bytes());
            prop_assert_eq!(policy.get(&sent, cookie), Some(value.as_str()));
            let _ = policy.get(&headers(&header::COOKIE, &others), cookie);
        }
    }

    #[test]
    fn a_page_token_is_good_for_its_key_and_holder_alone(
        secret: [u8; 32], other: [u8; 32], holder: Vec<u8>, stranger: Vec<u8>, text in "\\PC{0,60}",
    ) {
        prop_assume!(secret != other && holder != stranger);
        let (holder, stranger) = (Digest::of(&holder), Digest::of(&stranger));
        let token = csrf::token(&key(secret), &holder);
        prop_assert!(csrf::is_valid(&key(secret), &holder, &token));
        prop_assert!(!csrf::is_valid(&key(other), &holder, &token));
        prop_assert!(!csrf::is_valid(&key(secret), &stranger, &token));
        prop_assert!(text == token || !csrf::is_valid(&key(secret), &holder, &text));
    }

    #[test]
    fn what_is_sealed_opens_in_its_place_and_nowhere_else(
        plain: Vec<u8>, place in "[a-z:0-9]{0,20}", other in "[a-z:0-9]{0,20}", at: usize,
    ) {
        prop_assume!(place != other);
        let master = MasterKeys::generate("one", &Entropy::system());
        let master = MasterKeys::parse(&master).expect("its own text");
        let mut sealed = master.seal(&place, &plain);
        prop_assert_eq!(&**master.open(&place, &sealed).expect("opens"), &plain);
        prop_assert!(master.open(&other, &sealed).is_err());
        let at = at % sealed.bytes.len();
        sealed.bytes[at] ^= 0x20;
        prop_assert!(master.open(&place, &sealed).is_err());
        sealed.bytes.truncate(at);
        prop_assert!(master.open(&place, &sealed).is_err());
    }

    #[test]
    fn no_text_breaks_the_reader_of_master_keys(text in "([a-z0-9]{0,9}:?[A-Za-z0-9+/=]{0,50},?){0,3}|\\PC{0,80}") {
        if let Ok(keys) = MasterKeys::parse(&text) {
            prop_assert!(!keys.current().is_empty());
        }
    }

    #[test]
    fn an_issuer_is_an_origin_as_it_is_written(
        text in "https?://[a-zA-Z0-9.\\-\\[\\]:@]{0,30}(:[0-9]{0,6})?[/?#a-z]{0,5}|\\PC{0,40}",
    ) {
        if let Ok(issuer) = Issuer::parse(&text) {
            prop_assert_eq!(issuer.as_str(), text.as_str());
            prop_assert_eq!(issuer.origin(), text.clone());
            prop_assert!(issuer.host_and_port().is_some());
            prop_assert!(issuer.is_https() || text.starts_with("http://"));
        }
    }

    #[test]
    fn a_length_of_time_is_read_back(seconds in 0_u64..10_000_000, text in "[0-9]{0,25}[a-z]{0,6}|\\PC{0,20}") {
        let read = |text: &str| {
            let table = toml::Table::from_iter([("time".to_owned(), text.into())]);
            table.try_into::<Timed>().map(|timed| timed.time)
        };
        let span = Span(Duration::from_secs(seconds));
        prop_assert_eq!(read(&format!("{span:?}")).expect("its own text"), span);
        let _ = read(&text);
    }

    #[test]
    fn no_text_breaks_the_readers_of_configuration_and_manifests(
        text in "(\\[{1,2}(server|tokens|client|resource|user)\\]{1,2}\n|[a-z_]{1,12} = (\"[a-z]{0,6}\"|[0-9]{1,20}|\\[\\]|true)\n){0,6}|\\PC{0,80}",
        value in "\\PC{0,30}",
    ) {
        let _ = Manifest::parse(&text);
        let _ = Config::read(&text, &Environment::default());
        for name in ["SIGNET_SERVER__ISSUER", "SIGNET_TOKENS__CODE_LIFETIME", "SIGNET_SERVER__TRUSTED_PROXIES"] {
            let _ = Config::read("", &Environment::from([(name, value.as_str())]));
        }
    }
}
