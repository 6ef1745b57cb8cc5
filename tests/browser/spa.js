// The example of a single-page application (examples/spa), run as its README says: `signet dev`, nginx and an API.

import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { startServer } from "./helpers.js";
import { findNginx } from "./nginx.js";
import { freePort } from "./production.js";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const EXAMPLES = join(ROOT, "examples");
const START_TIMEOUT = 20_000;

/** A copy of an example with other ports, each of which has to be there. */
async function adapted(file, ports) {
  let text = await readFile(join(ROOT, file), "utf8");
  for (const [example, own] of Object.entries(ports)) {
    assert.ok(text.includes(example), `${file} has no ${example}`);
    text = text.replaceAll(example, own);
  }
  return text;
}

/** Runs a program until it is told to stop. What it says is in `log`. */
function run(file, args, options = {}) {
  const child = spawn(file, args, { stdio: ["ignore", "pipe", "pipe"], ...options });
  const log = [];
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => log.push(chunk));
  const kill = () => child.kill("SIGTERM");
  process.once("exit", kill);
  async function stop() {
    process.removeListener("exit", kill);
    if (child.exitCode !== null) return;
    const exit = once(child, "exit");
    kill();
    await exit;
  }
  return { child, stop, said: () => Buffer.concat(log).toString() };
}

/** The API; `port` is the one that it found. */
async function startApi(issuer, secret) {
  const env = { ...process.env, ISSUER: issuer, CLIENT_SECRET: secret, PORT: "0" };
  const api = run(process.execPath, [join(EXAMPLES, "api-node/server.mjs")], { env });
  for await (const line of createInterface({ input: api.child.stdout })) {
    const [, port] = line.match(/listening at \S+:(\d+)/) ?? [];
    if (port) return { ...api, port };
  }
  throw new Error(`the API did not start:\n${api.said()}`);
}

async function startNginx(ports) {
  const folder = await mkdtemp(join(tmpdir(), "signet-spa-"));
  // Its workers are another user's, if it is started as root.
  await chmod(folder, 0o755);
  const conf = "config/examples/gate/nginx";
  await cp(join(ROOT, conf), join(folder, conf), { recursive: true });
  await cp(join(EXAMPLES, "spa"), join(folder, "examples/spa"), { recursive: true, verbatimSymlinks: true });
  const write = async (file, own) => writeFile(join(folder, file), await adapted(file, own));
  await write(`${conf}/conf.d/signet.conf`, { 8082: ports.gate });
  await write("examples/spa/nginx.conf", { 8090: ports.site, 9000: ports.api });
  const prefix = join(folder, ".signet");
  await mkdir(prefix);
  const nginx = run(findNginx(), ["-p", prefix, "-c", join(folder, "examples/spa/nginx.conf"), "-e", "stderr"]);
  async function stop() {
    await nginx.stop();
    await rm(folder, { recursive: true });
  }
  return { ...nginx, stop };
}

/** Starts all of it. */
export async function startSpa() {
  const [gate, port] = [await freePort(), await freePort()];
  process.env.SIGNET_GATE__LISTEN = `127.0.0.1:${gate}`;
  const server = await startServer();
  const site = `http://localhost:${port}`;
  const manifest = join(server.folder, "spa.toml");
  await writeFile(manifest, await adapted("examples/spa/signet.toml", { 8090: port }));
  const env = {
    ...process.env,
    DATABASE_URL: `postgres://signet@localhost/postgres?host=${join(server.folder, "postgres")}`,
    SIGNET_MASTER_KEY_FILE: join(server.folder, "master.key"),
  };
  const signet = async (...args) => (await promisify(execFile)(process.env.SIGNET_BIN, args, { env })).stdout;
  const printed = await signet("apply", join(EXAMPLES, "signet.toml"), manifest);
  await signet("policy", "save", join(EXAMPLES, "policies"));
  const [, secret] = printed.match(/secret of orders-api, shown this once: (\S+)/) ?? [];
  const api = await startApi(server.issuer, secret);
  const nginx = await startNginx({ gate, site: port, api: api.port });
  async function stop() {
    await nginx.stop();
    await api.stop();
    await server.stop();
  }
  // Once Signet has heard of the site, it says that no one is signed in.
  const deadline = Date.now() + START_TIMEOUT;
  const ready = async () => (await fetch(`${site}/.signet/user`).catch(() => undefined))?.status === 401;
  while (!(await ready())) {
    if (nginx.child.exitCode !== null || Date.now() > deadline) {
      await stop();
      throw new Error(`the application did not start:\n${nginx.said()}`);
    }
    await sleep(50);
  }
  return { ...server, site, api, stop };
}
