// openid-client as a confidential client that registered another algorithm than RS256 for its ID tokens; and jose, which
// verifies what it got by the published keys alone.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { createRemoteJWKSet, jwtVerify } from "jose";
import * as client from "openid-client";
import { authorize } from "./browser.mjs";

const { ISSUER, WEB_ID, WEB_SECRET, WEB_REDIRECT_URI, ID_TOKEN_ALG } = process.env;

const web = await client.discovery(
  new URL(ISSUER),
  WEB_ID,
  { id_token_signed_response_alg: ID_TOKEN_ALG },
  client.ClientSecretPost(WEB_SECRET),
  { execute: [client.allowInsecureRequests, client.enableNonRepudiationChecks] },
);

const pkceCodeVerifier = client.randomPKCECodeVerifier();
const expectedNonce = client.randomNonce();
const expectedState = client.randomState();
const authorizationUrl = client.buildAuthorizationUrl(web, {
  redirect_uri: WEB_REDIRECT_URI,
  scope: "openid email",
  code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
  code_challenge_method: "S256",
  nonce: expectedNonce,
  state: expectedState,
});
const callback = await authorize(authorizationUrl, WEB_REDIRECT_URI);
const checks = { pkceCodeVerifier, expectedNonce, expectedState, idTokenExpected: true };
const tokens = await client.authorizationCodeGrant(web, callback, checks);

const keys = createRemoteJWKSet(new URL(web.serverMetadata().jwks_uri));
const { payload, protectedHeader } = await jwtVerify(tokens.id_token, keys, {
  issuer: ISSUER,
  audience: WEB_ID,
  algorithms: [ID_TOKEN_ALG],
});
assert.equal(protectedHeader.alg, ID_TOKEN_ALG);
assert.equal(payload.sub, tokens.claims().sub);

// OpenID Connect Core §3.1.3.6: half of the hash of the algorithm, which for Ed25519 is SHA-512.
const hash = createHash(ID_TOKEN_ALG === "EdDSA" ? "sha512" : "sha256").update(tokens.access_token).digest();
assert.equal(payload.at_hash, hash.subarray(0, hash.length / 2).toString("base64url"));

const refreshed = await client.refreshTokenGrant(web, tokens.refresh_token);
assert.equal(refreshed.claims().sub, payload.sub);
