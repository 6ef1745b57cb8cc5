// Passkeys in a real browser, with the authenticator that the DevTools protocol has for tests.

import assert from "node:assert/strict";
import { claims, visit } from "./helpers.js";
import { virtualAuthenticator as authenticator } from "./virtual_authenticator.js";

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

visit("a passkey that the name's field suggests signs in", {}, async (person) => {
  await authenticator(person, { suggestions: true });
  await open(person);
  await add(person, "Suggested");
  await signOut(person);

  await person.page.goto(`${person.server.issuer}/sign-in?next=%2Faccount%2Fpasskeys`);
  await person.page.getByText("Last used on").waitFor();
  await remove(person, "Suggested");
});

visit("a passkey is the second step after a password", {}, async (person) => {
  await authenticator(person);
  await open(person);
  await add(person, "Key");
  await signOut(person);

  await person.page.goto(`${person.server.issuer}/account/passkeys`);
  await person.signIn();
  await person.press("verify-passkey");
  await person.page.getByRole("heading", { name: "Passkeys", exact: true }).waitFor();
  await remove(person, "Key");
});

visit("a person who stops, or is not recognised, is told so and can try again", {}, async (person) => {
  const device = await authenticator(person);
  await open(person);
  await device.set("setUserVerified", { isUserVerified: false });
  await person.press("add");
  await person.page.getByText("No passkey was used").waitFor();
  await device.set("setUserVerified", { isUserVerified: true });
  await add(person, "Second try");
  await remove(person, "Second try");
});

visit("a device without a passkey signs no one in", {}, async (person) => {
  await authenticator(person);
  await person.page.goto(`${person.server.issuer}/sign-in`);
  await person.press("sign-in-passkey");
  await person.page.getByText("No passkey was used").waitFor();
  await person.signIn();
  await person.page.getByRole("heading", { name: "You are signed in" }).waitFor();
});

visit("without script there is the password, and the page of passkeys says what it needs", { script: false }, async (person) => {
  await person.page.goto(`${person.server.issuer}/account/passkeys`);
  assert.equal(await person.page.locator("#sign-in-passkey").isVisible(), false);
  await person.signIn();
  await person.sees("needs-script");
  assert.equal(await person.page.locator("#add").isVisible(), false);
});
