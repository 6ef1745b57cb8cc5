// How strong a password is while it is typed: asks Signet, which alone knows what it would take, and shows what it says.
// Nothing is kept anywhere. Without script, or while Signet is busy, the form is as it ever was.

const place = document.querySelector("[data-strength]");
const meter = place.querySelector("meter");
const words = place.querySelector("[aria-live]");
const field = place.closest(".field").querySelector("input");
const { form } = field;

// Long enough for typing to go on, short enough to be an answer to it.
const PAUSE = 300;
const BUSY = 1500;

let timer;
let asked;

function show(strength) {
  meter.hidden = !strength;
  meter.value = strength?.score ?? 0;
  place.dataset.accepted = strength?.accepted ?? "";
  // What is said already is not said again.
  if (words.textContent !== (strength?.words ?? "")) words.textContent = strength?.words ?? "";
}

function later(pause) {
  clearTimeout(timer);
  asked?.abort();
  timer = setTimeout(ask, pause);
}

async function ask() {
  if (!field.value) return show();
  // The form's page says whose password it is; a name that is typed beside it counts too.
  const body = new URLSearchParams({ page: form.getAttribute("action"), password: field.value });
  for (const name of ["csrf", "name"]) {
    const other = form.elements.namedItem(name);
    if (other) body.set(name, other.value);
  }
  asked = new AbortController();
  try {
    const response = await fetch(place.dataset.strength, { method: "POST", body, signal: asked.signal });
    if (response.ok) return show(await response.json());
    show();
    if (response.status === 503) later(BUSY);
  } catch (error) {
    if (error.name !== "AbortError") show();
  }
}

form.addEventListener("input", ({ target }) => {
  if (target === field || (target.name === "name" && field.value)) later(PAUSE);
});
// What a password manager or the history filled in before this ran.
if (field.value) later(0);
