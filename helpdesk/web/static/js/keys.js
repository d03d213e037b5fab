// Single keys, outside of fields. What a key does is also a button or a link on the page.
import { letGo, pick, pickAll, pickUpTo } from "./bulk.js";
import { hasText, undoLast, write } from "./composer.js";
import { focusEditor } from "./editor.js";
import { fold as folded } from "./fold.js";
import { all, one, openNumber, openTicket, ticketPane } from "./page.js";
import { copyTicket, darkOrLight, splitHere, takeBackBulk, takeBackState, watchSteps } from "./steps.js";
import { backToList, closeMenus, fold } from "./panes.js";
import { enterThread, forwardHere, isInThread, stepInThread } from "./thread.js";

// of each row what opens it: in a list of tickets, and on the pages that are lists of other things; where nothing does, the row
const links = () => all(".row .subject a, [data-walk] > li").map((row) => (row.matches("li") ? opens(row) ?? row : row)).filter((link) => link.offsetParent);
const opens = (row) => one(".subject a, [data-opens]", row) ?? one("a", row); // no button: Enter would press it

export function watchKeys() {
  watchSteps();
  keepPlace();
  oneStop();
  document.addEventListener("htmx:after:settle", keepPlace);
  document.addEventListener("htmx:after:swap", oneStop);
  document.addEventListener("focusin", (event) => event.target.closest(".row") && oneStop());
  document.addEventListener("keydown", (event) => {
    // with Shift Chrome keeps it for a window of its own
    if ((event.ctrlKey || event.metaKey) && (event.shiftKey || event.altKey) && event.key.toLowerCase() === "n" && openTicket()) {
      write(one("#composer")?.dataset.mode === "note" ? one("#reply-form [name=mode]").value : "note"); // back to whom it was for
      return event.preventDefault();
    }
    if (event.ctrlKey && event.altKey && event.key.toLowerCase() === "e" && openTicket()) {
      closeAndGoOn();
      return event.preventDefault();
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented) return;
    if (event.key === "Escape") return escape(event);
    if ((event.key === "Enter" && enter(event.target)) || (event.key.startsWith("Arrow") && stepInMenu(event)) || findInMenu(event)) return event.preventDefault();
    if ("noKeys" in document.body.dataset) return;
    if (event.target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]") || one("dialog[open]")) return;
    const act = (begun.key && SECOND[begun.key + event.key]) || ACTIONS[event.key];
    begun.key = null;
    if (act && act(event) !== false) event.preventDefault();
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-keys]")) showKeys();
  });
}

const begun = { key: null };

// the first of two keys: it waits a moment for the second
function begin(key) {
  begun.key = key;
  clearTimeout(begun.timer);
  begun.timer = setTimeout(() => (begun.key = null), 1_500);
  return true;
}

// Tab and Enter go on from there
const goTo = (link) => {
  link?.focus({ preventScroll: true });
  link?.click();
  return Boolean(link);
};
const view = (name) => goTo(one(`nav.views [data-view="${name}"]`));

const SECOND = {
  gi: () => view("mine"),
  gu: () => view("unassigned"),
  gm: () => view("mentions"),
  gd: () => view("drafts"),
  gs: () => view("snoozed"),
  gq: () => view("waiting"),
  "*a": () => pickAll(),
};

