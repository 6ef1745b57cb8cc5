// How strong a password is, said while it is typed; and the same forms without script.

import assert from "node:assert/strict";
import { holds } from "./facts.js";
import { visit } from "./helpers.js";

async function open(person) {
  await person.page.goto(`${person.server.issuer}/account/password`);
  await person.signIn();
  await person.sees("password-form");
}

/** Types a password, and waits for what is said of it. */
async function types(person, password, words) {
  await person.page.locator("#new").fill(password);
  await person.page.locator("#strength-words").getByText(words).waitFor();
}

const score = (person) => person.page.locator("#strength").evaluate((meter) => meter.value);

visit("the meter follows the typing and says what the form would", { expected: [422] }, async (person, t) => {
  await open(person);
  const meter = person.page.locator("#strength");
  assert.ok(await meter.isHidden(), "nothing is typed");
  await types(person, "short", /too short/);
  assert.equal(await score(person), 0);
  await types(person, person.server.login, /too easy to guess/);
  await types(person, "qwertyuiop12", /too easy to guess/);
  await holds("strength-weak", person, t);
  await types(person, "seven purple umbrellas sing", /ard to guess\.$/);
  assert.ok((await score(person)) >= 3);
  await holds("strength-good", person, t);
  await person.page.locator("#new").fill("");
  await meter.waitFor({ state: "hidden" });
  assert.equal(await person.page.locator("#strength-words").textContent(), "");
  assert.equal(await person.page.locator("#strength-words").getAttribute("aria-live"), "polite");

  await types(person, "iloveyou", /known from breaches/);
  const told = await person.page.locator("#strength-words").textContent();
  await person.page.locator("#current").fill(person.server.password);
  await person.page.locator("#repeat").fill("iloveyou");
  await person.press("change");
  await person.sees("form-error");
  assert.ok((await person.page.locator("#form-error").textContent()).includes(told));
});

visit("not each key is asked about, and in the end what is there", {}, async (person) => {
  await open(person);
  const typed = "seven purple";
  const asked = [];
  const password = (request) => new URLSearchParams(request.postData()).get("password");
  const ofTheMeter = (request) => new URL(request.url()).pathname === "/password-strength";
  person.page.on("request", (request) => ofTheMeter(request) && asked.push(password(request)));
  const last = person.page.waitForResponse((response) => {
    return ofTheMeter(response.request()) && password(response.request()) === typed;
  });
  await person.page.locator("#new").pressSequentially(typed, { delay: 20 });
  await last;
  assert.ok(asked.length < typed.length, asked.join());
  assert.equal(asked.at(-1), typed);
});

visit("while Signet is busy nothing is said, and then it is", { expected: [503] }, async (person) => {
  await open(person);
  let busy = true;
  await person.page.route("**/password-strength", (route) => {
    const first = busy;
    busy = false;
    return first ? route.fulfill({ status: 503, body: "" }) : route.continue();
  });
  await types(person, "seven purple umbrellas sing", /ard to guess\.$/);
});

visit("without script the form is as it ever was", { script: false, expected: [422] }, async (person) => {
  await open(person);
  assert.ok(await person.page.locator("#strength").isHidden());
  await person.page.locator("#current").fill(person.server.password);
  await person.page.locator("#new").fill("qwertyuiop12");
  await person.page.locator("#repeat").fill("qwertyuiop12");
  await person.press("change");
  await person.page.locator("#form-error").getByText(/too easy to guess/).waitFor();
});
