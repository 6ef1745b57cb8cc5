"""Whether an access token is good here: by Signet's keys (RFC 9068 §4), or by introspection (RFC 7662)."""

import asyncio
import hashlib
import time

import jwt

from settings import CHECK, INTROSPECTION_CACHE, ISSUER, JWKS_COOLDOWN, RESOURCE
from signet import Unavailable

# What Signet signs with. Neither "none" nor an HMAC, whatever a token says of itself.
ALGORITHMS = ["ES256", "EdDSA", "RS256"]
# For how long Signet lets its keys be kept.
KEYS_LAST = 300
# How many answers of introspection are kept.
MOST_KEPT = 10_000


class Tokens:
    def __init__(self, signet):
        self._signet = signet
        self._keys, self._fetched = {}, None
        self._lock = asyncio.Lock()
        # By the digests of tokens, so that none is kept itself.
        self._introspected = {}

    async def check(self, token):
        """What a token says, or None if it is not good here."""
        claims = await (self._verify(token) if CHECK == "jwks" else self._introspect(token))
        # Without these it is no access token (RFC 9068 §2.2).
        names = ("sub", "client_id", "jti")
        is_whole = claims and all(isinstance(claims.get(name), str) for name in names)
        return claims if is_whole else None

    async def _verify(self, token):
        try:
            header = jwt.get_unverified_header(token)
            # An ID token, or what else the same keys sign, is of another type.
            typ = str(header.get("typ", "")).lower()
            if typ not in ("at+jwt", "application/at+jwt") or header.get("alg") not in ALGORITHMS:
                return None
            key = await self._key(header.get("kid"))
            # A key is for one algorithm, which it says itself.
            if key is None or key.algorithm_name != header["alg"]:
                return None
            return jwt.decode(
                token,
                key,
                algorithms=[key.algorithm_name],
                issuer=ISSUER,
                audience=RESOURCE,
                options={"require": ["exp", "iss", "aud"]},
                leeway=5,
            )
        except jwt.InvalidTokenError:
            return None

    async def _key(self, kid):
        """The key of that id. An unknown one may be new, and they are fetched again, but not for every token."""
        async with self._lock:
            lasts = KEYS_LAST if kid in self._keys else min(JWKS_COOLDOWN, KEYS_LAST)
            if self._fetched is None or time.monotonic() - self._fetched >= lasts:
                document = await self._signet.keys()
                try:
                    # It leaves out what it cannot read, which is not for this API.
                    keys = jwt.PyJWKSet.from_dict(document).keys
                except jwt.PyJWKSetError as error:
                    raise Unavailable(f"the keys: {error}") from error
                self._keys = {key.key_id: key for key in keys if key.public_key_use == "sig"}
                self._fetched = time.monotonic()
            return self._keys.get(kid)

    async def _introspect(self, token):
        digest = hashlib.sha256(token.encode()).digest()
        claims, until = self._introspected.get(digest, (None, 0))
        if time.time() < until:
            return claims
        claims = await self._signet.introspect(token)
        audience = claims.get("aud")
        # Signet tells this client of its own tokens, too: `aud` says whether one is for this API.
        is_good = (
            claims.get("active") is True
            and claims.get("token_type") == "Bearer"
            and claims.get("iss") == ISSUER
            and RESOURCE in (audience if isinstance(audience, list) else [audience])
        )
        if not is_good:
            return None
        if len(self._introspected) >= MOST_KEPT:
            self._introspected.clear()
        until = min(time.time() + INTROSPECTION_CACHE, claims["exp"])
        self._introspected[digest] = (claims, until)
        return claims
