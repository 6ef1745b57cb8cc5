// What the tests share: a server of their own, a browser, a client application on loopback, and a person at the pages.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";
import { chromium } from "playwright-core";

export const SPA = "demo-spa";
export const RESOURCE = "https://api.example.com";
const START_TIMEOUT = 120_000;
const TEST_TIMEOUT = 60_000;
const PAGE_TIMEOUT = 15_000;

// ---- The server ------------------------------------------------------------------------------------------------------

/** `signet dev` in a folder of its own; what it says at its start is what is known of it. */
export async function startServer() {
  assert.ok(process.env.SIGNET_BIN, "SIGNET_BIN names the binary to test");
  const folder = await mkdtemp(join(tmpdir(), "signet-browser-"));
  const child = spawn(process.env.SIGNET_BIN, ["dev", "--dir", folder, "--port", "0"], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const log = [];
  child.stderr.on("data", (chunk) => log.push(chunk));
  const failed = once(child, "exit").then(([code]) => {
    throw new Error(`signet dev ended with ${code}:\n${Buffer.concat(log)}`);
  });
  failed.catch(() => {});
  const kill = () => child.kill("SIGINT");
  // Should this process end before it stops the server.
  process.once("exit", kill);
  const deadline = setTimeout(kill, START_TIMEOUT);

  const said = {};
  const patterns = { issuer: /running at (\S+)/, person: /^ {2}Person +(\S+) +(\S+)/ };
  const welcome = (async () => {
    for await (const line of createInterface({ input: child.stdout })) {
      for (const [name, pattern] of Object.entries(patterns)) said[name] ??= line.match(pattern)?.slice(1);
      if (said.issuer && said.person) break;
    }
    child.stdout.resume();
  })();
  try {
    await Promise.race([welcome.then(() => said.person ?? failed), failed]);
  } catch (error) {
    await rm(folder, { recursive: true });
    throw error;
  } finally {
    clearTimeout(deadline);
  }
  const [issuer] = said.issuer;
  const [login, password] = said.person;
  const ready = await fetch(`${issuer}/readyz`);
  assert.equal(ready.status, 200, "the server is ready when it says so");
  const metadata = await (await fetch(`${issuer}/.well-known/openid-configuration`)).json();

  async function stop() {
    const exit = once(child, "exit");
    child.kill("SIGINT");
    const [code] = await exit;
    process.removeListener("exit", kill);
    await rm(folder, { recursive: true });
    assert.equal(code, 0, `signet dev ended with ${code}:\n${Buffer.concat(log)}`);
  }
  return { issuer, login, password, metadata, folder, stop };
}

// ---- The client application ------------------------------------------------------------------------------------------

const base64url = (bytes) => Buffer.from(bytes).toString("base64url");
const random = () => base64url(randomBytes(32));

/** A public client with PKCE, at a loopback port of its own. */
export class RelyingParty {
  /** What it has beside the usual pages: a function by path, given the request with its `url`, and the response. */
  pages = {};

  static async start(server, { clientId = SPA, host = "127.0.0.1" } = {}) {
    const party = new RelyingParty();
    Object.assign(party, { server, clientId, waiting: new Map() });
    party.http = createServer((request, response) => party.serve(request, response));
    party.http.listen(0, "127.0.0.1");
    await once(party.http, "listening");
    party.origin = `http://${host}:${party.http.address().port}`;
    party.redirectUri = `${party.origin}/callback`;
    return party;
  }

  async serve(request, response) {
    const url = new URL(request.url, this.origin);
    const own = this.pages[url.pathname];
    if (own) {
      await own(Object.assign(request, { url }), response);
    } else if (url.pathname === "/callback") {
      let parameters = url.searchParams;
      if (request.method === "POST") {
        const chunks = await request.toArray();
        parameters = new URLSearchParams(Buffer.concat(chunks).toString());
      }
      const answer = { method: request.method, ...Object.fromEntries(parameters) };
      this.waiting.get(answer.state)?.(answer);
      response.setHeader("content-type", "text/html");
      response.end('<!doctype html><title>Application</title><link rel="icon" href="data:,"><h1 id="client">Application</h1>');
    } else if (url.pathname === "/begin") {
      // A form that begins a sign-in by POST.
      const fields = [...url.searchParams].map(([name, value]) => `<input type="hidden" name="${name}" value="${value}">`);
      response.setHeader("content-type", "text/html");
      response.end(
        `<!doctype html><title>Begin</title><link rel="icon" href="data:,"><form method="post" ` +
          `action="${this.server.metadata.authorization_endpoint}">${fields.join("")}<button id="begin">Begin</button></form>`,
      );
    } else {
      response.statusCode = 404;
      response.end();
    }
  }

  /** A new authorization request; `answer` is what comes back for it. */
  request(more = {}) {
    const [state, nonce, verifier] = [random(), random(), random()];
    const parameters = new URLSearchParams({
      response_type: "code",
      client_id: this.clientId,
      redirect_uri: this.redirectUri,
      scope: "openid profile email offline_access orders:read",
      resource: RESOURCE,
      state,
      nonce,
      code_challenge: base64url(createHash("sha256").update(verifier).digest()),
      code_challenge_method: "S256",
      ...more,
    });
    const url = `${this.server.metadata.authorization_endpoint}?${parameters}`;
    return this.expect({ url, parameters, state, nonce, verifier });
  }

  /** Waits for an answer, or for another one, to a request. */
  expect(request) {
    return { ...request, answer: new Promise((resolve) => this.waiting.set(request.state, resolve)) };
  }

  async token(parameters) {
    const body = new URLSearchParams({ client_id: this.clientId, ...parameters });
    const response = await fetch(this.server.metadata.token_endpoint, { method: "POST", body });
    return { status: response.status, body: await response.json() };
  }

  /** What the code of an answer is worth. */
  async redeem(request) {
    const { code, error } = await request.answer;
    assert.ok(code, `a code, and not ${error}`);
    const { status, body } = await this.token({
      grant_type: "authorization_code",
      code,
      redirect_uri: this.redirectUri,
      code_verifier: request.verifier,
    });
    assert.equal(status, 200, JSON.stringify(body));
    return body;
  }

  refresh(tokens) {
    return this.token({ grant_type: "refresh_token", refresh_token: tokens.refresh_token });
  }

  stop() {
    this.http.closeAllConnections();
    this.http.close();
  }
}

/** The claims of a token, unverified: the foreign clients' tests verify. */
export const claims = (token) => JSON.parse(Buffer.from(token.split(".")[1], "base64url"));

// ---- A person in a browser -------------------------------------------------------------------------------------------

/** One browser context: a person who has never been here. */
class Visit {
  problems = [];
  others = [];

  constructor(context, { script, expected }) {
    Object.assign(this, { context, script, expected, server: stage.server, party: stage.party });
    context.setDefaultTimeout(PAGE_TIMEOUT);
    context.on("weberror", (error) => this.problems.push(String(error.error())));
    context.on("console", (message) => {
      const status = message.text().match(/responded with a status of (\d+)/)?.[1];
      const fine = !["error", "warning"].includes(message.type()) || expected.includes(Number(status));
      if (!fine) this.problems.push(`${message.type()}: ${message.text()} (${message.location().url})`);
    });
  }

  async tab() {
    return this.context.newPage();
  }

  /** Another browser of the same person, which has nothing of this one but its settings. */
  async elsewhere() {
    const context = await stage.browser.newContext({ javaScriptEnabled: this.script });
    this.others.push(context);
    const { script, expected } = this;
    const other = Object.assign(new Visit(context, { script, expected }), { problems: this.problems });
    other.page = await other.tab();
    return other;
  }

  /** Begins a sign-in at the client. */
  async begin(more, page = this.page) {
    const request = this.party.request(more);
    await page.goto(request.url);
    return request;
  }

  /** Fills in the sign-in form and sends it. */
  async signIn({ page = this.page, login = this.server.login, password = this.server.password } = {}) {
    const identifier = page.locator("#identifier");
    // Who only confirms is not asked who they are.
    if (await identifier.isVisible()) await identifier.fill(login);
    await page.locator("#password").fill(password);
    await page.locator("#sign-in").click();
  }

  async press(id, page = this.page) {
    await page.locator(`#${id}`).click();
  }

  async sees(id, page = this.page) {
    await page.locator(`#${id}`).waitFor();
  }

  /** Waits until the browser is back at the client. */
  async returns(page = this.page) {
    await this.sees("client", page);
  }

  /** A whole sign-in with consent. */
  async complete(more) {
    const request = await this.begin({ prompt: "consent", ...more });
    await this.signIn();
    await this.press("allow");
    await this.returns();
    return request;
  }
}

// ---- Tests -----------------------------------------------------------------------------------------------------------

const SWITCHES = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

const stage = {};
let start = startServer;

/** Has the tests of a file served by something else than `signet dev`. */
export function servedBy(other) {
  start = other;
}

async function open() {
  stage.server = await start();
  stage.party = await RelyingParty.start(stage.server);
  const executablePath = process.env.CHROMIUM_BIN ?? "/usr/bin/chromium";
  stage.browser = await chromium.launch({ executablePath, args: SWITCHES });
}

async function close() {
  await stage.browser?.close();
  stage.party?.stop();
  await stage.server?.stop();
}

/** With the first test of a file, which has said by then what it is served by. */
function setStage() {
  if (stage.set) return;
  stage.set = true;
  before(open);
  after(close);
}

/**
 * A test in a browser context of its own, in which nothing may appear in the console but the answers of a status that
 * is expected.
 */
export function visit(name, { script = true, expected = [], timeout = TEST_TIMEOUT, ...settings }, body) {
  setStage();
  test(name, { timeout }, async (t) => {
    const context = await stage.browser.newContext({ javaScriptEnabled: script, ...settings });
    const person = new Visit(context, { script, expected });
    person.page = await person.tab();
    try {
      await body(person, t);
    } finally {
      await Promise.all([context, ...person.others].map((opened) => opened.close()));
    }
    assert.deepEqual(person.problems, [], "the console is empty");
  });
}

/** A test with script and without. */
export function visits(name, settings, body) {
  for (const script of [true, false]) {
    visit(`${name} (script ${script ? "on" : "off"})`, { ...settings, script }, body);
  }
}
