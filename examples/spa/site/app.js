// Orders: a small single-page application. What it shows is the address's: / all orders, /orders/1 one of them.

import { SignedOut, StepUp, api, signIn, signOut, who } from "./session.js";

const find = (id) => document.getElementById(id);
const others = new BroadcastChannel("session");

/** Who is signed in. */
let person;

// ---- What is typed ---------------------------------------------------------------------------------------------------

// It outlives a sign-in, which leaves the page; and is shown to no one but who typed it.
const draft = {
  keep: (item) => sessionStorage.setItem("draft", JSON.stringify({ of: person.sub, item })),
  forget: () => sessionStorage.removeItem("draft"),
  get item() {
    const kept = JSON.parse(sessionStorage.getItem("draft"));
    return kept?.of === person.sub ? kept.item : "";
  },
};

// ---- Notices ---------------------------------------------------------------------------------------------------------

function notify(text, link) {
  const notice = find("notice");
  notice.replaceChildren(Object.assign(document.createElement("p"), { textContent: text }));
  if (link) notice.append(Object.assign(document.createElement("a"), { className: "button", ...link }));
  notice.hidden = false;
}

/** The session is over while the page is open. What was shown goes, what was typed stays. */
function ended() {
  find("person").hidden = true;
  find("orders")?.replaceChildren();
  notify("Your session has ended. What you typed is kept.", { id: "again", textContent: "Sign in again", href: signIn() });
}

/** Does something, and says what came in its way. */
async function attempt(something) {
  try {
    find("notice").hidden = true;
    await something();
  } catch (error) {
    if (error instanceof SignedOut) ended();
    else if (error instanceof StepUp) {
      const href = signIn(error.wanted);
      notify("For this, please confirm that it is you.", { id: "step-up", textContent: "Confirm", href });
    } else if (error.status === 404) show("problem", "Nothing here");
    else notify(`That did not work: ${error.message}.`);
  }
}

// ---- Pages -----------------------------------------------------------------------------------------------------------

function show(view, title) {
  document.title = `${title} – Orders`;
  find("view").replaceChildren(find(view).content.cloneNode(true));
}

function showWelcome() {
  show("welcome", "Welcome");
  find("sign-in").href = signIn();
}

async function fillOrders() {
  const orders = await api("/orders");
  find("none").hidden = orders.length > 0;
  const entries = orders.map(({ id, item }) => {
    const link = Object.assign(document.createElement("a"), { id: `order-${id}`, href: `/orders/${id}`, textContent: item });
    const entry = document.createElement("li");
    entry.append(link);
    return entry;
  });
  find("orders").replaceChildren(...entries.reverse());
}

async function showList() {
  show("list", "Your orders");
  const field = find("item");
  field.value = draft.item;
  field.addEventListener("input", () => draft.keep(field.value));
  find("new").addEventListener("submit", (event) => {
    event.preventDefault();
    attempt(async () => {
      await api("/orders", { method: "POST", body: { item: field.value } });
      draft.forget();
      field.value = "";
      await fillOrders();
    });
  });
  await fillOrders();
}

async function showOrder(id) {
  const order = await api(`/orders/${id}`);
  show("order", `Order ${id}`);
  find("item").textContent = order.item;
  find("number").textContent = `Order number ${id}`;
  find("cancel").addEventListener("click", () => {
    attempt(async () => {
      await api(`/orders/${id}`, { method: "DELETE" });
      go("/");
    });
  });
}

/** Shows the page of the address. */
function render() {
  find("person").hidden = !person;
  find("name").textContent = person ? (person.name ?? person.email ?? person.sub) : "";
  if (!person) return showWelcome();
  const [, id] = location.pathname.match(/^\/orders\/(\d+)$/) ?? [];
  if (id) return attempt(() => showOrder(id));
  if (location.pathname === "/") return attempt(showList);
  show("problem", "Nothing here");
}

function go(path) {
  history.pushState(null, "", path);
  render();
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a");
  const plain = event.button === 0 && !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
  // What is below /.signet/ is a page of its own.
  if (!link || !plain || link.origin !== location.origin || link.pathname.startsWith("/.signet/")) return;
  event.preventDefault();
  go(link.pathname);
});
addEventListener("popstate", render);

// ---- Signing out -----------------------------------------------------------------------------------------------------

function leave() {
  person = undefined;
  draft.forget();
  find("notice").hidden = true;
  render();
}

find("sign-out").addEventListener("click", () => {
  attempt(async () => {
    const end = await signOut();
    leave();
    others.postMessage("signed out");
    location.assign(end);
  });
});
others.addEventListener("message", leave);

/** Whoever comes back to the page may find that they signed in, out, or as someone else meanwhile. */
async function look() {
  if (document.hidden) return;
  const now = await who();
  if (now?.sub === person?.sub) return;
  if (now) location.reload();
  else ended();
}
document.addEventListener("visibilitychange", () => look().catch(() => {}));
addEventListener("pageshow", (event) => event.persisted && look().catch(() => {}));

attempt(async () => {
  person = await who();
  render();
});
