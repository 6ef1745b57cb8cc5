// The playground runs the whole flow in the browser, being the client itself.

import assert from "node:assert/strict";
import { visit } from "./helpers.js";

async function authorized(person) {
  await person.page.goto(`${person.server.issuer}/dev/playground`);
  await person.press("authorize");
  await person.signIn({
    login: person.server.login,
    password: person.server.password,
  });
  // What was allowed before is not asked again.
  const { page } = person;
  await page.locator("#allow").or(page.locator("#callback-checks li").first()).waitFor();
  if (await page.locator("#allow").isVisible()) await person.press("allow");
  await page.locator("#callback-checks li").first().waitFor();
}

async function exchanged(person) {
  await authorized(person);
  await person.press("exchange");
  await person.page.locator("#token-response .outcome").waitFor();
  await person.sees("refresh-token");
}

/** Presses one of the last step's buttons and gives the status line of the answer. */
async function use(person, id) {
  const outcome = person.page.locator("#use-response .outcome");
  await person.press(id);
  await outcome.waitFor();
  return Number.parseInt(await outcome.textContent(), 10);
}

const passes = async (person, list) => {
  const items = person.page.locator(`${list} li`);
  const classes = await items.evaluateAll((all) => all.map((item) => `${item.className}: ${item.textContent}`));
  assert.ok(classes.length > 0, `${list} has checks`);
  return assert.deepEqual(classes.filter((text) => !text.startsWith("pass:")), []);
};

visit("the playground shows the demonstration person's credentials", {}, async (person) => {
  await person.page.goto(`${person.server.issuer}/dev/playground`);
  assert.equal(await person.page.locator("#demo-login").textContent(), person.server.login);
  assert.equal(await person.page.locator("#demo-password").textContent(), person.server.password);
});

visit("the answer to the playground's request passes its checks", {}, async (person) => {
  await authorized(person);
  await passes(person, "#callback-checks");
  assert.equal(new URL(person.page.url()).search, "");
});

visit("the playground exchanges the code, and the tokens pass its checks", {}, async (person) => {
  await exchanged(person);
  await passes(person, "#access-token .checks");
  await passes(person, "#id-token .checks");
});

visit("the playground asks for userinfo", {}, async (person) => {
  await exchanged(person);
  assert.equal(await use(person, "userinfo"), 200);
  assert.match(await person.page.locator("#use-response").textContent(), new RegExp(person.server.login));
});

visit("the playground renews the tokens", {}, async (person) => {
  await exchanged(person);
  const token = () => person.page.locator("#refresh-token pre").first().textContent();
  const before = await token();
  assert.equal(await use(person, "refresh"), 200);
  assert.notEqual(await token(), before);
  await passes(person, "#access-token .checks");
  await passes(person, "#id-token .checks");
});

visit("what the playground revoked works no more", { expected: [400, 401] }, async (person) => {
  await exchanged(person);
  assert.equal(await use(person, "revoke"), 200);
  assert.equal(await use(person, "userinfo"), 401);
  assert.equal(await use(person, "refresh"), 400);
});

visit("reloading the playground keeps where it was", {}, async (person) => {
  await exchanged(person);
  await person.page.reload();
  await person.sees("refresh-token");
  assert.equal(await use(person, "userinfo"), 200);
});

visit("starting over forgets the tokens", {}, async (person) => {
  await exchanged(person);
  await person.press("restart");
  await person.page.locator("#refresh-token").waitFor({ state: "detached" });
  assert.equal(await person.page.locator("#exchange").isDisabled(), true);
});

visit("the playground shows an error that comes back", {}, async (person) => {
  await person.page.goto(`${person.server.issuer}/dev/playground`);
  await person.page.locator("#prompt").selectOption("none");
  await person.page.locator("#authorization-request", { hasText: "none" }).waitFor();
  await person.press("authorize");
  await person.page.locator("#callback-checks", { hasText: "login_required" }).waitFor();
});

visit("the playground says that it needs script", { script: false }, async (person) => {
  await person.page.goto(`${person.server.issuer}/dev/playground`);
  await person.sees("needs-script");
});
