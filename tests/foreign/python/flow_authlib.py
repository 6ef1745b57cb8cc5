"""Authlib: code with PKCE, ID token, userinfo, refresh, revocation, introspection, client credentials."""

import os

import requests
from authlib.common.security import generate_token
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.jwk import KeySet

from browser import authorize

ISSUER, RESOURCE, SCOPE = (os.environ[name] for name in ("ISSUER", "RESOURCE", "SCOPE"))
REDIRECT_URI = "http://127.0.0.1:8767/callback"

metadata = requests.get(ISSUER.rstrip("/") + "/.well-known/openid-configuration", timeout=30).json()
assert metadata["issuer"] == ISSUER


def confidential(name):
    return OAuth2Session(
        os.environ[f"{name}_ID"],
        os.environ[f"{name}_SECRET"],
        token_endpoint_auth_method="client_secret_basic",
        token_endpoint=metadata["token_endpoint"],
    )


def introspect(token):
    response = confidential("API").introspect_token(metadata["introspection_endpoint"], token=token)
    assert response.status_code == 200, response.text
    return response.json()


spa = OAuth2Session(
    os.environ["SPA_ID"],
    token_endpoint_auth_method="none",
    code_challenge_method="S256",
    redirect_uri=REDIRECT_URI,
    scope=f"openid email offline_access {SCOPE}",
    token_endpoint=metadata["token_endpoint"],
)
verifier, nonce = generate_token(48), generate_token()
url, state = spa.create_authorization_url(
    metadata["authorization_endpoint"], code_verifier=verifier, nonce=nonce, resource=RESOURCE
)
callback = authorize(url, REDIRECT_URI)
tokens = spa.fetch_token(
    metadata["token_endpoint"], authorization_response=callback, code_verifier=verifier, state=state
)
assert tokens["token_type"] == "Bearer" and tokens["scope"].split()[0] == "openid", sorted(tokens)

keys = KeySet.import_key_set(requests.get(metadata["jwks_uri"], timeout=30).json())
id_token = jwt.decode(tokens["id_token"], keys, algorithms=metadata["id_token_signing_alg_values_supported"])
claims = CodeIDToken(
    id_token.claims,
    id_token.header,
    options={"iss": {"value": ISSUER}, "aud": {"value": os.environ["SPA_ID"]}},
    params={"nonce": nonce, "client_id": os.environ["SPA_ID"], "access_token": tokens["access_token"]},
)
claims.validate()

userinfo = spa.get(metadata["userinfo_endpoint"], timeout=30).json()
assert userinfo["sub"] == claims["sub"] and userinfo["email"] == os.environ["LOGIN"], userinfo
assert introspect(tokens["access_token"])["sub"] == claims["sub"]

refreshed = spa.refresh_token(metadata["token_endpoint"], refresh_token=tokens["refresh_token"])
assert refreshed["refresh_token"] != tokens["refresh_token"]
assert introspect(refreshed["access_token"])["active"] is True

revoked = spa.revoke_token(
    metadata["revocation_endpoint"], token=refreshed["refresh_token"], token_type_hint="refresh_token"
)
assert revoked.status_code == 200, revoked.text
assert introspect(refreshed["access_token"]) == {"active": False}
try:
    spa.refresh_token(metadata["token_endpoint"], refresh_token=refreshed["refresh_token"])
    raise AssertionError("a revoked refresh token was taken")
except OAuthError as error:
    assert error.error == "invalid_grant", error

service = confidential("SERVICE")
own = service.fetch_token(grant_type="client_credentials", scope=SCOPE, resource=RESOURCE)
assert own["scope"] == SCOPE and "refresh_token" not in own, sorted(own)
assert introspect(own["access_token"])["client_id"] == os.environ["SERVICE_ID"]
