// jose: what a resource server does with an access token, through the keys Signet publishes.

import assert from "node:assert/strict";
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from "jose";

const { ISSUER, SERVICE_ID, SERVICE_SECRET, RESOURCE, SCOPE, ACCESS_TOKEN_ALG } = process.env;

const discovery = await fetch(`${ISSUER.replace(/\/$/, "")}/.well-known/oauth-authorization-server`);
const metadata = await discovery.json();
const response = await fetch(metadata.token_endpoint, {
  method: "POST",
  headers: { authorization: `Basic ${btoa(`${encodeURIComponent(SERVICE_ID)}:${encodeURIComponent(SERVICE_SECRET)}`)}` },
  body: new URLSearchParams({ grant_type: "client_credentials", scope: SCOPE, resource: RESOURCE }),
});
const { access_token: token } = await response.json();
assert.equal(response.status, 200);

const keys = createRemoteJWKSet(new URL(metadata.jwks_uri));
const expected = {
  typ: "at+jwt",
  issuer: metadata.issuer,
  audience: RESOURCE,
  subject: SERVICE_ID,
  requiredClaims: ["exp", "iat", "jti", "client_id"],
};
const { payload, protectedHeader } = await jwtVerify(token, keys, expected);
assert.equal(payload.scope, SCOPE);
assert.ok(protectedHeader.kid);
if (ACCESS_TOKEN_ALG) assert.equal(protectedHeader.alg, ACCESS_TOKEN_ALG);

const [header, claims, signature] = token.split(".");
const encode = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
const signed = Buffer.from(signature, "base64url");
signed[0] ^= 1;
const forgeries = {
  "another scope": [header, encode({ ...payload, scope: `${SCOPE} admin` }), signature],
  "another signature": [header, claims, signed.toString("base64url")],
  "no signature": [header, claims, ""],
  "no algorithm": [encode({ ...decodeProtectedHeader(token), alg: "none" }), claims, ""],
};
for (const [what, parts] of Object.entries(forgeries)) {
  await assert.rejects(jwtVerify(parts.join("."), keys, expected), what);
}
await assert.rejects(jwtVerify(token, keys, { ...expected, audience: "https://other.example" }), { claim: "aud" });
