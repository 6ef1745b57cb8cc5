// openid-client: client credentials, introspection and revocation by private_key_jwt or client_secret_jwt.

import assert from "node:assert/strict";
import { webcrypto } from "node:crypto";
import * as client from "openid-client";

const { ISSUER, MACHINE_ID, MACHINE_SECRET, CLIENT_ALG, CLIENT_KEY, CLIENT_KID, RESOURCE, SCOPE } = process.env;

const parameters = {
  EdDSA: { name: "Ed25519" },
  ES256: { name: "ECDSA", namedCurve: "P-256" },
  ES384: { name: "ECDSA", namedCurve: "P-384" },
  PS256: { name: "RSA-PSS", hash: "SHA-256" },
  RS256: { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" },
}[CLIENT_ALG];

const authentication = async () => {
  if (CLIENT_ALG === "HS256") return client.ClientSecretJwt(MACHINE_SECRET);
  const pkcs8 = Buffer.from(CLIENT_KEY, "base64");
  const key = await webcrypto.subtle.importKey("pkcs8", pkcs8, parameters, false, ["sign"]);
  return client.PrivateKeyJwt({ key, kid: CLIENT_KID });
};

const machine = await client.discovery(new URL(ISSUER), MACHINE_ID, undefined, await authentication(), {
  algorithm: "oauth2",
  execute: [client.allowInsecureRequests],
});
const metadata = machine.serverMetadata();
assert.ok(metadata.token_endpoint_auth_signing_alg_values_supported.includes(CLIENT_ALG));
const method = CLIENT_ALG === "HS256" ? "client_secret_jwt" : "private_key_jwt";
assert.ok(metadata.token_endpoint_auth_methods_supported.includes(method));

const tokens = await client.clientCredentialsGrant(machine, { scope: SCOPE, resource: RESOURCE });
assert.equal(tokens.scope, SCOPE);
const seen = await client.tokenIntrospection(machine, tokens.access_token);
assert.equal(seen.active, true);
assert.equal(seen.client_id, MACHINE_ID);
await client.tokenRevocation(machine, tokens.access_token);
assert.deepEqual(await client.tokenIntrospection(machine, tokens.access_token), { active: false });
