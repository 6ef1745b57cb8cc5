// A single-page application without tokens: signed in by a cookie at the gate, its API called through it, and each way in
// which that ends.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Authenticator } from "./authenticator.js";
import { holds } from "./facts.js";
import { servedBy, visit } from "./helpers.js";
import { findNginx } from "./nginx.js";
import { startSpa } from "./spa.js";

/** Opens a page of the application, and signs in there. */
async function arrive(person, path = "/", page = person.page) {
  await page.goto(person.server.site + path);
  await person.press("sign-in", page);
  await person.signIn({ page });
  await person.sees("sign-out", page);
}

const item = (page) => page.locator("#item");

/** Places an order, and waits until it is in the list. */
async function order(page, what) {
  await item(page).fill(what);
  await page.locator("#place").click();
  const link = page.locator("#orders a", { hasText: what });
  await link.waitFor();
  return link;
}

/** A request by a script of the page. */
const ask = (page, path, options) =>
  page.evaluate(
    async ([path, options]) => {
      const answer = await fetch(path, options);
      return { status: answer.status, body: await answer.text() };
    },
    [path, options],
  );

if (findNginx()) {
  servedBy(startSpa);

  visit("a person signs in, sees what is theirs, and changes it", { expected: [401] }, async (person, t) => {
    const { page, server } = person;
    await page.goto(server.site);
    await person.sees("sign-in");
    await holds("spa-welcome", person, t);
    await arrive(person);
    await page.locator("#none").waitFor();
    await holds("spa-none", person, t);
    await order(page, "A hat");
    assert.equal(await item(page).inputValue(), "");
    const coat = await order(page, "A coat with many pockets, one of them large enough for a newspaper");
    await holds("spa-list", person, t);
    await coat.click();
    await person.sees("cancel");
    assert.equal(new URL(page.url()).pathname.replace(/\d+$/, ""), "/orders/");
    await holds("spa-order", person, t);
    await page.reload();
    await person.sees("cancel");
    await page.goBack();
    await page.locator("#orders a").first().waitFor();
    assert.equal(await page.locator("#orders a").count(), 2);
  });

  visit("no script gets hold of a token", { expected: [400, 401, 404] }, async (person) => {
    const { page, server } = person;
    const seen = [];
    page.on("request", (request) => seen.push(JSON.stringify(request.headers())));
    page.on("response", async (response) => {
      if (!response.url().startsWith(server.site)) return;
      seen.push(JSON.stringify(response.headers()), await response.text().catch(() => ""));
    });
    await arrive(person);
    await order(page, "A scarf");
    const readable = await page.evaluate(() => [
      document.cookie, JSON.stringify({ ...localStorage }), JSON.stringify({ ...sessionStorage }), document.documentElement.outerHTML,
    ]);
    // The hosts of a cookie have no ports: on loopback that is Signet's own, which is for scripts to compare and says nothing.
    assert.match(readable[0], /^(signet_browser_state=[\w-]+)?$/);
    assert.ok(seen.some((text) => text.includes("A scarf")), "the API's answers are among them");
    // A JWT, and what else Signet hands out.
    for (const text of [...readable, ...seen]) assert.doesNotMatch(text, /eyJ[\w-]+\.|\bsg[a-z]_/);
    assert.ok(seen.every((text) => !/"authorization"/.test(text)));

    // Neither where nginx asks, nor by a sign-in that the script begins itself.
    assert.equal((await ask(page, "/.signet/auth")).status, 404);
    // Here a tab does, that reads the address where it ends.
    const redirect_uri = `${server.site}/.signet/callback`;
    const query = new URLSearchParams({
      response_type: "code", client_id: "orders-spa", redirect_uri, scope: "openid orders:read", state: "x", prompt: "none",
      // RFC 7636 appendix B.
      code_challenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", code_challenge_method: "S256",
    });
    const tab = await person.tab();
    assert.equal((await tab.goto(`${server.metadata.authorization_endpoint}?${query}`)).status(), 400, "no one began it");
    const code = new URL(tab.url()).searchParams.get("code");
    assert.match(code, /^sgc_/);
    const body = new URLSearchParams({
      grant_type: "authorization_code", client_id: "orders-spa", redirect_uri, code,
      code_verifier: "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
    });
    const answer = await fetch(server.metadata.token_endpoint, { method: "POST", body });
    assert.equal((await answer.json()).error, "invalid_grant");
  });

  visit("another origin has no one do anything", { expected: [401, 403] }, async (person) => {
    const { page, server, party } = person;
    await arrive(person);
    const before = JSON.parse((await ask(page, "/api/orders")).body).length;
    // The same site, so that the cookie is sent along. A form's text can be JSON.
    const origin = party.origin.replace("127.0.0.1", "localhost");
    party.pages["/trap"] = (_, response) => {
      response.setHeader("content-type", "text/html");
      response.end(
        `<!doctype html><title>Trap</title><link rel="icon" href="data:,">
         <form method="post" enctype="text/plain" action="${server.site}/api/orders">
         <input type="hidden" name='{"item": "a trap", "x": "' value='"}'><button id="go">Win</button></form>`,
      );
    };
    const other = await person.tab();
    await other.goto(`${origin}/trap`);
    const [answer] = await Promise.all([other.waitForNavigation(), other.locator("#go").click()]);
    assert.equal(answer.status(), 403);
    // And from the application itself nothing without the token, or with another's.
    const options = { method: "POST", headers: { "content-type": "application/json" }, body: '{"item": "a trap"}' };
    assert.equal((await ask(page, "/api/orders", options)).status, 403);
    options.headers["x-csrf-token"] = "x".repeat(43);
    assert.equal((await ask(page, "/api/orders", options)).status, 403);
    assert.equal((await ask(page, "/.signet/sign-out", { method: "POST" })).status, 403);
    assert.equal(JSON.parse((await ask(page, "/api/orders")).body).length, before);
  });

  visit("a deep link is where one is after the sign-in", { expected: [401, 404] }, async (person, t) => {
    const { page, server } = person;
    await arrive(person);
    const path = await (await order(page, "An umbrella")).getAttribute("href");
    await person.context.clearCookies();
    await arrive(person, path);
    assert.equal(page.url(), server.site + path);
    assert.equal(await item(page).textContent(), "An umbrella");
    for (const nothing of ["/orders/999999", "/elsewhere"]) {
      await page.goto(server.site + nothing);
      await person.sees("problem-title");
    }
    await holds("spa-nothing", person, t);
  });

  visit("signing out ends it in every tab, and at Signet", { expected: [401] }, async (person) => {
    const { page, server } = person;
    await arrive(person);
    const second = await person.tab();
    await second.goto(server.site);
    await person.sees("sign-out", second);
    await person.press("sign-out");
    await person.sees("sign-in", second);
    await page.waitForURL((url) => url.href === `${server.site}/`);
    await person.sees("sign-in");
    for (const tab of [page, second]) assert.equal((await ask(tab, "/api/orders")).status, 401);
    await person.press("sign-in");
    await person.sees("identifier");
  });

  visit("a session that ends while the page is open costs nothing that was typed", { expected: [401] }, async (person, t) => {
    const { page, server } = person;
    await arrive(person);
    await order(page, "A pair of gloves");
    await item(page).fill("A pair of boots");
    const account = await person.tab();
    await account.goto(`${server.issuer}/account/applications`);
    await person.press("revoke-orders-spa", account);
    await account.locator("#revoke-orders-spa").waitFor({ state: "detached" });
    await account.close();
    await page.waitForFunction(async () => (await fetch("/.signet/user")).status === 401);
    await person.press("place");
    await person.sees("again");
    assert.equal(await page.locator("#orders a").count(), 0, "what is no one's to see is not shown");
    assert.equal(await item(page).inputValue(), "A pair of boots");
    await holds("spa-ended", person, t);
    await person.press("again");
    // Signet itself knows the person still.
    await page.locator("#orders a", { hasText: "gloves" }).waitFor();
    assert.equal(await item(page).inputValue(), "A pair of boots");
    await person.press("place");
    await page.locator("#orders a", { hasText: "boots" }).waitFor();
    assert.equal(await item(page).inputValue(), "");
  });

  // The last one: from here on the person has a second factor.
  visit("what takes a second factor leads to Signet for it, and back", { expected: [401] }, async (person, t) => {
    const { page, server } = person;
    await arrive(person);
    const link = await order(page, "A suit");
    const path = await link.getAttribute("href");
    await link.click();
    await person.press("cancel");
    await person.sees("step-up");
    await holds("spa-step-up", person, t);
    await person.press("step-up");
    await person.sees("qr");
    const authenticator = new Authenticator(await page.locator("#secret").textContent());
    await page.locator("#code").fill(await authenticator.code());
    await person.press("confirm-code");
    await person.press("saved");
    await person.sees("cancel");
    assert.equal(page.url(), server.site + path);
    await person.press("cancel");
    await page.locator("#orders a").first().waitFor();
    assert.equal(await page.locator("#orders a", { hasText: "A suit" }).count(), 0);
  });
} else {
  test("a single-page application", { skip: "nginx is not here: scripts/setup test brings it on Debian and Ubuntu" });
}
