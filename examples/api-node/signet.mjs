// What is asked of Signet: where its endpoints are, about tokens, and for decisions.

import { settings, wellKnown } from "./settings.mjs";

// Signet cannot be asked, or says what makes no sense.
export class Unavailable extends Error {}

async function request(url, options = {}) {
  try {
    // A redirect would take what is sent to someone else.
    return await fetch(url, { ...options, redirect: "error", signal: AbortSignal.timeout(5000) });
  } catch (cause) {
    throw new Unavailable(`${new URL(url).pathname}: ${cause.cause?.code ?? cause.message}`);
  }
}

async function json(response) {
  if (!response.ok) throw new Unavailable(`${new URL(response.url).pathname}: ${response.status}`);
  try {
    return await response.json();
  } catch (cause) {
    throw new Unavailable(`${new URL(response.url).pathname}: ${cause.message}`);
  }
}

// A document of metadata, which says whose it is (RFC 8414 §3.3).
async function metadata(name, own) {
  const document = await json(await request(wellKnown(settings.issuer, name)));
  if (document[own] !== settings.issuer) throw new Unavailable(`${name} is not that of ${settings.issuer}`);
  return document;
}

// From RFC 8414 and AuthZEN metadata: asked for when first needed, and again until it succeeds once.
let known;
export async function endpoints() {
  known ??= Promise.all([
    metadata("oauth-authorization-server", "issuer"),
    metadata("authzen-configuration", "policy_decision_point"),
  ]).then(([server, decisions]) => ({ ...server, ...decisions }));
  try {
    return await known;
  } catch (error) {
    known = undefined;
    throw error;
  }
}

// A form by client_secret_basic (RFC 6749 §2.3.1: both halves are form-encoded first).
async function post(url, form) {
  const encode = (text) => new URLSearchParams({ "": text }).toString().slice(1);
  const pair = `${encode(settings.clientId)}:${encode(settings.clientSecret)}`;
  const headers = { authorization: `Basic ${Buffer.from(pair).toString("base64")}` };
  return json(await request(url, { method: "POST", headers, body: new URLSearchParams(form) }));
}

// What Signet says of a token (RFC 7662).
export async function introspect(token) {
  return post((await endpoints()).introspection_endpoint, { token });
}

// The API's own access token, by client credentials, kept until shortly before it ends.
let own;
async function ownToken() {
  if (!own || own.until <= Date.now()) {
    const form = { grant_type: "client_credentials", resource: "urn:signet:authorization-api", scope: "decide" };
    const { access_token, expires_in } = await post((await endpoints()).token_endpoint, form);
    own = { token: access_token, until: Date.now() + (expires_in - 30) * 1000 };
  }
  return own.token;
}

// Whether a subject may do something with a resource (AuthZEN 1.0).
export async function decide(question) {
  const ask = async () =>
    request((await endpoints()).access_evaluation_endpoint, {
      method: "POST",
      headers: { authorization: `Bearer ${await ownToken()}`, "content-type": "application/json" },
      body: JSON.stringify(question),
    });
  let response = await ask();
  if (response.status === 401) {
    // The token was revoked, or Signet's keys are others: a new one may do.
    own = undefined;
    response = await ask();
  }
  return json(response);
}
