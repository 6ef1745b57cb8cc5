// openid-client: discovery, code with PKCE, ID token, userinfo, refresh, revocation, introspection, client credentials.

import assert from "node:assert/strict";
import * as client from "openid-client";
import { authorize } from "./browser.mjs";

const { ISSUER, SPA_ID, SERVICE_ID, SERVICE_SECRET, API_ID, API_SECRET, RESOURCE, SCOPE } = process.env;
const REDIRECT_URI = "http://127.0.0.1:8765/callback";

const discover = (id, authentication, algorithm = "oidc") =>
  client.discovery(new URL(ISSUER), id, undefined, authentication, { algorithm, execute: [client.allowInsecureRequests] });

const spa = await discover(SPA_ID, client.None());
const service = await discover(SERVICE_ID, client.ClientSecretBasic(SERVICE_SECRET), "oauth2");
const api = await discover(API_ID, client.ClientSecretBasic(API_SECRET), "oauth2");

// The ID token's signature too, and not only that it came over TLS.
client.enableNonRepudiationChecks(spa);

const verifier = client.randomPKCECodeVerifier();
const state = client.randomState();
const nonce = client.randomNonce();
const authorizationUrl = client.buildAuthorizationUrl(spa, {
  redirect_uri: REDIRECT_URI,
  scope: `openid profile email offline_access ${SCOPE}`,
  resource: RESOURCE,
  code_challenge: await client.calculatePKCECodeChallenge(verifier),
  code_challenge_method: "S256",
  state,
  nonce,
});
const callback = await authorize(authorizationUrl, REDIRECT_URI);
const checks = { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true };
const tokens = await client.authorizationCodeGrant(spa, callback, checks);
const claims = tokens.claims();
assert.equal(claims.iss, spa.serverMetadata().issuer);
assert.deepEqual(claims.amr, ["pwd"]);
assert.equal(tokens.token_type, "bearer");
assert.ok(tokens.expiresIn() > 0);

const userinfo = await client.fetchUserInfo(spa, tokens.access_token, claims.sub);
assert.equal(userinfo.email, process.env.LOGIN);

const introspect = (token) => client.tokenIntrospection(api, token);
const seen = await introspect(tokens.access_token);
assert.equal(seen.active, true);
assert.equal(seen.sub, claims.sub);
assert.equal(seen.client_id, SPA_ID);
assert.ok([seen.aud].flat().includes(RESOURCE));

const refreshed = await client.refreshTokenGrant(spa, tokens.refresh_token, { scope: `openid ${SCOPE}` });
assert.notEqual(refreshed.access_token, tokens.access_token);
assert.notEqual(refreshed.refresh_token, tokens.refresh_token);
assert.equal((await introspect(refreshed.access_token)).scope, `openid ${SCOPE}`);

await client.tokenRevocation(spa, refreshed.refresh_token, { token_type_hint: "refresh_token" });
await assert.rejects(client.refreshTokenGrant(spa, refreshed.refresh_token), { error: "invalid_grant", status: 400 });
assert.deepEqual(await introspect(refreshed.access_token), { active: false });
await assert.rejects(client.fetchUserInfo(spa, refreshed.access_token, claims.sub), { status: 401 });
// The code was redeemed before.
await assert.rejects(client.authorizationCodeGrant(spa, callback, checks), { error: "invalid_grant" });

const own = await client.clientCredentialsGrant(service, { scope: SCOPE, resource: RESOURCE });
const ownSeen = await introspect(own.access_token);
assert.equal(ownSeen.active, true);
assert.equal(ownSeen.client_id, SERVICE_ID);
assert.equal(ownSeen.scope, SCOPE);

const wrong = await discover(SERVICE_ID, client.ClientSecretBasic("not the secret"));
await assert.rejects(client.clientCredentialsGrant(wrong, {}), { status: 401, code: "OAUTH_WWW_AUTHENTICATE_CHALLENGE" });
