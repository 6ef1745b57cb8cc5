// Passkeys in a real browser, with the authenticator that the DevTools protocol has for tests.

import assert from "node:assert/strict";
import { claims, visit } from "./helpers.js";

/** Gives a page an authenticator like that of a phone: it keeps passkeys and looks who is there. */
async function authenticator(person, more = {}) {
  const devtools = await person.context.newCDPSession(person.page);
  await devtools.send("WebAuthn.enable");
  const { authenticatorId } = await devtools.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
      ...more,
    },
  });
  return {
    set: (method, parameters) => devtools.send(`WebAuthn.${method}`, { authenticatorId, ...parameters }),
    credentials: async () => (await devtools.send("WebAuthn.getCredentials", { authenticatorId })).credentials,
  };
}

async function signOut(person) {
  await person.page.goto(`${person.server.issuer}/sign-out`);
  await person.press("sign-out");
  await person.page.getByRole("heading", { name: "You are signed out" }).waitFor();
}

/** Signs in by password, and by passkey where it is asked for as the second step; ends on the page of passkeys. */
async function open(person) {
  await person.page.goto(`${person.server.issuer}/account/passkeys`);
  await person.signIn();
  await person.page.getByRole("heading", { name: "Passkeys", exact: true }).waitFor();
}

async function add(person, name) {
  await person.page.locator("#name").fill(name);
  await person.press("add");
  // With the first one come recovery codes.
  await person.page.locator("#saved, #passkeys").first().waitFor();
  if (await person.page.locator("#saved").isVisible()) await person.press("saved");
  await person.page.getByRole("heading", { name, exact: true }).waitFor();
}

async function remove(person, name) {
  const item = person.page.locator(".passkey", { hasText: name });
  await item.locator("summary").click();
  await item.getByRole("button", { name: "Remove" }).click();
  await item.waitFor({ state: "detached" });
}

visit("a person adds a passkey, signs out, and signs in at the client with it alone", {}, async (person) => {
  const device = await authenticator(person);
  await open(person);
  await add(person, "My laptop");
  assert.equal((await device.credentials()).length, 1);
  assert.equal((await device.credentials())[0].isResidentCredential, true);
  await signOut(person);

  const request = await person.begin({ prompt: "consent" });
  await person.press("sign-in-passkey");
  await person.press("allow");
  await person.returns();
  const tokens = await person.party.redeem(request);
  assert.equal(claims(tokens.id_token).acr, "aal2");
  assert.deepEqual(claims(tokens.id_token).amr, ["mfa", "swk", "user"]);

  await person.page.goto(`${person.server.issuer}/account/passkeys`);
  await person.page.getByText("Last used on").waitFor();
  await remove(person, "My laptop");
});
