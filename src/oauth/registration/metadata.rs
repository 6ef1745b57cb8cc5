//! What a registration says, as the client's metadata (RFC 7591 §2, OpenID Connect Registration §2): defaults filled in,
//! and held against what clients that register themselves may be. Decided from values alone.

use super::{
    members::{Members, invalid},
    policy::Policy,
    redirects,
};
use crate::{
    keys::{encryption::EncryptionAlg, signing::Algorithm},
    oauth::Error,
    registry::{
        about::{About, ApplicationType, RegisteredBy},
        client::{AuthMethod, Client, GrantType, Metadata},
        client_keys::SigningAlg,
        readable,
        redirect_uri::{Registered, web_url},
        request_metadata::{RequestAlg, RequestMetadata},
        scope,
        sector::SubjectType,
        session_metadata::SessionMetadata,
    },
    tokens::jwe::{ContentAlg, KeyAlg},
};

/// What asks for something that the server does not have. To leave it out silently would be to promise it.
const NOT_THERE: [&str; 6] = [
    "authorization_encrypted_response_alg",
    "authorization_encrypted_response_enc",
    "authorization_signed_response_alg",
    "introspection_encrypted_response_alg",
    "introspection_encrypted_response_enc",
    "introspection_signed_response_alg",
];

/// The same where it is true: a client that demands it relies on it.
const NOT_DEMANDED: [&str; 3] = [
    "dpop_bound_access_tokens",
    "require_pushed_authorization_requests",
    "tls_client_certificate_bound_access_tokens",
];

/// The members that may be there in several languages (RFC 7591 §2.2).
const HUMAN_READABLE: [&str; 5] =
    ["client_name", "client_uri", "logo_uri", "policy_uri", "tos_uri"];

/// Reads the members of a client that will be called `client_id`.
pub fn read(members: &mut Members, policy: &Policy, client_id: &str) -> Result<Metadata, Error> {
    refuse_what_is_not_there(members)?;
    let application_type = application_type(members, policy)?;
    let grant_types = grant_types(members, policy)?;
    let method = auth_method(members, policy)?;
    let redirect_uris = redirect_uris(members, application_type, &grant_types, policy)?;
    let id_token = encryption(members, "id_token")?;
    let userinfo = encryption(members, "userinfo")?;
    let metadata = Metadata {
        client_name: client_name(members, &redirect_uris, client_id)?,
        token_endpoint_auth_method: method,
        grant_types,
        sessions: sessions(members, application_type, policy)?,
        redirect_uris,
        scopes: scopes(members, policy)?,
        resources: policy.resources.clone(),
        introspects: Vec::new(),
        client_uri: members.text("client_uri")?,
        logo_uri: members.text("logo_uri")?,
        jwks: members.value("jwks"),
        jwks_uri: members.text("jwks_uri")?,
        token_endpoint_auth_signing_alg: assertion_alg(members)?,
        unsafe_endpoint_audience: policy.endpoint_audience && method.is_jwt(),
        requests: requests(members)?,
        about: about(members, application_type, policy)?,
        subject_type: subject_type(members)?,
        sector_identifier_uri: members.text("sector_identifier_uri")?,
        userinfo_signed_response_alg: signing_alg(members, "userinfo_signed_response_alg")?,
        id_token_signed_response_alg: signing_alg(members, "id_token_signed_response_alg")?
            .unwrap_or(Algorithm::Rs256),
        id_token_encrypted_response_alg: id_token.0,
        id_token_encrypted_response_enc: id_token.1,
        userinfo_encrypted_response_alg: userinfo.0,
        userinfo_encrypted_response_enc: userinfo.1,
        first_party: false,
        unsafe_without_pkce: policy.without_pkce && method != AuthMethod::None,
        unsafe_silent_native: false,
        mfa: None,
        refresh_retry_window: None,
        gate: None,
        disabled: false,
    };
    // What every client is held to, whoever registers it.
    Client::validate(client_id, &metadata).map_err(invalid)?;
    Ok(metadata)
}

fn refuse_what_is_not_there(members: &mut Members) -> Result<(), Error> {
    if let Some(name) = NOT_THERE.into_iter().find(|name| members.has(name)) {
        return Err(invalid(format!("{name} is not supported")));
    }
    for name in NOT_DEMANDED {
        if members.flag(name)? {
            return Err(invalid(format!("{name} is not supported")));
        }
    }
    Ok(())
}

