// What holds for every page, in light and dark, on a desktop and on the narrowest phone.

import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";

const SCHEMES = ["light", "dark"];
const DEVICES = { desktop: { width: 1280, height: 800 }, phone: { width: 320, height: 640 } };
const { SCREENSHOTS } = process.env;

// Each of these runs in the page and gives what is wrong there, in words.

const FACTS = {
  "has a title, a language and one heading of the first level": () => {
    const wrong = [];
    const product = document.querySelector("meta[name=application-name]")?.content ?? "Signet";
    if (!document.title.endsWith(` – ${product}`) || document.title.startsWith(" – ")) wrong.push(`title ${document.title}`);
    const { lang, dir } = document.documentElement;
    const [asked] = navigator.language.split("-");
    if (lang !== asked) wrong.push(`lang ${lang}, where ${asked} is asked for`);
    if (dir !== (lang === "ar" ? "rtl" : "ltr")) wrong.push(`dir ${dir}`);
    const headings = document.querySelectorAll("h1").length;
    if (headings !== 1) wrong.push(`${headings} headings`);
    return wrong;
  },
  "gives every control an id and a label": () => {
    const wrong = [];
    for (const control of document.querySelectorAll("input:not([type=hidden]), select, textarea, button, a")) {
      if (!control.id) wrong.push(`no id: ${control.outerHTML}`);
      const label = control.labels?.[0]?.textContent ?? control.textContent;
      if (!control.hidden && !label.trim()) wrong.push(`no label: ${control.outerHTML}`);
    }
    const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
    for (const id of new Set(ids)) if (ids.indexOf(id) !== ids.lastIndexOf(id)) wrong.push(`twice: #${id}`);
    return wrong;
  },
  "describes its controls by what is there": () => {
    const wrong = [];
    for (const name of ["aria-describedby", "aria-labelledby"]) {
      for (const element of document.querySelectorAll(`[${name}]`)) {
        for (const id of element.getAttribute(name).split(" ")) {
          const about = document.getElementById(id);
          // What a script says later may be empty yet.
          if (!about || !(about.textContent.trim() || about.closest("[aria-live]"))) wrong.push(`${name} of #${element.id}: ${id}`);
        }
      }
    }
    return wrong;
  },
  "fits its width": () => {
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth <= clientWidth) return [];
    const wide = [...document.body.querySelectorAll("*")].filter((element) => {
      const { left, right } = element.getBoundingClientRect();
      return left < 0 || right > clientWidth;
    });
    return wide.map((element) => `${element.tagName} ${element.id} ${element.className} ${element.getBoundingClientRect().right}`);
  },
  "begins on the side where its language begins": () => {
    const wrong = [];
    const rtl = document.documentElement.dir === "rtl";
    // How far in a box its text begins on either side, by what is beside it.
    const side = (element, pseudo) => {
      const { width } = element.getBoundingClientRect();
      const { left, right } = getComputedStyle(element, pseudo);
      return Number.parseFloat(left) < Number.parseFloat(right) && width > 0 ? "left" : "right";
    };
    for (const scope of document.querySelectorAll(".scopes li")) {
      if (side(scope, "::before") !== (rtl ? "right" : "left")) wrong.push(`the mark of ${scope.textContent.trim()}`);
    }
    for (const choice of document.querySelectorAll(".menu .choice")) {
      const box = choice.getBoundingClientRect();
      const text = choice.firstElementChild?.getBoundingClientRect();
      if (text && choice.dir === "" && (rtl ? text.right > box.right - 8 || text.left < box.left + 24 : text.left < box.left + 8)) {
        wrong.push(`${choice.id} at ${text.left}–${text.right} of ${box.left}–${box.right}`);
      }
    }
    for (const text of document.querySelectorAll("h1, h2, .lead, label")) {
      const { direction, textAlign } = getComputedStyle(text);
      if (direction !== (rtl ? "rtl" : "ltr") || textAlign === "left" || textAlign === "right") {
        wrong.push(`${text.tagName} ${direction} ${textAlign}`);
      }
    }
    return wrong;
  },
  "has targets of 24 pixels at least": () => {
    const wrong = [];
    // A link within a sentence is exempt (WCAG 2.2, 2.5.8).
    for (const target of document.querySelectorAll("button, a.button, input:not([type=hidden]), select, nav a, summary")) {
      const { width, height } = target.getBoundingClientRect();
      if (width > 0 && (width < 24 || height < 24)) wrong.push(`${target.id || target.textContent}: ${width} x ${height}`);
    }
    return wrong;
  },
  "has text and fields that stand out from their ground": () => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 1, height: 1 });
    const context = canvas.getContext("2d", { willReadFrequently: true });
    // Over the page's own ground, from the outermost element to the innermost.
    const blend = (colors) => {
      context.clearRect(0, 0, 1, 1);
      for (const color of colors) {
        context.fillStyle = color;
        context.fillRect(0, 0, 1, 1);
      }
      return [...context.getImageData(0, 0, 1, 1).data].slice(0, 3);
    };
    const luminance = (rgb) => {
      const [r, g, b] = rgb.map((part) => (part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4));
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const contrast = (one, other) => {
      const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a);
      return (light + 0.05) / (dark + 0.05);
    };
    const groundOf = (element) => {
      const grounds = [];
      for (let at = element; at; at = at.parentElement) grounds.unshift(getComputedStyle(at).backgroundColor);
      return blend(["Canvas", ...grounds]);
    };
    const over = (ground, color) => blend([`rgb(${ground.join(" ")})`, color]);
    const wrong = new Set();
    // What shows where a field is (WCAG 2.2, 1.4.11): its border, against what is around it and what is within.
    for (const field of document.querySelectorAll("input:not([type=hidden]), select, textarea")) {
      if (field.disabled || !field.checkVisibility()) continue;
      const [around, within] = [groundOf(field.parentElement), groundOf(field)];
      const border = over(within, getComputedStyle(field).borderBlockStartColor);
      const least = Math.min(contrast(border, around), contrast(border, within));
      if (least < 3) wrong.add(`${least.toFixed(2)} border of #${field.id}: ${border} on ${around}, ${within}`);
    }
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const element = walker.currentNode.parentElement;
      const disabled = element.closest(":disabled, [aria-disabled=true], noscript, [aria-hidden=true]");
      if (!walker.currentNode.textContent.trim() || disabled || !element.checkVisibility()) continue;
      const style = getComputedStyle(element);
      const ground = groundOf(element);
      const ink = over(ground, style.color);
      const found = contrast(ink, ground);
      const size = Number.parseFloat(style.fontSize);
      const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
      if (found < (large ? 3 : 4.5)) {
        wrong.add(`${found.toFixed(2)} "${walker.currentNode.textContent.trim().slice(0, 40)}" ${ink} on ${ground}`);
      }
    }
    return [...wrong];
  },
};

