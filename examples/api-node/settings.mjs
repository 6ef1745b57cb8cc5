// What the API is told, by the environment.

const { env } = process;

const issuer = env.ISSUER ?? "http://localhost:8080";
// Tokens and secrets are sent there, so that nothing but https will do beyond this machine.
const { protocol, hostname } = new URL(issuer);
if (protocol !== "https:" && !(protocol === "http:" && /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname))) {
  throw new Error("ISSUER must be https, or http on loopback");
}
const check = env.CHECK ?? "jwks";
if (!["jwks", "introspection"].includes(check)) throw new Error("CHECK must be jwks or introspection");
if (!env.CLIENT_SECRET) throw new Error("CLIENT_SECRET is needed");

const seconds = (name, usual) => {
  const value = Number(env[name] ?? usual);
  if (!(value >= 0)) throw new Error(`${name} must be a number of seconds`);
  return value;
};

export const settings = {
  // Signet's issuer identifier, as it is in tokens.
  issuer,
  // This API's identifier, as it is in the `aud` of tokens: the origin under which clients reach it.
  resource: env.RESOURCE ?? "http://localhost:9000",
  // "jwks": here, by Signet's keys. Nothing is asked for each token, and a revocation is not noticed before the token ends.
  // "introspection": by Signet. Opaque tokens too, and revocations.
  check,
  // The API as a client of Signet's.
  clientId: env.CLIENT_ID ?? "orders-api",
  clientSecret: env.CLIENT_SECRET,
  // The port on loopback; 0 for a free one.
  port: Number(env.PORT ?? 9000),
  // The least time between two fetches of the keys: strangers can make up any number of unknown ones.
  jwksCooldown: seconds("JWKS_COOLDOWN", 30),
  // For how long introspection is not asked again about a token, and a revocation not noticed.
  introspectionCache: seconds("INTROSPECTION_CACHE", 10),
};

// Where metadata is: before the path of what it is about (RFC 8414 §3.1, RFC 9728 §3.1).
export function wellKnown(of, name) {
  const url = new URL(of);
  url.pathname = `/.well-known/${name}${url.pathname.replace(/\/$/, "")}`;
  return url;
}
