// jose: a request object, signed and then encrypted for the key that Signet publishes for that.

import assert from "node:assert/strict";
import { CompactEncrypt, SignJWT, importJWK, importPKCS8 } from "jose";

const { ISSUER, CLIENT_KEY, CLIENT_KID, CLAIMS, ALG, ENC } = process.env;

const metadata = await (await fetch(`${ISSUER}/.well-known/openid-configuration`)).json();
assert.ok(metadata.request_object_encryption_alg_values_supported.includes(ALG));
assert.ok(metadata.request_object_encryption_enc_values_supported.includes(ENC));
const { keys } = await (await fetch(metadata.jwks_uri)).json();
const ours = keys.filter((key) => key.use === "enc" && key.alg === ALG);
assert.equal(ours.length, 1);

const pem = `-----BEGIN PRIVATE KEY-----\n${CLIENT_KEY}\n-----END PRIVATE KEY-----`;
const signed = await new SignJWT(JSON.parse(CLAIMS))
  .setProtectedHeader({ alg: "ES256", kid: CLIENT_KID, typ: "oauth-authz-req+jwt" })
  .sign(await importPKCS8(pem, "ES256"));
const encrypted = await new CompactEncrypt(new TextEncoder().encode(signed))
  .setProtectedHeader({ alg: ALG, enc: ENC, kid: ours[0].kid, cty: "JWT" })
  .encrypt(await importJWK(ours[0], ALG));
process.stdout.write(encrypted);