/** Whoever goes through the page by keyboard reaches every control and sees where they are. */
async function focusIsSeen(page) {
  const focus = () => {
    const { activeElement: element } = document;
    const { outlineStyle, outlineWidth } = getComputedStyle(element);
    const all = [...document.querySelectorAll("*")];
    return {
      at: all.indexOf(element),
      name: `${element.tagName} ${element.id}`,
      control: element !== document.body,
      marked: outlineStyle !== "none" && Number.parseFloat(outlineWidth) >= 2,
    };
  };
  const seen = new Map();
  for (;;) {
    await page.keyboard.press("Tab");
    const found = await page.evaluate(focus);
    if (seen.has(found.at)) break;
    seen.set(found.at, found);
  }
  const reached = [...seen.values()].filter(({ control }) => control);
  assert.deepEqual(reached.filter(({ marked }) => !marked), []);
  const controls = page.locator("a[href], button:enabled, input:not([type=hidden]), select, summary").filter({ visible: true });
  assert.ok(reached.length >= (await controls.count()), reached.map(({ name }) => name).join());
}

/** Looks at the page that a person sees now, under a name for its pictures. */
export async function holds(name, { page }, t) {
  for (const colorScheme of SCHEMES) {
    for (const [device, viewport] of Object.entries(DEVICES)) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await page.setViewportSize(viewport);
      for (const [fact, find] of Object.entries(FACTS)) {
        await t.test(`${fact} (${colorScheme}, ${device})`, async () => assert.deepEqual(await page.evaluate(find), []));
      }
      if (SCREENSHOTS) {
        await mkdir(SCREENSHOTS, { recursive: true });
        await page.screenshot({ path: join(SCREENSHOTS, `${name}-${colorScheme}-${device}.png`), fullPage: true });
      }
    }
  }
  await t.test("shows where the focus is", () => focusIsSeen(page));
}
