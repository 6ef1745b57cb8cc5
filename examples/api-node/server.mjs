// A protected API with node:http and jose: who asks is known by an access token of Signet's, and what they may do with an
// order by a decision of Signet's. ../README.md says how to run it.

import { createServer } from "node:http";
import { Refusal, refuse } from "./refusal.mjs";
import { settings, wellKnown } from "./settings.mjs";
import { Unavailable, decide } from "./signet.mjs";
import { check } from "./tokens.mjs";

// Stands for a database.
const orders = new Map();
let last = 0;

// Who asks, by a good token. RFC 6750 §2.1; tokens in a query or a form are not taken.
async function caller(request, scope) {
  const values = request.headersDistinct.authorization ?? [];
  const [, token] = (values.length === 1 && /^Bearer +([\w.~+/-]+=*)$/i.exec(values[0])) || [];
  if (!token) throw refuse.missing();
  const claims = await check(token);
  if (!claims) throw refuse.invalidToken();
  // What the client was allowed to do. What its person may do is another question.
  if (!`${claims.scope ?? ""}`.split(" ").includes(scope)) throw refuse.insufficientScope(scope);
  return claims;
}

// Whom decisions are about: a person, or a client that acts for itself (RFC 9068 §2.2).
const subject = ({ sub, client_id }) => ({ type: sub === client_id ? "client" : "user", id: sub });
const isOwner = ({ owner }, { type, id }) => owner.type === type && owner.id === id;
const shown = ({ id, item }) => ({ id, item });

// The order, if Signet decides that the caller may do this with it.
async function permitted(claims, action, id) {
  const order = orders.get(id);
  if (!order) throw refuse.notFound("there is no such order");
  const { decision, context = {} } = await decide({
    subject: subject(claims),
    action: { name: action },
    // What Signet does not know of an order, the API tells.
    resource: {
      type: "Order",
      id: String(id),
      properties: order.owner.type === "user" ? { owner: { type: "User", id: order.owner.id } } : {},
    },
    context: {
      acr: claims.acr,
      auth_age: claims.auth_time && Math.max(0, Math.floor(Date.now() / 1000) - claims.auth_time),
    },
  });
  for (const obligation of context.obligations ?? []) {
    if (obligation !== "record-access") {
      // What is demanded and not understood is not done, and so the rest is not either.
      console.error(`decision ${context.id}: an unknown obligation`, { obligation });
      throw refuse.denied();
    }
    const { sub, client_id, jti } = claims;
    console.log(`decision ${context.id}: access`, { sub, client_id, jti, action, order: id });
  }
  if (decision === true) return order;
  throw context.step_up ? refuse.insufficientAuthentication(context.step_up) : refuse.denied(context.reason_user?.["403"]);
}

async function body(request) {
  let text = "";
  for await (const chunk of request.setEncoding("utf8")) {
    text += chunk;
    if (text.length > 4096) throw refuse.malformed("the body is too large");
  }
  try {
    return JSON.parse(text);
  } catch {
    throw refuse.malformed("the body is no JSON");
  }
}

const routes = {
  // RFC 9728 §3.2.
  [`GET ${wellKnown(settings.resource, "oauth-protected-resource").pathname}`]: async () => [
    200,
    {
      resource: settings.resource,
      resource_name: "Orders",
      authorization_servers: [settings.issuer],
      scopes_supported: ["orders:read", "orders:write"],
      bearer_methods_supported: ["header"],
    },
  ],
  // One's own orders.
  "GET /orders": async (request) => {
    const own = subject(await caller(request, "orders:read"));
    return [200, [...orders.values()].filter((order) => isOwner(order, own)).map(shown)];
  },
  // Who places an order owns it.
  "POST /orders": async (request) => {
    const owner = subject(await caller(request, "orders:write"));
    const { item } = (await body(request)) ?? {};
    if (typeof item !== "string") throw refuse.malformed("item is needed");
    const order = { id: ++last, item, owner };
    orders.set(order.id, order);
    return [201, shown(order)];
  },
  "GET /orders/{id}": async (request, id) => {
    const claims = await caller(request, "orders:read");
    return [200, shown(await permitted(claims, "view", id))];
  },
  "DELETE /orders/{id}": async (request, id) => {
    const claims = await caller(request, "orders:write");
    const order = await permitted(claims, "cancel", id);
    orders.delete(order.id);
    return [204];
  },
};

async function answer(request) {
  const path = request.url.split("?")[0];
  const [, id] = /^\/orders\/(\d{1,15})$/.exec(path) ?? [];
  const route = routes[`${request.method} ${id ? "/orders/{id}" : path}`];
  if (!route) throw refuse.notFound();
  return route(request, Number(id));
}

const server = createServer({ requestTimeout: 10_000 }, async (request, response) => {
  let [status, content, headers] = [500, { error: "server_error" }];
  try {
    [status, content] = await answer(request);
  } catch (error) {
    let refusal = error;
    if (error instanceof Unavailable) {
      console.error(`Signet could not be asked: ${error.message}`);
      refusal = refuse.unavailable();
    }
    if (refusal instanceof Refusal) ({ status, body: content, headers } = refusal);
    else console.error(error);
  }
  response.writeHead(status, { "Content-Type": "application/json", ...headers });
  response.end(content && JSON.stringify(content));
});

server.listen(settings.port, "127.0.0.1", () => console.log(`listening at http://127.0.0.1:${server.address().port}`));
