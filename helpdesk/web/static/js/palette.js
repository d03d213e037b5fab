// The palette: everything on this page that can be pressed or gone to, found by a part of its name.
import { doByKeys } from "./keys.js";
import { all, get, one } from "./page.js";

const RECENT = "desk.palette";
const MOST = 60;
let commands = [];
let shown = [];
let at = 0;
let settings = null;
let people = [];
// what has a key and no button or link of its own on the page
const BY_KEY = ["E", "x", "X", "*a", "y", "u", ".", "z", "[", "]", "d", "/"];

// the keys of what says none itself
const KEYS = { all: "r", sender: "Shift r", forward: "f", note: "n", mine: "g i", unassigned: "g u", mentions: "g m", drafts: "g d", snoozed: "g s", waiting: "g q" };

const dialog = () => one("#palette");
const field = () => one("input", dialog());

export function watchPalette() {
  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey) return;
    event.preventDefault();
    if (dialog().open) dialog().close();
    else open();
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-palette]")) open();
    if (event.target === dialog()) dialog().close(); // beside it
  });
  field().addEventListener("input", () => {
    people = [];
    list();
    lookForPeople(field().value.trim());
  });
  field().addEventListener("keydown", choose);
  one("ul", dialog()).addEventListener("click", (event) => run(shown[event.target.closest("li")?.dataset.at]));
}

export async function open() {
  if (one("dialog[open]")) return;
  for (const menu of all("details.menu[open]")) menu.open = false;
  field().value = "";
  people = [];
  commands = [...ofSelection(), ...ofTicket(), ...ofPage(), ...ofKeys(), ...(settings ?? [])];
  dialog().showModal();
  list();
  settings ??= await ofSettings();
  commands = [...commands.filter((command) => !settings.includes(command)), ...settings];
  if (dialog().open) list(at); // what was chosen meanwhile stays chosen
}

// what can be done with the chosen tickets comes first
function ofSelection() {
  const bar = one("#bulk.on");
  if (!bar) return [];
  return all(":is(summary, .bulk-does > .button, .menu-item)", bar).map((button) => ({ name: inMenu(button), key: button.dataset.chosen, sign: signOf(button), go: () => press(button) }));
}

// what has a menu is named with it: Priority › High
function ofTicket() {
  const found = [];
  for (const button of all("#ticket .ticket-head :is(.menu-item, .button, summary[data-key])")) {
    if (button.matches("summary:has(+ :is(form, div) .menu-item), form:has(.input:not([type=hidden])) .button")) continue;
    if (named(button)) found.push({ name: inMenu(button), key: button.dataset.key, sign: signOf(button), go: () => press(button) });
  }
  for (const tab of all("#ticket .composer-tabs a")) found.push({ name: named(tab), key: KEYS[tab.dataset.mode], sign: signOf(tab), go: () => tab.click() });
  return found;
}

function inMenu(button) {
  const title = named(button);
  const menu = button.matches(".menu-item:not(summary)") ? button.closest("details")?.querySelector("summary") : null;
  const of = menu ? menu.title.replace(/ \(.*\)$/, "") || named(menu) : "";
  return of && of !== title ? `${of} › ${title}` : title;
}

function press(button) {
  for (let up = button.parentElement.closest("details"); up; up = up.parentElement.closest("details")) up.open = true;
  if (button.tagName !== "SUMMARY") button.click();
  else one("input:not([type=hidden]), button:not([hidden])", button.parentElement)?.focus();
}

function ofPage() {
  const links = all("nav.views a.view").map((link) => ({ name: named(link), key: KEYS[link.dataset.view], sign: signOf(link), go: () => link.click() }));
  const buttons = all("nav.views footer :is(button)").map((button) => ({ name: named(button), sign: signOf(button), go: () => button.click() }));
  return [...links, ...buttons].filter((command) => command.name);
}

// named as the list of keys names them
function ofKeys() {
  return all("#keys .keys-list > div").flatMap((row) => {
    const [first, second] = all("kbd", row).map((key) => key.textContent);
    const keys = first === "Shift" ? second.toUpperCase() : first === "*" ? first + second : first;
    const isHere = BY_KEY.includes(keys) && (keys !== "y" || one("#ticket [data-split]"));
    return isHere ? [{ name: one("dt", row).textContent, key: keys, go: () => doByKeys(keys) }] : [];
  });
}

