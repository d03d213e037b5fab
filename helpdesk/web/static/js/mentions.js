// Mentions: after an @ in a note, colleagues are offered; who may not read the ticket is marked, and named below the text.
import { get, one } from "./page.js";

const BEGUN = /(?:^|[\s(])@([^\s@]{0,30}(?: [^\s@]{0,30})?)$/u;

export function openMentions(place) {
  const text = one("#note-text", place);
  if (!text) return;
  const offers = document.createElement("ul");
  offers.className = "offers mention-offers";
  offers.id = "mention-offers";
  offers.setAttribute("role", "listbox");
  offers.hidden = true;
  text.after(offers);
  text.setAttribute("aria-controls", offers.id);
  const shut = new Set();
  text.addEventListener("input", () => {
    look(text, offers, place, shut);
    tellOf(shut, text, place);
  });
  text.addEventListener("keydown", (event) => keys(event, text, offers));
  text.addEventListener("blur", () => setTimeout(() => { offers.hidden = true; }, 150));
}

const begun = (text) => BEGUN.exec(text.value.slice(0, text.selectionStart))?.[1];

async function look(text, offers, place, shut) {
  const letters = begun(text);
  if (letters === undefined) {
    offers.hidden = true;
    return;
  }
  const answer = await get(`${place.dataset.colleagues}?q=${encodeURIComponent(letters)}`);
  if (!answer || begun(text) !== letters) return;
  const { names, others } = await answer.json();
  for (const name of others) shut.add(name);
  offers.replaceChildren(...[...names, ...others].map((name, at) => offer(name, at, text, offers)));
  for (const made of [...offers.children].slice(names.length)) mark(made, place);
  offers.hidden = !offers.children.length;
  tellOf(shut, text, place);
}

function mark(made, place) {
  const words = document.createElement("small");
  words.className = "soft";
  words.textContent = ` ${place.dataset.mayNotRead}`;
  made.append(words);
}

// who is named here and may not read the ticket: their names stand below the text
function tellOf(shut, text, place) {
  const said = text.value.toLowerCase();
  const named = [...shut].filter((name) => said.includes(`@${name.toLowerCase()}`));
  const line = one("[data-called]", place);
  one("[data-names]", line).textContent = named.join(", ");
  line.hidden = !named.length;
}

function offer(name, at, text, offers) {
  const made = document.createElement("li");
  made.setAttribute("role", "option");
  made.setAttribute("aria-selected", String(at === 0));
  made.dir = "auto";
  made.textContent = made.dataset.name = name;
  made.addEventListener("mousedown", (event) => {
    event.preventDefault();
    take(name, text, offers);
  });
  return made;
}

function take(name, text, offers) {
  const letters = begun(text);
  offers.hidden = true;
  if (letters === undefined) return;
  text.setRangeText(`${name} `, text.selectionStart - letters.length, text.selectionStart, "end");
  text.dispatchEvent(new Event("input", { bubbles: true }));
}

function keys(event, text, offers) {
  if (offers.hidden) return;
  const found = [...offers.children];
  const at = found.findIndex((one) => one.getAttribute("aria-selected") === "true");
  if (["ArrowDown", "ArrowUp"].includes(event.key)) {
    const to = (at + (event.key === "ArrowDown" ? 1 : found.length - 1)) % found.length;
    found.forEach((one, index) => one.setAttribute("aria-selected", String(index === to)));
  } else if (event.key === "Escape") offers.hidden = true;
  else if (["Enter", "Tab"].includes(event.key) && !event.ctrlKey && !event.metaKey && !event.shiftKey && at >= 0) {
    take(found[at].dataset.name, text, offers);
  } else return;
  event.preventDefault();
  event.stopPropagation();
}
