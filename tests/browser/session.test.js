// What a session spares the person, and what ends with it.

import assert from "node:assert/strict";
import { claims, visit, visits } from "./helpers.js";

const WITHOUT_OFFLINE = "openid orders:read";

async function signOut(person) {
  await person.page.goto(`${person.server.issuer}/`);
  await person.press("sign-out");
  await person.sees("sign-out-form");
  await person.press("sign-out");
  await person.page.getByRole("heading", { name: "You are signed out" }).waitFor();
}

visits("a person signs in at Signet itself", {}, async (person) => {
  await person.page.goto(`${person.server.issuer}/`);
  await person.press("sign-in");
  await person.sees("sign-in-form");
  await person.signIn();
  await person.page.getByRole("heading", { name: "You are signed in" }).waitFor();
});

visit("the session spares a second sign-in", {}, async (person) => {
  const first = await person.complete();
  const second = await person.begin();
  await person.returns();
  const [one, two] = [await person.party.redeem(first), await person.party.redeem(second)];
  assert.equal(claims(one.id_token).auth_time, claims(two.id_token).auth_time);
  assert.equal(claims(one.id_token).sid, claims(two.id_token).sid);
});

// The one place that asks for orders:write, so that whoever runs first finds no consent.
visit("consent is remembered, from one browser to the next", {}, async (person) => {
  const scope = "openid orders:write";
  const first = await person.begin({ scope });
  await person.signIn();
  await person.press("allow");
  await person.returns();
  await person.party.redeem(first);
  await person.context.clearCookies();
  const second = await person.begin({ scope });
  await person.signIn();
  await person.returns();
  await person.party.redeem(second);
});

visits("prompt=login asks for the password of the one who is signed in", {}, async (person) => {
  const first = await person.complete();
  const request = await person.begin({ prompt: "login" });
  await person.page.getByText(person.server.login).waitFor();
  assert.equal(await person.page.locator("#identifier").isVisible(), false);
  await person.signIn();
  await person.returns();
  const [before, after] = [await person.party.redeem(first), await person.party.redeem(request)];
  assert.equal(claims(after.id_token).sub, claims(before.id_token).sub);
});

visit("max_age=0 asks again", {}, async (person) => {
  await person.complete();
  const request = await person.begin({ max_age: "0" });
  await person.signIn();
  await person.returns();
  await person.party.redeem(request);
});

visit("prompt=none without a session is login_required", {}, async (person) => {
  const request = await person.begin({ prompt: "none" });
  await person.returns();
  const { error, state } = await request.answer;
  assert.deepEqual([error, state], ["login_required", request.state]);
});

visit("prompt=none with a session and consent is answered at once", {}, async (person) => {
  await person.complete();
  const request = await person.begin({ prompt: "none" });
  await person.returns();
  await person.party.redeem(request);
});

visits("prompt=select_account offers the account that is signed in", {}, async (person) => {
  await person.complete();
  const request = await person.begin({ prompt: "select_account" });
  await person.press("continue-as");
  await person.returns();
  await person.party.redeem(request);
});

visits("prompt=select_account lets another account sign in", {}, async (person) => {
  await person.complete();
  const request = await person.begin({ prompt: "select_account" });
  await person.press("other-account");
  await person.sees("sign-in-form");
  assert.equal(await person.page.locator("#identifier").inputValue(), "");
  await person.signIn();
  await person.returns();
  await person.party.redeem(request);
});

visits("sign-out ends the session", {}, async (person) => {
  await person.complete();
  await signOut(person);
  await person.page.goto(`${person.server.issuer}/`);
  await person.page.getByRole("heading", { name: "You are not signed in" }).waitFor();
});

visits("who stays signed in is signed in still", {}, async (person) => {
  await person.complete();
  await person.page.goto(`${person.server.issuer}/sign-out`);
  await person.press("stay");
  await person.page.getByRole("heading", { name: "You are signed in" }).waitFor();
});

visit("after sign-out a request asks for sign-in", {}, async (person) => {
  await person.complete();
  await signOut(person);
  await person.begin();
  await person.sees("sign-in-form");
});

visit("a refresh token that is bound to the session ends with it", {}, async (person) => {
  const request = await person.complete({ scope: WITHOUT_OFFLINE });
  const { status, body } = await person.party.refresh(await person.party.redeem(request));
  assert.equal(status, 200);
  await signOut(person);
  const after = await person.party.refresh(body);
  assert.equal(after.status, 400);
  assert.equal(after.body.error, "invalid_grant");
});

visit("a refresh token with offline_access outlives the session", {}, async (person) => {
  const tokens = await person.party.redeem(await person.complete());
  await signOut(person);
  const { status } = await person.party.refresh(tokens);
  assert.equal(status, 200);
});

visits("a consent page whose session ended elsewhere leads to sign-in", {}, async (person) => {
  const request = await person.begin({ prompt: "consent" });
  await person.signIn();
  await person.sees("consent-form");
  const consent = person.page;
  person.page = await person.tab();
  await signOut(person);
  await person.press("allow", consent);
  await person.signIn({ page: consent });
  await person.press("allow", consent);
  await person.returns(consent);
  await person.party.redeem(request);
});
