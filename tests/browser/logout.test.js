// The ends of a session: asked for by an application, told to the others in frames and by messages, noticed by a page that
// watches.

import assert from "node:assert/strict";
import { next, page, startWithApplications } from "./applications.js";
import { holds } from "./facts.js";
import { claims, servedBy, visit, visits } from "./helpers.js";

servedBy(startWithApplications);

/** Signs in at an application: its tokens. */
async function signInAt(person, party, more) {
  person.party = party;
  const request = await person.begin({ prompt: "consent", ...more });
  if (await person.page.locator("#sign-in-form").isVisible()) await person.signIn();
  await person.press("allow");
  await person.returns();
  const { session_state } = await request.answer;
  return { ...(await party.redeem(request)), session_state };
}

/** Has an application send the browser to sign its person out. */
async function askToSignOut(person, party, more) {
  const state = "back again & again";
  const query = new URLSearchParams({ post_logout_redirect_uri: `${party.origin}/bye`, state, ...more });
  await person.page.goto(`${person.server.metadata.end_session_endpoint}?${query}`, { waitUntil: "commit" });
  return `${party.origin}/bye?${new URLSearchParams({ state })}`;
}

async function reads(person, heading) {
  await person.page.getByRole("heading", { name: heading, exact: true, level: 1 }).waitFor();
}

/** On our own page. */
async function signOutHere(person, tab = person.page) {
  await tab.goto(`${person.server.issuer}/sign-out`);
  await person.press("sign-out", tab);
  await tab.getByRole("heading", { name: "You are signed out" }).waitFor();
}

async function isSignedOut(person) {
  await person.page.goto(`${person.server.issuer}/`);
  await reads(person, "You are not signed in");
}

// ---- RP-Initiated Logout ---------------------------------------------------------------------------------------------

visits("who signs out at an application that shows its ID token goes straight back to it", {}, async (person) => {
  const { notes } = person.server;
  const { id_token } = await signInAt(person, notes);
  const back = await askToSignOut(person, notes, { id_token_hint: id_token });
  await person.sees("bye");
  assert.equal(person.page.url(), back);
  await isSignedOut(person);
});

visits("without an ID token the person is asked, and then goes on", {}, async (person, t) => {
  const { notes } = person.server;
  await signInAt(person, notes);
  const back = await askToSignOut(person, notes, { client_id: "notes" });
  await person.sees("logout-form");
  if (person.script) await holds("logout", person, t);
  await person.press("sign-out");
  await person.sees("bye");
  assert.equal(person.page.url(), back);
  await isSignedOut(person);
});

visits("who is asked may stay", {}, async (person) => {
  const { notes } = person.server;
  await signInAt(person, notes);
  await askToSignOut(person, notes, { client_id: "notes" });
  await person.press("stay");
  await reads(person, "You are signed in");
});

visits("an application that says nothing of itself leads to the page of who is signed out", {}, async (person, t) => {
  await signInAt(person, person.server.notes);
  await person.page.goto(person.server.metadata.end_session_endpoint);
  await person.press("sign-out");
  await reads(person, "You are signed out");
  if (person.script) await holds("signed-out-here", person, t);
  await isSignedOut(person);
});

visits("no one is sent where no application is registered", { expected: [400] }, async (person, t) => {
  const { notes } = person.server;
  const { id_token } = await signInAt(person, notes);
  await askToSignOut(person, notes, { id_token_hint: id_token, post_logout_redirect_uri: "https://elsewhere.example/" });
  await person.sees("error-details");
  if (person.script) await holds("logout-refused", person, t);
  await person.press("back");
  await person.sees("sign-out-form");
});

// ---- Front-Channel Logout --------------------------------------------------------------------------------------------

/** A page that signs out at an application, and says so in its own way. */
const framed = (party, hello) => (request, response) => {
  page(response, `<p id="framed">Signed out</p><script>fetch("/hello");</script>`);
  party.pages["/hello"] = (_, answer) => {
    answer.end();
    hello?.();
  };
};