const ACTIONS = {
  g: () => begin("g"),
  "*": () => begin("*"),
  j: () => (isInThread() ? (stepInThread(1), true) : step(1)),
  ArrowDown: () => (isInThread() ? stepInThread(1) : !openTicket() && step(1)),
  k: () => (isInThread() ? (stepInThread(-1), true) : step(-1)),
  ArrowUp: () => (isInThread() ? stepInThread(-1) : !openTicket() && step(-1)),
  o: () => openFocused(),
  x: () => pick(document.activeElement?.closest(".row")),
  X: () => pickUpTo(document.activeElement?.closest(".row")),
  u: () => backToList(),
  r: () => openTicket() && write("reply"),
  R: () => openTicket() && write("sender"),
  f: () => openTicket() && (forwardHere() || write("forward")),
  z: () => takeBackState() || undoLast() || takeBackBulk(),
  n: () => openTicket() && write("note"),
  e: () => press("e"),
  E: () => closeAndGoOn(),
  h: () => press("h"),
  w: () => press("w"),
  s: () => press("s"),
  l: () => press("l"),
  y: () => splitHere(),
  ".": () => copyTicket(),
  d: () => darkOrLight(),
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

// the same by name, for the palette: it works where single keys are switched off too
export const doByKeys = (keys) => (SECOND[keys] ?? ACTIONS[keys])?.();

function step(by) {
  const found = links();
  if (!found.length) return false;
  if (openTicket()) {
    const next = beside(by, found);
    goTo(next);
    next?.scrollIntoView({ block: "nearest" });
    return true;
  }
  const at = found.findIndex((link) => link.closest("li").contains(document.activeElement));
  const next = found[at < 0 ? (by > 0 ? 0 : found.length - 1) : Math.min(Math.max(at + by, 0), found.length - 1)];
  if (next.matches("li")) next.tabIndex = -1;
  next.focus();
  next.scrollIntoView({ block: "nearest" });
  return true;
}

// a list that changes under an open ticket does not change what comes next: answered, it may stand at its end
const PLACE = "place";
function keepPlace() {
  const number = openNumber();
  if (!number) return sessionStorage.removeItem(PLACE);
  if (place().number === number) return;
  const ids = links().map(rowOf);
  if (!ids.length) return; // the list has not come yet
  const at = ids.indexOf(`row-${number}`);
  sessionStorage.setItem(PLACE, JSON.stringify({ number, "-1": ids[at - 1], 1: at < 0 ? undefined : ids[at + 1] }));
}
const place = () => JSON.parse(sessionStorage.getItem(PLACE) ?? "{}");
const rowOf = (link) => link.closest(".row").id;

function beside(by, found) {
  const kept = place();
  const known = kept.number === openNumber() && found.find((link) => rowOf(link) === kept[by]);
  return known || found[found.findIndex((link) => rowOf(link) === `row-${openNumber()}`) + by];
}

// the next one is known before the list changes
function closeAndGoOn() {
  const next = beside(1, links());
  const goOn = () => (next ? goTo(next) : backToList());
  if (one('form[action$="/closure"] [data-key="e"]', ticketPane())) {
    document.addEventListener("htmx:after:settle", goOn, { once: true });
    return press("e");
  }
  return openTicket() ? goOn() : false;
}

// Tab comes to the list once, at the row one is at: j, k and the arrows go through it
function oneStop() {
  const found = "noKeys" in document.body.dataset ? [] : all("#rows .row");
  const stop = document.activeElement?.closest?.(".row") ?? found.find((row) => row.dataset.stop) ?? one(".row.current") ?? found[0];
  for (const row of found) {
    if (row === stop) row.dataset.stop = "yes";
    else delete row.dataset.stop;
    for (const part of all(".pick, .subject a", row)) part.tabIndex = row === stop ? 0 : -1;
  }
}

function openFocused() {
  const row = document.activeElement?.closest(".row, [data-walk] > li");
  if (!row) return false;
  if (row.id === `row-${openNumber()}`) return enterThread();
  const link = opens(row);
  link?.click();
  return Boolean(link);
}

// with tickets chosen in the list, a key is meant for all of them
const forChosen = (key) => (openTicket() ? null : one(`#bulk.on [data-chosen="${key}"]`));

function press(key) {
  const target = forChosen(key) ?? one(`[data-key="${key}"]`, ticketPane());
  if (!target) return false;
  closeMenus();
  const menu = target.tagName === "SUMMARY" ? target.parentElement : null;
  for (let up = target.parentElement.closest("details"); up; up = up.parentElement.closest("details")) up.open = true;
  if (!menu) target.click();
  else one("input:not([type=hidden]), button:not([hidden])", menu)?.focus();
  return true;
}

// Enter in a field does what stands beside it, and never what its form would do first, such as to send
function enter(field) {
  if (field.matches(".row.current .subject a")) return enterThread(); // it is open already
  if (!field.matches("input[name]:not([type=checkbox], [type=radio], [type=file])")) return false;
  const beside = field.closest(".own-time, .row-form");
  if (beside) one("button", beside).click();
  else if (field.closest("#reply-form")) focusEditor();
  return Boolean(beside ?? field.closest("#reply-form"));
}

function stepInMenu({ key, target }) {
  const panel = target.matches("input, textarea, select") ? null : target.closest("details.menu[open]");
  const step = { ArrowDown: 1, ArrowUp: -1 }[key];
  if (!panel || !step) return false;
  const items = all(".menu-panel :is(button, a, input, summary)", panel).filter((item) => item.offsetParent);
  items[(items.indexOf(target) + step + items.length) % items.length]?.focus();
  return true;
}

// in an open menu letters look for what is called so, and digits go into its field: a name is no row of commands
let typed = { letters: "", at: 0 };
function findInMenu({ key, target, timeStamp: at }) {
  const menu = target.matches("input:not([type=checkbox]), textarea, select") ? null : target.closest(".menu[open], .menu-group[open]");
  if (!menu || !/^\S$/u.test(key)) return false;
  const field = /\d/.test(key) && one("[inputmode]", menu);
  if (field) return field.focus(); // and there the digit is written
  typed = { letters: (at - typed.at < 1_000 ? typed.letters : "") + folded(key), at };
  const isCalledSo = (item) => item.parentElement !== menu && item.checkVisibility() && ` ${folded((one(".cut", item) ?? item).textContent)}`.includes(` ${typed.letters}`);
  const item = all(".menu-item", menu).find(isCalledSo);
  item?.focus();
  return item || typed.letters[1] || !one(`[data-key="${CSS.escape(key)}"], [data-chosen="${CSS.escape(key)}"]`, menu);
}

function escape(event) {
  const menu = event.target.closest("details.menu[open]");
  if (closeMenus()) return one("summary", menu ?? document.createElement("i"))?.focus();
  if ( one("dialog[open]") || one(".views:popover-open")) return;
  if (event.target.closest("input, textarea, [contenteditable]")) event.target.blur();
  else if (!letGo() && !hasText()) backToList();
}

function showKeys() {
  closeMenus();
  one("#keys").showModal();
  return true;
}
