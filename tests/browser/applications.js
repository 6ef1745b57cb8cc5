// Applications that want to know when a person signs out, each at a port of its own, and a server that knows them.

import { RESOURCE, RelyingParty } from "./helpers.js";
import { startProduction } from "./production.js";

const LOGIN = "robin@market.example";
const PASSWORD = "orchard lantern pebble 47";
/** What applications that register themselves may ask for. */
const SCOPES = ["openid", "profile", "email", "address", "phone", "offline_access", "orders:read"];

const HTML = '<!doctype html><meta charset="utf-8"><title>Application</title><link rel="icon" href="data:,">';

/** Answers with a page of an application. */
export function page(response, body) {
  response.setHeader("content-type", "text/html");
  response.end(HTML + body);
}

/** Starts an application, which has a page to come back to after a sign-out, and what `uris` names beside it. */
async function application(clientId, name, uris = {}) {
  const party = await RelyingParty.start(undefined, { clientId, host: "localhost" });
  party.pages["/bye"] = (_, response) => page(response, '<h1 id="bye">Goodbye</h1>');
  const named = Object.entries(uris).map(([metadata, path]) => `${metadata} = "${party.origin}${path}"\n`);
  party.manifest = `
[[client]]
client_id = "${clientId}"
client_name = "${name}"
token_endpoint_auth_method = "none"
grant_types = ["authorization_code", "refresh_token"]
redirect_uris = ["${party.redirectUri}", "${party.origin}/silent"]
post_logout_redirect_uris = ["${party.origin}/bye"]
scopes = ["openid", "profile", "email", "offline_access", "orders:read"]
resources = ["${RESOURCE}"]
# It stands for an application on the web, that is here on loopback.
unsafe_silent_native = true
${named.join("")}`;
  return party;
}

/** The next request for a path of an application, which answers it by `answer`. */
export function next(party, path, answer = (_, response) => response.end()) {
  return new Promise((resolve) => {
    party.pages[path] = async (request, response) => {
      const body = Buffer.concat(await request.toArray()).toString();
      resolve({ method: request.method, query: Object.fromEntries(request.url.searchParams), form: new URLSearchParams(body) });
      answer(request, response);
    };
  });
}

/** Starts a server, its applications, and a person who can sign in. */
export async function startWithApplications() {
  const applications = {
    // No one to be told.
    notes: await application("notes", "Notes of the market"),
    // Told in frames.
    ledger: await application("ledger", "Ledger", { frontchannel_logout_uri: "/frontchannel?of=ledger" }),
    archive: await application("archive", "Archive", { frontchannel_logout_uri: "/frontchannel" }),
    // Told by a message.
    depot: await application("depot", "Depot", { backchannel_logout_uri: "/backchannel" }),
  };
  const parties = Object.values(applications);
  const people = `
[[user]]
email = "${LOGIN}"
email_verified = true
name = "Robin Featherstone"
password = "${PASSWORD}"
`;
  const server = await startProduction({
    manifest: parties.map((party) => party.manifest).join("") + people,
    environment: {
      SIGNET_FETCH__INSECURE_ALLOW_HOSTS: '["localhost"]',
      SIGNET_DYNAMIC_REGISTRATION__MODE: "open",
      SIGNET_DYNAMIC_REGISTRATION__ALLOWED_SCOPES: JSON.stringify(SCOPES),
      SIGNET_DYNAMIC_REGISTRATION__ALLOWED_RESOURCES: JSON.stringify([RESOURCE]),
    },
  });
  for (const party of parties) party.server = server;
  async function stop() {
    for (const party of parties) party.stop();
    await server.stop();
  }
  return { ...server, ...applications, login: LOGIN, password: PASSWORD, stop };
}
