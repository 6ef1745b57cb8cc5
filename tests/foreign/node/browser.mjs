// A browser as far as Signet's pages need one: it keeps cookies, follows redirects and submits forms, and stops where
// the client's redirect URI begins. No script runs, as none has to.

const { ISSUER, LOGIN, PASSWORD } = process.env;

const attribute = (tag, name) => {
  const value = tag.match(new RegExp(`\\s${name}="([^"]*)"`, "i"))?.[1];
  return value === undefined ? undefined : unescape(value);
};

function unescape(text) {
  const named = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };
  return text.replaceAll(/&(?:#(\d+)|#x([0-9a-f]+)|(\w+));/gi, (whole, decimal, hex, name) => {
    if (decimal) return String.fromCodePoint(Number(decimal));
    if (hex) return String.fromCodePoint(parseInt(hex, 16));
    return named[name] ?? whole;
  });
}

/** The page's form with what a person would fill in and press. */
function answer(html, page) {
  const form = html.match(/<form\s[^>]*>[\s\S]*?<\/form>/)?.[0];
  if (!form) throw new Error(`no form and no way on at ${page}:\n${html}`);
  if (form.includes('id="form-error"') || html.includes('id="form-error"')) throw new Error(`refused:\n${html}`);
  const fields = new URLSearchParams();
  for (const [input] of form.matchAll(/<input\s[^>]*>/g)) {
    const name = attribute(input, "name");
    const typed = { identifier: LOGIN, password: PASSWORD }[name];
    fields.append(name, typed ?? attribute(input, "value") ?? "");
  }
  const [button] = form.match(/<button\s[^>]*>/);
  const pressed = attribute(button, "name");
  if (pressed) fields.append(pressed, attribute(button, "value"));
  // The first button of the consent page is another person's.
  if (/<button\s[^>]*\sid="allow"/.test(form)) fields.set("decision", "allow");
  return { url: new URL(attribute(form, "action"), page), method: "POST", body: fields };
}

/** Goes from an authorization URL, as the person who signs in and allows all, to the address the client waits at. */
export async function authorize(authorizationUrl, redirectUri) {
  const cookies = new Map();
  let request = { url: new URL(authorizationUrl), method: "GET" };
  for (let step = 0; step < 12; step += 1) {
    const { url, method, body } = request;
    const headers = { cookie: [...cookies].map((pair) => pair.join("=")).join("; ") };
    if (method === "POST") headers.origin = new URL(ISSUER).origin;
    const response = await fetch(url, { method, body, headers, redirect: "manual" });
    for (const cookie of response.headers.getSetCookie()) {
      const [, name, value] = cookie.match(/^([^=]+)=([^;]*)/);
      if (/;\s*max-age=0\b/i.test(cookie)) cookies.delete(name);
      else cookies.set(name, value);
    }
    const html = await response.text();
    const refresh = html.match(/<meta http-equiv="refresh"[^>]*>/)?.[0];
    const next = response.headers.get("location") ?? (refresh && attribute(refresh, "content").replace(/^\d+;\s*url=/i, ""));
    if (!next && !response.ok) throw new Error(`${method} ${url} answered ${response.status}:\n${html}`);
    request = next ? { url: new URL(next, url), method: "GET" } : answer(html, url);
    if (request.url.href.startsWith(`${redirectUri}?`)) return request.url;
  }
  throw new Error("the pages lead nowhere");
}
