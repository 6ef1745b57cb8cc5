//! Signing keys over time, and what is sealed in the database.

use serde_json::Value;
use signet::keys::{MasterKeys, signing::Algorithm};
use time::Duration;

use crate::support::{Options, SERVICE, Server, Tokens, database::MASTER_KEY, server::header};

async fn kids(server: &Server) -> Vec<String> {
    let jwks: Value = server.get("/jwks").await.json().await.expect("JSON");
    let keys = jwks["keys"].as_array().expect("keys").iter();
    let es256 = keys.filter(|key| key["alg"] == "ES256");
    es256.map(|key| key["kid"].as_str().expect("a kid").to_owned()).collect()
}

async fn signing(server: &Server) -> String {
    let token = server.post_as(SERVICE, "/token", &[("grant_type", "client_credentials")]).await;
    header(&Tokens::from(token).await.access)["kid"].as_str().expect("a kid").to_owned()
}

#[tokio::test]
async fn a_key_is_published_before_it_signs_and_after_it_signed() {
    let server = Server::start().await;
    let old = signing(&server).await;
    assert_eq!(kids(&server).await, std::slice::from_ref(&old));
    server.advance(Duration::days(89));
    assert!(server.app.maintain().await.is_empty());
    let new =
        kids(&server).await.into_iter().find(|kid| *kid != old).expect("the next one is published");
    assert_eq!(signing(&server).await, old, "and does not sign yet");
    server.advance(Duration::days(1));
    assert_eq!(signing(&server).await, new);
    assert_eq!(kids(&server).await.len(), 2, "tokens of the old one are still about");
    server.advance(Duration::days(2));
    assert_eq!(kids(&server).await, [new]);
}

#[tokio::test]
async fn a_token_outlives_the_rotation_of_its_key() {
    let server = Server::start().await;
    let form = [("grant_type", "client_credentials")];
    let token = Tokens::from(server.post_as(SERVICE, "/token", &form).await).await.access;
    server
        .app
        .keys
        .add(&server.db, Algorithm::Es256, true, server.clock.now())
        .await
        .expect("made");
    assert_ne!(signing(&server).await, header(&token)["kid"]);
    assert!(server.is_active(&token).await);
}

#[tokio::test]
async fn private_keys_are_sealed_and_open_with_no_other_master_key() {
    let server = Server::start().await;
    let sealed: Vec<Vec<u8>> = sqlx::query_scalar(
        "SELECT sealed FROM signing_keys UNION ALL SELECT sealed FROM encryption_keys",
    )
    .fetch_all(&server.db)
    .await
    .expect("keys");
    assert_eq!(sealed.len(), 5);
    for bytes in sealed {
        // A PKCS#8 document begins with a DER sequence and names its algorithm; neither is to be seen.
        let oids: [&[u8]; 3] = [
            &[0x2b, 0x65, 0x70],
            &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01],
            &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01],
        ];
        assert!(!oids[1..].iter().any(|oid| bytes.windows(oid.len()).any(|window| window == *oid)));
    }
    let other = MasterKeys::generate("test", &server.app.entropy);
    let other = MasterKeys::parse(&other).expect("a key");
    let lifetimes = server.app.keys.lifetimes;
    let error = signet::keys::KeyRing::load(&server.db, other, lifetimes, server.clock.now()).await;
    assert!(error.is_err());
}

#[tokio::test]
async fn resealing_moves_everything_to_a_new_master_key() {
    let server = Server::start().await;
    let token = server.tokens(&mut server.browser(), &[]).await;
    let new = MasterKeys::generate("next", &server.app.entropy);
    let both = format!("{},{MASTER_KEY}", *new);
    let options = Options {
        master_key: Some(&both),
        clock: Some(server.clock.clone()),
        ..Options::default()
    };
    let during = Server::on(std::sync::Arc::clone(&server.database), options).await;
    assert_eq!(during.app.keys.reseal(&during.db).await.expect("resealed"), 8);
    assert_eq!(during.app.keys.reseal(&during.db).await.expect("nothing left"), 0);
    let options =
        Options { master_key: Some(&new), clock: Some(server.clock.clone()), ..Options::default() };
    let after = Server::on(std::sync::Arc::clone(&server.database), options).await;
    assert_eq!(kids(&after).await, kids(&server).await);
    assert_eq!(after.refresh(token.refresh(), &[]).await.status(), 200, "the same derivation key");
}

#[tokio::test]
async fn a_secret_that_was_moved_to_another_ones_row_does_not_open() {
    let server = Server::start().await;
    let load = || {
        let master = MasterKeys::parse(MASTER_KEY).expect("a master key");
        let (db, entropy, now) = (&server.db, &server.app.entropy, server.clock.now());
        async move { signet::keys::secrets::ServerSecrets::load(db, &master, entropy, now).await }
    };
    load().await.expect("each in its own row");
    let swapped = sqlx::query(
        "UPDATE server_secrets s SET sealed = o.sealed, sealed_with = o.sealed_with
         FROM server_secrets o WHERE o.name <> s.name",
    );
    let swapped = swapped.execute(&server.db).await.expect("swapped");
    assert_eq!(swapped.rows_affected(), 3, "refresh, pages and pairwise");
    let error = load().await.err().expect("swapped").to_string();
    assert!(error.contains("does not open"), "{error}");
}
