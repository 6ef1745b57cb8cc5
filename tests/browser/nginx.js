// A site behind nginx, by the configuration that is shipped, and the Signet that nginx asks about it.

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { freePort, startProduction } from "./production.js";

const ROOT = new URL("../../", import.meta.url);
const EXAMPLES = fileURLToPath(new URL("config/examples/gate/nginx", ROOT));
const LOGIN = "robin@market.example";
const PASSWORD = "orchard lantern pebble 47";
const START_TIMEOUT = 20_000;

/** Where nginx is, if it is here. */
export function findNginx() {
  try {
    return execFileSync(fileURLToPath(new URL("scripts/find-nginx", ROOT)), { encoding: "utf8" }).trim();
  } catch {
    return undefined;
  }
}

/** Replaces what the example has, all of which has to be there. */
async function adapt(file, replacements) {
  let text = await readFile(file, "utf8");
  for (const [example, own] of replacements) {
    assert.ok(text.includes(example), `${file} has no ${example}`);
    text = text.replaceAll(example, own);
  }
  await writeFile(file, text);
}

/** Starts nginx on a port of loopback: plain HTTP there, as browsers have it that loopback is safe. */
async function startNginx({ port, gate, upstream }) {
  const folder = await mkdtemp(join(tmpdir(), "signet-nginx-"));
  // Its workers are another user's, if it is started as root.
  await chmod(folder, 0o755);
  await cp(EXAMPLES, folder, { recursive: true });
  await adapt(join(folder, "conf.d/signet.conf"), [["127.0.0.1:8082", `127.0.0.1:${gate}`]]);
  await adapt(join(folder, "sites/wiki.conf"), [
    ["listen 443 ssl", `listen 127.0.0.1:${port}`],
    ["server_name wiki.example.com", "server_name localhost"],
    ["ssl_certificate /etc/ssl/wiki.example.com.pem;", ""],
    ["ssl_certificate_key /etc/ssl/private/wiki.example.com.key;", ""],
    ["127.0.0.1:3000", `127.0.0.1:${upstream}`],
  ]);
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
  await writeFile(
    join(folder, "nginx.conf"),
    `daemon off; pid ${folder}/pid; error_log stderr notice; worker_processes 1; events {}
http {
  access_log off;
  ${temporary.map((name) => `${name}_temp_path ${folder}/${name};`).join(" ")}
  include conf.d/*.conf;
  include sites/*.conf;
}`,
  );
  const child = spawn(findNginx(), ["-p", folder, "-c", join(folder, "nginx.conf"), "-e", "stderr"], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  const log = [];
  child.stderr.on("data", (chunk) => log.push(chunk));
  const kill = () => child.kill("SIGTERM");
  process.once("exit", kill);

  async function stop() {
    if (child.exitCode === null) {
      const exit = once(child, "exit");
      kill();
      await exit;
    }
    process.removeListener("exit", kill);
    await rm(folder, { recursive: true });
  }

  const listens = () =>
    new Promise((resolve) => {
      const socket = connect(port, "127.0.0.1");
      socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
      socket.once("connect", () => socket.destroy());
    });
  const deadline = Date.now() + START_TIMEOUT;
  while (!(await listens())) {
    if (child.exitCode !== null || Date.now() > deadline) {
      await stop();
      throw new Error(`nginx did not start:\n${Buffer.concat(log)}`);
    }
    await sleep(20);
  }
  return { stop };
}

const escape = (text) => text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);

/** The application: it knows nothing of Signet but headers. */
async function startApplication() {
  const seen = [];
  const server = createServer((request, response) => {
    seen.push({ method: request.method, url: request.url, headers: request.headers });
    response.setHeader("content-type", "text/html; charset=utf-8");
    response.end(
      `<!doctype html><title>Wiki</title><link rel="icon" href="data:,">
       <h1 id="client">${escape(request.url)}</h1>
       <p id="who">${escape(request.headers["remote-email"] ?? "no one")}</p>
       <form method="post" action="/save"><button id="save">Save</button></form>
       <form method="post" action="/.signet/sign-out"><button id="leave">Sign out</button></form>`,
    );
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return { seen, port: server.address().port, stop: () => server.close() };
}

/** Starts all of it, with a person who can sign in. */
export async function startBehindNginx() {
  const application = await startApplication();
  const [port, gate] = [await freePort(), await freePort()];
  const site = `http://localhost:${port}`;
  const manifest = `
[[client]]
client_id = "wiki"
client_name = "Wiki of the market"
first_party = true
token_endpoint_auth_method = "none"
grant_types = ["authorization_code"]
scopes = ["openid", "profile", "email"]
# It stands for a site on the web, that is here on loopback.
unsafe_silent_native = true

[client.gate]
origins = ["${site}"]

[[user]]
email = "${LOGIN}"
email_verified = true
name = "Robin Featherstone"
password = "${PASSWORD}"
`;
  const server = await startProduction({ manifest, environment: { SIGNET_GATE__LISTEN: `127.0.0.1:${gate}` } });
  const nginx = await startNginx({ port, gate, upstream: application.port });
  async function stop() {
    await nginx.stop();
    application.stop();
    await server.stop();
  }
  return { ...server, login: LOGIN, password: PASSWORD, site, seen: application.seen, stop };
}
