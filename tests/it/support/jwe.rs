//! JWEs as others write them, right or wrong: their headers say what they like, and their tags are right.

use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, RandomizedNonceKey},
    rsa::{
        OAEP_SHA1_MGF1SHA1, OAEP_SHA256_MGF1SHA256, OaepPublicEncryptingKey,
        Pkcs1PublicEncryptingKey, PublicEncryptingKey, PublicKeyComponents,
    },
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD as BASE64};
use serde_json::{Value, json};
use signet::entropy::Entropy;

use super::jwt::merge;

/// One for an RSA key, with the header changed. The content's key is encrypted by what `alg` says, and the content by A256GCM
/// whatever is said.
pub fn sealed(jwk: &Value, changes: &Value, content: &str) -> String {
    let usual = json!({ "alg": "RSA-OAEP-256", "enc": "A256GCM", "kid": jwk["kid"], "cty": "JWT" });
    let header = merge(usual, changes);
    let bytes = |name: &str| BASE64.decode(jwk[name].as_str().expect("text")).expect("base64url");
    let components = PublicKeyComponents { n: bytes("n"), e: bytes("e") };
    let public: PublicEncryptingKey = components.try_into().expect("a key");
    let key = Entropy::system().bytes::<32>();
    let mut room = vec![0; public.key_size_bytes()];
    let encrypted = if header["alg"] == "RSA1_5" {
        let public = Pkcs1PublicEncryptingKey::new(public).expect("a key");
        public.encrypt(&key, &mut room).expect("encrypted").to_vec()
    } else {
        let oaep =
            if header["alg"] == "RSA-OAEP" { &OAEP_SHA1_MGF1SHA1 } else { &OAEP_SHA256_MGF1SHA256 };
        let public = OaepPublicEncryptingKey::new(public).expect("a key");
        public.encrypt(oaep, &key, &mut room, None).expect("encrypted").to_vec()
    };
    let header = BASE64.encode(header.to_string());
    let mut text = content.as_bytes().to_vec();
    let key = RandomizedNonceKey::new(&AES_256_GCM, &key).expect("a key");
    let nonce = key.seal_in_place_append_tag(Aad::from(header.as_bytes()), &mut text);
    let nonce = nonce.expect("encrypted").as_ref().to_vec();
    let tag = text.split_off(text.len() - 16);
    let rest = [encrypted, nonce, text, tag].map(|part| BASE64.encode(part));
    format!("{header}.{}", rest.join("."))
}
