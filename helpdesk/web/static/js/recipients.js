// Recipients: a field of addresses becomes chips; a few letters find people on tickets this agent may know of.
import { all, get, one } from "./page.js";

const ADDRESS = /^[^\s@,;<>]+@[^\s@,;<>]+\.[^\s@,;<>]+$/;

export function openRecipients(place) {
  for (const label of all("[data-address]", place)) dress(label, place);
  place.addEventListener("submit", () => all("[data-address]", place).forEach(settle), true);
}

// what is typed and no chip yet is on the screen all the same: it goes along, or is refused
function settle(label) {
  const typed = one(".typed", label);
  if (!typed) return;
  take(label, typed.value);
  typed.value = "";
}

export function fill(name, value) {
  const label = one(`[data-address="${name}"]`);
  if (!label) return;
  one("input[name]", label).value = value;
  draw(label);
}

// who of the last email is in none of the fields, by name; one click lets them in
export function showLeftOut() {
  const place = one("#composer");
  const line = place && one("[data-left-out-line]", place);
  if (!line) return;
  const fields = ["to", "cc", "bcc"].map((name) => one(`[name=${name}]`, place)?.value ?? "");
  const there = new Set(fields.flatMap(parts).map((part) => emailOf(part).toLowerCase()));
  const missing = JSON.parse(place.dataset.last).filter((person) => !there.has(person.email.toLowerCase()));
  line.hidden = !missing.length || place.dataset.mode === "forward";
  const names = one("[data-names]", line);
  names.textContent = `${place.dataset.leftOut} ${missing.map((person) => person.name || person.email).join(", ")} `;
  const add = document.createElement("button");
  add.type = "button";
  add.className = "link";
  add.textContent = place.dataset.add;
  add.addEventListener("click", () => {
    const cc = one("[name=cc]", place);
    fill("cc", [cc.value, ...missing.map(spelt)].filter(Boolean).join(", "));
    tell(cc);
  });
  names.append(add);
}

const spelt = ({ name, email }) => (name ? `${name.replace(/[",;<>]/g, " ")} <${email}>` : email);
const parts = (value) => (value.match(/(?:"[^"\n]*"|[^",;\n])+/g) ?? []).map((part) => part.trim()).filter(Boolean);
const emailOf = (part) => /<([^<>]+)>\s*$/.exec(part)?.[1] ?? part;

function tell(field) {
  showLeftOut();
  field.dispatchEvent(new CustomEvent("composer:changed", { bubbles: true }));
}

function dress(label, place) {
  const field = one("input[name]", label);
  const had = document.activeElement === field;
  const typed = field.cloneNode();
  typed.removeAttribute("name");
  typed.value = had ? unfinished(field) : "";
  typed.className = "typed";
  const caret = field.selectionStart - field.value.length;
  field.value = field.value.slice(0, field.value.length - typed.value.length);
  field.type = "hidden";
  field.removeAttribute("aria-label");
  const chips = document.createElement("span");
  chips.className = "address-chips";
  const offers = document.createElement("ul");
  offers.className = "offers";
  offers.setAttribute("role", "listbox");
  offers.hidden = true;
  label.append(chips, typed, offers);
  draw(label);
  if (had) goOn(typed, caret);
  typed.addEventListener("keydown", (event) => keys(event, label, typed, offers));
  typed.addEventListener("blur", () => setTimeout(() => {
    take(label, typed.value);
    typed.value = "";
    offers.hidden = true;
  }, 150));
  typed.addEventListener("input", () => look(label, typed, offers, place));
}

// the address somebody is in the middle of when the chips come; one that was there before is whole
function unfinished(field) {
  const end = /(?:"[^"\n]*"?|[^",;\n])*$/.exec(field.value)[0].trimStart();
  return field.value === field.defaultValue ? "" : end;
}

function goOn(typed, caret) {
  const at = Math.max(0, typed.value.length + caret);
  typed.focus();
  typed.setSelectionRange(at, at);
}

function draw(label) {
  const field = one("input[name]", label);
  const chips = one(".address-chips", label);
  chips?.replaceChildren(...parts(field.value).map((part) => chip(part, label)));
}

function chip(part, label) {
  const made = document.createElement("span");
  made.className = ADDRESS.test(emailOf(part)) ? "pill" : "pill trouble";
  made.title = emailOf(part);
  const name = document.createElement("span");
  name.dir = "auto";
  name.textContent = part.replace(/\s*<[^<>]*>\s*$/, "").replace(/^"|"$/g, "") || part;
  const drop = document.createElement("button");
  drop.type = "button";
  drop.className = "drop";
  drop.textContent = "×";
  drop.setAttribute("aria-label", `${one("#composer").dataset.remove}: ${emailOf(part)}`);
  drop.addEventListener("click", (event) => {
    event.preventDefault();
    const field = one("input[name]", label);
    field.value = parts(field.value).filter((other) => other !== part).join(", ");
    draw(label);
    tell(field);
    one(".typed", label).focus();
  });
  made.append(name, drop);
  return made;
}

function take(label, text) {
  const more = parts(text);
  if (!more.length) return;
  const field = one("input[name]", label);
  const there = new Set(parts(field.value).map((part) => emailOf(part).toLowerCase()));
  const fresh = more.filter((part) => !there.has(emailOf(part).toLowerCase()));
  field.value = [...parts(field.value), ...fresh].join(", ");
  draw(label);
  tell(field);
}

function keys(event, label, typed, offers) {
  const marked = one("[aria-selected=true]", offers);
  if (["Enter", "Tab", ",", ";"].includes(event.key) && !event.ctrlKey && !event.metaKey && (typed.value.trim() || marked)) {
    if (event.key !== "Tab" || marked) event.preventDefault();
    take(label, marked && !offers.hidden ? marked.dataset.value : typed.value);
    typed.value = "";
    offers.hidden = true;
  } else if (event.key === "Enter" && !event.ctrlKey && !event.metaKey) event.preventDefault();
  if (event.key === "Backspace" && !typed.value) one(".address-chips .pill:last-child .drop", label)?.click();
  if (event.key === "Escape") offers.hidden = true;
  if (["ArrowDown", "ArrowUp"].includes(event.key) && !offers.hidden) {
    event.preventDefault();
    const found = [...offers.children];
    const at = found.indexOf(marked) + (event.key === "ArrowDown" ? 1 : -1);
    found.forEach((offer, index) => offer.setAttribute("aria-selected", String(index === Math.max(0, Math.min(at, found.length - 1)))));
  }
}

async function look(label, typed, offers, place) {
  const letters = typed.value.trim();
  if (letters.length < 2) {
    offers.hidden = true;
    return;
  }
  const answer = await get(`${place.dataset.people}?q=${encodeURIComponent(letters)}`);
  if (!answer || typed.value.trim() !== letters) return;
  const { people } = await answer.json();
  offers.replaceChildren(...people.map((person) => {
    const offer = document.createElement("li");
    offer.setAttribute("role", "option");
    offer.dataset.value = spelt(person);
    offer.textContent = person.name ? `${person.name} · ${person.email}` : person.email;
    offer.addEventListener("mousedown", (event) => {
      event.preventDefault();
      take(label, offer.dataset.value);
      typed.value = "";
      offers.hidden = true;
    });
    return offer;
  }));
  offers.hidden = !people.length;
}
