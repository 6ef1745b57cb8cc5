// One person's way from registering to leaving and coming back, with all that one can lose in between: in a real browser,
// with a real mail server, with script and (passkeys aside) without.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import decodeQR from "qr/decode.js";
import { Authenticator } from "./authenticator.js";
import { holds } from "./facts.js";
import { claims, servedBy, visit } from "./helpers.js";
import { startProduction } from "./production.js";
import { virtualAuthenticator } from "./virtual_authenticator.js";

servedBy(startProduction);

// As long as names and addresses get, and in more than one script.
const NAME = "Robin Ámbar Featherstonehaugh-Cholmondeley Ødegård (שרה)";
const FIRST = "orchard lantern pebble 47";
const SECOND = "velvet harbour tractor 12";
const THIRD = "copper meadow saxophone 93";

/** What a camera makes of the page's QR code. */
async function scan(person) {
  const picture = await person.page.locator("#qr").screenshot({ scale: "css" });
  const canvas = await person.context.browser().newPage();
  const pixels = await canvas.evaluate(async (source) => {
    const image = Object.assign(new Image(), { src: source });
    await image.decode();
    const { width, height } = image;
    const context = Object.assign(document.createElement("canvas"), { width, height }).getContext("2d");
    context.drawImage(image, 0, 0);
    return { width, height, data: [...context.getImageData(0, 0, width, height).data] };
  }, `data:image/png;base64,${picture.toString("base64")}`);
  await canvas.close();
  return decodeQR({ ...pixels, data: Uint8Array.from(pixels.data) });
}

/** A person on the way. */
class Traveller {
  constructor(person, t) {
    Object.assign(this, { person, t, mailbox: person.server.mailbox, password: FIRST });
    this.email = `robin.featherstonehaugh-cholmondeley.${person.script ? "with" : "without"}-script@purchasing.wholesale-market.example`;
  }

  /** What holds for every page holds for the one that is seen now. */
  async look(name) {
    if (this.person.script) await holds(`journey-${name}`, this.person, this.t);
  }

  async opens(path, person = this.person) {
    await person.page.goto(`${person.server.issuer}${path}`);
  }

  async reads(heading, person = this.person) {
    await person.page.getByRole("heading", { name: heading, exact: true, level: 1 }).waitFor();
  }

  async opensLetter(subject) {
    const { text } = await this.mailbox.take(this.email, subject);
    const link = text.match(/^http\S+$/m)?.[0];
    assert.ok(link?.startsWith(`${this.person.server.issuer}/`), text);
    await this.person.page.goto(link);
  }

  async signsOut() {
    await this.opens("/account");
    await this.person.press("sign-out");
    await this.person.press("sign-out");
    await this.reads("You are signed out");
  }

  /** The first step, and no more. */
  async givesPassword(person = this.person, path = "/sign-in") {
    await this.opens(path, person);
    await person.signIn({ login: this.email, password: this.password });
  }

  async enters(code, person = this.person) {
    await person.page.locator("#code").fill(code);
    await person.press("verify");
  }

  /** Both steps, the second one by a recovery code. */
  async recovers(person = this.person) {
    await this.givesPassword(person);
    await person.press("use-recovery-code");
    await this.enters(this.codes.shift(), person);
  }

  async registers() {
    const { person } = this;
    await this.opens("/sign-in");
    await person.press("register");
    await this.reads("Create an account");
    await this.look("register");
    await person.page.locator("#email").fill(this.email);
    await person.press("send");
    await this.reads("Check your mail");
    await this.look("register-sent");
    await this.opensLetter("Make your account at the market");
    await this.reads("Create an account");
    await this.look("new-account");
    await person.page.locator("#name").fill(NAME);
    await person.page.locator("#password").fill(this.password);
    await person.press("create");
    await this.reads("You are signed in");
    await this.look("signed-in");
    await person.press("account");
    await person.press("email");
    await this.reads("Your e-mail address");
    assert.equal(await person.page.locator("#unverified").count(), 0, "the link has verified it");
    await this.look("email");
    await this.signsOut();
    await this.givesPassword();
    await this.reads("You are signed in");
  }

