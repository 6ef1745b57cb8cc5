//! `mod_auth_openidc`, a module of the Apache web server.

use openidconnect::url::form_urlencoded;
use serde_json::{Value, json};
use signet::{admin::registration_tokens, keys::signing::Algorithm, oauth::logout::deliver_due};

use super::{CLIENT, ca, register, rotate_keys, secret, start, start_with, uri};
use crate::support::{
    Browser, EMAIL, Server, USERNAME,
    apache::{Apache, PAGE, is_there},
    arrival::{Arrival, go, go_on},
};

/// Any port of loopback will do.
const REDIRECT_URI: &str = "http://127.0.0.1/app/redirect";

/// Signet and an Apache that authenticates by its secret.
async fn with_secret() -> (Server, Apache) {
    let server = start().await;
    register(&server, REDIRECT_URI, json!({})).await;
    let secret = secret(&server).await;
    let apache = Apache::start(&server, &ca(&server), CLIENT, Some(&secret));
    (server, apache)
}

/// Signs in at Apache's page. The `sid` of the session.
async fn sign_in(server: &Server, apache: &Apache, browser: &mut Browser) -> String {
    let arrival = go(server, browser, &apache.url("/app/page.html")).await;
    assert!(arrival.saw(server, "/authorize"));
    assert_signed_in(apache, &arrival)
}

/// The page of Apache's that someone came to knows who they are. The `sid` of the session.
fn assert_signed_in(apache: &Apache, arrival: &Arrival) -> String {
    let answer = &arrival.answer;
    assert_eq!(
        (answer.status, answer.body.as_str()),
        (200, PAGE),
        "{}\n{}",
        arrival.at,
        apache.log()
    );
    // The last two are of UserInfo.
    assert_eq!(
        [answer.header("x-user"), answer.header("x-email"), answer.header("x-name")],
        [USERNAME, EMAIL, "Alice Example"]
    );
    let sid = answer.header("x-sid");
    assert!(!sid.is_empty(), "no sid");
    sid.to_owned()
}

