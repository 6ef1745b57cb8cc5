// The session at the gate: a cookie that no script can read, so that there is no token here to be stolen. What scripts need
// besides is under /.signet/.

/** No one is signed in, or not any more. */
export class SignedOut extends Error {}

/** Whoever is signed in has to prove more than they did (RFC 9470). */
export class StepUp extends Error {
  constructor({ acr_values, max_age }) {
    super("a stronger or more recent sign-in is needed");
    this.wanted = { ...(acr_values && { acr_values }), ...(max_age && { max_age }) };
  }
}

async function ask(url, options) {
  const answer = await fetch(url, { cache: "no-store", ...options });
  if (answer.ok) return answer;
  if (answer.status === 401) {
    const pairs = (answer.headers.get("www-authenticate") ?? "").matchAll(/(\w+)="([^"]*)"/g);
    const challenge = Object.fromEntries([...pairs].map(([, name, value]) => [name, value]));
    throw challenge.error === "insufficient_user_authentication" ? new StepUp(challenge) : new SignedOut();
  }
  const { error_description } = await answer.json().catch(() => ({}));
  throw Object.assign(new Error(error_description ?? `the answer was ${answer.status}`), { status: answer.status });
}

/** Who is signed in; undefined if no one is. */
export async function who() {
  try {
    return await (await ask("/.signet/user")).json();
  } catch (error) {
    if (error instanceof SignedOut) return undefined;
    throw error;
  }
}

/** Where to sign in, and come back to this very page. `more` is what a step-up wants. */
export function signIn(more = {}) {
  return `/.signet/sign-in?${new URLSearchParams({ return_to: location.pathname + location.search, ...more })}`;
}

// Asked for each time: another tab may have signed in anew, and the token is the session's.
async function csrf() {
  const { csrf_token, header } = await (await ask("/.signet/csrf")).json();
  return { [header]: csrf_token };
}

/** A request to the API. Who it is from the proxy adds. */
export async function api(path, { method = "GET", body } = {}) {
  const headers = {
    accept: "application/json",
    ...(body && { "content-type": "application/json" }),
    ...(method !== "GET" && (await csrf())),
  };
  const answer = await ask(`/api${path}`, { method, headers, body: body && JSON.stringify(body) });
  return answer.status === 204 ? undefined : answer.json();
}

/** Ends the session here. The answer is where the one at Signet ends. */
export async function signOut() {
  try {
    const headers = { accept: "application/json", ...(await csrf()) };
    return (await (await ask("/.signet/sign-out", { method: "POST", headers })).json()).end_session;
  } catch (error) {
    if (error instanceof SignedOut) return "/";
    throw error;
  }
}
