// Passkeys (WebAuthn Level 3): gets a challenge from Signet, lets the browser answer it, and sends the page's form with the
// answer. What it needs is on the form: `data-passkey` says whether one is made or asked for, `data-challenge` where the
// challenge is. Without script or passkeys the form stays as it is.

const form = document.querySelector("form[data-passkey]");
const button = form.querySelector("[data-passkey-button]");
const problem = document.querySelector("[data-passkey-problem]");

// Challenges live five minutes on the server.
const RENEWED_AFTER = 4 * 60 * 1000;

// The request that waits for the person to choose a passkey among the suggestions of a field.
let waiting;

// ---- Bytes -----------------------------------------------------------------------------------------------------------

function encode(buffer) {
  const text = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join("");
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

function decode(text) {
  return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
}

const described = (credentials = []) => credentials.map((credential) => ({ ...credential, id: decode(credential.id) }));

// ---- Challenge and answer --------------------------------------------------------------------------------------------

async function challenge() {
  const body = new URLSearchParams({ csrf: form.elements.namedItem("csrf").value });
  const response = await fetch(form.dataset.challenge, { method: "POST", body });
  if (!response.ok) throw new DOMException(String(response.status), response.status === 403 ? "Stale" : "Unavailable");
  return response.json();
}

function send(ceremony, credential) {
  const { response } = credential;
  const fields = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];
  const answer = Object.fromEntries(fields.filter((name) => response[name]).map((name) => [name, encode(response[name])]));
  if (response.getTransports) answer.transports = response.getTransports();
  const { credProps } = credential.getClientExtensionResults();
  form.elements.namedItem("passkey").value = JSON.stringify({
    ceremony,
    credential: {
      id: credential.id,
      rawId: encode(credential.rawId),
      type: credential.type,
      response: answer,
      clientExtensionResults: credProps ? { credProps } : {},
    },
  });
  // Not form.submit(): a field of that name would hide it. What the form demands of other fields does not matter now.
  HTMLFormElement.prototype.submit.call(form);
}

async function make() {
  const { ceremony, publicKey } = await challenge();
  const options = {
    ...publicKey,
    challenge: decode(publicKey.challenge),
    user: { ...publicKey.user, id: decode(publicKey.user.id) },
    excludeCredentials: described(publicKey.excludeCredentials),
  };
  send(ceremony, await navigator.credentials.create({ publicKey: options }));
}

async function ask(more = {}) {
  const { ceremony, publicKey } = await challenge();
  const options = {
    ...publicKey,
    challenge: decode(publicKey.challenge),
    allowCredentials: described(publicKey.allowCredentials),
  };
  send(ceremony, await navigator.credentials.get({ publicKey: options, ...more }));
}

// ---- What the person does --------------------------------------------------------------------------------------------

// What it says is on the page, in the person's language.
const { taken, unused, notHere, stale, failed } = problem.dataset;

const WORDS = {
  AbortError: "",
  InvalidStateError: taken,
  NotAllowedError: unused,
  SecurityError: notHere,
  Stale: stale,
};

function say(error) {
  const words = WORDS[error.name] ?? failed;
  problem.querySelector("[data-passkey-words]").textContent = words;
  problem.hidden = !words;
}

async function press() {
  waiting?.abort();
  problem.hidden = true;
  button.disabled = true;
  try {
    await (form.dataset.passkey === "make" ? make() : ask());
  } catch (error) {
    say(error);
    button.disabled = false;
  }
}

/** Offers passkeys among the suggestions of a field, for as long as someone looks at the page. */
async function suggest() {
  const there = form.querySelector("[autocomplete~=webauthn]");
  if (!there || !(await PublicKeyCredential.isConditionalMediationAvailable?.())) return;
  for (;;) {
    if (document.hidden) {
      await new Promise((seen) => document.addEventListener("visibilitychange", seen, { once: true }));
      continue;
    }
    waiting = new AbortController();
    const renew = new DOMException("renewed", "Renewed");
    const timer = setTimeout(() => waiting.abort(renew), RENEWED_AFTER);
    try {
      await ask({ mediation: "conditional", signal: waiting.signal });
      return;
    } catch (error) {
      if (error !== renew) return;
    } finally {
      clearTimeout(timer);
    }
  }
}

if (window.PublicKeyCredential && navigator.credentials) {
  button.hidden = false;
  for (const element of document.querySelectorAll("[data-passkey-only]")) element.hidden = false;
  button.addEventListener("click", (event) => {
    event.preventDefault();
    press();
  });
  // Who comes back to the page by the history finds it as it was left.
  window.addEventListener("pageshow", () => {
    button.disabled = false;
    form.elements.namedItem("passkey").value = "";
  });
  suggest();
}
