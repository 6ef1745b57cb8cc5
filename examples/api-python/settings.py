"""What the API is told, by the environment."""

import ipaddress
import os
from urllib.parse import urlsplit, urlunsplit

# Signet's issuer identifier, as it is in tokens.
ISSUER = os.environ.get("ISSUER", "http://localhost:8080")
# This API's identifier, as it is in the `aud` of tokens: the origin under which clients reach it.
RESOURCE = os.environ.get("RESOURCE", "http://localhost:9000")
# "jwks": here, by Signet's keys. Nothing is asked for each token, and a revocation is not noticed before the token ends.
# "introspection": by Signet. Opaque tokens too, and revocations.
CHECK = os.environ.get("CHECK", "jwks")
# The API as a client of Signet's.
CLIENT_ID = os.environ.get("CLIENT_ID", "orders-api")
CLIENT_SECRET = os.environ.get("CLIENT_SECRET")
# The port on loopback; 0 for a free one.
PORT = int(os.environ.get("PORT", "9000"))
# The least time between two fetches of the keys: strangers can make up any number of unknown ones.
JWKS_COOLDOWN = float(os.environ.get("JWKS_COOLDOWN", "30"))
# For how long introspection is not asked again about a token, and a revocation not noticed.
INTROSPECTION_CACHE = float(os.environ.get("INTROSPECTION_CACHE", "10"))


def is_loopback(host):
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def well_known(of, name):
    """Where metadata is: before the path of what it is about (RFC 8414 §3.1, RFC 9728 §3.1)."""
    scheme, authority, path, _, _ = urlsplit(of)
    return urlunsplit((scheme, authority, f"/.well-known/{name}{path.rstrip('/')}", "", ""))


# Tokens and secrets are sent there, so that nothing but https will do beyond this machine.
_issuer = urlsplit(ISSUER)
if _issuer.scheme != "https" and not (_issuer.scheme == "http" and is_loopback(_issuer.hostname)):
    raise SystemExit("ISSUER must be https, or http on loopback")
if CHECK not in ("jwks", "introspection"):
    raise SystemExit("CHECK must be jwks or introspection")
if not CLIENT_SECRET:
    raise SystemExit("CLIENT_SECRET is needed")
