// What is answered when a request is refused: challenges as RFC 6750 §3, RFC 9470 §3 and RFC 9728 §5.1 have them.

import { settings, wellKnown } from "./settings.mjs";

export class Refusal extends Error {
  constructor(status, error, description, headers = {}) {
    super(description);
    this.status = status;
    this.headers = headers;
    this.body = { error, error_description: description };
  }
}

// Each challenge says where clients learn what the API takes. Quotes and backslashes would end a value.
function challenge(parameters) {
  const all = { ...parameters, resource_metadata: wellKnown(settings.resource, "oauth-protected-resource") };
  const pairs = Object.entries(all).filter(([, value]) => value !== undefined);
  const written = pairs.map(([name, value]) => `${name}="${String(value).replace(/[^\x20-\x7e]|["\\]/g, "")}"`);
  return { "WWW-Authenticate": `Bearer ${written.join(", ")}` };
}

const because = (status, error, description, more = {}) =>
  new Refusal(status, error, description, challenge({ error, error_description: description, ...more }));

export const refuse = {
  // RFC 6750 §3.1: without a token there is no error in the challenge either.
  missing: () => new Refusal(401, "unauthorized", "an access token is needed", challenge({})),
  // Why is not said: whoever made it up is not helped.
  invalidToken: () => because(401, "invalid_token", "the access token is not valid here"),
  insufficientScope: (scope) => because(403, "insufficient_scope", "the access token lacks a scope", { scope }),
  // The person has to prove once more who they are.
  insufficientAuthentication: ({ acr_values, max_age }) =>
    because(401, "insufficient_user_authentication", "this takes a stronger or more recent sign-in", { acr_values, max_age }),
  // A policy does not permit it, and another token would not help.
  denied: (reason = "you may not do this") => new Refusal(403, "access_denied", reason),
  notFound: (what = "there is no such thing") => new Refusal(404, "not_found", what),
  malformed: (what) => new Refusal(400, "invalid_request", what),
  // What cannot be checked is refused.
  unavailable: () =>
    new Refusal(503, "temporarily_unavailable", "access cannot be checked at the moment", { "Retry-After": "5" }),
};
