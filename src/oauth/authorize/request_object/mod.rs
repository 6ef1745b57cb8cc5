//! Authorization requests in a JWT, by value (`request`) or by reference (`request_uri`): RFC 9101, OpenID Connect Core §6.
//! What comes out is the parameters that count, wherever they were; what they mean is checked as for any request
//! (docs/decisions/0021).

mod encrypted;
mod object;
mod parameters;
mod referenced;

pub use self::{encrypted::places, referenced::Referenced};
use self::{object::Object, parameters::Mode};
use crate::{
    app::App,
    oauth::{
        Code, Error,
        client_jwt::{self, Verdict},
    },
    registry::{
        client::{AuthMethod, Client},
        client_keys::SigningAlg,
        request_metadata::{LONGEST_URI, RequestAlg},
    },
    web::params::Params,
};

/// Where the request object is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Source<'a> {
    /// Here.
    Value(&'a str),
    /// There.
    Reference(&'a str),
}

/// `invalid_request_object` (OpenID Connect Core §3.1.2.6, RFC 9101 §6).
fn invalid(description: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error::new(Code::InvalidRequestObject, description)
}

/// The parameters of a request that is made by a request object; none if it is not.
pub async fn resolve(app: &App, client: &Client, params: &Params) -> Result<Option<Params>, Error> {
    let Some(source) = source(client, params)? else { return Ok(None) };
    // Apart, so that others do not carry its state along.
    Box::pin(read(app, client, params, source)).await.map(Some)
}

async fn read(
    app: &App,
    client: &Client,
    params: &Params,
    source: Source<'_>,
) -> Result<Params, Error> {
    let fetched;
    let text = match source {
        Source::Value(text) => text,
        Source::Reference(uri) => {
            fetched = app.referenced.fetch(app, client, uri).await?;
            &*fetched
        }
    };
    let text = encrypted::open(app, text).await?;
    let object = Object::read(&text)?;
    is_signed_as_registered(client, &object, source)?;
    if let Object { alg: RequestAlg::By(alg), .. } = object {
        is_signed_by_the_client(app, client, &object, alg).await?;
    }
    let issuer = app.config.server.issuer.as_str();
    object.check(&client.id, issuer, app.clock.now()).map_err(invalid)?;
    let mode = Mode::of(client, &object, params);
    parameters::combine(object.claims(), params, mode)
}

/// Which of both it is, if any (RFC 9101 §5).
fn source<'a>(client: &Client, params: &'a Params) -> Result<Option<Source<'a>>, Error> {
    let mut found = params
        .all("request")
        .map(Source::Value)
        .chain(params.all("request_uri").map(Source::Reference));
    let source = match (found.next(), found.next()) {
        (None, _) if client.metadata.requests.require_signed_request_object => {
            return Err(Error::invalid_request(
                "this client has to make its requests by a signed request object",
            ));
        }
        (source, None) => source,
        _ => {
            return Err(Error::invalid_request(
                "there is more than one of request and request_uri",
            ));
        }
    };
    if let Some(Source::Reference(uri)) = source {
        may_be_fetched(client, uri)?;
    }
    Ok(source)
}

/// OpenID Connect Core §6.2, RFC 9101 §10.4: nothing is fetched that the client did not register. A
/// reference to a pushed request is none of those either.
fn may_be_fetched(client: &Client, uri: &str) -> Result<(), Error> {
    let requests = &client.metadata.requests;
    if requests.request_uris.is_empty() {
        return Err(Error::new(
            Code::RequestUriNotSupported,
            "this client has not registered any request_uri",
        ));
    }
    if uri.len() > LONGEST_URI || !requests.has_uri(uri) {
        return Err(Error::new(
            Code::InvalidRequestUri,
            "request_uri is not one of those registered for this client",
        ));
    }
    Ok(())
}

/// OpenID Connect Registration §2: with the registered algorithm and no other. What is not signed is taken from clients
/// alone that registered just that (RFC 9101 §10.1, RFC 8725 §3.1).
fn is_signed_as_registered(
    client: &Client,
    object: &Object,
    source: Source<'_>,
) -> Result<(), Error> {
    let requests = &client.metadata.requests;
    match (requests.request_object_signing_alg, object.alg) {
        (Some(wanted), alg) if wanted != alg => {
            Err(invalid("the request object's alg is not the registered one"))
        }
        (None, RequestAlg::Unsigned(_)) if requests.require_signed_request_object => {
            Err(invalid("the request object is not signed"))
        }
        // Nothing is wrong with it; it is not offered to this client.
        (None, RequestAlg::Unsigned(_)) => {
            let code = match source {
                Source::Value(_) => Code::RequestNotSupported,
                Source::Reference(_) => Code::RequestUriNotSupported,
            };
            Err(Error::new(code, "this client has not registered unsigned request objects"))
        }
        _ => Ok(()),
    }
}

async fn is_signed_by_the_client(
    app: &App,
    client: &Client,
    object: &Object,
    alg: SigningAlg,
) -> Result<(), Error> {
    let verdict: Verdict = if alg.is_symmetric() {
        // The secret is kept for clients of that method alone.
        if client.metadata.token_endpoint_auth_method != AuthMethod::ClientSecretJwt {
            return Err(invalid("the request object's alg needs client_secret_jwt"));
        }
        client_jwt::check_secret(app, client, &object.text, alg).await?
    } else {
        client_jwt::check_key(app, client, &object.text, object.kid.as_deref(), alg).await
    };
    verdict.map_err(|reason| invalid(format!("the request object is not genuine: {reason}")))
}