  async setsUpAuthenticator(name) {
    const { person } = this;
    await this.reads("Set up an authenticator");
    await this.look(`${name}-enrol`);
    const url = await scan(person);
    assert.equal(url, await person.page.locator("#otpauth").getAttribute("href"));
    const secret = (await person.page.locator("#secret").textContent()).replace(/\s/g, "");
    assert.equal(new URL(url).searchParams.get("secret"), secret);
    this.authenticator = new Authenticator(secret);
    await person.page.locator("#code").fill(await this.authenticator.code());
    await person.press("confirm-code");
    await this.reads("Save your recovery codes");
    await this.look(`${name}-recovery-codes`);
    const download = person.page.waitForEvent("download");
    await person.press("download");
    const file = await readFile(await (await download).path(), "utf8");
    this.codes = (await person.page.locator("#codes li").allTextContents()).map((code) => code.trim());
    assert.deepEqual(file.match(/^[0-9A-Z-]{8,}$/gm), this.codes, file);
    await person.press("saved");
  }

  async addsPasskey() {
    const { person } = this;
    await this.opens("/account");
    await person.press("passkeys");
    await this.reads("Passkeys");
    await person.page.locator("#name").fill("The phone with the cracked screen, in its blue cover");
    await person.press("add");
    await person.sees("passkeys");
    await this.look("passkeys");
  }

  async signsInByPasskeyAlone() {
    const { person } = this;
    await this.signsOut();
    await this.opens("/sign-in");
    await this.look("sign-in");
    await person.press("sign-in-passkey");
    await this.reads("You are signed in");
  }

  async replacesWhatWasLost() {
    const { person } = this;
    await this.signsOut();
    await this.givesPassword();
    await person.sees("verify-form");
    await this.look("verify");
    await person.press("use-recovery-code");
    await this.reads("Enter a recovery code");
    await this.look("recovery-code");
    await this.enters(this.codes.shift());
    await this.reads("You are signed in");
    await this.opens("/account");
    await this.look("account");
    if (person.script) {
      await person.press("passkeys");
      const lost = person.page.locator(".passkey");
      await lost.locator("summary").click();
      await this.look("passkey-open");
      await lost.getByRole("button", { name: "Remove" }).click();
      await person.sees("none");
      await this.opens("/account");
    }
    await person.press("authenticator");
    await this.reads("Your authenticator is on");
    await this.look("authenticator");
    await person.press("remove");
    await this.setsUpAuthenticator("second");
    await this.opens("/account/recovery-codes");
    await this.reads("Recovery codes");
    await this.look("recovery-codes-left");
  }

  async endsOtherSessions() {
    const { person } = this;
    const other = await person.elsewhere();
    await this.givesPassword(other);
    await this.enters(await this.authenticator.code(), other);
    await this.reads("You are signed in", other);
    await this.opens("/account");
    await person.press("sessions");
    await this.look("sessions");
    const theirs = person.page.locator(".entry", { hasNot: person.page.locator("#here") });
    assert.equal(await theirs.count(), 1);
    await theirs.getByRole("button", { name: "Sign out" }).click();
    await theirs.waitFor({ state: "detached" });
    await this.opens("/account", other);
    await other.sees("sign-in-form");

    const third = await person.elsewhere();
    for (const again of [other, third]) {
      await this.recovers(again);
      await again.page.getByRole("heading", { level: 1 }).filter({ hasText: "signed in" }).waitFor();
    }
    await this.opens("/account/sessions");
    await person.press("end-others");
    await theirs.first().waitFor({ state: "detached" });
    for (const ended of [other, third]) {
      await this.opens("/account", ended);
      await ended.sees("sign-in-form");
    }
    await this.opens("/account");
    await this.reads("Your account");
  }

