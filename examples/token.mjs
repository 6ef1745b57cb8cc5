// Signs a person in with the browser, as a program on their machine does (RFC 8252), and prints an access token:
//
//     TOKEN=$(node examples/token.mjs orders:read orders:write)
//
// ACR_VALUES and MAX_AGE ask for a stronger or more recent sign-in, as a challenge of RFC 9470 names them.

import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";

const { ISSUER = "http://localhost:8080", RESOURCE = "http://localhost:9000" } = process.env;
const { CLIENT_ID = "orders-cli", ACR_VALUES, MAX_AGE } = process.env;
const scope = process.argv.slice(2).join(" ") || "orders:read";

const wellKnown = new URL(ISSUER);
wellKnown.pathname = `/.well-known/oauth-authorization-server${wellKnown.pathname.replace(/\/$/, "")}`;
const options = { redirect: "error", signal: AbortSignal.timeout(10_000) };
const metadata = await (await fetch(wellKnown, options)).json();
if (metadata.issuer !== ISSUER) throw new Error(`these are not the metadata of ${ISSUER}`);

// Neither of these leaves this process before they are needed: only it can redeem the code (RFC 7636).
const verifier = randomBytes(32).toString("base64url");
const state = randomBytes(32).toString("base64url");

// The browser comes back to a port of this machine.
const server = createServer();
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const redirect_uri = `http://127.0.0.1:${server.address().port}/callback`;

const url = new URL(metadata.authorization_endpoint);
const request = {
  response_type: "code",
  client_id: CLIENT_ID,
  redirect_uri,
  scope,
  resource: RESOURCE,
  state,
  code_challenge: createHash("sha256").update(verifier).digest("base64url"),
  code_challenge_method: "S256",
  ...(ACR_VALUES && { acr_values: ACR_VALUES }),
  ...(MAX_AGE && { max_age: MAX_AGE }),
};
for (const [name, value] of Object.entries(request)) url.searchParams.set(name, value);
console.error(`Open ${url}`);

const answer = await new Promise((resolve) => {
  server.on("request", (request, response) => {
    const { pathname, searchParams } = new URL(request.url, redirect_uri);
    const given = Buffer.from(searchParams.get("state") ?? "");
    // Another page's request is none of ours (RFC 9700 §4.7), and neither is another server's answer (RFC 9207 §2.4).
    const isOurs = pathname === "/callback" && given.length === state.length && timingSafeEqual(given, Buffer.from(state));
    const ours = isOurs && searchParams.get("iss") === metadata.issuer;
    response.writeHead(ours ? 200 : 404, { "Content-Type": "text/plain", Connection: "close" });
    response.end(ours ? "You can close this page.\n" : "There is nothing here.\n");
    if (ours) resolve(searchParams);
  });
});
server.close();
if (!answer.get("code")) throw new Error(`${answer.get("error")}: ${answer.get("error_description") ?? ""}`);

const body = new URLSearchParams({
  grant_type: "authorization_code",
  client_id: CLIENT_ID,
  redirect_uri,
  code: answer.get("code"),
  code_verifier: verifier,
});
const response = await fetch(metadata.token_endpoint, { method: "POST", body, redirect: "error", signal: AbortSignal.timeout(10_000) });
const tokens = await response.json();
if (!response.ok) throw new Error(`${tokens.error}: ${tokens.error_description ?? ""}`);
console.log(tokens.access_token);
