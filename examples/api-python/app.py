"""A protected API with Starlette and PyJWT: who asks is known by an access token of Signet's, and what they may do with an
order by a decision of Signet's. ../README.md says how to run it."""

import json
import logging
import re
import time
from urllib.parse import urlsplit

import uvicorn
from starlette.applications import Starlette
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

import refusal
import settings
from refusal import Refusal
from signet import Signet, Unavailable
from tokens import Tokens

log = logging.getLogger("uvicorn.error")
signet = Signet()
tokens = Tokens(signet)
# Stands for a database.
orders = {}
last = 0


async def caller(request, scope):
    """Who asks, by a good token. RFC 6750 §2.1; tokens in a query or a form are not taken."""
    values = request.headers.getlist("authorization")
    match = len(values) == 1 and re.fullmatch(r"(?i:Bearer) +([\w.~+/-]+=*)", values[0], re.ASCII)
    if not match:
        raise refusal.missing()
    claims = await tokens.check(match[1])
    if claims is None:
        raise refusal.invalid_token()
    # What the client was allowed to do. What its person may do is another question.
    if scope not in claims.get("scope", "").split(" "):
        raise refusal.insufficient_scope(scope)
    return claims


def subject(claims):
    """Whom decisions are about: a person, or a client that acts for itself (RFC 9068 §2.2)."""
    kind = "client" if claims["sub"] == claims["client_id"] else "user"
    return {"type": kind, "id": claims["sub"]}


def shown(order):
    return {"id": order["id"], "item": order["item"]}


async def permitted(claims, action, order_id):
    """The order, if Signet decides that the caller may do this with it."""
    order = orders.get(order_id)
    if order is None:
        raise refusal.not_found()
    properties, owner = {}, order["owner"]
    if owner["type"] == "user":
        # What Signet does not know of an order, the API tells.
        properties["owner"] = {"type": "User", "id": owner["id"]}
    context = {"acr": claims.get("acr")}
    if "auth_time" in claims:
        context["auth_age"] = max(0, int(time.time()) - claims["auth_time"])
    answer = await signet.decide(
        {
            "subject": subject(claims),
            "action": {"name": action},
            "resource": {"type": "Order", "id": str(order_id), "properties": properties},
            "context": context,
        }
    )
    context = answer.get("context", {})
    for obligation in context.get("obligations", []):
        if obligation != "record-access":
            # What is demanded and not understood is not done, and so the rest is not either.
            log.error("decision %s: an unknown obligation %r", context.get("id"), obligation)
            raise refusal.denied()
        about = {name: claims[name] for name in ("sub", "client_id", "jti")}
        log.info("decision %s: access %s", context.get("id"), about | {"action": action, "order": order_id})
    if answer.get("decision") is True:
        return order
    if context.get("step_up"):
        raise refusal.insufficient_authentication(context["step_up"])
    raise refusal.denied(context.get("reason_user", {}).get("403"))


async def describe(request):
    """RFC 9728 §3.2."""
    return JSONResponse(
        {
            "resource": settings.RESOURCE,
            "resource_name": "Orders",
            "authorization_servers": [settings.ISSUER],
            "scopes_supported": ["orders:read", "orders:write"],
            "bearer_methods_supported": ["header"],
        }
    )


async def list_own(request):
    own = subject(await caller(request, "orders:read"))
    return JSONResponse([shown(order) for order in orders.values() if order["owner"] == own])


async def place(request):
    """Who places an order owns it."""
    global last
    owner = subject(await caller(request, "orders:write"))
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > 4096:
            raise refusal.malformed("the body is too large")
    try:
        item = json.loads(body)["item"]
    except (ValueError, KeyError, TypeError):
        item = None
    if not isinstance(item, str):
        raise refusal.malformed("item is needed")
    last += 1
    orders[last] = {"id": last, "item": item, "owner": owner}
    return JSONResponse(shown(orders[last]), 201)


async def view(request):
    claims = await caller(request, "orders:read")
    return JSONResponse(shown(await permitted(claims, "view", request.path_params["id"])))


async def cancel(request):
    claims = await caller(request, "orders:write")
    order = await permitted(claims, "cancel", request.path_params["id"])
    orders.pop(order["id"], None)
    return Response(status_code=204)


async def unavailable(request, problem):
    log.error("Signet could not be asked: %s", problem)
    return await refusal.answer(request, refusal.unavailable())


metadata = urlsplit(settings.well_known(settings.RESOURCE, "oauth-protected-resource"))
app = Starlette(
    routes=[
        Route(metadata.path, describe),
        Route("/orders", list_own, methods=["GET"]),
        Route("/orders", place, methods=["POST"]),
        Route("/orders/{id:int}", view, methods=["GET"]),
        Route("/orders/{id:int}", cancel, methods=["DELETE"]),
    ],
    exception_handlers={Refusal: refusal.answer, Unavailable: unavailable},
)

if __name__ == "__main__":
    # An access log would have what clients put into queries: tokens, if they are careless.
    uvicorn.run(app, host="127.0.0.1", port=settings.PORT, access_log=False, server_header=False)
