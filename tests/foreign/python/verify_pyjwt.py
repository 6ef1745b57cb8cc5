"""PyJWT: what a resource server does with an access token, through the keys Signet publishes."""

import base64
import json
import os

import jwt
import requests

ISSUER, RESOURCE, SCOPE = (os.environ[name] for name in ("ISSUER", "RESOURCE", "SCOPE"))

metadata = requests.get(ISSUER.rstrip("/") + "/.well-known/oauth-authorization-server", timeout=30).json()
response = requests.post(
    metadata["token_endpoint"],
    auth=(os.environ["SERVICE_ID"], os.environ["SERVICE_SECRET"]),
    data={"grant_type": "client_credentials", "scope": SCOPE, "resource": RESOURCE},
    timeout=30,
)
assert response.status_code == 200, response.text
token = response.json()["access_token"]
keys = jwt.PyJWKClient(metadata["jwks_uri"])


def verify(token, audience=RESOURCE):
    return jwt.decode_complete(
        token,
        keys.get_signing_key_from_jwt(token),
        algorithms=metadata["id_token_signing_alg_values_supported"],
        issuer=metadata["issuer"],
        audience=audience,
        options={"require": ["exp", "iat", "iss", "aud", "sub", "jti", "client_id"]},
    )


def refuses(token, error, **expected):
    try:
        verify(token, **expected)
    except error:
        return
    raise AssertionError(f"accepted where {error.__name__} was due")


verified = verify(token)
assert verified["header"]["typ"] == "at+jwt", verified["header"]
assert verified["payload"]["sub"] == os.environ["SERVICE_ID"], verified["payload"]
assert verified["payload"]["scope"] == SCOPE, verified["payload"]

header, _, signature = token.split(".")
wider = json.dumps(verified["payload"] | {"scope": f"{SCOPE} admin"}).encode()
forged = base64.urlsafe_b64encode(wider).rstrip(b"=").decode()
refuses(f"{header}.{forged}.{signature}", jwt.InvalidSignatureError)
refuses(token, jwt.InvalidAudienceError, audience="https://other.example")
