// A person's API keys: made, shown once, used, replaced and revoked.

import assert from "node:assert/strict";
import { holds } from "./facts.js";
import { RESOURCE, claims, visit, visits } from "./helpers.js";

const EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange";
const KEY = "urn:signet:params:oauth:token-type:api-key";

/** What a program gets for a key. */
async function exchange({ server }, key) {
  const body = new URLSearchParams({ grant_type: EXCHANGE, subject_token: key, subject_token_type: KEY });
  const response = await fetch(server.metadata.token_endpoint, { method: "POST", body });
  return { status: response.status, headers: response.headers, body: await response.json() };
}

/** Shows the page, to someone who signed in for it. */
async function open(person) {
  await person.page.goto(`${person.server.issuer}/account/api-keys`);
  await person.signIn();
  await person.sees("make-form-1");
}

/** Fills in the form. */
async function fill(person, { name, environment = "live", addresses = "", scopes = ["scope-1-1"] }) {
  const { page } = person;
  await page.locator("#name-1").fill(name);
  for (const scope of scopes) await page.locator(`#${scope}`).check();
  await page.locator("#days-1").selectOption("30");
  await page.locator("#environment-1").selectOption(environment);
  await page.locator("#addresses-1").fill(addresses);
}

/** Makes a key, and takes it from the page that shows it once. */
async function make(person, form) {
  await fill(person, form);
  await person.press("make-1");
  return take(person);
}

async function take(person) {
  const { page } = person;
  await person.sees("made");
  // One click selects all of it, for copying.
  await page.locator("#made").click();
  const key = await page.locator("#made").textContent();
  if (person.script) assert.equal(await page.evaluate(() => getSelection().toString()), key);
  return key;
}

/** The entry of a key, by what it is called. */
const entry = (person, name, which = 0) => person.page.locator("#keys .entry", { hasText: name }).nth(which);

visits("a person makes a key that is shown once, replaces it and revokes it", {}, async (person) => {
  const { page } = person;
  await open(person);
  const first = await make(person, { name: "Nightly backup", addresses: "127.0.0.1 ::1, 192.0.2.0/24" });
  assert.match(first, /^sgk_live_\w+$/);
  const used = await exchange(person, first);
  assert.equal(used.status, 200, JSON.stringify(used.body));
  assert.equal(claims(used.body.access_token).aud, RESOURCE);
  assert.equal(used.headers.get("x-api-key-status"), null);

  await person.press("saved");
  await entry(person, "Nightly backup").waitFor();
  assert.equal(await page.locator("#made").count(), 0);
  assert.ok(!(await page.content()).includes(first), "it is shown once");
  await page.goBack();
  assert.ok(!(await page.content()).includes(first), "also to whoever goes back");
  await page.goto(`${person.server.issuer}/account/api-keys`);
  assert.match(await entry(person, "Nightly backup").textContent(), /Good from\s*127\.0\.0\.1, ::1, 192\.0\.2\.0\/24/);

  await entry(person, "Nightly backup").locator("button[name=rotate]").click();
  const second = await take(person);
  assert.notEqual(second, first);
  const [old, fresh] = [await exchange(person, first), await exchange(person, second)];
  assert.equal(old.status, 200, "both are good for a while");
  assert.equal(old.headers.get("x-api-key-status"), "deprecated");
  assert.ok(new Date(old.headers.get("sunset")) > new Date(), old.headers.get("sunset"));
  assert.equal(fresh.status, 200);
  assert.equal(fresh.headers.get("x-api-key-status"), null);
  await person.press("saved");
  await entry(person, "Another key takes its place").waitFor();
  assert.equal(await page.locator("button[name=rotate]").count(), 1, "a key is replaced once");

  await entry(person, "Another key takes its place").locator("button[name=revoke]").click();
  await page.waitForFunction(() => document.querySelectorAll("#keys .entry").length === 1).catch((error) => {
    if (person.script) throw error;
  });
  assert.equal(await page.locator("#keys .entry").count(), 1);
  assert.equal((await exchange(person, first)).status, 400);
  assert.equal((await exchange(person, second)).status, 200);
  await entry(person, "Nightly backup").locator("button[name=revoke]").click();
  await person.sees("none");
  assert.equal((await exchange(person, second)).status, 400);
});

visit("a key for trying things out says so", {}, async (person, t) => {
  await open(person);
  const key = await make(person, { name: "Trying things out", environment: "test", scopes: ["scope-1-1", "scope-1-2"] });
  assert.match(key, /^sgk_test_\w+$/);
  const { body } = await exchange(person, key);
  assert.equal(claims(body.access_token).api_key.environment, "test");
  await person.press("saved");
  await entry(person, "Trying things out").locator(".badge").waitFor();
  await make(person, { name: "Nightly backup of everything that the warehouse ordered", addresses: "2001:db8:1234:5678::/64 192.0.2.0/24 198.51.100.7" });
  await person.press("saved");
  await entry(person, "Nightly backup").locator("button[name=rotate]").click();
  await person.press("saved");
  await person.sees("keys");
  await holds("api-keys-of-all-kinds", person, t);
  await person.page.locator("#keys button[name=revoke]").first().click();
  while (await person.page.locator("#keys button[name=revoke]").count()) {
    await person.page.locator("#keys button[name=revoke]").first().click();
    await person.page.waitForLoadState();
  }
});

visit("what is wrong with a key's addresses is said, and the form is as it was", { expected: [422] }, async (person, t) => {
  const { page } = person;
  await open(person);
  const form = { name: "Nightly backup", environment: "test", addresses: "192.0.2.0/24, office.example.com", scopes: ["scope-1-2"] };
  await fill(person, form);
  await person.press("make-1");
  await page.locator("#form-error", { hasText: "“office.example.com” is not an IP address or network" }).waitFor();
  assert.equal(await page.locator("#name-1").inputValue(), form.name);
  assert.equal(await page.locator("#addresses-1").inputValue(), form.addresses);
  assert.equal(await page.locator("#environment-1").inputValue(), "test");
  assert.equal(await page.locator("#days-1").inputValue(), "30");
  assert.ok(await page.locator("#scope-1-2").isChecked());
  assert.ok(!(await page.locator("#scope-1-1").isChecked()));
  await holds("api-keys-wrong-address", person, t);
});
