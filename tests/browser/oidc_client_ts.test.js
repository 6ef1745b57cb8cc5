// oidc-client-ts, which many single-page applications sign in with, in pages of an application of another origin.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { page as answer, startWithApplications } from "./applications.js";
import { claims, servedBy, visit } from "./helpers.js";

servedBy(startWithApplications);

const LIBRARY = join(dirname(createRequire(import.meta.url).resolve("oidc-client-ts/package.json")), "dist/browser/oidc-client-ts.js");
const SCOPE = "openid profile email orders:read";
// What the page of the application runs. The library is told nothing of the server but its issuer.
const script = (server) => `
  const { UserManager, WebStorageStateStore } = oidc;
  const manager = new UserManager({
    authority: "${server.issuer}",
    client_id: "notes",
    redirect_uri: location.origin + "/callback",
    silent_redirect_uri: location.origin + "/silent",
    post_logout_redirect_uri: location.origin + "/bye",
    scope: new URLSearchParams(location.search).get("scope") ?? "${SCOPE}",
    userStore: new WebStorageStateStore({ store: localStorage }),
    loadUserInfo: true,
    monitorSession: true,
    checkSessionIntervalInSeconds: 1,
    automaticSilentRenew: false,
    response_mode: new URLSearchParams(location.search).get("mode") ?? (location.hash ? "fragment" : "query"),
  });
  const heard = {};
  for (const event of ["UserSignedOut", "UserSessionChanged", "SilentRenewError"]) {
    heard[event] = new Promise((resolve) => manager.events["add" + event](() => resolve(event)));
  }
`;

/** Has the application sign in by the library: opens its page. */
async function open(person, path = "/app") {
  const { notes } = person.server;
  person.party = notes;
  const library = await readFile(LIBRARY);
  const own = script(person.server);
  const pages = {
    "/library.js": (_, response) => response.setHeader("content-type", "text/javascript").end(library),
    "/app": "",
    "/callback": "const done = manager.signinRedirectCallback();",
    "/silent": "",
    "/bye": "const done = manager.signoutRedirectCallback();",
  };
  for (const [at, more] of Object.entries(pages)) {
    const silent = at === "/silent";
    const body = silent ? "new oidc.UserManager({ authority: 'x', client_id: 'x', redirect_uri: 'x' }).signinSilentCallback();" : own + more;
    notes.pages[at] = typeof more === "function" ? more : (_, response) =>
      answer(response, `<h1 id="client">Application</h1><script src="/library.js"></script><script>${body}</script>`);
  }
  await person.page.goto(`${notes.origin}${path}`);
}

/** Signs in by redirect: the user, as the library has it. */
async function signIn(person, more = {}) {
  await person.page.evaluate((more) => void manager.signinRedirect(more), { prompt: "consent", ...more });
  await person.sees("sign-in-form");
  await person.signIn();
  await person.press("allow");
  await person.returns();
  return person.page.evaluate(() => done.then(({ state, profile, session_state, id_token, refresh_token, access_token, scope }) =>
    ({ state, profile, session_state, id_token, refresh_token, access_token, scope })));
}

visit("oidc-client-ts signs in by redirect, with PKCE", {}, async (person) => {
  await open(person);
  const user = await signIn(person, { state: { at: "page 7" } });
  assert.deepEqual(user.state, { at: "page 7" });
  assert.equal(user.profile.email, person.server.login, "of the userinfo endpoint");
  assert.equal(user.profile.iss, person.server.issuer);
  assert.ok(user.session_state && user.access_token);
  assert.deepEqual(new Set(user.scope.split(" ")), new Set(SCOPE.split(" ")));
});

visit("oidc-client-ts is answered in the fragment", {}, async (person) => {
  await open(person, "/app?mode=fragment");
  await person.page.evaluate(() => void manager.signinRedirect({ prompt: "consent" }));
  await person.sees("sign-in-form");
  await person.signIn();
  await person.press("allow");
  await person.returns();
  assert.equal(new URL(person.page.url()).search, "");
  const email = await person.page.evaluate(() => done.then((it) => it.profile.email));
  assert.equal(email, person.server.login);
});

visit("oidc-client-ts renews in a frame, without asking", {}, async (person) => {
  await open(person);
  const user = await signIn(person);
  const renewed = await person.page.evaluate(() => manager.signinSilent({ forceIframeAuth: true }).then((it) => ({ ...it })));
  assert.notEqual(renewed.access_token, user.access_token);
  assert.equal(claims(renewed.id_token).sid, claims(user.id_token).sid);
});

visit("oidc-client-ts is told in a frame that no one is signed in", {}, async (person) => {
  await open(person);
  const error = await person.page.evaluate(() => manager.signinSilent().then(() => "signed in", (error) => error.error));
  assert.equal(error, "login_required");
});

visit("oidc-client-ts renews by its refresh token", {}, async (person) => {
  const scope = `${SCOPE} offline_access`;
  await open(person, `/app?scope=${scope}`);
  const user = await signIn(person, { scope });
  assert.ok(user.refresh_token);
  const asked = [];
  person.context.on("request", (request) => asked.push(new URL(request.url()).pathname));
  const renewed = await person.page.evaluate(() => manager.signinSilent().then((it) => ({ ...it })));
  assert.notEqual(renewed.access_token, user.access_token);
  assert.notEqual(renewed.refresh_token, user.refresh_token);
  assert.equal(asked.filter((path) => path === new URL(person.server.metadata.authorization_endpoint).pathname).length, 0, "in no frame");
});

visit("oidc-client-ts notices a sign-out in another tab", {}, async (person) => {
  await open(person);
  await signIn(person);
  const quiet = await person.page.evaluate(() =>
    Promise.race([...Object.values(heard), new Promise((resolve) => setTimeout(resolve, 3000, "nothing"))]));
  assert.equal(quiet, "nothing", "as long as the person is signed in");
  const tab = await person.tab();
  await tab.goto(`${person.server.issuer}/sign-out`);
  await person.press("sign-out", tab);
  await tab.getByRole("heading", { name: "You are signed out" }).waitFor();
  assert.equal(await person.page.evaluate(() => heard.UserSignedOut), "UserSignedOut");
});

visit("oidc-client-ts notices that the same person signed in anew", {}, async (person) => {
  await open(person);
  await signIn(person);
  const tab = await person.tab();
  const request = await person.begin({ prompt: "login", redirect_uri: `${person.party.origin}/silent` }, tab);
  await person.signIn({ page: tab });
  await tab.waitForURL((url) => url.searchParams.get("state") === request.state);
  const first = await person.page.evaluate(() => Promise.race([heard.UserSessionChanged, heard.UserSignedOut]));
  assert.equal(first, "UserSessionChanged");
});

visit("oidc-client-ts signs out, and comes back with its state", {}, async (person) => {
  await open(person);
  await signIn(person);
  await person.page.evaluate(() => void manager.signoutRedirect({ state: { from: "the menu" } }));
  await person.page.waitForURL(`${person.party.origin}/bye?**`);
  const back = await person.page.evaluate(() => done.then((it) => ({ state: it.userState, error: it.error })));
  assert.deepEqual(back, { state: { from: "the menu" }, error: null });
  assert.equal(await person.page.evaluate(() => manager.getUser()), null);
  await person.page.goto(`${person.server.issuer}/`);
  await person.page.getByRole("heading", { name: "You are not signed in" }).waitFor();
});
