// Whether an access token is good here: by Signet's keys (RFC 9068 §4), or by introspection (RFC 7662).

import { createHash } from "node:crypto";
import { createRemoteJWKSet, errors, jwtVerify } from "jose";
import { settings } from "./settings.mjs";
import { Unavailable, endpoints, introspect } from "./signet.mjs";

// What a token says, or nothing if it is not good here.
export async function check(token) {
  const claims = await (settings.check === "jwks" ? verify(token) : ask(token));
  // Without these it is no access token (RFC 9068 §2.2).
  const isWhole = claims && ["sub", "client_id", "jti"].every((name) => typeof claims[name] === "string");
  return isWhole ? claims : undefined;
}

// A kid that is not known may be new: the keys are fetched again, but not for every token.
let keys;
async function key(header, token) {
  try {
    keys ??= createRemoteJWKSet(new URL((await endpoints()).jwks_uri), {
      timeoutDuration: 5000,
      cacheMaxAge: 300_000,
      cooldownDuration: settings.jwksCooldown * 1000,
    });
    return await keys(header, token);
  } catch (error) {
    if (error instanceof errors.JWKSNoMatchingKey || error instanceof Unavailable) throw error;
    throw new Unavailable(`the keys: ${error.message}`);
  }
}

async function verify(token) {
  try {
    const { payload } = await jwtVerify(token, key, {
      // What Signet signs with. Neither "none" nor an HMAC, whatever a token says of itself.
      algorithms: ["ES256", "EdDSA", "RS256"],
      // An ID token, or what else the same keys sign, is of another type.
      typ: "at+jwt",
      issuer: settings.issuer,
      audience: settings.resource,
      requiredClaims: ["exp"],
      clockTolerance: 5,
    });
    return payload;
  } catch (error) {
    if (error instanceof errors.JOSEError) return undefined;
    throw error;
  }
}

// By the digests of tokens, so that none is kept itself.
const kept = new Map();

async function ask(token) {
  const digest = createHash("sha256").update(token).digest("base64");
  const known = kept.get(digest);
  if (known && known.until > Date.now()) return known.claims;
  const claims = await introspect(token);
  // Signet tells this client of its own tokens, too: `aud` says whether one is for this API.
  const isGood =
    claims.active === true &&
    claims.token_type === "Bearer" &&
    claims.iss === settings.issuer &&
    [claims.aud].flat().includes(settings.resource);
  if (!isGood) return undefined;
  if (kept.size >= 10_000) kept.clear();
  kept.set(digest, { claims, until: Math.min(Date.now() + settings.introspectionCache * 1000, claims.exp * 1000) });
  return claims;
}
