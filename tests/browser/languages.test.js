// Pages in languages that are written otherwise than English: from right to left, without spaces, in long words.

import assert from "node:assert/strict";
import { holds } from "./facts.js";
import { visit } from "./helpers.js";

const PAGES = {
  "sign-in": async (person) => {
    await person.begin();
    await person.sees("cancel");
  },
  consent: async (person) => {
    await person.begin({ prompt: "consent", scope: "openid profile email offline_access orders:read orders:write" });
    await person.signIn();
    await person.sees("consent-form");
  },
  account: async (person) => {
    await person.complete();
    await person.page.goto(`${person.server.issuer}/account`);
    await person.sees("applications");
  },
  "account-sessions": async (person) => {
    await person.complete();
    await person.page.goto(`${person.server.issuer}/account/sessions`);
    await person.sees("here");
  },
  "account-applications": async (person) => {
    await person.party.redeem(await person.complete());
    await person.page.goto(`${person.server.issuer}/account/applications`);
    await person.sees("revoke-demo-spa");
  },
  "account-profile": async (person) => {
    await person.complete();
    await person.page.goto(`${person.server.issuer}/account/profile`);
    await person.sees("profile-form");
  },
  logout: async (person) => {
    await person.complete();
    await person.page.goto(person.server.metadata.end_session_endpoint);
    await person.sees("logout-form");
  },
  language: async (person) => {
    await person.page.goto(`${person.server.issuer}/`);
    await person.press("choose-language");
    await person.sees("language-form");
  },
};

for (const locale of ["ar", "de-DE", "ja-JP"]) {
  for (const [name, show] of Object.entries(PAGES)) {
    visit(`the page ${name} in ${locale}`, { locale }, async (person, t) => {
      await show(person);
      await holds(`${name}-${locale}`, person, t);
    });
  }
}

visit("a language that is chosen holds on the pages that follow", { locale: "en-GB" }, async (person) => {
  const { page } = person;
  const root = () => page.locator("html").evaluate(({ lang, dir }) => [lang, dir]);
  await person.begin({ prompt: "consent" });
  await person.sees("cancel");
  const signIn = page.url();
  assert.deepEqual(await root(), ["en", "ltr"]);
  await person.press("choose-language");
  await person.press("language-ar");
  await person.sees("cancel");
  assert.equal(page.url(), signIn, "it leads back");
  assert.deepEqual(await root(), ["ar", "rtl"]);
  await person.signIn();
  await person.press("allow");
  await person.returns();
  await page.goto(`${person.server.issuer}/account`);
  assert.deepEqual(await root(), ["ar", "rtl"]);
});

visit("an application names the language", { locale: "en-GB" }, async (person) => {
  await person.begin({ ui_locales: "ja" });
  await person.sees("cancel");
  assert.equal(await person.page.locator("html").getAttribute("lang"), "ja");
});
