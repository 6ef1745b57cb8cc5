// Every page, and what holds for all of them (facts.js).

import assert from "node:assert/strict";
import { holds } from "./facts.js";
import { visit } from "./helpers.js";

/** Takes the refresh out of the page that leads on to the client, which would be gone before it is looked at. */
async function holdBeforeClient(person) {
  await person.context.route("**/interaction/*/sign-in", async (route) => {
    const response = await route.fetch();
    const html = await response.text();
    assert.match(html, /<meta http-equiv="refresh"/);
    await route.fulfill({ response, body: html.replace(/<meta http-equiv="refresh"[^>]*>/, "") });
  });
}

/** Makes an API key on its page. */
async function makeKey(person) {
  await person.complete();
  await person.page.goto(`${person.server.issuer}/account/api-keys`);
  await person.page.locator("#name-1").fill("Nightly backup of all orders");
  await person.page.locator("#scope-1-1").check();
  await person.press("make-1");
}

const PAGES = {
  "home-signed-out": { async show(person) {
    await person.page.goto(`${person.server.issuer}/`);
    await person.sees("sign-in");
  } },
  "home-signed-in": { async show(person) {
    await person.complete();
    await person.page.goto(`${person.server.issuer}/`);
    await person.sees("sign-out");
  } },
  "sign-in": { async show(person) {
    await person.begin();
    await person.sees("cancel");
  } },
  "sign-in-own": { async show(person) {
    await person.page.goto(`${person.server.issuer}/sign-in`);
    await person.sees("sign-in-form");
  } },
  "sign-in-error": { expected: [422], async show(person) {
    await person.begin();
    await person.signIn({ password: "not the password" });
    await person.sees("form-error");
  } },
  confirm: { async show(person) {
    await person.complete();
    await person.begin({ prompt: "login" });
    await person.page.getByRole("button", { name: "Confirm" }).waitFor();
  } },
  passkeys: { async show(person) {
    await person.page.goto(`${person.server.issuer}/account/passkeys`);
    await person.signIn();
    await person.sees("add");
  } },
  "select-account": { async show(person) {
    await person.complete();
    await person.begin({ prompt: "select_account" });
    await person.sees("account-form");
  } },
  consent: { async show(person) {
    await person.begin({ prompt: "consent", scope: "openid profile email offline_access orders:read orders:write" });
    await person.signIn();
    await person.sees("consent-form");
  } },
  continue: { async show(person) {
    await holdBeforeClient(person);
    await person.begin();
    await person.press("cancel");
    await person.sees("continue");
  } },
  "form-post": { script: false, async show(person) {
    await person.begin({ response_mode: "form_post" });
    await person.press("cancel");
    await person.sees("form-post");
  } },
  completed: { async show(person) {
    await person.complete();
    await person.page.goBack();
    await person.sees("completed-form");
  } },
  error: { expected: [400], async show(person) {
    await person.begin({ redirect_uri: "https://elsewhere.example/" });
    await person.sees("error-details");
  } },
  "not-found": { expected: [404], async show(person) {
    await person.page.goto(`${person.server.issuer}/nothing`);
    await person.sees("back");
  } },
  "out-of-date": { expected: [403], async show(person) {
    await person.page.goto(`${person.server.issuer}/sign-in`);
    await person.page.locator("input[name=csrf]").evaluate((field) => (field.value = "of another page"));
    await person.signIn();
    await person.sees("back");
    await person.page.getByRole("heading", { name: "This page was out of date" }).waitFor();
  } },
  throttled: { expected: [422, 429], async show(person) {
    const { page, context, server } = person;
    const login = "someone-else@example.com";
    await page.goto(`${server.issuer}/sign-in`);
    const csrf = await page.locator("input[name=csrf]").inputValue();
    for (let attempt = 0; attempt < 10; attempt += 1) {
      const form = { csrf, identifier: login, password: "a guess" };
      const answer = await context.request.post(`${server.issuer}/sign-in`, { form, headers: { origin: server.issuer } });
      assert.equal(answer.status(), 422);
    }
    await page.goto(`${server.issuer}/sign-in`);
    await person.signIn({ login, password: "a guess" });
    await page.locator("#form-error", { hasText: "too many attempts" }).waitFor();
  } },
  "sign-out": { async show(person) {
    await person.complete();
    await person.page.goto(`${person.server.issuer}/sign-out`);
    await person.sees("sign-out-form");
  } },
  account: { async show(person) {
    await person.complete();
    await person.page.goto(`${person.server.issuer}/`);
    await person.press("account");
    await person.sees("applications");
  } },
  "account-sessions": { async show(person) {
    await person.complete();
    await person.page.goto(`${person.server.issuer}/account/sessions`);
    await person.sees("here");
  } },
  "account-applications": { async show(person) {
    await person.party.redeem(await person.complete());
    await person.page.goto(`${person.server.issuer}/account/applications`);
    await person.sees("revoke-demo-spa");
  } },
  "account-api-keys": { async show(person) {
    await person.complete();
    await person.page.goto(`${person.server.issuer}/account/api-keys`);
    await person.sees("make-form-1");
  } },
  "account-api-keys-made": { async show(person) {
    await makeKey(person);
    await person.sees("made");
  } },
  "account-api-keys-kept": { async show(person) {
    await makeKey(person);
    await person.press("saved");
    await person.page.locator("button[name=rotate]").first().click();
    await person.press("saved");
    await person.sees("keys");
    await person.page.locator("#keys .hint").first().waitFor();
  } },
  "account-api-keys-error": { expected: [422], async show(person) {
    await person.complete();
    await person.page.goto(`${person.server.issuer}/account/api-keys`);
    await person.page.locator("#name-1").fill("Nightly backup");
    await person.press("make-1");
    await person.sees("form-error");
    assert.equal(await person.page.locator("#name-1").inputValue(), "Nightly backup");
  } },
  "account-profile": { async show(person) {
    await person.complete();
    await person.page.goto(`${person.server.issuer}/account/profile`);
    await person.sees("profile-form");
  } },
  "account-profile-error": { expected: [422], async show(person) {
    await person.complete();
    await person.page.goto(`${person.server.issuer}/account/profile`);
    await person.page.locator("#birthdate").fill("the first of May");
    await person.page.locator("#zoneinfo").fill("Berlin");
    await person.press("save");
    await person.sees("form-error");
  } },
  "account-profile-languages": { async show(person) {
    await person.complete();
    await person.page.goto(`${person.server.issuer}/account/profile`);
    await person.page.locator("#languages > summary").click();
    await person.page.locator("[id='languages.0.tag']").fill("ja-Kana-JP");
    await person.page.locator("[id='languages.0.family_name']").fill("ヤマダ");
    await person.press("save");
    await person.page.goto(`${person.server.issuer}/account/profile`);
    await person.page.locator("#languages > summary").click();
    await person.page.locator("legend[lang=ja-Kana-JP]").waitFor();
    await person.page.locator("[id='languages.1.tag']").waitFor();
  } },
  "account-profile-languages-error": { expected: [422], async show(person) {
    await person.complete();
    await person.page.goto(`${person.server.issuer}/account/profile`);
    await person.page.locator("#languages > summary").click();
    await person.page.locator("[id='languages.0.tag']").fill("Japanese, please");
    await person.page.locator("[id='languages.0.name']").fill("山田 太郎");
    await person.press("save");
    // Unfolded, so that it is seen.
    await person.page.locator("[id='languages.0.tag-hint']", { hasText: "a language tag" }).waitFor();
  } },
  "account-password": { async show(person) {
    await person.complete();
    await person.page.goto(`${person.server.issuer}/account/password`);
    await person.sees("password-form");
  } },
  "account-password-error": { expected: [422], async show(person) {
    await person.complete();
    await person.page.goto(`${person.server.issuer}/account/password`);
    await person.page.locator("#current").fill(person.server.password);
    await person.page.locator("#new").fill("iloveyou");
    await person.page.locator("#repeat").fill("iloveyou");
    await person.press("change");
    await person.sees("form-error");
  } },
  "account-delete": { async show(person) {
    await person.complete();
    await person.page.goto(`${person.server.issuer}/account/delete`);
    await person.sees("delete-form");
  } },
  "account-leaving": { async show(person) {
    await person.page.goto(`${person.server.issuer}/account/leaving`);
    await person.sees("sign-in");
  } },
  logout: { async show(person) {
    await person.complete();
    await person.page.goto(person.server.metadata.end_session_endpoint);
    await person.sees("logout-form");
  } },
  "logout-refused": { expected: [400], async show(person) {
    await person.page.goto(`${person.server.metadata.end_session_endpoint}?client_id=no-one`);
    await person.sees("error-details");
  } },
  "signed-out": { async show(person) {
    await person.page.goto(`${person.server.issuer}/sign-out`);
    await person.page.getByRole("heading", { name: "You are signed out" }).waitFor();
  } },
  playground: { async show(person) {
    await person.page.goto(`${person.server.issuer}/dev/playground`);
    await person.page.locator("#authorize[href]").waitFor();
  } },
  "playground-done": { async show(person) {
    // Consent given once is not asked for again, so it is asked for here.
    await person.page.goto(`${person.server.issuer}/dev/playground`);
    await person.page.locator("#prompt").selectOption("consent");
    await person.page.locator("#authorization-request", { hasText: "prompt" }).waitFor();
    await person.press("authorize");
    await person.signIn();
    await person.press("allow");
    await person.press("exchange");
    await person.sees("refresh-token");
    await person.press("userinfo");
    await person.page.locator("#use-response .outcome").waitFor();
  } },
};

for (const [name, { show, ...settings }] of Object.entries(PAGES)) {
  visit(`the page ${name}`, settings, async (person, t) => {
    await show(person);
    await holds(name, person, t);
  });
}
