// Choosing several tickets of a list: by mouse, with Shift from one to the next, and by the key x.
import { meanwhile } from "./held.js";
import { all, get, one } from "./page.js";

const SHOWN = 6; // of the chosen tickets, to merge the others into

const boxes = () => all("#rows .pick");
let last = null;

export function watchBulk() {
  document.addEventListener("click", (event) => {
    const box = event.target.closest(".pick");
    if (!box) return;
    if (event.shiftKey && last?.isConnected) range(last, box);
    last = box;
    show();
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches("#bulk [data-all]")) {
      for (const box of boxes()) box.checked = event.target.checked;
      show();
    }
  });
  document.addEventListener("htmx:after:swap", show);
  document.addEventListener("keydown", walk);
  document.addEventListener("focusin", ({ target }) => target.matches(STOPS) && oneStop(target));
  show();
  if (new URLSearchParams(location.search).has("bulk")) one("#rows .subject a")?.focus({ preventScroll: true }); // the bar is gone
}

// Tab comes to the bar once; arrows, Home and End go through it
const STOPS = ".bulk-does > .button, .bulk-does > .menu > summary";
const stops = () => all(STOPS).filter((stop) => stop.offsetParent);

function oneStop(stop = all(STOPS).find((one) => one.tabIndex === 0)) {
  const found = all(STOPS);
  for (const one of found) one.tabIndex = one === (stop ?? found[0]) ? 0 : -1;
}

function walk(event) {
  if (!event.target.matches(STOPS) || event.ctrlKey || event.altKey || event.metaKey) return;
  const found = stops();
  const on = getComputedStyle(event.target).direction === "rtl" ? -1 : 1;
  const at = found.indexOf(event.target);
  const to = { ArrowRight: at + on, ArrowLeft: at - on, Home: 0, End: found.length - 1 }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  const open = one(".bulk-does > .menu[open]");
  if (open) open.open = false;
  found.at(to % found.length).focus();
}

// x on a row: choose it, or let it go.
export function pick(row) {
  const box = row && one(".pick", row);
  if (!box) return false;
  box.checked = !box.checked;
  last = box;
  show();
  return true;
}

// Shift+x: everything from the row chosen last to this one.
export function pickUpTo(row) {
  const box = row && one(".pick", row);
  if (!box) return false;
  box.checked = true;
  if (last?.isConnected) range(last, box);
  last = box;
  show();
  return true;
}

export function pickAll() {
  for (const box of boxes()) box.checked = true;
  show();
  return boxes().length > 0;
}

export function letGo() {
  const chosen = boxes().filter((box) => box.checked);
  for (const box of chosen) box.checked = false;
  const isInBar = one("#bulk")?.contains(document.activeElement); // which goes, and with it the focus
  show();
  if (isInBar) one(".subject a", (last?.isConnected ? last : chosen[0])?.closest(".row") ?? document)?.focus();
  return chosen.length > 0;
}

function range(from, to) {
  const found = boxes();
  const [first, end] = [found.indexOf(from), found.indexOf(to)].sort((a, b) => a - b);
  if (first < 0) return;
  for (const box of found.slice(first, end + 1)) box.checked = to.checked;
}

function show() {
  const bar = one("#bulk");
  if (!bar) return;
  const found = boxes();
  const chosen = found.filter((box) => box.checked).length;
  bar.classList.toggle("on", chosen > 0);
  oneStop();
  one("[data-count]", bar).textContent = chosen;
  const isAll = chosen === found.length;
  one("[data-all]", bar).checked = isAll;
  const whole = one(".bulk-whole", bar); // what is further down the list too
  if (whole) {
    whole.hidden = !isAll;
    if (!isAll) bar.elements.whole.checked = false;
  }
  if (chosen && !bar.elements.key.value) prepare(bar);
  offerToMergeInto(one("[data-into]", bar));
}

// One key for one action: a form that is sent twice does it once. Keys wait until there is what they open.
function prepare(bar) {
  bar.elements.key.value = crypto.randomUUID?.() ?? String(Math.random());
  meanwhile(menus(bar));
}

async function menus(bar) {
  const answer = await get(bar.dataset.choices, { isAttended: true });
  if (answer) one("[value='close:']", bar).insertAdjacentHTML("afterend", await answer.text());
  show();
}

// the chosen ones by name: the others go into one of them
function offerToMergeInto(place) {
  const chosen = boxes().filter((box) => box.checked).slice(0, SHOWN);
  const numbers = chosen.map((box) => box.value).join();
  if (!place || place.dataset.into === numbers) return; // one of them may have the focus
  place.dataset.into = numbers;
  place.replaceChildren(...chosen.map((box) => {
    const made = document.createElement("button");
    const number = document.createElement("span");
    const subject = document.createElement("span");
    Object.assign(made, { className: "menu-item", name: "do", value: `merge:${box.value}` });
    Object.assign(number, { className: "number", textContent: `#${box.value}` });
    Object.assign(subject, { className: "cut", dir: "auto", textContent: one(".subject a", box.closest(".row")).textContent });
    made.append(number, subject);
    return made;
  }));
}
