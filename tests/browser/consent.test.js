// An application that registered itself, says all of itself that it can, and asks for all there is.

import assert from "node:assert/strict";
import { startWithApplications } from "./applications.js";
import { holds } from "./facts.js";
import { RESOURCE, RelyingParty, servedBy, visit } from "./helpers.js";

servedBy(startWithApplications);

const SITE = "https://planner.market.example";
/** A PNG of 80 by 40 pixels. */
const LOGO = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAFAAAAAoCAMAAABevo0zAAAABlBMVEX///+zVB62AjYEAAAALElEQVR42u3VMQ0AAAgEsce/aSyQwER6Arpe6r" +
    "gAgc/BLAICgUAg0JeBwFENf8cH0SKtiV8AAAAASUVORK5CYII=",
  "base64",
);
const CLAIMS = ["name", "nickname", "birthdate", "gender", "zoneinfo", "locale", "website", "phone_number", "address"];

/** Registers an application, which answers the request for its logo. */
async function registered(person, logo = (_, response) => response.end(LOGO)) {
  const { server } = person;
  person.party = await RelyingParty.start(server);
  person.party.pages["/logo"] = logo;
  const response = await fetch(server.metadata.registration_endpoint, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      client_name: "Delivery slots & route planner of the wholesale market at Featherstonehaugh-Cholmondeley",
      client_uri: `${SITE}/`,
      // By the name that the server may reach.
      logo_uri: `${person.party.origin.replace("127.0.0.1", "localhost")}/logo`,
      policy_uri: `${SITE}/policy`,
      tos_uri: `${SITE}/terms`,
      application_type: "native",
      token_endpoint_auth_method: "none",
      grant_types: ["authorization_code", "refresh_token"],
      redirect_uris: ["http://127.0.0.1/callback"],
      scope: "openid profile email address phone offline_access orders:read",
    }),
  });
  const client = await response.json();
  assert.equal(response.status, 201, JSON.stringify(client));
  person.party.clientId = client.client_id;
  person.context.on("request", (request) => {
    const { origin } = new URL(request.url());
    if (request.resourceType() === "image" && origin !== server.issuer) person.problems.push(`asked ${origin} for a picture`);
  });
}

/** Waits for the page that asks. */
async function isAsked(person, more) {
  const request = await person.begin({ prompt: "consent", ...more });
  await person.signIn();
  await person.sees("consent-form");
  return request;
}

const drawn = (person) => person.page.locator(".emblem img").evaluate((image) => image.decode().then(() => image.naturalWidth));

visit("the consent of an application that asks for all there is", { timeout: 90_000 }, async (person, t) => {
  await registered(person);
  const scope = "openid profile email address phone offline_access orders:read";
  const request = await isAsked(person, { scope, resource: RESOURCE });
  await person.sees("client-unchecked");
  assert.equal(await drawn(person), 80, "the logo is drawn");
  for (const id of ["client-site", "client-policy", "client-terms"]) {
    const link = person.page.locator(`#${id}`);
    assert.ok((await link.getAttribute("href")).startsWith(SITE));
    assert.equal(await link.getAttribute("rel"), "noopener noreferrer");
  }
  await holds("consent-all", person, t);
  await person.press("allow");
  await person.returns();
  await person.party.redeem(request);
  await person.page.goto(`${person.server.issuer}/account/applications`);
  await person.sees(`revoke-${person.party.clientId}`);
  await holds("account-applications-all", person, t);
  await person.begin({ prompt: "select_account" });
  await person.sees("account-form");
  await holds("select-account-logo", person, t);
  person.party.stop();
});

visit("the consent of an application that asks for claims one by one", { timeout: 90_000 }, async (person, t) => {
  await registered(person);
  const claims = JSON.stringify({ userinfo: Object.fromEntries(CLAIMS.map((name) => [name, null])) });
  await isAsked(person, { scope: "openid", claims, resource: RESOURCE });
  const shown = await person.page.locator(".scopes code").allTextContents();
  assert.deepEqual(new Set(shown.filter((name) => name !== "openid")), new Set(CLAIMS));
  await holds("consent-claims", person, t);
  person.party.stop();
});

const SILENT = { "does not come": () => {}, "is none": (_, response) => response.end("<svg/>") };
for (const [what, logo] of Object.entries(SILENT)) {
  visit(`the consent of an application whose logo ${what}`, { timeout: 90_000, expected: [404] }, async (person, t) => {
    await registered(person, logo);
    await isAsked(person, { scope: "openid" });
    await person.sees("client-unchecked");
    await holds(`consent-logo-${what.replaceAll(" ", "-")}`, person, t);
    // The page that leads on waits for none.
    await person.press("allow");
    await person.returns();
    person.party.stop();
  });
}
