//! An authenticator in software, with the browser in front of it (WebAuthn Level 3): what it says can be made wrong.

use aws_lc_rs::{
    digest::{SHA256, digest},
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair},
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD as BASE64};
use serde_json::{Value, json};

/// Someone is there.
const PRESENT: u8 = 0x01;
/// It is their owner.
const VERIFIED: u8 = 0x04;
/// The key can be copied to a provider.
const BACKUP_ELIGIBLE: u8 = 0x08;
/// It is.
const BACKED_UP: u8 = 0x10;
/// There is a new credential.
const ATTESTED: u8 = 0x40;

/// An authenticator with one passkey.
#[expect(clippy::struct_excessive_bools, reason = "independent facts, one a flag")]
pub struct Authenticator {
    key: EcdsaKeyPair,
    id: [u8; 16],
    /// Whose passkey it is, once there is one.
    pub user: Option<String>,
    /// The page that the browser is on.
    pub origin: String,
    /// Whether it looks who is there.
    pub verifies: bool,
    /// Whether it keeps passkeys for when no one says whose it wants.
    pub keeps: bool,
    /// What is added to the signature counter with each use.
    pub step: i64,
    /// The signature counter.
    pub counter: i64,
    /// Whether its keys can be copied to a provider.
    pub eligible: bool,
    /// Whether they are.
    pub backed_up: bool,
}

impl Authenticator {
    /// A new one, on a page of this origin.
    pub fn new(origin: &str) -> Self {
        let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).expect("a key");
        let mut id = [0; 16];
        aws_lc_rs::rand::fill(&mut id).expect("randomness");
        Self {
            key,
            id,
            user: None,
            origin: origin.to_owned(),
            verifies: true,
            keeps: true,
            step: 1,
            counter: 0,
            eligible: false,
            backed_up: false,
        }
    }

    /// Makes its passkey, and answers the challenge with it.
    pub fn make(&mut self, challenge: &Value) -> String {
        let options = &challenge["publicKey"];
        self.user = Some(text(&options["user"]["id"]));
        let mut data = self.data(&options["rp"]["id"], ATTESTED);
        data.extend([0; 16]);
        data.extend([0, 16]);
        data.extend(self.id);
        data.extend(self.public_key());
        // {"fmt": "none", "attStmt": {}, "authData": …} in CBOR.
        let mut object = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58".to_vec();
        object.push(u8::try_from(data.len()).expect("short"));
        object.extend(data);
        let client_data = self.client_data("webauthn.create", options);
        let response = json!({
            "clientDataJSON": BASE64.encode(client_data),
            "attestationObject": BASE64.encode(object),
            "transports": ["internal"],
        });
        self.say(challenge, &response, &json!({ "credProps": { "rk": self.keeps } }))
    }

    /// Answers a challenge with its passkey.
    pub fn answer(&mut self, challenge: &Value) -> String {
        let options = &challenge["publicKey"];
        let data = self.data(&options["rpId"], 0);
        let client_data = self.client_data("webauthn.get", options);
        let mut message = data.clone();
        message.extend(digest(&SHA256, &client_data).as_ref());
        let signature = self.key.sign(&SystemRandom::new(), &message).expect("signed");
        let response = json!({
            "clientDataJSON": BASE64.encode(client_data),
            "authenticatorData": BASE64.encode(data),
            "signature": BASE64.encode(signature),
            "userHandle": self.user,
        });
        self.say(challenge, &response, &json!({}))
    }

    fn say(&self, challenge: &Value, response: &Value, extensions: &Value) -> String {
        let id = BASE64.encode(self.id);
        json!({
            "ceremony": challenge["ceremony"],
            "credential": {
                "id": id, "rawId": id, "type": "public-key",
                "response": response, "clientExtensionResults": extensions,
            },
        })
        .to_string()
    }

    fn data(&mut self, party: &Value, more: u8) -> Vec<u8> {
        self.counter += self.step;
        let mut flags = PRESENT | more;
        if self.verifies {
            flags |= VERIFIED;
        }
        if self.eligible {
            flags |= BACKUP_ELIGIBLE;
        }
        if self.backed_up {
            flags |= BACKED_UP;
        }
        let mut data = digest(&SHA256, text(party).as_bytes()).as_ref().to_vec();
        data.push(flags);
        data.extend(u32::try_from(self.counter).expect("a counter").to_be_bytes());
        data
    }

    fn client_data(&self, kind: &str, options: &Value) -> Vec<u8> {
        let data = json!({
            "type": kind, "challenge": options["challenge"], "origin": self.origin, "crossOrigin": false,
        });
        data.to_string().into_bytes()
    }

    /// The public key as COSE writes it (RFC 9053 §7.1): {1: 2, 3: -7, -1: 1, -2: x, -3: y}.
    fn public_key(&self) -> Vec<u8> {
        let point = self.key.public_key().as_ref();
        let mut key = vec![0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20];
        key.extend(&point[1..33]);
        key.extend([0x22, 0x58, 0x20]);
        key.extend(&point[33..]);
        key
    }
}

fn text(value: &Value) -> String {
    value.as_str().expect("a string").to_owned()
}
