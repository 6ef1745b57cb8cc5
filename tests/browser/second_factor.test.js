// The second step of a sign-in: set up, asked for, lost and turned off again. One after the other, as there is one person.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { Authenticator } from "./authenticator.js";
import { holds } from "./facts.js";
import { claims, visit } from "./helpers.js";

const kept = {};

async function open(person, path) {
  await person.page.goto(`${person.server.issuer}${path}`);
  if (await person.page.locator("#sign-in-form").isVisible()) await person.signIn();
}

async function enter(person, code) {
  await person.page.locator("#code").fill(code);
  await person.press("verify");
}

visit("a person sets an authenticator up", {}, async (person, t) => {
  await open(person, "/account/authenticator");
  await person.sees("qr");
  await holds("enrol", person, t);
  kept.authenticator = new Authenticator(await person.page.locator("#secret").textContent());
  await person.page.locator("#code").fill(await kept.authenticator.code());
  await person.press("confirm-code");
  await person.sees("codes");
  await holds("recovery-codes", person, t);
  kept.codes = await person.page.locator("#codes li").allTextContents();
  assert.equal(kept.codes.length, 10);
  const download = person.page.waitForEvent("download");
  await person.press("download");
  const file = await readFile(await (await download).path(), "utf8");
  for (const code of kept.codes) assert.ok(file.includes(code.trim()));
  await person.page.reload();
  await person.sees("codes");
  await person.press("saved");
  await person.page.goto(`${person.server.issuer}/account/recovery-codes`);
  await person.sees("renew");
  assert.equal(await person.page.locator("#codes").count(), 0, "shown once");
});

for (const script of [true, false]) {
  visit(`the code is asked for (script ${script ? "on" : "off"})`, { script, expected: [422] }, async (person, t) => {
    const request = await person.begin({ prompt: "consent" });
    await person.signIn();
    await person.sees("verify-form");
    if (script) await holds("verify", person, t);
    await enter(person, "000000");
    await person.sees("form-error");
    if (script) await holds("verify-error", person, t);
    await person.page.goBack();
    await person.page.goForward();
    await person.sees("verify-form");
    await enter(person, await kept.authenticator.code());
    await person.press("allow");
    await person.returns();
    const tokens = await person.party.redeem(request);
    assert.equal(claims(tokens.id_token).acr, "aal2");
    assert.deepEqual(claims(tokens.id_token).amr, ["mfa", "otp", "pwd"]);
  });
}

visit("without the phone, a recovery code lets in, once", { expected: [422] }, async (person, t) => {
  const [code] = kept.codes;
  await open(person, "/sign-in");
  await person.press("use-recovery-code");
  await holds("recovery-code", person, t);
  await enter(person, code.toLowerCase());
  await person.page.getByRole("heading", { name: "You are signed in" }).waitFor();
  await person.context.clearCookies();
  await open(person, "/sign-in");
  await person.press("use-recovery-code");
  await enter(person, code);
  await person.sees("form-error");
});

visit("with a recent sign-in it is turned off", {}, async (person, t) => {
  await open(person, "/account/authenticator");
  await person.press("use-recovery-code");
  await enter(person, kept.codes[1]);
  await person.sees("remove");
  await holds("authenticator", person, t);
  await person.press("remove");
  await person.sees("qr");
  await person.context.clearCookies();
  await open(person, "/sign-in");
  await person.page.getByRole("heading", { name: "You are signed in" }).waitFor();
});
