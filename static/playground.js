// The development playground: a public client that runs the authorization code flow with PKCE in the browser and shows
// every message. What was received is only ever written as text.

const root = document.getElementById("playground");
const { issuer, clientId, redirectUri, resource } = root.dataset;
const element = (id) => document.getElementById(id);

// ---- State: one sign-in, kept for this tab from one page load to the next --------------------------------------------

const KEY = "signet-playground";
const fresh = () => ({ verifier: random(), state: random(), nonce: random() });
let flow = JSON.parse(sessionStorage.getItem(KEY) ?? "null") ?? fresh();
let metadata;
let shownTokens;

function save(changes = {}) {
  flow = { ...flow, ...changes };
  sessionStorage.setItem(KEY, JSON.stringify(flow));
}

// ---- Bytes -----------------------------------------------------------------------------------------------------------

function base64url(bytes) {
  return btoa(String.fromCharCode(...new Uint8Array(bytes))).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

function bytesOf(text) {
  return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
}

function random() {
  return base64url(crypto.getRandomValues(new Uint8Array(32)));
}

function digest(text, algorithm = "SHA-256") {
  return crypto.subtle.digest(algorithm, new TextEncoder().encode(text));
}

// ---- Showing ---------------------------------------------------------------------------------------------------------

function make(tag, properties = {}, ...children) {
  const node = Object.assign(document.createElement(tag), properties);
  node.append(...children);
  return node;
}

function showParams(id, entries) {
  element(id).replaceChildren(
    ...entries.map(([name, value]) => make("div", {}, make("dt", { textContent: name }), make("dd", { textContent: value }))),
  );
}

function check(passed, text) {
  const mark = { true: ["pass", "Passed: "], false: ["fail", "Failed: "], null: ["unknown", "Not checked: "] }[String(passed)];
  return make("li", { className: mark[0] }, make("strong", { textContent: mark[1] }), text);
}

function progress(id, state) {
  element(id).dataset.state = state;
}

function trouble(text) {
  element("trouble-text").textContent = text;
  element("trouble").hidden = !text;
}

function pretty(value) {
  return typeof value === "string" ? value : JSON.stringify(value, null, 2);
}

// An HTTP request as it goes over the wire; long forms are broken at each parameter to be readable.
function wire({ method, url, headers, body }) {
  const { host, pathname, search } = new URL(url);
  const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  const form = body ? ["", [...body].map((pair) => new URLSearchParams([pair]).toString()).join("\n&")] : [];
  return [`${method} ${pathname}${search} HTTP/1.1`, `Host: ${host}`, ...head, ...form].join("\n");
}

function showResponse(id, { ok, status, statusText, value }) {
  element(id).replaceChildren(
    make("p", { className: ok ? "outcome pass" : "outcome fail", textContent: `${status} ${statusText}`.trim() }),
    make("pre", { className: "wire", textContent: value === "" ? "(no content)" : pretty(value) }),
  );
}

// ---- Talking to the server -------------------------------------------------------------------------------------------

async function send(request) {
  const { method, url, headers, body } = request;
  const response = await fetch(url, { method, headers, body, credentials: "omit", cache: "no-store" });
  const text = await response.text();
  let value = text;
  try {
    value = JSON.parse(text);
  } catch {
    // Shown as it came.
  }
  return { ok: response.ok, status: response.status, statusText: response.statusText, value };
}

function formPost(url, parameters) {
  const headers = { "Content-Type": "application/x-www-form-urlencoded", Accept: "application/json" };
  return { method: "POST", url, headers, body: new URLSearchParams(parameters) };
}

const get = (url, headers = {}) => ({ method: "GET", url, headers: { Accept: "application/json", ...headers } });

async function getJson(url) {
  const { ok, status, value } = await send(get(url));
  if (!ok) throw new Error(`${url} answered ${status}.`);
  return value;
}

// ---- Steps 1 and 2: the request --------------------------------------------------------------------------------------

async function showRequest() {
  const challenge = base64url(await digest(flow.verifier));
  showParams("pkce", [["code_verifier", flow.verifier], ["code_challenge", challenge]]);

  const parameters = [
    ["response_type", "code"],
    ["client_id", clientId],
    ["redirect_uri", redirectUri],
    ["scope", element("scope").value.trim().replace(/\s+/g, " ")],
    ["state", flow.state],
    ["nonce", flow.nonce],
    ["code_challenge", challenge],
    ["code_challenge_method", "S256"],
    ["resource", resource],
    ["prompt", element("prompt").value],
  ].filter(([, value]) => value);
  const url = new URL(metadata.authorization_endpoint);
  for (const [name, value] of parameters) url.searchParams.append(name, value);

  element("authorization-endpoint").textContent = `GET ${metadata.authorization_endpoint}`;
  showParams("authorization-request", parameters);
  element("authorize").href = url;
  element("authorize").removeAttribute("aria-disabled");
  element("authorize").removeAttribute("role");
}

function startOver() {
  sessionStorage.removeItem(KEY);
  flow = fresh();
  save({ scope: element("scope").value, prompt: element("prompt").value });
  showEverything();
}

// ---- Step 3: the callback --------------------------------------------------------------------------------------------

// Takes the answer out of the address bar, so that neither a reload nor the history uses it again.
function receiveCallback() {
  const query = new URLSearchParams(location.search);
  if (!query.has("code") && !query.has("error")) return;
  history.replaceState(null, "", location.pathname);
  save({ callback: [...query], tokens: undefined, exchanged: undefined });
}

function showCallback() {
  const answer = new URLSearchParams(flow.callback ?? []);
  showParams("callback", [...answer]);
  if (!flow.callback) {
    element("callback-checks").replaceChildren();
    return undefined;
  }
  const stateMatches = answer.get("state") === flow.state;
  const promised = metadata.authorization_response_iss_parameter_supported === true;
  const issMatches = answer.has("iss") ? answer.get("iss") === metadata.issuer : promised ? false : null;
  const granted = answer.has("code");
  element("callback-checks").replaceChildren(
    check(stateMatches, stateMatches ? "state is the one sent." : "state is not the one sent; this answer belongs to another request."),
    check(issMatches, { true: "iss is this server.", false: "iss is missing or names another server.", null: "this server sends no iss." }[issMatches]),
    check(granted, granted ? "a code was granted." : `the server answered ${answer.get("error")}.`),
  );
  return stateMatches && issMatches !== false && granted ? answer.get("code") : undefined;
}

// ---- Step 4: the token request ---------------------------------------------------------------------------------------

function tokenRequest(code) {
  const parameters = [
    ["grant_type", "authorization_code"],
    ["client_id", clientId],
    ["redirect_uri", redirectUri],
    ["code", code],
    ["code_verifier", flow.verifier],
    ["resource", resource],
  ];
  return formPost(metadata.token_endpoint, parameters.filter(([, value]) => value));
}

async function exchange() {
  const answer = await send(tokenRequest(showCallback()));
  save({ exchanged: answer, tokens: answer.ok ? answer.value : undefined });
  await showEverything();
}

// ---- Step 5: the tokens ----------------------------------------------------------------------------------------------

const ALGORITHMS = {
  RS256: { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" },
  PS256: { name: "RSA-PSS", hash: "SHA-256", saltLength: 32 },
  ES256: { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" },
  ES384: { name: "ECDSA", namedCurve: "P-384", hash: "SHA-384" },
  EdDSA: { name: "Ed25519" },
  Ed25519: { name: "Ed25519" },
};

function decode(token) {
  const parts = token.split(".");
  if (parts.length !== 3) return undefined;
  try {
    const [header, payload] = parts.slice(0, 2).map((part) => JSON.parse(new TextDecoder().decode(bytesOf(part))));
    return { header, payload, signed: parts.slice(0, 2).join("."), signature: bytesOf(parts[2]) };
  } catch {
    return undefined;
  }
}

async function checkSignature({ header, signed, signature }) {
  const algorithm = ALGORITHMS[header.alg];
  if (!algorithm) return check(null, `this page does not know ${header.alg}.`);
  const { keys } = await getJson(metadata.jwks_uri);
  const jwk = keys.find(({ kid }) => kid === header.kid);
  if (!jwk) return check(false, `the key ${header.kid} is not among the server’s keys.`);
  let key;
  try {
    const { kty, crv, x, y, n, e } = jwk;
    key = await crypto.subtle.importKey("jwk", { kty, crv, x, y, n, e }, algorithm, false, ["verify"]);
  } catch {
    return check(null, `this browser cannot check ${header.alg}.`);
  }
  const valid = await crypto.subtle.verify(algorithm, key, signature, new TextEncoder().encode(signed));
  return check(valid, valid ? `the signature (${header.alg}) is the server’s.` : "the signature does not match.");
}

// The claims OpenID Connect Core §3.1.3.7 has a client check.
function checkIdToken({ payload }) {
  const audience = [payload.aud].flat();
  return [
    check(payload.iss === metadata.issuer, "iss is this server."),
    check(audience.includes(clientId), "aud is this client."),
    // A renewed ID token carries the first one's nonce or none (§12.2).
    check(payload.nonce === flow.nonce || (flow.renewed === true && payload.nonce === undefined), "nonce is the one sent."),
  ];
}

function checkAccessToken({ payload }) {
  const checks = [check(payload.iss === metadata.issuer, "iss is this server.")];
  if (resource) checks.push(check([payload.aud].flat().includes(resource), "aud is the resource asked for."));
  return checks;
}

function times({ iat, auth_time: authTime, exp }) {
  const spell = (seconds) => new Date(seconds * 1000).toLocaleString(document.documentElement.lang, { dateStyle: "medium", timeStyle: "medium" });
  const away = Math.round((exp * 1000 - Date.now()) / 60_000);
  const until = away > 0 ? `in ${away} min` : "expired";
  return [["iat", iat && spell(iat)], ["auth_time", authTime && spell(authTime)], ["exp", exp && `${spell(exp)} (${until})`]].filter(([, value]) => value);
}

async function showToken(title, id, token, claimChecks) {
  const section = make("section", { id, className: "token" }, make("h3", { textContent: title }));
  const decoded = decode(token);
  const raw = make("details", {}, make("summary", { textContent: "As sent" }), make("pre", { className: "wire", textContent: token }));
  if (!decoded) {
    section.append(make("p", { textContent: "Opaque: it means something only to the server." }), raw);
    return section;
  }
  const checks = make("ul", { className: "checks" }, await checkSignature(decoded), ...claimChecks(decoded));
  if (decoded.payload.exp) checks.append(check(decoded.payload.exp * 1000 > Date.now(), "it has not expired."));
  const clock = make("dl", { className: "params" });
  for (const [name, value] of times(decoded.payload)) {
    clock.append(make("div", {}, make("dt", { textContent: name }), make("dd", { textContent: value })));
  }
  section.append(
    checks,
    make("h4", { textContent: "Header" }),
    make("pre", { className: "wire", textContent: pretty(decoded.header) }),
    make("h4", { textContent: "Payload" }),
    make("pre", { className: "wire", textContent: pretty(decoded.payload) }),
    clock,
    raw,
  );
  return section;
}

async function showTokens() {
  const { tokens } = flow;
  if (tokens === shownTokens) return;
  const sections = [];
  if (tokens) {
    sections.push(await showToken("Access token", "access-token", tokens.access_token, checkAccessToken));
    if (tokens.id_token) sections.push(await showToken("ID token", "id-token", tokens.id_token, checkIdToken));
    if (tokens.refresh_token) sections.push(await showToken("Refresh token", "refresh-token", tokens.refresh_token, () => []));
  }
  element("tokens").replaceChildren(...sections);
  shownTokens = tokens;
}

// ---- Step 6: using them ----------------------------------------------------------------------------------------------

async function use(request, keep = () => {}) {
  element("use-request").textContent = wire(request);
  element("use-request").hidden = false;
  element("use-response").replaceChildren();
  const answer = await send(request);
  keep(answer);
  showResponse("use-response", answer);
  await showEverything();
}

function userinfo() {
  return use(get(metadata.userinfo_endpoint, { Authorization: `Bearer ${flow.tokens.access_token}` }));
}

function refresh() {
  const parameters = [
    ["grant_type", "refresh_token"],
    ["client_id", clientId],
    ["refresh_token", flow.tokens.refresh_token],
    ["resource", resource],
  ];
  const request = formPost(metadata.token_endpoint, parameters.filter(([, value]) => value));
  // What the answer leaves out (an ID token, or a refresh token that was not rotated) stays as it was.
  return use(request, ({ ok, value }) => ok && save({ tokens: { ...flow.tokens, ...value }, renewed: true }));
}

function revoke() {
  const { refresh_token: refreshToken, access_token: accessToken } = flow.tokens;
  const parameters = [
    ["client_id", clientId],
    ["token", refreshToken ?? accessToken],
    ["token_type_hint", refreshToken ? "refresh_token" : "access_token"],
  ];
  return use(formPost(metadata.revocation_endpoint, parameters));
}

// ---- The page --------------------------------------------------------------------------------------------------------

async function showEverything() {
  await showRequest();
  const code = showCallback();
  const { callback, exchanged, tokens } = flow;

  element("token-request").textContent = code ? wire(tokenRequest(code)) : "";
  element("exchange").disabled = !code || exchanged !== undefined;
  if (exchanged) showResponse("token-response", exchanged);
  else element("token-response").replaceChildren();
  await showTokens();

  element("userinfo").disabled = !tokens || !metadata.userinfo_endpoint;
  element("refresh").disabled = !tokens?.refresh_token;
  element("revoke").disabled = !tokens || !metadata.revocation_endpoint;
  if (!tokens) {
    element("use-request").hidden = true;
    element("use-response").replaceChildren();
  }

  progress("step-pkce", callback ? "done" : "now");
  progress("step-authorize", callback ? "done" : "now");
  progress("step-callback", !callback ? "later" : code ? "done" : "failed");
  progress("step-token", exchanged ? (exchanged.ok ? "done" : "failed") : code ? "now" : "later");
  progress("step-tokens", tokens ? "done" : "later");
  progress("step-use", tokens ? "now" : "later");
}

function guarded(work) {
  return async () => {
    trouble("");
    try {
      await work();
    } catch (error) {
      trouble(String(error.message ?? error));
      element("trouble").scrollIntoView({ block: "center" });
    }
  };
}

function offerCopying() {
  for (const button of root.querySelectorAll("[data-copy]")) {
    const label = button.firstChild;
    button.hidden = !navigator.clipboard;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(element(button.dataset.copy).textContent);
      label.textContent = "Copied";
      setTimeout(() => (label.textContent = "Copy"), 2000);
    });
  }
}

async function start() {
  // Elsewhere than at its own address, neither the stored state nor the requests below would be allowed to it.
  if (location.origin !== new URL(redirectUri).origin || !crypto.subtle) {
    trouble(`Open this page at ${redirectUri}: the flow returns there.`);
    return;
  }
  metadata = await getJson(`${issuer.replace(/\/$/, "")}/.well-known/oauth-authorization-server`);
  if (flow.scope !== undefined) element("scope").value = flow.scope;
  if (flow.prompt !== undefined) element("prompt").value = flow.prompt;
  save();
  receiveCallback();
  await showEverything();

  for (const id of ["scope", "prompt"]) {
    element(id).addEventListener("input", guarded(() => {
      save({ [id]: element(id).value });
      return showRequest();
    }));
  }
  for (const [id, work] of Object.entries({ regenerate: startOver, restart: startOver, exchange, userinfo, refresh, revoke })) {
    element(id).addEventListener("click", guarded(work));
  }
  element("regenerate").disabled = false;
  element("restart").disabled = false;
  if (flow.callback) element(flow.tokens ? "step-use" : "step-callback").scrollIntoView();
}

offerCopying();
guarded(start)();
