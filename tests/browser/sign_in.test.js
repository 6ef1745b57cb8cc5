// A person signs in for a client, by ways straight and crooked.

import assert from "node:assert/strict";
import { claims, visits } from "./helpers.js";

visits("a person signs in, consents, and the client gets tokens", {}, async (person) => {
  const request = await person.begin({ prompt: "consent" });
  await person.signIn();
  await person.press("allow");
  await person.returns();
  const answer = await request.answer;
  assert.equal(answer.state, request.state);
  assert.equal(answer.iss, person.server.metadata.issuer);
  const tokens = await person.party.redeem(request);
  assert.equal(claims(tokens.id_token).nonce, request.nonce);
});

visits("a request that comes by POST is signed in for", {}, async (person) => {
  const request = person.party.request({ prompt: "consent" });
  await person.page.goto(`${person.party.origin}/begin?${request.parameters}`);
  await person.press("begin");
  await person.signIn();
  await person.press("allow");
  await person.returns();
  await person.party.redeem(request);
});

visits("login_hint is filled in", {}, async (person) => {
  await person.begin({ login_hint: "someone@example.com" });
  assert.equal(await person.page.locator("#identifier").inputValue(), "someone@example.com");
});

visits("reloading the sign-in page keeps the request", {}, async (person) => {
  const request = await person.begin({ prompt: "consent" });
  await person.page.reload();
  await person.signIn();
  await person.press("allow");
  await person.returns();
  await person.party.redeem(request);
});

visits("reloading the consent page keeps the request", {}, async (person) => {
  const request = await person.begin({ prompt: "consent" });
  await person.signIn();
  await person.sees("consent-form");
  await person.page.reload();
  await person.press("allow");
  await person.returns();
  await person.party.redeem(request);
});

visits("who signed in in one tab goes on in another that still shows the form", {}, async (person) => {
  const other = await person.tab();
  await person.begin({ prompt: "consent" });
  const request = await person.begin({ prompt: "consent" }, other);
  await person.signIn();
  await person.sees("consent-form");
  await person.signIn({ page: other });
  await person.press("allow", other);
  await person.returns(other);
  await person.party.redeem(request);
});

visits("a request that is open in two tabs can be finished in either", {}, async (person) => {
  const other = await person.tab();
  const request = await person.begin({ prompt: "consent" });
  await other.goto(person.page.url());
  await person.signIn();
  await person.sees("consent-form");
  await person.signIn({ page: other });
  await person.press("allow", other);
  await person.returns(other);
  await person.party.redeem(request);
});

visits("going back after the end shows that it is finished, and the way on leads to the client", {}, async (person) => {
  const request = await person.complete();
  const first = await request.answer;
  await person.page.goBack();
  await person.sees("completed-form");
  const again = person.party.expect(request);
  await person.press("continue");
  await person.returns();
  const second = await again.answer;
  assert.equal(second.state, request.state);
  assert.notEqual(second.code, first.code);
  await person.party.redeem(again);
});

visits("going back from the consent page to the sign-in page shows what is owed still: consent", {}, async (person) => {
  const request = await person.begin({ prompt: "consent" });
  await person.signIn();
  await person.sees("consent-form");
  await person.page.goBack();
  await person.sees("consent-form");
  await person.press("allow");
  await person.returns();
  await person.party.redeem(request);
});

visits("a wrong password is told at the fields, and who it was stays filled in", { expected: [422] }, async (person) => {
  const request = await person.begin({ prompt: "consent" });
  await person.signIn({ password: "not the password" });
  await person.sees("form-error");
  const { page } = person;
  assert.match(await page.title(), /^Error: /);
  assert.equal(await page.locator("#form-error").getAttribute("role"), "alert");
  for (const field of ["#identifier", "#password"]) {
    assert.equal(await page.locator(field).getAttribute("aria-invalid"), "true");
    assert.equal(await page.locator(field).getAttribute("aria-describedby"), "form-error");
  }
  assert.equal(await page.locator("#identifier").inputValue(), person.server.login);
  assert.equal(await page.locator("#password").inputValue(), "");
  assert.equal(await page.evaluate(() => document.activeElement.id), "password");
  await person.signIn();
  await person.press("allow");
  await person.party.redeem(request);
});

visits("who denies is taken back with access_denied", {}, async (person) => {
  const request = await person.begin({ prompt: "consent" });
  await person.signIn();
  await person.press("deny");
  await person.returns();
  const { error, state, iss } = await request.answer;
  assert.deepEqual([error, state, iss], ["access_denied", request.state, person.server.metadata.issuer]);
});

visits("who cancels is taken back with access_denied", {}, async (person) => {
  const request = await person.begin();
  await person.press("cancel");
  await person.returns();
  const { error, state } = await request.answer;
  assert.deepEqual([error, state], ["access_denied", request.state]);
});

visits("whoever is not the one on the consent page signs in as another", {}, async (person) => {
  const request = await person.begin({ prompt: "consent" });
  await person.signIn();
  await person.press("switch-account");
  await person.sees("sign-in-form");
  assert.equal(await person.page.locator("#identifier").inputValue(), "");
  await person.signIn();
  await person.press("allow");
  await person.returns();
  await person.party.redeem(request);
});

visits("form_post brings the answer in the body of a POST", {}, async (person) => {
  const request = await person.begin({ prompt: "consent", response_mode: "form_post" });
  await person.signIn();
  await person.press("allow");
  if (!person.script) await person.press("continue");
  await person.returns();
  const answer = await request.answer;
  assert.equal(answer.method, "POST");
  assert.equal(answer.iss, person.server.metadata.issuer);
  await person.party.redeem(request);
});

visits("going back after a mistyped password finds the request where it is", { expected: [422] }, async (person) => {
  const request = await person.begin({ prompt: "consent" });
  await person.signIn({ password: "not the password" });
  await person.sees("form-error");
  await person.signIn();
  await person.sees("consent-form");
  await person.page.goBack();
  await person.press("allow");
  await person.returns();
  await person.party.redeem(request);
});

visits("going back after cancelling does not say that one signed in", {}, async (person) => {
  await person.begin();
  await person.press("cancel");
  await person.returns();
  await person.page.goBack();
  assert.doesNotMatch(await person.page.locator("h1").textContent(), /signed in/);
});