// whom the letters may mean, among those this agent may know of; names of people are not remembered
async function lookForPeople(typed) {
  const url = dialog().dataset.people;
  if (!url || typed.length < 2 || /^#?\d+$/.test(typed)) return;
  await new Promise((wait) => setTimeout(wait, 150));
  if (field().value.trim() !== typed) return;
  const answer = await get(`${url}?q=${encodeURIComponent(typed)}`);
  const found = answer ? (await answer.json()).people : [];
  if (field().value.trim() !== typed || !dialog().open) return;
  people = found.map(({ name, email }) => ({ name: name ? `${name} <${email}>` : email, go: () => search(email) }));
  list(at);
}

async function ofSettings() {
  const answer = await fetch(dialog().dataset.settings, { headers: { "X-Unattended": "1" } }).catch(() => null);
  if (!answer?.ok) return [];
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const title = page.querySelector("h1")?.textContent ?? "";
  return [...page.querySelectorAll(".settings-link")].map((link) => ({
    name: `${title} › ${link.querySelector("strong").textContent}`,
    sign: signOf(link),
    go: () => location.assign(link.getAttribute("href")),
  }));
}

const signOf = (thing) => one("svg.icon", thing);

function named(thing) {
  const copy = thing.cloneNode(true);
  for (const aside of copy.querySelectorAll(".count, .avatar, kbd, small")) aside.remove();
  return (copy.textContent.trim() || thing.getAttribute("aria-label") || thing.title || "").replace(/\s+/g, " ");
}

function list(chosen = 0) {
  const typed = field().value.trim();
  const recent = remembered();
  const scored = commands
    .map((command) => ({ command, score: typed ? fits(command.name, typed) : 1, last: recent.indexOf(command.name) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score || rank(a.last) - rank(b.last));
  shown = [...direct(typed), ...scored.map(({ command }) => command).slice(0, MOST - people.length), ...people];
  at = Math.max(0, Math.min(chosen, shown.length - 1));
  one("ul", dialog()).replaceChildren(...shown.map(item));
  one(".palette-none", dialog()).hidden = shown.length > 0;
  mark();
}

const rank = (last) => (last < 0 ? Infinity : last);

function direct(typed) {
  const number = /^#?(\d{1,15})$/.exec(typed);
  const words = dialog().dataset;
  const found = [];
  if (number) found.push({ name: words.ticket.replace("0", number[1]), go: () => location.assign(`/tickets/${number[1]}`) });
  if (typed && !number) found.push({ name: words.search.replace("…", typed), go: () => search(typed), isLast: true });
  return found.filter((command) => !command.isLast || !commands.some(({ name }) => fits(name, typed) > 0));
}

const search = (typed) => location.assign(`/search?q=${encodeURIComponent(typed)}`);

// letters in their order; better where words begin, where they stand together, and near the beginning
function fits(name, typed) {
  const said = fold(name);
  const wanted = fold(typed).replace(/\s+/g, "");
  const whole = said.indexOf(fold(typed));
  if (whole >= 0) return 1000 - whole + (whole === 0 || said[whole - 1] === " " ? 500 : 0);
  let place = -1;
  let score = 1;
  for (const letter of wanted) {
    const next = said.indexOf(letter, place + 1);
    if (next < 0) return 0;
    score += next === place + 1 ? 5 : said[next - 1] === " " ? 4 : 0;
    place = next;
  }
  return score;
}

const fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

function item(command, index) {
  const row = document.createElement("li");
  row.id = `palette-${index}`;
  row.dataset.at = index;
  row.setAttribute("role", "option");
  row.dir = "auto";
  const sign = command.sign?.cloneNode(true) ?? document.createElement("span");
  const name = document.createElement("span");
  name.textContent = command.name;
  row.append(sign, name);
  for (const key of command.key?.split(" ") ?? []) row.append(keyCap(key));
  return row;
}

function keyCap(key) {
  const cap = document.createElement("kbd");
  cap.textContent = key;
  return cap;
}

function choose(event) {
  if (event.isComposing) return;
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step && shown.length) at = (at + step + shown.length) % shown.length;
  else if (event.key === "Enter") {
    if (shown.length) run(shown[at]);
    else if (field().value.trim()) search(field().value.trim());
  } else if (event.key === "Backspace" && !field().value) dialog().close();
  else return;
  event.preventDefault();
  mark();
}

function mark() {
  for (const row of all("li", dialog())) row.setAttribute("aria-selected", String(Number(row.dataset.at) === at));
  const row = one(`#palette-${at}`);
  row?.scrollIntoView({ block: "nearest" });
  if (row) field().setAttribute("aria-activedescendant", row.id);
  else field().removeAttribute("aria-activedescendant");
}

function run(command) {
  if (!command) return;
  dialog().close();
  remember(command.name);
  command.go();
}

const remembered = () => JSON.parse(localStorage.getItem(RECENT) ?? "[]");

// names of commands, never of tickets or what is searched for
function remember(name) {
  if (!commands.some((command) => command.name === name)) return;
  localStorage.setItem(RECENT, JSON.stringify([name, ...remembered().filter((one) => one !== name)].slice(0, 8)));
}
