// The page that people see while the database is away.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { holds } from "./facts.js";
import { visit } from "./helpers.js";

visit("the page unavailable", { expected: [503] }, async (person, t) => {
  const { page, server } = person;
  await person.complete();
  const [pid] = (await readFile(join(server.folder, "postgres/data/postmaster.pid"), "utf8")).split("\n");
  process.kill(Number(pid), "SIGINT");
  let answer;
  do answer = await page.goto(`${server.issuer}/`);
  while (answer.status() === 200);
  assert.equal(answer.status(), 503);
  assert.ok(Number(answer.headers()["retry-after"]) > 0);
  await page.getByRole("heading", { name: "Just a moment" }).waitFor();
  await holds("unavailable", person, t);
});