/// OpenID Connect Registration §2, RFC 9101 §10.5.
fn requests(members: &mut Members) -> Result<RequestMetadata, Error> {
    let alg = members.text("request_object_signing_alg")?;
    let named = alg.as_deref().map(|name| {
        RequestAlg::named(name)
            .ok_or_else(|| invalid("request_object_signing_alg is not supported"))
    });
    let encryption_alg = members.text("request_object_encryption_alg")?.map(|name| {
        let alg = EncryptionAlg::ALL.into_iter().find(|own| own.name() == name);
        alg.ok_or_else(|| invalid(format!("request_object_encryption_alg {name} is not supported")))
    });
    let encryption_alg = encryption_alg.transpose()?;
    let encryption_enc = content_alg(members, "request_object_encryption_enc")?
        .or_else(|| encryption_alg.map(|_| ContentAlg::default()));
    Ok(RequestMetadata {
        request_object_encryption_alg: encryption_alg,
        request_object_encryption_enc: encryption_enc,
        request_uris: members.texts("request_uris")?.unwrap_or_default(),
        request_object_signing_alg: named.transpose()?,
        require_signed_request_object: members.flag("require_signed_request_object")?,
    })
}

fn application_type(members: &mut Members, policy: &Policy) -> Result<ApplicationType, Error> {
    let text = members.text("application_type")?;
    let kind = match &text {
        None => ApplicationType::Web,
        Some(text) => ApplicationType::ALL
            .into_iter()
            .find(|own| own.name() == text)
            .ok_or_else(|| invalid("application_type must be web or native"))?,
    };
    if !policy.application_types.contains(&kind) {
        let name = kind.name();
        return Err(invalid(format!("clients of application_type {name} cannot register here")));
    }
    Ok(kind)
}

/// RFC 7591 §2.1: grant types and response types go together.
fn grant_types(members: &mut Members, policy: &Policy) -> Result<Vec<GrantType>, Error> {
    let grant_types = match members.texts("grant_types")? {
        None => vec![GrantType::AuthorizationCode],
        Some(texts) => texts
            .iter()
            .map(|text| {
                GrantType::ALL
                    .into_iter()
                    .find(|own| own.name() == text && policy.grant_types.contains(own))
                    .ok_or_else(|| invalid(format!("the grant type {text} cannot be had here")))
            })
            .collect::<Result<_, _>>()?,
    };
    if let Some(default) = grant_types.iter().find(|own| !policy.grant_types.contains(own)) {
        return Err(invalid(format!("the grant type {} cannot be had here", default.name())));
    }
    let codes = grant_types.contains(&GrantType::AuthorizationCode);
    match members.texts("response_types")? {
        Some(types) if types.iter().any(|name| name != "code") => {
            return Err(invalid("response_types: code is the only one there is"));
        }
        Some(types) if types.is_empty() == codes => {
            return Err(invalid(
                "the response type code and the grant type authorization_code go together",
            ));
        }
        None | Some(_) => {}
    }
    Ok(grant_types)
}

fn auth_method(members: &mut Members, policy: &Policy) -> Result<AuthMethod, Error> {
    let text = members.text("token_endpoint_auth_method")?;
    let name = text.as_deref().unwrap_or(AuthMethod::ClientSecretBasic.name());
    AuthMethod::ALL
        .into_iter()
        .find(|own| own.name() == name && policy.auth_methods.contains(own))
        .ok_or_else(|| invalid(format!("the token_endpoint_auth_method {name} cannot be had here")))
}

fn redirect_uris(
    members: &mut Members,
    application_type: ApplicationType,
    grant_types: &[GrantType],
    policy: &Policy,
) -> Result<Vec<Registered>, Error> {
    let texts = members.texts("redirect_uris").map_err(|error| {
        // RFC 7591 §3.2.2: whatever is wrong with them has an error of its own.
        redirects::invalid(error.description)
    })?;
    let texts = texts.unwrap_or_default();
    if grant_types.contains(&GrantType::AuthorizationCode) && texts.is_empty() {
        return Err(redirects::invalid("redirect_uris is missing"));
    }
    redirects::check(&texts, application_type, policy)
}

