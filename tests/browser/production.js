// `signet serve`, set up by the environment as operators do it: beside a Postgres, with a mail server, an application and
// no one who could sign in.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { RESOURCE, SPA } from "./helpers.js";
import { Mailbox } from "./mailbox.js";

const WITH_POSTGRES = fileURLToPath(new URL("../../scripts/with-postgres", import.meta.url));
const START_TIMEOUT = 60_000;

const MANIFEST = `
[[resource]]
identifier = "${RESOURCE}"
name = "Orders"
scopes = [{ name = "orders:read", description = "See your orders" }]

[[client]]
client_id = "${SPA}"
client_name = "Delivery slots of the wholesale market"
token_endpoint_auth_method = "none"
grant_types = ["authorization_code", "refresh_token"]
redirect_uris = ["http://127.0.0.1/callback"]
scopes = ["openid", "profile", "email", "offline_access", "orders:read"]
resources = ["${RESOURCE}"]
unsafe_silent_native = true
`;

/** A port that is free. */
export async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

/**
 * Starts it; as what `signet dev` gives the other tests, less the person, and with the mail that it sends. There may be
 * more in its manifest and in its environment.
 */
export async function startProduction({ manifest: more = "", environment = {} } = {}) {
  assert.ok(process.env.SIGNET_BIN, "SIGNET_BIN names the binary to test");
  const folder = await mkdtemp(join(tmpdir(), "signet-browser-"));
  const manifest = join(folder, "manifest.toml");
  await writeFile(manifest, MANIFEST + more);
  const mailbox = await Mailbox.start();
  const port = await freePort();
  const issuer = `http://localhost:${port}`;
  const commands = '"$SIGNET_BIN" migrate && "$SIGNET_BIN" apply "$0" && exec "$SIGNET_BIN" serve --no-migrate';
  const child = spawn(WITH_POSTGRES, ["sh", "-c", commands, manifest], {
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      ...process.env,
      SIGNET_MASTER_KEY: `test:${randomBytes(32).toString("base64")}`,
      SIGNET_SERVER__ISSUER: issuer,
      SIGNET_SERVER__LISTEN: `127.0.0.1:${port}`,
      SIGNET_SERVER__MANAGEMENT_LISTEN: "",
      SIGNET_EMAIL__HOST: "127.0.0.1",
      SIGNET_EMAIL__PORT: String(mailbox.port),
      SIGNET_EMAIL__TLS: "insecure_plaintext",
      SIGNET_EMAIL__FROM: "Market <no-reply@market.example>",
      SIGNET_EMAIL__PRODUCT_NAME: "the market",
      SIGNET_REGISTRATION__MODE: "open",
      ...environment,
    },
  });
  const log = [];
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => log.push(chunk));
  const said = () => Buffer.concat(log).toString();
  const kill = () => child.kill("SIGTERM");
  // Should this process end before it stops the server.
  process.once("exit", kill);

  async function stop() {
    if (child.exitCode === null) {
      const exit = once(child, "exit");
      kill();
      await exit;
    }
    process.removeListener("exit", kill);
    await mailbox.stop();
    await rm(folder, { recursive: true });
    assert.equal(child.exitCode, 0, `signet serve ended with ${child.exitCode}:\n${said()}`);
  }

  const deadline = Date.now() + START_TIMEOUT;
  const ready = async () => (await fetch(`${issuer}/readyz`).catch(() => undefined))?.ok;
  while (!(await ready())) {
    if (child.exitCode !== null || Date.now() > deadline) {
      kill();
      throw new Error(`signet serve did not start:\n${said()}`);
    }
    await sleep(50);
  }
  const metadata = await (await fetch(`${issuer}/.well-known/openid-configuration`)).json();
  return { issuer, metadata, mailbox, stop };
}
