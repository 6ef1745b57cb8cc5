//! Foreign clients in Rust: the `openidconnect` and `oauth2` crates, with their own opinions of the specifications.

use openidconnect::{
    AccessTokenHash, AuthenticationFlow, AuthorizationCode, ClientId, ClientSecret, CsrfToken,
    IssuerUrl, Nonce, OAuth2TokenResponse, PkceCodeChallenge, RedirectUrl, Scope, TokenResponse,
    core::{CoreClient, CoreProviderMetadata, CoreResponseType, CoreUserInfoClaims},
    reqwest,
};

use crate::support::{CALLBACK, EMAIL, PASSWORD, RESOURCE_SERVER, SERVICE, SPA, Server};

fn http() -> reqwest::Client {
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .expect("a client")
}

#[tokio::test]
async fn openidconnect_discovers_signs_in_refreshes_and_reads_userinfo() {
    // Its validation of times uses the system's clock.
    let clock = signet::clock::Clock::System;
    let options = crate::support::Options { clock: Some(clock), ..Default::default() };
    let server = Server::with(options).await;
    let http = http();
    let issuer = IssuerUrl::new(server.issuer.clone()).expect("a URL");
    let metadata = CoreProviderMetadata::discover_async(issuer, &http).await.expect("discovered");
    let client = CoreClient::from_provider_metadata(metadata, ClientId::new(SPA.to_owned()), None)
        .set_redirect_uri(RedirectUrl::new(CALLBACK.to_owned()).expect("a URL"));
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let (url, state, nonce) = client
        .authorize_url(
            AuthenticationFlow::<CoreResponseType>::AuthorizationCode,
            CsrfToken::new_random,
            Nonce::new_random,
        )
        .add_scope(Scope::new("email".to_owned()))
        .set_pkce_challenge(challenge)
        .url();
    let mut browser = server.browser();
    let page = browser.get(url.as_str()).await;
    let page = browser.follow(page).await;
    let page = browser.submit(&page, &[("identifier", EMAIL), ("password", PASSWORD)]).await;
    let answer = browser.submit(&page, &[("decision", "allow")]).await;
    let (_, parameters) = answer.callback();
    assert_eq!(&parameters["state"], state.secret());
    let tokens = client
        .exchange_code(AuthorizationCode::new(parameters["code"].clone()))
        .expect("an endpoint")
        .set_pkce_verifier(verifier)
        .request_async(&http)
        .await
        .expect("tokens");
    let id_token = tokens.id_token().expect("an ID token");
    let check = client.id_token_verifier();
    let claims = id_token.claims(&check, &nonce).expect("a valid ID token");
    let hash = AccessTokenHash::from_token(
        tokens.access_token(),
        id_token.signing_alg().expect("an algorithm"),
        id_token.signing_key(&check).expect("a key"),
    );
    assert_eq!(Some(&hash.expect("a hash")), claims.access_token_hash());
    let info: CoreUserInfoClaims = client
        .user_info(tokens.access_token().clone(), Some(claims.subject().clone()))
        .expect("an endpoint")
        .request_async(&http)
        .await
        .expect("userinfo");
    assert_eq!(info.email().map(|email| email.as_str()), Some(EMAIL));
    let refresh = tokens.refresh_token().expect("a refresh token");
    let next = client
        .exchange_refresh_token(refresh)
        .expect("an endpoint")
        .request_async(&http)
        .await
        .expect("refreshed");
    assert_ne!(next.refresh_token().expect("a successor").secret(), refresh.secret());
}

#[tokio::test]
async fn openidconnect_registers_itself() {
    use openidconnect::{
        ClientName,
        core::{CoreClientAuthMethod, CoreClientRegistrationRequest, CoreJwsSigningAlgorithm},
        registration::EmptyAdditionalClientMetadata,
    };
    let config = "[dynamic_registration]\nmode = \"open\"\n";
    let options = crate::support::Options { config, ..Default::default() };
    let server = Server::with(options).await;
    let http = http();
    let issuer = IssuerUrl::new(server.issuer.clone()).expect("a URL");
    let metadata = CoreProviderMetadata::discover_async(issuer, &http).await.expect("discovered");
    let endpoint = metadata.registration_endpoint().expect("there is one").clone();
    let redirect_uri = RedirectUrl::new(CALLBACK.to_owned()).expect("a URL");
    let more = EmptyAdditionalClientMetadata::default();
    let mut request = CoreClientRegistrationRequest::new(vec![redirect_uri.clone()], more)
        .set_token_endpoint_auth_method(Some(CoreClientAuthMethod::ClientSecretBasic))
        .set_id_token_signed_response_alg(Some(CoreJwsSigningAlgorithm::EcdsaP256Sha256));
    let name = ClientName::new("Erste".to_owned());
    request = request.set_client_name(Some([(None, name)].into_iter().collect()));
    let answer = request.register_async(&endpoint, &http).await.expect("registered");
    assert_eq!(answer.redirect_uris(), &vec![redirect_uri]);
    assert!(answer.client_secret().is_some());
    assert!(answer.registration_access_token().is_some());
    assert!(answer.client_id_issued_at().is_some());
    let uri = answer.registration_client_uri().expect("there").to_string();
    assert_eq!(uri, format!("{}/{}", endpoint.as_str(), answer.client_id().as_str()));
    let wrong = RedirectUrl::new("http://app.example".to_owned()).expect("a URL");
    let request = CoreClientRegistrationRequest::new(vec![wrong], EmptyAdditionalClientMetadata {});
    let error = request.register_async(&endpoint, &http).await.expect_err("refused");
    assert!(format!("{error:?}").contains("InvalidRedirectUri"), "{error:?}");
}

#[tokio::test]
async fn oauth2_gets_introspects_and_revokes_a_token() {
    use oauth2::{
        AuthUrl, IntrospectionUrl, RevocationUrl, StandardRevocableToken,
        TokenIntrospectionResponse, TokenUrl, basic::BasicClient,
    };
    let server = Server::start().await;
    let http = http();
    let as_client = |id: &str| {
        BasicClient::new(ClientId::new(id.to_owned()))
            .set_client_secret(ClientSecret::new(server.secret(id).to_owned()))
            .set_auth_uri(AuthUrl::new(server.url("/authorize")).expect("a URL"))
            .set_token_uri(TokenUrl::new(server.url("/token")).expect("a URL"))
            .set_introspection_url(IntrospectionUrl::new(server.url("/introspect")).expect("a URL"))
    };
    let service = as_client(SERVICE);
    let tokens = service
        .exchange_client_credentials()
        .add_scope(Scope::new("read".to_owned()))
        .request_async(&http)
        .await
        .expect("a token");
    let resource_server = as_client(RESOURCE_SERVER);
    let introspect = || async {
        resource_server
            .introspect(tokens.access_token())
            .request_async(&http)
            .await
            .expect("an answer")
            .active()
    };
    assert!(introspect().await);
    // The crate wants https for revocation, and says so itself.
    let token = StandardRevocableToken::AccessToken(tokens.access_token().clone());
    let url = RevocationUrl::new(server.url("/revoke")).expect("a URL");
    let insecure = service.clone().set_revocation_url(url);
    assert!(insecure.revoke_token(token).is_err());
    server.post_as(SERVICE, "/revoke", &[("token", tokens.access_token().secret())]).await;
    assert!(!introspect().await);
}