/// OpenID Connect RP-Initiated Logout §3.1, Front-Channel Logout §2, Back-Channel Logout §2.2.
///
/// Where browsers are sent is held to the rules of redirect URIs: it is no less a place that this server leads people to.
fn sessions(
    members: &mut Members,
    application_type: ApplicationType,
    policy: &Policy,
) -> Result<SessionMetadata, Error> {
    let mut one = |name: &str| match members.text(name)? {
        None => Ok(None),
        Some(text) => Registered::parse(&text)
            .map(Some)
            .map_err(|problem| invalid(format!("{name}: {problem}"))),
    };
    let frontchannel_logout_uri = one("frontchannel_logout_uri")?;
    let backchannel_logout_uri = one("backchannel_logout_uri")?;
    let initiate_login_uri = match one("initiate_login_uri")? {
        None => None,
        // Registration §2: https. It is a page of the web, so that a native application has no other either.
        Some(uri) if uri.origin().is_none() => {
            return Err(invalid("initiate_login_uri must be https"));
        }
        Some(uri) => redirects::one(uri.as_str(), ApplicationType::Web, policy)
            .map(Some)
            .map_err(|problem| invalid(format!("initiate_login_uri: {problem}")))?,
    };
    let post_logout_redirect_uris = members.texts("post_logout_redirect_uris")?.unwrap_or_default();
    let post_logout_redirect_uris =
        redirects::check(&post_logout_redirect_uris, application_type, policy).map_err(
            |error| invalid(format!("post_logout_redirect_uris: {}", error.description)),
        )?;
    Ok(SessionMetadata {
        post_logout_redirect_uris,
        frontchannel_logout_uri,
        frontchannel_logout_session_required: members
            .flag("frontchannel_logout_session_required")?,
        backchannel_logout_uri,
        backchannel_logout_session_required: members.flag("backchannel_logout_session_required")?,
        initiate_login_uri,
    })
}

/// OpenID Connect Registration §2: what the client's assertions are signed with.
fn assertion_alg(members: &mut Members) -> Result<Option<SigningAlg>, Error> {
    let Some(name) = members.text("token_endpoint_auth_signing_alg")? else { return Ok(None) };
    SigningAlg::named(&name).map(Some).ok_or_else(|| {
        let known = SigningAlg::ALL.map(SigningAlg::name).join(", ");
        invalid(format!("token_endpoint_auth_signing_alg must be one of {known}"))
    })
}

/// OpenID Connect Core §8.
fn subject_type(members: &mut Members) -> Result<SubjectType, Error> {
    let Some(name) = members.text("subject_type")? else { return Ok(SubjectType::default()) };
    SubjectType::ALL
        .into_iter()
        .find(|own| own.name() == name)
        .ok_or_else(|| invalid("subject_type must be public or pairwise"))
}

fn signing_alg(members: &mut Members, key: &str) -> Result<Option<Algorithm>, Error> {
    let Some(name) = members.text(key)? else { return Ok(None) };
    let alg = Algorithm::ALL.into_iter().find(|own| own.name() == name);
    alg.map(Some).ok_or_else(|| {
        let known = Algorithm::ALL.map(Algorithm::name).join(", ");
        invalid(format!("{key} must be one of {known}"))
    })
}

/// OpenID Connect Registration §2: `…_encrypted_response_alg`, and `…_enc` which has a default beside it.
fn encryption(
    members: &mut Members,
    what: &str,
) -> Result<(Option<KeyAlg>, Option<ContentAlg>), Error> {
    let (alg_key, enc_key) =
        (format!("{what}_encrypted_response_alg"), format!("{what}_encrypted_response_enc"));
    let alg = members.text(&alg_key)?.map(|name| {
        let alg = KeyAlg::ALL.into_iter().find(|own| own.name() == name);
        alg.ok_or_else(|| invalid(format!("{alg_key} {name} is not supported")))
    });
    let (enc, alg) = (content_alg(members, &enc_key)?, alg.transpose()?);
    Ok((alg, enc.or_else(|| alg.map(|_| ContentAlg::default()))))
}

fn content_alg(members: &mut Members, key: &str) -> Result<Option<ContentAlg>, Error> {
    let Some(name) = members.text(key)? else { return Ok(None) };
    let enc = ContentAlg::ALL.into_iter().find(|own| own.name() == name);
    enc.map(Some).ok_or_else(|| invalid(format!("{key} {name} is not supported")))
}

/// RFC 7591 §2: the server may register other scopes than those that are asked for; the answer has them.
fn scopes(members: &mut Members, policy: &Policy) -> Result<Vec<String>, Error> {
    let Some(text) = members.text("scope")? else { return Ok(policy.scopes.clone()) };
    let mut scopes = scope::parse(&text)
        .map_err(|_| invalid("scope has a character that scopes cannot have"))?;
    scopes.retain(|name| policy.scopes.contains(name));
    if scopes.is_empty() {
        return Err(invalid("clients that register here may ask for none of these scopes"));
    }
    Ok(scopes)
}

/// A client without a name is called after where it leads.
fn client_name(
    members: &mut Members,
    redirect_uris: &[Registered],
    client_id: &str,
) -> Result<String, Error> {
    let name = match members.text("client_name")? {
        Some(name) => name,
        None => match redirect_uris.first() {
            Some(first) => first.as_matched().destination(),
            None => client_id.to_owned(),
        },
    };
    readable::check("client_name", &name).map_err(invalid)?;
    Ok(name)
}