visits("the other applications are told in frames, on the way back to the one that asked", {}, async (person) => {
  const { ledger, archive, issuer } = person.server;
  await signInAt(person, ledger);
  const { id_token } = await signInAt(person, archive);
  let scripted;
  const ran = new Promise((resolve) => (scripted = resolve));
  const told = [next(ledger, "/frontchannel", framed(ledger, scripted)), next(archive, "/frontchannel", framed(archive))];
  const back = await askToSignOut(person, archive, { id_token_hint: id_token });
  const { sid } = claims(id_token);
  const [first, second] = await Promise.all(told);
  assert.deepEqual([first.query, second.query], [{ of: "ledger", iss: issuer, sid }, { iss: issuer, sid }]);
  if (person.script) await ran;
  await person.sees("bye");
  assert.equal(person.page.url(), back);
  await isSignedOut(person);
});

visits("a frame that hangs does not hold the person", {}, async (person) => {
  const { ledger, archive } = person.server;
  await signInAt(person, archive);
  const { id_token } = await signInAt(person, ledger);
  const hanging = next(archive, "/frontchannel", () => {});
  const loaded = next(ledger, "/frontchannel", framed(ledger));
  const back = await askToSignOut(person, ledger, { id_token_hint: id_token });
  await Promise.all([hanging, loaded]);
  // With a script it goes on by itself.
  if (!person.script) await person.press("continue");
  await person.sees("bye");
  assert.equal(person.page.url(), back);
});

visits("who signs out on our own page signs out of the applications too, and stays", {}, async (person, t) => {
  const { ledger } = person.server;
  const { id_token } = await signInAt(person, ledger);
  const told = next(ledger, "/frontchannel", framed(ledger));
  await signOutHere(person);
  assert.equal((await told).query.sid, claims(id_token).sid);
  await person.sees("sign-in");
  if (person.script) await holds("signing-out", person, t);
});

visit("the page that leads on is as fit to be seen", {}, async (person, t) => {
  const { ledger } = person.server;
  const { id_token } = await signInAt(person, ledger);
  next(ledger, "/frontchannel", framed(ledger));
  await person.context.route("**/logout?*", async (route) => {
    // Which follows to where that leads.
    const response = await route.fetch();
    assert.equal(new URL(response.url()).pathname, "/signed-out");
    const html = await response.text();
    assert.match(html, /<meta http-equiv="refresh"/);
    const held = html.replace(/<meta http-equiv="refresh"[^>]*>/, "").replace(/<script[^>]*><\/script>/, "");
    await route.fulfill({ response, body: held });
  });
  await askToSignOut(person, ledger, { id_token_hint: id_token });
  await person.sees("continue");
  await holds("signing-out-onward", person, t);
});

// ---- Back-Channel Logout ---------------------------------------------------------------------------------------------

/** A logout token, and that it says what it has to (Back-Channel Logout 1.0 §2.4). */
function checkLogoutToken(told, { issuer }, id_token) {
  assert.equal(told.method, "POST");
  const token = told.form.get("logout_token");
  const header = JSON.parse(Buffer.from(token.split(".")[0], "base64url"));
  const { sub, sid } = claims(id_token);
  const { iss, aud, events, jti, iat, exp, nonce, ...whom } = claims(token);
  assert.equal(header.typ, "logout+jwt");
  assert.deepEqual({ iss, aud, nonce }, { iss: issuer, aud: "depot", nonce: undefined });
  assert.deepEqual(whom, { sub, sid });
  assert.deepEqual(events, { "http://schemas.openid.net/event/backchannel-logout": {} });
  assert.ok(jti && iat < exp);
}

visits("an application is told by a message of who signs out on our page", {}, async (person) => {
  const { depot } = person.server;
  const { id_token } = await signInAt(person, depot);
  const told = next(depot, "/backchannel");
  await signOutHere(person);
  checkLogoutToken(await told, person.server, id_token);
});

visits("an application is told by a message of a device that is signed out from another", {}, async (person) => {
  const { depot, issuer } = person.server;
  const { id_token } = await signInAt(person, depot);
  const other = await person.elsewhere();
  await other.page.goto(`${issuer}/account/sessions`);
  await other.signIn();
  await other.sees("here");
  const told = next(depot, "/backchannel");
  await other.press(`end-${claims(id_token).sid}`);
  checkLogoutToken(await told, person.server, id_token);
  await isSignedOut(person);
});

