// What can be done from here, by name: whatever on the page can be pressed or gone to, and what only a key does.
import { doByKeys } from "./keys.js";
import { all, one, openTicket } from "./page.js";
import { fold } from "./panes.js";
import { toMessage } from "./thread.js";

const DOES = "a[href], button, summary, input[type=file], #bulk input[type=checkbox]";
// what is gone through with j, k and Tab: tickets, messages, what was written; and what is there twice
const PASSED = "dialog *, .row *, tbody a, .text *, .message > summary, .quote > summary, .happenings > summary, .skip, .bottom *, .chart *, [hidden], [hidden] *, :disabled";
const FOLDED = "details.message:not([open]) > :not(summary) *, details.earlier:not([open]) > :not(summary) *";
const FIELD = "input:not([type=hidden], [type=checkbox], [type=radio], [type=file]), textarea, select";
const MENUS = "details.menu, details.menu-group, details.unite, details.inline-form, details.narrow";
// what stands in these names people, or repeats what they wrote
const THEIRS = "#customer, .message, .recipients, .ask, .bar, .grant, .chips, .alarm";
// the chosen tickets first, then the open one, the views, and what stands further down and beside
const ORDER = ["#bulk *", "#ticket .ticket-head *", ".composer-tabs *", "main.wide *", "nav.views *", "#ticket *", "#main *"];

const BY_VIEW = { mine: "g i", unassigned: "g u", mentions: "g m", drafts: "g d", snoozed: "g s", waiting: "g q" };
const BY_MODE = { all: "r", sender: "Shift r", forward: "f", note: "n" };
// what has a key and no button or link of its own on the page
const BY_KEY = ["E", "x", "X", "*a", ".", "z", "]", "d", "/"];

// `from` had the focus: a form that was being filled in is sent, any other asks for what it needs
export function commandsOf(from) {
  const found = all(DOES).filter((thing) => !thing.matches(PASSED) && !thing.matches(FOLDED) && isThere(thing));
  return found
    .filter((thing) => thing.tagName !== "SUMMARY" || !found.some((other) => other !== thing && thing.parentElement.contains(other)))
    .map((thing) => command(thing, from))
    .filter(({ name }) => name)
    .sort((a, b) => rank(a.of) - rank(b.of));
}

// named as the list of keys names them
export function ofKeys() {
  return all("#keys .keys-list > div").flatMap((row) => {
    const by = Number(row.dataset.message);
    if (by) return openTicket() ? [{ name: one("dt", row).textContent, key: one("kbd", row).textContent, go: () => toMessage(by) }] : [];
    const [first, second] = all("kbd", row).map((key) => key.textContent);
    const keys = first === "Shift" ? second.toUpperCase() : first === "*" ? first + second : first;
    return BY_KEY.includes(keys) ? [{ name: one("dt", row).textContent, key: keys, go: () => doByKeys(keys) }] : [];
  });
}

export const signOf = (thing) => one("svg.icon", thing);

function command(thing, from) {
  const field = asked(thing);
  const isBegun = Boolean(field && from && thing.form?.contains(from));
  return {
    of: thing,
    name: title(thing) + (field && !isBegun ? " …" : ""),
    key: keyOf(thing),
    sign: signOf(thing) ?? signOf(menuOf(thing) ?? document.createElement("i")),
    isTheirs: thing.matches(`:is(${THEIRS}) *, [dir="auto"], :has([dir="auto"])`),
    go: () => press(thing, isBegun ? null : field),
  };
}

function rank(thing) {
  const at = ORDER.findIndex((place) => thing.matches(place));
  return at < 0 ? ORDER.length : at;
}

// what stands beside the ticket, and the views, are there when they are folded too; so is what a closed menu holds
function isThere(thing) {
  let shown = thing;
  for (let up = closed(thing); up; up = closed(up.parentElement)) shown = up;
  return thing.closest("#customer, nav.views") !== null || shown.getClientRects().length > 0;
}

const closed = (thing) => thing?.closest("details:not([open])");

// a button that can do nothing before something is typed or chosen beside it
function asked(thing) {
  if (thing.tagName !== "BUTTON" || thing.type !== "submit") return null;
  const beside = thing.closest(".own-time, .row-form");
  const buttons = thing.form ? [...thing.form.elements].filter((one) => one.type === "submit" && !one.hidden) : [];
  const isAlone = buttons.length === 1 && !thing.form.matches("#reply-form, #note-form");
  const field = beside ?? (isAlone ? thing.form : null);
  return field && one(FIELD, field);
}

function keyOf(thing) {
  if (thing.matches("[data-split]")) return "y";
  if (thing.matches("[data-forward]")) return "f";
  if (thing.matches("[data-back]")) return "u";
  if (thing.matches("[data-toggle=views]")) return "[";
  return thing.dataset.chosen ?? thing.dataset.key ?? BY_VIEW[thing.dataset.view] ?? BY_MODE[thing.closest(".composer-tabs") && thing.dataset.mode];
}

// with what it belongs to: Priority › High
function title(thing) {
  const own = named(thing);
  const place = around(thing);
  const of = place && (keyless(place.title) || named(place));
  return own && of && of !== own ? `${of} › ${own}` : own;
}

const menuOf = (thing) => one("summary", (thing.tagName === "SUMMARY" ? thing.parentElement.parentElement : thing).closest(MENUS) ?? document.createElement("i"));

const keyless = (title) => title.replace(/ \(.*\)$/, "");

function around(thing) {
  const menu = menuOf(thing);
  if (menu && thing.closest("#reply-form")) return headOf(thing) ?? menu; // when it leaves, and when the ticket is back
  if (menu) return menu;
  const message = thing.closest(".message");
  if (message) return one(".names b", message);
  const item = thing.closest("li.grant, tr");
  if (item) return one("strong, b, a, td", item);
  return one("h2", thing.closest(".card, section.stack") ?? document.createElement("i"));
}

function headOf(thing) {
  let up = thing.closest(".menu-panel > *");
  while (up && up.tagName !== "H3") up = up.previousElementSibling;
  return up;
}

function named(thing) {
  if (!thing) return "";
  const copy = thing.cloneNode(true);
  for (const aside of copy.querySelectorAll(".count, .avatar, kbd, small")) aside.remove();
  for (const part of copy.querySelectorAll("span, time")) part.append(" ");
  const label = thing.tagName === "INPUT" ? thing.closest("label") : null;
  const said = thing.getAttribute("aria-label") || label?.title || label?.textContent || copy.textContent.trim() || keyless(thing.title);
  return said.trim().replace(/\s+/g, " ");
}

function press(thing, field) {
  const side = thing.closest("#customer");
  if (side && !side.getClientRects().length) show(side);
  for (let up = thing.parentElement.closest("details"); up; up = up.parentElement.closest("details")) up.open = true;
  const target = thing.tagName === "SUMMARY" ? one("input:not([type=hidden]), textarea, select, button:not([hidden])", thing.parentElement) ?? thing : field;
  if (!target) return thing.click();
  target.scrollIntoView({ block: "nearest" });
  target.focus();
}

// folded away on a wide screen, behind the ticket on a narrow one
function show(side) {
  if (document.documentElement.dataset.customer) fold("customer");
  side.classList.add("shown");
}
