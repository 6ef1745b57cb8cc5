"""Authlib: what Signet says of itself and of a client that registers held against Authlib's rules, the client's own key
instead of a secret, ID token and UserInfo encrypted for it, and its registration read, changed and removed."""

import os

import requests
from authlib.common.security import generate_token
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from authlib.oauth2.rfc7591 import ClientMetadataClaims
from authlib.oidc import discovery, rpinitiated
from authlib.oidc import registration
from authlib.oidc.core import CodeIDToken, UserInfo
from joserfc import jwe, jwt
from joserfc.jwk import ECKey, KeySet, RSAKey

from browser import authorize

ISSUER = os.environ["ISSUER"]
REDIRECT_URI = "https://new.example/callback"

document = requests.get(f"{ISSUER}/.well-known/openid-configuration", timeout=30).json()
# Authlib demands https of every endpoint, and this server is on loopback.
secure = {
    name: value.replace("http://", "https://") if isinstance(value, str) and name != "service_documentation" else value
    for name, value in document.items()
}
discovery.OpenIDProviderMetadata(secure).validate(metadata_classes=[rpinitiated.OpenIDProviderMetadata])

signing = ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256"}, auto_kid=True)
sealing = RSAKey.generate_key(2048, {"use": "enc"}, auto_kid=True)
agreeing = ECKey.generate_key("P-256", {"use": "enc"}, auto_kid=True)
own_keys = KeySet([signing, sealing, agreeing])
metadata = {
    "client_name": "Authlib",
    "redirect_uris": [REDIRECT_URI],
    "grant_types": ["authorization_code", "refresh_token"],
    "response_types": ["code"],
    "scope": "openid email profile",
    "contacts": ["someone@new.example"],
    "token_endpoint_auth_method": "private_key_jwt",
    "token_endpoint_auth_signing_alg": "ES256",
    "jwks": own_keys.as_dict(private=False),
    "id_token_signed_response_alg": "RS256",
    "id_token_encrypted_response_alg": "RSA-OAEP-256",
    "id_token_encrypted_response_enc": "A256GCM",
    "userinfo_signed_response_alg": "ES256",
    "userinfo_encrypted_response_alg": "ECDH-ES+A256KW",
    "userinfo_encrypted_response_enc": "A128CBC-HS256",
    "request_object_encryption_alg": "ECDH-ES",
    "request_object_encryption_enc": "A256GCM",
}


def check(client):
    """Holds what is registered against the rules, and against what was asked for."""
    for rules in (ClientMetadataClaims, registration.ClientMetadataClaims):
        rules(dict(client), {}, rules.get_claims_options(document), document).validate()
    for name, value in metadata.items():
        got = client[name]
        assert got == value if name != "scope" else set(got.split()) == set(value.split()), (name, got)


def post(members):
    return requests.post(document["registration_endpoint"], json=members, timeout=30)


wrong = post({**metadata, "jwks": {"keys": []}})
assert (wrong.status_code, wrong.json()["error"]) == (400, "invalid_client_metadata"), wrong.text
answer = post(metadata)
assert answer.status_code == 201, answer.text
client = answer.json()
check(client)
assert "client_secret" not in client

session = OAuth2Session(
    client["client_id"],
    signing,
    token_endpoint_auth_method="private_key_jwt",
    code_challenge_method="S256",
    redirect_uri=REDIRECT_URI,
    scope=metadata["scope"],
    token_endpoint=document["token_endpoint"],
)
# What Authlib calls the token endpoint is the audience.
session.register_client_auth_method(PrivateKeyJWT(ISSUER, headers={"kid": signing.kid}, alg="ES256"))
verifier, nonce = generate_token(48), generate_token()
url, state = session.create_authorization_url(document["authorization_endpoint"], code_verifier=verifier, nonce=nonce)
callback = authorize(url, REDIRECT_URI)
tokens = session.fetch_token(
    document["token_endpoint"], authorization_response=callback, code_verifier=verifier, state=state
)

keys = KeySet.import_key_set(requests.get(document["jwks_uri"], timeout=30).json())


def open_and_verify(text, key, algorithms, signed_by):
    opened = jwe.decrypt_compact(text, key, algorithms=algorithms)
    assert [opened.headers()[name] for name in ("alg", "enc", "kid")] == [*algorithms, key.kid], opened.headers()
    assert opened.headers()["cty"] == "JWT"
    return jwt.decode(opened.plaintext, keys, algorithms=[signed_by])


id_token = open_and_verify(tokens["id_token"], sealing, ["RSA-OAEP-256", "A256GCM"], "RS256")
claims = CodeIDToken(
    id_token.claims,
    id_token.header,
    options={"iss": {"value": ISSUER}, "aud": {"value": client["client_id"]}},
    params={"nonce": nonce, "client_id": client["client_id"], "access_token": tokens["access_token"]},
)
claims.validate()

said = session.get(document["userinfo_endpoint"], timeout=30)
assert said.headers["content-type"] == "application/jwt", said.headers
said = open_and_verify(said.text, agreeing, ["ECDH-ES+A256KW", "A128CBC-HS256"], "ES256").claims
assert (said["iss"], said["aud"]) == (ISSUER, client["client_id"]), said
userinfo = UserInfo(said)
assert (userinfo.sub, userinfo.email) == (claims["sub"], os.environ["LOGIN"]), userinfo

# RFC 7592.
auth = {"Authorization": f"Bearer {client['registration_access_token']}"}
own = client["registration_client_uri"]
read = requests.get(own, headers=auth, timeout=30)
assert read.status_code == 200 and read.json()["client_id"] == client["client_id"], read.text
check(read.json())
metadata["client_name"] = "Authlib, changed"
changed = requests.put(own, json={**metadata, "client_id": client["client_id"]}, headers=auth, timeout=30)
assert changed.status_code == 200, changed.text
check(changed.json())
auth = {"Authorization": f"Bearer {changed.json().get('registration_access_token')}"}
session.refresh_token(document["token_endpoint"], refresh_token=tokens["refresh_token"])
assert requests.delete(own, headers=auth, timeout=30).status_code == 204
assert requests.get(own, headers=auth, timeout=30).status_code == 401
try:
    session.fetch_token(document["token_endpoint"], grant_type="refresh_token", refresh_token=tokens["refresh_token"])
    raise AssertionError("a client that is gone was served")
except OAuthError as error:
    assert error.error == "invalid_client", error
