// jose: opens what Signet encrypted for a key, or encrypts for one.

import { CompactEncrypt, compactDecrypt, importJWK } from "jose";

const { KEY, ALG, ENC, DECRYPT, ENCRYPT } = process.env;
const jwk = JSON.parse(KEY);

if (DECRYPT) {
  const { plaintext } = await compactDecrypt(DECRYPT, await importJWK(jwk, ALG), { keyManagementAlgorithms: [ALG] });
  process.stdout.write(plaintext);
} else {
  const { kty, crv, x, y, n, e } = jwk;
  const key = await importJWK({ kty, crv, x, y, n, e }, ALG);
  const encrypt = new CompactEncrypt(new TextEncoder().encode(ENCRYPT)).setProtectedHeader({ alg: ALG, enc: ENC });
  process.stdout.write(await encrypt.encrypt(key));
}
