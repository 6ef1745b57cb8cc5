"""joserfc: a request object, signed and then encrypted for the key that Signet publishes for that."""

import base64
import json
import os
import sys

import requests
from cryptography.hazmat.primitives.serialization import load_der_private_key
from joserfc import jwe, jwt
from joserfc.jwk import ECKey, KeySet

ISSUER, KID, ALG, ENC = (os.environ[name] for name in ("ISSUER", "CLIENT_KID", "ALG", "ENC"))

metadata = requests.get(f"{ISSUER}/.well-known/openid-configuration", timeout=30).json()
assert ALG in metadata["request_object_encryption_alg_values_supported"]
assert ENC in metadata["request_object_encryption_enc_values_supported"]
keys = KeySet.import_key_set(requests.get(metadata["jwks_uri"], timeout=30).json())
(ours,) = [key for key in keys.keys if key.get("use") == "enc" and key.alg == ALG]

own = ECKey.import_key(load_der_private_key(base64.b64decode(os.environ["CLIENT_KEY"]), None))
signed = jwt.encode({"alg": "ES256", "kid": KID}, json.loads(os.environ["CLAIMS"]), own)
header = {"alg": ALG, "enc": ENC, "kid": ours.kid, "cty": "JWT"}
sys.stdout.write(jwe.encrypt_compact(header, signed, ours, algorithms=[ALG, ENC]))
