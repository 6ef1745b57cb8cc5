// A site that nginx protects by asking Signet: a person comes by a deep link, signs in, is known there, and signs out.

import assert from "node:assert/strict";
import { test } from "node:test";
import { servedBy, visit, visits } from "./helpers.js";
import { findNginx, startBehindNginx } from "./nginx.js";

const LINK = "/pages/harvest?year=2030&sort=name";

/** Opens a page of the site, and signs in on the way. */
async function arrive(person, path = LINK) {
  await person.page.goto(person.server.site + path);
  assert.equal(new URL(person.page.url()).origin, person.server.issuer, "at Signet");
  await person.signIn();
  await person.sees("client");
}

const text = (person, id) => person.page.locator(`#${id}`).textContent();

if (findNginx()) {
  servedBy(startBehindNginx);

  visits("a deep link leads to the sign-in, back to itself, and out again", {}, async (person) => {
    await arrive(person);
    assert.equal(person.page.url(), person.server.site + LINK);
    assert.equal(await text(person, "client"), LINK);
    assert.equal(await text(person, "who"), person.server.login);

    // The site's own forms work, and other pages know the person without asking anyone.
    await person.press("save");
    await person.sees("client");
    assert.equal(await text(person, "client"), "/save");
    assert.equal(person.server.seen.at(-1).method, "POST");
    await person.page.goto(`${person.server.site}/other`);
    assert.equal(await text(person, "who"), person.server.login);
    for (const { headers } of person.server.seen) {
      assert.ok(!headers.cookie?.includes("signet_gate"), headers.cookie);
      assert.ok(!headers.authorization, "none was asked for");
    }

    // Out of the site and of Signet, and back at the site, which lets no one in.
    await person.press("leave");
    await person.sees("identifier");
    await person.page.goto(person.server.site + LINK);
    await person.sees("identifier");
    await person.page.goto(person.server.issuer);
    assert.equal(await person.page.locator("#sign-out").count(), 0, "no one is signed in there");
  });

  visit("scripts of the site ask who is signed in", { expected: [401] }, async (person) => {
    await arrive(person, "/");
    const ask = (path, options) =>
      person.page.evaluate(
        async ([path, options]) => {
          const answer = await fetch(path, options);
          return { status: answer.status, body: await answer.text() };
        },
        [path, options],
      );
    const who = JSON.parse((await ask("/.signet/user")).body);
    assert.equal(who.email, person.server.login);
    const cookies = await person.page.evaluate(() => document.cookie);
    assert.ok(!cookies.includes("signet_gate"), `no script reads the session: ${cookies}`);
    assert.equal((await ask("/save", { method: "POST" })).status, 200);

    const out = await ask("/.signet/sign-out", { method: "POST", headers: { accept: "application/json" } });
    assert.equal(out.status, 200);
    assert.equal((await ask("/.signet/user")).status, 401);
    const call = await ask("/pages/harvest", { headers: { accept: "application/json" } });
    assert.equal(call.status, 401, "a script is not led to the sign-in");
  });

  visit("another site has no one do anything here", { expected: [401, 403] }, async (person) => {
    await arrive(person, "/");
    const before = person.server.seen.length;
    // The same host, so that the cookie is sent along, and another origin.
    const other = await person.tab();
    const page = `<form method="post" action="${person.server.site}/save"><button id="go">Win</button></form>`;
    const origin = `http://localhost:${new URL(person.party.origin).port}`;
    person.party.pages["/trap"] = (_, response) => {
      response.setHeader("content-type", "text/html");
      response.end(`<!doctype html><title>Trap</title><link rel="icon" href="data:,">${page}`);
    };
    await other.goto(`${origin}/trap`);
    const [answer] = await Promise.all([other.waitForNavigation(), other.locator("#go").click()]);
    assert.equal(answer.status(), 403);
    const since = person.server.seen.slice(before);
    assert.ok(since.every(({ method }) => method === "GET"), "it did not get through");
  });
} else {
  test("a site behind nginx", { skip: "nginx is not here: scripts/setup test brings it on Debian and Ubuntu" });
}
