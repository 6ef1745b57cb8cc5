"""What is answered when a request is refused: challenges as RFC 6750 §3, RFC 9470 §3 and RFC 9728 §5.1 have them."""

import re

from starlette.responses import JSONResponse

from settings import RESOURCE, well_known


class Refusal(Exception):
    def __init__(self, status, error, description, headers=None):
        super().__init__(description)
        self.status, self.headers = status, headers
        self.body = {"error": error, "error_description": description}


async def answer(request, refusal):
    return JSONResponse(refusal.body, refusal.status, refusal.headers)


def challenge(**parameters):
    """Each says where clients learn what the API takes. Quotes and backslashes would end a value."""
    parameters["resource_metadata"] = well_known(RESOURCE, "oauth-protected-resource")
    written = [
        '%s="%s"' % (name, re.sub(r'[^ -~]|["\\]', "", str(value)))
        for name, value in parameters.items()
        if value is not None
    ]
    return {"WWW-Authenticate": "Bearer " + ", ".join(written)}


def because(status, error, description, **more):
    headers = challenge(error=error, error_description=description, **more)
    return Refusal(status, error, description, headers)


def missing():
    """RFC 6750 §3.1: without a token there is no error in the challenge either."""
    return Refusal(401, "unauthorized", "an access token is needed", challenge())


def invalid_token():
    """Why is not said: whoever made it up is not helped."""
    return because(401, "invalid_token", "the access token is not valid here")


def insufficient_scope(scope):
    return because(403, "insufficient_scope", "the access token lacks a scope", scope=scope)


def insufficient_authentication(step_up):
    """The person has to prove once more who they are."""
    return because(
        401,
        "insufficient_user_authentication",
        "this takes a stronger or more recent sign-in",
        acr_values=step_up.get("acr_values"),
        max_age=step_up.get("max_age"),
    )


def denied(reason=None):
    """A policy does not permit it, and another token would not help."""
    return Refusal(403, "access_denied", reason or "you may not do this")


def not_found():
    return Refusal(404, "not_found", "there is no such order")


def malformed(what):
    return Refusal(400, "invalid_request", what)


def unavailable():
    """What cannot be checked is refused."""
    description = "access cannot be checked at the moment"
    return Refusal(503, "temporarily_unavailable", description, {"Retry-After": "5"})
