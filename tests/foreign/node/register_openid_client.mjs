// openid-client registers itself, signs a person in, and reads, changes and removes its registration by plain requests.

import assert from "node:assert/strict";
import * as client from "openid-client";
import { authorize } from "./browser.mjs";

const { ISSUER, INITIAL_ACCESS_TOKEN } = process.env;
const REDIRECT_URI = "https://new.example/callback";
const insecure = { algorithm: "oidc", execute: [client.allowInsecureRequests] };

await assert.rejects(
  client.dynamicClientRegistration(new URL(ISSUER), { redirect_uris: [REDIRECT_URI] }, undefined, insecure),
  { status: 401 },
);
const metadata = {
  client_name: "openid-client",
  redirect_uris: [REDIRECT_URI],
  grant_types: ["authorization_code", "refresh_token"],
  token_endpoint_auth_method: "client_secret_post",
  id_token_signed_response_alg: "ES256",
};
const register = (more) =>
  client.dynamicClientRegistration(new URL(ISSUER), { ...metadata, ...more }, undefined, {
    ...insecure,
    initialAccessToken: INITIAL_ACCESS_TOKEN,
  });
await assert.rejects(register({ redirect_uris: ["http://new.example"] }), { error: "invalid_redirect_uri", status: 400 });
const config = await register({});
client.enableNonRepudiationChecks(config);
const own = config.clientMetadata();
assert.equal(own.client_name, "openid-client");
assert.ok(own.client_secret);

const verifier = client.randomPKCECodeVerifier();
const [state, nonce] = [client.randomState(), client.randomNonce()];
const url = client.buildAuthorizationUrl(config, {
  redirect_uri: REDIRECT_URI,
  scope: "openid email",
  code_challenge: await client.calculatePKCECodeChallenge(verifier),
  code_challenge_method: "S256",
  state,
  nonce,
});
const callback = await authorize(url, REDIRECT_URI);
const checks = { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true };
const tokens = await client.authorizationCodeGrant(config, callback, checks);
const userinfo = await client.fetchUserInfo(config, tokens.access_token, tokens.claims().sub);
assert.equal(userinfo.email, process.env.LOGIN);
await client.refreshTokenGrant(config, tokens.refresh_token);

// RFC 7592.
const manage = (method, body) =>
  fetch(own.registration_client_uri, {
    method,
    body: body && JSON.stringify(body),
    headers: { authorization: `Bearer ${own.registration_access_token}`, "content-type": "application/json" },
  });
assert.equal((await (await manage("GET")).json()).client_id, own.client_id);
const { client_id, client_secret } = own;
const changed = await (await manage("PUT", { ...metadata, client_id, client_secret, client_name: "Changed" })).json();
assert.equal(changed.client_name, "Changed");
assert.equal((await manage("DELETE")).status, 204);
assert.equal((await manage("GET")).status, 401);
await assert.rejects(client.refreshTokenGrant(config, tokens.refresh_token), { status: 401 });
