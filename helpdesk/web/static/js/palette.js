// The palette: everything that can be done from this page, found by a part of its name.
import { commandsOf, ofKeys, signOf } from "./commands.js";
import { fold } from "./fold.js";
import { all, get, one } from "./page.js";

const RECENT = "desk.palette";
const MOST = 60;
let commands = [];
let shown = [];
let at = 0;
let settings = null;
let people = [];
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
  commands = [...commandsOf(document.activeElement), ...ofKeys(), ...(settings ?? [])];
  dialog().showModal();
  list();
  settings ??= await ofSettings();
  commands = [...commands.filter((command) => !settings.includes(command)), ...settings];
  if (dialog().open) list(at); // what was chosen meanwhile stays chosen
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
  remember(command);
  command.go();
}

const remembered = () => JSON.parse(localStorage.getItem(RECENT) ?? "[]");

// names of commands, never what somebody wrote, nor what is searched for
function remember(command) {
  if (command.isTheirs || !commands.includes(command)) return;
  localStorage.setItem(RECENT, JSON.stringify([command.name, ...remembered().filter((one) => one !== command.name)].slice(0, 8)));
}
