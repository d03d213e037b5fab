// Single keys, outside of fields. What a key does is also a button or a link on the page.
import { letGo, pick } from "./bulk.js";
import { hasText, undoLast, write } from "./composer.js";
import { all, one, openNumber, openTicket, ticketPane } from "./page.js";
import { backToList, closeMenus, fold } from "./panes.js";

const links = () => all(".row .subject a").filter((link) => link.offsetParent !== null);

export function watchKeys() {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented) return;
    if (event.key === "Escape") return escape(event);
    if ("noKeys" in document.body.dataset) return;
    if (event.target.closest("input, textarea, select, [contenteditable]") || one("dialog[open]")) return;
    const act = ACTIONS[event.key];
    if (act && act(event) !== false) event.preventDefault();
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-keys]")) showKeys();
  });
}

const ACTIONS = {
  j: () => step(1),
  ArrowDown: () => !openTicket() && step(1),
  k: () => step(-1),
  ArrowUp: () => !openTicket() && step(-1),
  o: () => openFocused(),
  x: () => pick(document.activeElement?.closest(".row")),
  u: () => backToList(),
  r: () => openTicket() && write("reply"),
  R: () => openTicket() && write("sender"),
  f: () => openTicket() && write("forward"),
  z: () => undoLast(),
  n: () => openTicket() && write("note"),
  e: () => press("e"),
  a: () => press("a"),
  i: () => press("i"),
  t: () => press("t"),
  p: () => press("p"),
  m: () => press("m"),
  "!": () => press("!"),
  "#": () => press("#"),
  1: () => press("1"),
  2: () => press("2"),
  3: () => press("3"),
  4: () => press("4"),
  "/": () => one("#search")?.focus(),
  "[": () => fold("views"),
  "]": () => fold("customer"),
  "?": () => showKeys(),
};

function step(by) {
  const found = links();
  if (!found.length) return false;
  if (openTicket()) {
    const at = found.findIndex((link) => link.closest(".row").id === `row-${openNumber()}`);
    found[at + by]?.click();
    found[at + by]?.scrollIntoView({ block: "nearest" });
    return true;
  }
  const at = found.indexOf(document.activeElement);
  const next = found[at < 0 ? (by > 0 ? 0 : found.length - 1) : Math.min(Math.max(at + by, 0), found.length - 1)];
  next.focus();
  next.scrollIntoView({ block: "nearest" });
  return true;
}

function openFocused() {
  if (!document.activeElement?.closest(".row")) return false;
  document.activeElement.click();
  return true;
}

function press(key) {
  const target = one(`[data-key="${key}"]`, ticketPane());
  if (!target) return false;
  closeMenus();
  for (let up = target.parentElement.closest("details"); up; up = up.parentElement.closest("details")) up.open = true;
  target.click();
  if (target.tagName === "SUMMARY") one("input:not([type=hidden]), button", target.nextElementSibling)?.focus();
  return true;
}

function escape(event) {
  if (closeMenus() || one("dialog[open]") || one(".views:popover-open")) return;
  if (event.target.closest("input, textarea")) event.target.blur();
  else if (!letGo() && !hasText()) backToList();
}

function showKeys() {
  closeMenus();
  one("#keys").showModal();
  return true;
}