/// Whether Apache shows its page without asking Signet.
async fn is_signed_in(apache: &Apache, browser: &Browser) -> bool {
    let answer = browser.clone().get(&apache.url("/app/page.html")).await;
    match answer.status {
        200 => answer.body == PAGE,
        302 => false,
        _ => panic!("{answer:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn people_sign_in_and_out_by_a_client_with_a_secret() {
    if !is_there() {
        return;
    }
    let (server, apache) = with_secret().await;
    let out = apache.url("/out.html");
    let registered = vec![uri(&out)];
    server.change_client(CLIENT, |it| it.sessions.post_logout_redirect_uris = registered).await;
    let mut browser = server.browser();
    sign_in(&server, &apache, &mut browser).await;
    assert!(is_signed_in(&apache, &browser).await);

    let out: String = form_urlencoded::byte_serialize(out.as_bytes()).collect();
    let leave = apache.url(&format!("/app/redirect?logout={out}"));
    let arrival = go(&server, &mut browser, &leave).await;
    assert_eq!(arrival.answer.body, "Signed out of Apache", "{}", arrival.at);
    let logout = arrival.through.iter().find(|at| at.as_str().starts_with(&server.url("/logout")));
    let logout = logout.expect("by way of Signet").query().expect("parameters");
    assert!(logout.contains("id_token_hint=ey") && logout.contains("post_logout_redirect_uri="));
    assert!(!is_signed_in(&apache, &browser).await);
    assert!(!browser.get("/").await.body.contains("Alice Example"), "at Signet too");
}

#[tokio::test(flavor = "multi_thread")]
async fn it_authenticates_by_its_key_and_reads_what_is_encrypted_for_that() {
    if !is_there() {
        return;
    }
    let server = start().await;
    let apache = Apache::start(&server, &ca(&server), CLIENT, None);
    let keys = server.browser().get(&apache.url("/app/redirect?jwks=rsa")).await;
    let keys: Value = serde_json::from_str(&keys.body).expect("a JWK Set");
    let more = json!({
        "token_endpoint_auth_method": "private_key_jwt", "jwks": keys,
        "id_token_signed_response_alg": "ES256",
        "id_token_encrypted_response_alg": "RSA-OAEP", "id_token_encrypted_response_enc": "A128CBC-HS256",
        "userinfo_signed_response_alg": "RS256",
        "userinfo_encrypted_response_alg": "RSA-OAEP", "userinfo_encrypted_response_enc": "A128CBC-HS256",
        // What it signs is for the token endpoint.
        "unsafe_endpoint_audience": true,
    });
    register(&server, REDIRECT_URI, more).await;
    sign_in(&server, &apache, &mut server.browser()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_refreshes_its_tokens() {
    if !is_there() {
        return;
    }
    let (server, apache) = with_secret().await;
    let mut browser = server.browser();
    sign_in(&server, &apache, &mut browser).await;
    let mut seen = Vec::new();
    for _ in 0..3 {
        let info = browser.get(&apache.url("/app/redirect?info=json")).await;
        let info: Value = serde_json::from_str(&info.body).expect("JSON");
        let [access, refresh] = ["access_token", "refresh_token"]
            .map(|name| info[name].as_str().unwrap_or_else(|| panic!("{info}")).to_owned());
        let page = apache.url("/app/page.html");
        let query = form_urlencoded::Serializer::new(String::new())
            .append_pair("refresh", &page)
            .append_pair("access_token", &access)
            .finish();
        let answer = browser.get(&apache.url(&format!("/app/redirect?{query}"))).await;
        assert_eq!(answer.location().as_deref(), Some(page.as_str()), "without an error");
        seen.push((access, refresh));
    }
    assert!(seen[0].0 != seen[1].0 && seen[1].0 != seen[2].0, "new access tokens");
    assert!(seen[0].1 != seen[1].1 && seen[1].1 != seen[2].1, "rotated refresh tokens");
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_told_behind_the_browser_that_a_session_ended() {
    if !is_there() {
        return;
    }
    let (server, apache) = with_secret().await;
    let told = uri(&apache.url("/app/redirect?logout=backchannel"));
    server.change_client(CLIENT, |it| it.sessions.backchannel_logout_uri = Some(told)).await;
    let (mut browser, mut other) = (server.browser(), server.browser());
    let sid = sign_in(&server, &apache, &mut browser).await;
    assert_ne!(sign_in(&server, &apache, &mut other).await, sid);

    let page = other.get("/account/sessions").await;
    other.submit(&page, &[("end", &sid)]).await;
    assert!(is_signed_in(&apache, &browser).await, "not told yet");
    deliver_due(&server.app).await.expect("delivered");
    assert!(!is_signed_in(&apache, &browser).await, "{}", apache.log());
    assert!(is_signed_in(&apache, &other).await, "its own session goes on");
    let waiting: i64 = sqlx::query_scalar("SELECT count(*) FROM logouts")
        .fetch_one(&server.db)
        .await
        .expect("a count");
    assert_eq!(waiting, 0, "it took the token");
}

#[tokio::test(flavor = "multi_thread")]
async fn it_signs_people_out_in_a_frame() {
    if !is_there() {
        return;
    }
    let (server, apache) = with_secret().await;
    let redirect_uri = apache.url("/app/redirect");
    let frame = uri(&format!("{redirect_uri}?logout=get"));
    server
        .change_client(CLIENT, |it| {
            it.redirect_uris = vec![uri(&redirect_uri)];
            it.sessions.frontchannel_logout_uri = Some(frame);
        })
        .await;
    let mut browser = server.browser();
    let sid = sign_in(&server, &apache, &mut browser).await;

    let page = browser.get("/sign-out").await;
    let page = browser.submit(&page, &[]).await;
    assert!(is_signed_in(&apache, &browser).await, "the frame is not loaded yet");
    let frame = page.frame().unwrap_or_else(|| panic!("no frame: {}", page.body));
    assert!(frame.contains("logout=get&iss=http") && frame.ends_with(&format!("&sid={sid}")));
    let answer = browser.get(&frame).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert!(!is_signed_in(&apache, &browser).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn it_goes_on_when_keys_are_rotated() {
    if !is_there() {
        return;
    }
    let (server, apache) = with_secret().await;
    let mut browser = server.browser();
    sign_in(&server, &apache, &mut browser).await;
    // A rotation of each algorithm that it can be told to take.
    for alg in [Algorithm::Rs256, Algorithm::Es256] {
        server.change_client(CLIENT, |it| it.id_token_signed_response_alg = alg).await;
        rotate_keys(&server).await;
        assert!(is_signed_in(&apache, &browser).await);
        sign_in(&server, &apache, &mut server.browser()).await;
    }
    // One that is signed in, and was given its ID token before, signs out by it.
    let leave = apache.url("/app/redirect?logout=");
    let answer = browser.get(&leave).await;
    let at = openidconnect::url::Url::parse(&leave).expect("a URL");
    go_on(&server, &mut browser, at, answer).await;
    assert!(!is_signed_in(&apache, &browser).await);
}

/// Where its page that asks for a provider leads with this one.
async fn discovered(server: &Server, apache: &Apache, browser: &mut Browser) -> String {
    let page = browser.get(&apache.url("/app/page.html")).await;
    let field = |name: &str| page.field(name).unwrap_or_else(|| panic!("{name}: {}", page.body));
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("target_link_uri", &field("target_link_uri"))
        .append_pair("x_csrf", &field("x_csrf"))
        .append_pair("iss", &server.issuer)
        .finish();
    apache.url(&format!("/app/redirect?{query}"))
}

/// Clients that registered themselves, by their names.
async fn registered(server: &Server) -> Vec<String> {
    let sql = "SELECT c.metadata->>'client_name' FROM clients c JOIN client_registrations r ON r.client_id = c.client_id";
    sqlx::query_scalar(sql).fetch_all(&server.db).await.expect("names")
}

#[tokio::test(flavor = "multi_thread")]
async fn it_registers_itself_and_signs_people_in_and_out() {
    if !is_there() {
        return;
    }
    // It is a web application, and is on loopback.
    let server =
        start_with("[dynamic_registration]\nmode = \"token\"\ninsecure_loopback_web = true\n")
            .await;
    let hour = std::time::Duration::from_hours(1);
    let token = registration_tokens::add(&server.app, "for Apache", 1, hour).await;
    let apache = Apache::registering(&server, &ca(&server), &token.expect("a token"));
    let mut browser = server.browser();
    let url = discovered(&server, &apache, &mut browser).await;
    assert!(registered(&server).await.is_empty(), "not before someone chose Signet");
    let arrival = go(&server, &mut browser, &url).await;
    assert_signed_in(&apache, &arrival);
    assert_eq!(registered(&server).await, ["Apache of its own accord"]);

    // Once: what it was given is kept. People begin there, as Signet's own page of applications leads to it.
    let page = browser.get("/account/applications").await;
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("iss", &server.issuer)
        .append_pair("target_link_uri", &apache.url("/app/page.html"))
        .finish();
    let login = apache.url("/app/redirect");
    assert!(page.body.contains(&login), "{}", page.body);
    let arrival = go(&server, &mut server.browser(), &format!("{login}?{query}")).await;
    assert_signed_in(&apache, &arrival);
    assert_eq!(registered(&server).await.len(), 1);

    let out: String = form_urlencoded::byte_serialize(apache.url("/out.html").as_bytes()).collect();
    let leave = apache.url(&format!("/app/redirect?logout={out}"));
    let arrival = go(&server, &mut browser, &leave).await;
    assert_eq!(arrival.answer.body, "Signed out of Apache", "{}", arrival.at);
    assert!(arrival.saw(&server, "/logout"));
    assert!(!browser.get("/").await.body.contains("Alice Example"), "at Signet too");
}

#[tokio::test(flavor = "multi_thread")]
async fn it_does_not_register_itself_without_a_token_of_this_server() {
    if !is_there() {
        return;
    }
    let server =
        start_with("[dynamic_registration]\nmode = \"token\"\ninsecure_loopback_web = true\n")
            .await;
    let apache = Apache::registering(&server, &ca(&server), "of-another-server");
    let mut browser = server.browser();
    let url = discovered(&server, &apache, &mut browser).await;
    let answer = browser.get(&url).await;
    assert!(answer.location().is_none(), "{answer:?}");
    assert!(registered(&server).await.is_empty());
    assert!(apache.log().contains("invalid_token"), "{}", apache.log());
}