fn about(
    members: &mut Members,
    application_type: ApplicationType,
    policy: &Policy,
) -> Result<About, Error> {
    let localized = members.localized(&HUMAN_READABLE)?;
    for (key, text) in &localized {
        if key.starts_with("client_name#") {
            readable::check(key, text).map_err(invalid)?;
        } else if web_url(text).is_none_or(|url| url.scheme() != "https") {
            return Err(invalid(format!("{key} must be an https URL")));
        }
    }
    Ok(About {
        application_type,
        contacts: members.texts("contacts")?.unwrap_or_default(),
        policy_uri: members.text("policy_uri")?,
        tos_uri: members.text("tos_uri")?,
        software_id: members.text("software_id")?,
        software_version: members.text("software_version")?,
        localized,
        // Known once it is checked.
        software_statement: None,
        default_max_age: members.number("default_max_age")?,
        require_auth_time: members.flag("require_auth_time")?,
        default_acr_values: members.texts("default_acr_values")?.unwrap_or_default(),
        registered_by: RegisteredBy::Itself,
        consent: policy.consent,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;
    use crate::config::DynamicRegistration;

    /// Values that are right for some member, and wrong for the others.
    fn values() -> Vec<Value> {
        let mut values = vec![
            json!(null),
            json!(true),
            json!(60),
            json!(-1.5),
            json!({ "keys": [{ "kty": "EC" }] }),
            json!([]),
            json!([1]),
            json!(["https://a.example/cb", "com.example.app:/cb"]),
            json!(["http://127.0.0.1/cb"]),
            json!(["authorization_code", "refresh_token"]),
            json!(["code"]),
        ];
        for text in [
            "",
            "https://a.example/x",
            "javascript:alert(1)",
            "openid email",
            "native",
            "pairwise",
            "none",
            "private_key_jwt",
            "client_secret_jwt",
            "ES256",
            "HS256",
            "RSA-OAEP-256",
            "A128GCM",
            "\u{202e}",
        ] {
            values.push(text.into());
        }
        values
    }

    const NAMES: [&str; 35] = [
        "application_type",
        "backchannel_logout_session_required",
        "backchannel_logout_uri",
        "client_name",
        "client_name#de",
        "client_uri",
        "contacts",
        "default_acr_values",
        "default_max_age",
        "first_party",
        "frontchannel_logout_uri",
        "grant_types",
        "id_token_encrypted_response_alg",
        "id_token_signed_response_alg",
        "initiate_login_uri",
        "jwks",
        "jwks_uri",
        "logo_uri",
        "policy_uri",
        "post_logout_redirect_uris",
        "registered_by",
        "request_object_encryption_alg",
        "request_object_encryption_enc",
        "request_uris",
        "require_auth_time",
        "resources",
        "response_types",
        "scope",
        "sector_identifier_uri",
        "software_id",
        "subject_type",
        "token_endpoint_auth_method",
        "token_endpoint_auth_signing_alg",
        "tos_uri#de",
        "userinfo_signed_response_alg",
    ];

    proptest! {
        #[test]
        fn whatever_is_taken_is_a_client_within_the_policy(
            chosen in prop::collection::vec((0..NAMES.len(), prop::sample::select(values())), 0..5),
            redirect_uri in prop::sample::select(vec![json!(["https://a.example/cb"]), json!(["com.example.app:/cb"])]),
        ) {
            let mut object = serde_json::Map::new();
            object.insert("redirect_uris".to_owned(), redirect_uri);
            for (name, value) in chosen {
                object.insert(NAMES[name].to_owned(), value);
            }
            let policy = Policy::of(&DynamicRegistration::default()).expect("a policy");
            if let Ok(metadata) = read(&mut Members::new(object), &policy, "client") {
                prop_assert!(Client::validate("client", &metadata).is_ok());
                prop_assert_eq!(metadata.about.registered_by, RegisteredBy::Itself);
                prop_assert!(!metadata.first_party && !metadata.disabled && !metadata.unsafe_without_pkce);
                prop_assert!(metadata.resources.is_empty() && metadata.introspects.is_empty());
                prop_assert!(metadata.grant_types.iter().all(|own| policy.grant_types.contains(own)));
                prop_assert!(metadata.scopes.iter().all(|own| policy.scopes.contains(own)));
                let stored = serde_json::to_value(&metadata).expect("JSON");
                let again: Metadata = serde_json::from_value(stored).expect("its own JSON");
                prop_assert_eq!(again, metadata);
            }
        }
    }
}