// ---- Session Management ----------------------------------------------------------------------------------------------

/** Opens a page of an application that has the frame which compares. */
async function watch(person, party, tab = person.page) {
  const { check_session_iframe } = person.server.metadata;
  party.pages["/watch"] = (_, response) => page(response, `<h1>Application</h1><iframe src="${check_session_iframe}"></iframe>`);
  await tab.goto(`${party.origin}/watch`);
}

/** What the frame on the page answers. */
const ask = (tab, message) =>
  tab.evaluate((message) => {
    const frame = document.querySelector("iframe");
    const { origin } = new URL(frame.src);
    const { promise, resolve } = Promise.withResolvers();
    addEventListener("message", (event) => {
      if (event.origin === origin && event.source === frame.contentWindow) resolve(event.data);
    });
    frame.contentWindow.postMessage(message, origin);
    return promise;
  }, message);

visit("a page that watches is told that the person signed out in another tab", {}, async (person) => {
  const { notes } = person.server;
  const { session_state } = await signInAt(person, notes);
  await watch(person, notes);
  assert.equal(await ask(person.page, `notes ${session_state}`), "unchanged");
  assert.equal(await ask(person.page, `notes ${session_state}`), "unchanged", "each time");
  await signOutHere(person, await person.tab());
  assert.equal(await ask(person.page, `notes ${session_state}`), "changed");
  await signInAt(person, notes);
  await watch(person, notes);
  assert.equal(await ask(person.page, `notes ${session_state}`), "changed", "it is another session");
});

visit("a session that ended on another device is noticed with the next authorization request", {}, async (person) => {
  const { notes, issuer } = person.server;
  const { session_state, id_token } = await signInAt(person, notes);
  await watch(person, notes);
  const other = await person.elsewhere();
  await other.page.goto(`${issuer}/account/sessions`);
  await other.signIn();
  await other.press(`end-${claims(id_token).sid}`);
  await other.page.locator(`#session-${claims(id_token).sid}`).waitFor({ state: "detached" });
  const tab = await person.tab();
  const request = await person.begin({ prompt: "none" }, tab);
  assert.equal((await request.answer).error, "login_required");
  assert.equal(await ask(person.page, `notes ${session_state}`), "changed");
});

visit("what is no message of the specification is an error", {}, async (person) => {
  const { notes } = person.server;
  const { session_state } = await signInAt(person, notes);
  await watch(person, notes);
  const wrong = [
    "", " ", "notes", "notes ", session_state, ` ${session_state}`, `notes  ${session_state}`, `notes ${session_state} `,
    `notes ${session_state.split(".")[0]}`, `notes ${session_state}.salt`, `notes\n${session_state}`, "notes nonsense",
    7, null, true, ["notes", session_state], { client_id: "notes", session_state },
  ];
  for (const message of wrong) assert.equal(await ask(person.page, message), "error", JSON.stringify(message));
  assert.equal(await ask(person.page, `notes ${session_state}`), "unchanged", "it is there still");
});

visit("the session of one application is nothing to another", {}, async (person) => {
  const { notes, archive } = person.server;
  const { session_state } = await signInAt(person, notes);
  await watch(person, notes);
  assert.equal(await ask(person.page, `archive ${session_state}`), "changed");
  await watch(person, archive);
  assert.equal(await ask(person.page, `notes ${session_state}`), "changed");
  assert.equal(await ask(person.page, `archive ${session_state}`), "changed");
});

visit("a browser that keeps the state from the frame is no reason to sign out", {}, async (person) => {
  const { notes } = person.server;
  const { session_state } = await signInAt(person, notes);
  // The same, at a host that is another site.
  await watch(person, notes);
  await person.page.goto(`${notes.origin.replace("localhost", "127.0.0.1")}/watch`);
  assert.equal(await ask(person.page, `notes ${session_state}`), "error");
  // As browsers have it that block the cookies of other sites.
  await person.context.addInitScript("document.hasStorageAccess = async () => false");
  await person.context.clearCookies({ name: "signet_browser_state" });
  await watch(person, notes);
  assert.equal(await ask(person.page, `notes ${session_state}`), "error");
});
