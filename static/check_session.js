// OpenID Connect Session Management 1.0 §3.2: a page of an application asks, by a message, whether its session_state is still
// that of this browser, and is answered "changed", "unchanged" or "error". `session_state.rs` computes the same.
const { cookie } = document.currentScript.dataset;

/** The state of this browser; nothing if no one is signed in. */
const browserState = () => {
  const pairs = document.cookie.split("; ").map((pair) => pair.split("="));
  return pairs.find(([name]) => name === cookie)?.[1] ?? "";
};

/**
 * Whether the state can be read at all in a page of this origin. Where it cannot, "changed" would have the application sign
 * its person out for nothing; after "error" it leaves them alone.
 */
const isReadable = async (origin) => {
  // The cookie is for the same site alone without TLS, which is loopback.
  if (location.protocol === "http:" && new URL(origin).hostname !== location.hostname) return false;
  return (await document.hasStorageAccess?.()) ?? true;
};

const digest = async (text) => {
  const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
};

const compare = async (message, origin) => {
  const [, clientId, expected, salt] = message.match(/^(\S+) ([\w-]{43})\.([\w-]+)$/);
  return (await digest(`${clientId} ${origin} ${browserState()} ${salt}`)) === expected ? "unchanged" : "changed";
};

addEventListener("message", async ({ data, origin, source }) => {
  // An opaque origin can be answered by nothing but "*", which would be anyone.
  if (!source || source === window || origin === "null") return;
  let answer = "error";
  try {
    if (browserState() || (await isReadable(origin))) answer = await compare(data, origin);
  } catch {
    // Not a message of the specification, or no cryptography: an application on plain HTTP.
  }
  source.postMessage(answer, origin);
});
