// oauth4webapi: the same essentials request by request, and its RFC 9068 check of access tokens.

import assert from "node:assert/strict";
import * as oauth from "oauth4webapi";
import { authorize } from "./browser.mjs";

const { ISSUER, SPA_ID, SERVICE_ID, SERVICE_SECRET, API_ID, API_SECRET, RESOURCE, SCOPE } = process.env;
const REDIRECT_URI = "http://127.0.0.1:8766/callback";
const http = { [oauth.allowInsecureRequests]: true };

const issuer = new URL(ISSUER);
const discover = async (algorithm) =>
  oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, { algorithm, ...http }));
const as = await discover("oidc");
assert.deepEqual(await discover("oauth2"), as);

const client = { client_id: SPA_ID };
const verifier = oauth.generateRandomCodeVerifier();
const state = oauth.generateRandomState();
const nonce = oauth.generateRandomNonce();
const authorizationUrl = new URL(as.authorization_endpoint);
authorizationUrl.search = new URLSearchParams({
  client_id: SPA_ID,
  response_type: "code",
  redirect_uri: REDIRECT_URI,
  scope: `openid email ${SCOPE}`,
  resource: RESOURCE,
  code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
  code_challenge_method: "S256",
  state,
  nonce,
  max_age: "600",
});
const callback = await authorize(authorizationUrl, REDIRECT_URI);

// The state, and that iss is there and right (RFC 9207).
assert.equal(as.authorization_response_iss_parameter_supported, true);
const code = oauth.validateAuthResponse(as, client, callback, state);
const exchange = await oauth.authorizationCodeGrantRequest(as, client, oauth.None(), code, REDIRECT_URI, verifier, {
  additionalParameters: { resource: RESOURCE },
  ...http,
});
const tokens = await oauth.processAuthorizationCodeResponse(as, client, exchange, {
  expectedNonce: nonce,
  maxAge: 600,
  requireIdToken: true,
});
await oauth.validateApplicationLevelSignature(as, exchange, http);
const { sub } = oauth.getValidatedIdTokenClaims(tokens);

async function present(token) {
  const request = new Request(RESOURCE, { headers: { authorization: `Bearer ${token}` } });
  return oauth.validateJwtAccessToken(as, request, RESOURCE, http);
}
const access = await present(tokens.access_token);
assert.equal(access.sub, sub);
assert.equal(access.client_id, SPA_ID);
assert.equal(access.scope, `openid email ${SCOPE}`);

const userinfoResponse = await oauth.userInfoRequest(as, client, tokens.access_token, http);
const userinfo = await oauth.processUserInfoResponse(as, client, sub, userinfoResponse);
assert.equal(userinfo.email, process.env.LOGIN);

const refresh = async (token) => {
  const response = await oauth.refreshTokenGrantRequest(as, client, oauth.None(), token, http);
  return oauth.processRefreshTokenResponse(as, client, response);
};
const refreshed = await refresh(tokens.refresh_token);
assert.equal((await present(refreshed.access_token)).sub, sub);

const api = { client_id: API_ID };
const introspect = async (token) => {
  const response = await oauth.introspectionRequest(as, api, oauth.ClientSecretBasic(API_SECRET), token, http);
  return oauth.processIntrospectionResponse(as, api, response);
};
assert.equal((await introspect(refreshed.access_token)).active, true);

const revocation = await oauth.revocationRequest(as, client, oauth.None(), refreshed.refresh_token, http);
await oauth.processRevocationResponse(revocation);
assert.deepEqual(await introspect(refreshed.access_token), { active: false });
await assert.rejects(refresh(refreshed.refresh_token), { error: "invalid_grant", status: 400 });

const service = { client_id: SERVICE_ID };
const parameters = new URLSearchParams({ scope: SCOPE, resource: RESOURCE });
const authentication = oauth.ClientSecretBasic(SERVICE_SECRET);
const own = await oauth.processClientCredentialsResponse(
  as,
  service,
  await oauth.clientCredentialsGrantRequest(as, service, authentication, parameters, http),
);
const ownAccess = await present(own.access_token);
assert.equal(ownAccess.sub, SERVICE_ID);
assert.equal(ownAccess.scope, SCOPE);