  async revokesApplication() {
    const { person } = this;
    const request = await person.begin();
    await person.sees("consent-form");
    await this.look("consent");
    await person.press("allow");
    await person.returns();
    const tokens = await person.party.redeem(request);
    assert.equal(claims(tokens.id_token).acr, "aal2");
    const headers = { authorization: `Bearer ${tokens.access_token}` };
    const known = await (await fetch(person.server.metadata.userinfo_endpoint, { headers })).json();
    assert.equal(known.email, this.email);
    assert.equal(known.email_verified, true);
    assert.equal(known.name, NAME);
    const renewed = await person.party.refresh(tokens);
    assert.equal(renewed.status, 200);
    await this.opens("/account");
    await person.press("applications");
    await this.look("applications");
    await person.press("revoke-demo-spa");
    await person.sees("none");
    await this.look("applications-none");
    const refused = await person.party.refresh(renewed.body);
    assert.equal(refused.status, 400);
    assert.equal(refused.body.error, "invalid_grant");
  }

  async changesPassword() {
    const { person } = this;
    await this.opens("/account");
    await person.press("password");
    await this.look("password");
    await person.page.locator("#current").fill(this.password);
    for (const id of ["new", "repeat"]) await person.page.locator(`#${id}`).fill(SECOND);
    await person.press("change");
    await person.sees("notice");
    await this.look("account-notice");
    const other = await person.elsewhere();
    await this.givesPassword(other);
    await other.sees("form-error");
    this.password = SECOND;
  }

  /** The link leads past the password, not past the second step. */
  async forgetsPassword() {
    const { person } = this;
    await this.signsOut();
    await this.opens("/sign-in");
    await person.press("forgot");
    await this.look("forgot");
    await person.page.locator("#identifier").fill(this.email);
    await person.press("send");
    await this.reads("Check your mail");
    await this.opensLetter("Set a new password at the market");
    await this.reads("Set a new password");
    await this.look("reset-password");
    this.password = THIRD;
    await person.page.locator("#password").fill(this.password);
    await person.press("set");
    await person.press("use-recovery-code");
    await this.enters(this.codes.shift());
    await this.reads("You are signed in");
  }

  async takesDataAlong() {
    const { person } = this;
    const download = person.page.waitForEvent("download");
    await this.opens("/account");
    await person.press("export");
    const text = await readFile(await (await download).path(), "utf8");
    const { account } = JSON.parse(text);
    assert.equal(account.email, this.email);
    assert.equal(account.name, NAME);
    for (const secret of [FIRST, SECOND, THIRD, "argon2", ...this.codes]) assert.ok(!text.includes(secret), secret);
  }

  async leavesAndComesBack() {
    const { person } = this;
    await this.opens("/account");
    await person.press("delete");
    await this.look("delete");
    await person.page.locator("#email").fill(this.email);
    await person.press("delete");
    await this.reads("Your account will be deleted");
    await this.look("leaving");
    await person.press("sign-in");
    await person.signIn({ login: this.email, password: this.password });
    await person.press("use-recovery-code");
    await this.enters(this.codes.shift());
    await this.reads("Your account stays");
    await this.look("staying");
    await person.press("continue");
    await this.opens("/account");
    await this.reads("Your account");
  }
}

for (const script of [true, false]) {
  const settings = { script, expected: [422], timeout: 180_000 };
  visit(`a person registers, loses things, leaves and comes back (script ${script ? "on" : "off"})`, settings, async (person, t) => {
    const traveller = new Traveller(person, t);
    await traveller.registers();
    await traveller.opens("/account/authenticator");
    await traveller.setsUpAuthenticator("first");
    if (script) {
      const device = await virtualAuthenticator(person);
      await traveller.addsPasskey();
      await traveller.signsInByPasskeyAlone();
      await device.remove();
    }
    await traveller.replacesWhatWasLost();
    await traveller.endsOtherSessions();
    await traveller.revokesApplication();
    await traveller.changesPassword();
    await traveller.forgetsPassword();
    await traveller.takesDataAlong();
    await traveller.leavesAndComesBack();
  });
}
