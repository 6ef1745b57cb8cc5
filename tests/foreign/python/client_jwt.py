"""Authlib: client credentials and introspection by private_key_jwt or client_secret_jwt."""

import base64
import os

import requests
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc7523 import ClientSecretJWT, PrivateKeyJWT
from cryptography.hazmat.primitives.serialization import load_der_private_key
from joserfc.jwk import ECKey, OKPKey, RSAKey

ISSUER, RESOURCE, SCOPE, ALG, MACHINE_ID = (
    os.environ[name] for name in ("ISSUER", "RESOURCE", "SCOPE", "CLIENT_ALG", "MACHINE_ID")
)
metadata = requests.get(ISSUER.rstrip("/") + "/.well-known/openid-configuration", timeout=30).json()

# What Authlib calls the token endpoint is the audience.
if ALG == "HS256":
    secret = os.environ["MACHINE_SECRET"]
    method = ClientSecretJWT(ISSUER)
else:
    kind = {"E": ECKey, "P": RSAKey, "R": RSAKey}[ALG[0]] if ALG != "EdDSA" else OKPKey
    private = load_der_private_key(base64.b64decode(os.environ["CLIENT_KEY"]), None)
    secret = kind.import_key(private)
    method = PrivateKeyJWT(ISSUER, headers={"kid": os.environ["CLIENT_KID"]}, alg=ALG)

session = OAuth2Session(
    MACHINE_ID, secret, token_endpoint_auth_method=method.name, token_endpoint=metadata["token_endpoint"]
)
session.register_client_auth_method(method)
token = session.fetch_token(grant_type="client_credentials", scope=SCOPE, resource=RESOURCE)
assert token["scope"] == SCOPE, sorted(token)
seen = session.introspect_token(metadata["introspection_endpoint"], token=token["access_token"])
assert seen.status_code == 200 and seen.json()["client_id"] == MACHINE_ID, seen.text
