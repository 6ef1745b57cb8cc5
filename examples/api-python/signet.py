"""What is asked of Signet: where its endpoints are, what its keys are, about tokens, and for decisions."""

import asyncio
import time
from urllib.parse import quote_plus

import httpx

from settings import CLIENT_ID, CLIENT_SECRET, ISSUER, well_known


class Unavailable(Exception):
    """Signet cannot be asked, or says what makes no sense."""


def _json(response):
    path = response.request.url.path
    if response.status_code != 200:
        raise Unavailable(f"{path}: {response.status_code}")
    try:
        document = response.json()
    except ValueError as error:
        raise Unavailable(f"{path}: no JSON") from error
    if not isinstance(document, dict):
        raise Unavailable(f"{path}: no object")
    return document


class Signet:
    def __init__(self):
        # Redirects are not followed: they would take what is sent to someone else.
        self._http = httpx.AsyncClient(timeout=5, follow_redirects=False)
        # RFC 6749 §2.3.1: both halves are form-encoded first.
        self._auth = httpx.BasicAuth(quote_plus(CLIENT_ID), quote_plus(CLIENT_SECRET))
        self._endpoints = None
        self._own_token, self._own_token_until = None, 0
        self._lock = asyncio.Lock()

    async def _request(self, method, url, **options):
        try:
            return await self._http.request(method, url, **options)
        except httpx.HTTPError as error:
            raise Unavailable(f"{url}: {type(error).__name__} {error}") from error

    async def _metadata(self, name, own):
        """A document of metadata, which says whose it is (RFC 8414 §3.3)."""
        document = _json(await self._request("GET", well_known(ISSUER, name)))
        if document.get(own) != ISSUER:
            raise Unavailable(f"{name} is not that of {ISSUER}")
        return document

    async def _endpoint(self, name):
        """From RFC 8414 and AuthZEN metadata: asked for when first needed, and again until it succeeds once."""
        if self._endpoints is None:
            server = await self._metadata("oauth-authorization-server", "issuer")
            decisions = await self._metadata("authzen-configuration", "policy_decision_point")
            self._endpoints = server | decisions
        return self._endpoints[name]

    async def keys(self):
        """The keys that Signet signs with (RFC 7517)."""
        return _json(await self._request("GET", await self._endpoint("jwks_uri")))

    async def introspect(self, token):
        """What Signet says of a token (RFC 7662)."""
        url = await self._endpoint("introspection_endpoint")
        return _json(await self._request("POST", url, auth=self._auth, data={"token": token}))

    async def _token(self):
        """The API's own access token, by client credentials, kept until shortly before it ends."""
        async with self._lock:
            if self._own_token is None or self._own_token_until <= time.monotonic():
                form = {
                    "grant_type": "client_credentials",
                    "resource": "urn:signet:authorization-api",
                    "scope": "decide",
                }
                url = await self._endpoint("token_endpoint")
                answer = _json(await self._request("POST", url, auth=self._auth, data=form))
                self._own_token = answer["access_token"]
                self._own_token_until = time.monotonic() + answer["expires_in"] - 30
            return self._own_token

    async def decide(self, question):
        """Whether a subject may do something with a resource (AuthZEN 1.0)."""
        url = await self._endpoint("access_evaluation_endpoint")

        async def ask():
            headers = {"Authorization": f"Bearer {await self._token()}"}
            return await self._request("POST", url, headers=headers, json=question)

        response = await ask()
        if response.status_code == 401:
            # The token was revoked, or Signet's keys are others: a new one may do.
            self._own_token = None
            response = await ask()
        return _json(response)
