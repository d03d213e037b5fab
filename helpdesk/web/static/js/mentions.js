// Mentions: after an @ in a note, the colleagues who may read the ticket are offered.
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
  text.addEventListener("input", () => look(text, offers, place));
  text.addEventListener("keydown", (event) => keys(event, text, offers));
  text.addEventListener("blur", () => setTimeout(() => { offers.hidden = true; }, 150));
}

const begun = (text) => BEGUN.exec(text.value.slice(0, text.selectionStart))?.[1];

async function look(text, offers, place) {
  const letters = begun(text);
  if (letters === undefined) {
    offers.hidden = true;
    return;
  }
  const answer = await get(`${place.dataset.colleagues}?q=${encodeURIComponent(letters)}`);
  if (!answer || begun(text) !== letters) return;
  const { names } = await answer.json();
  offers.replaceChildren(...names.map((name, at) => offer(name, at, text, offers)));
  offers.hidden = !names.length;
}

function offer(name, at, text, offers) {
  const made = document.createElement("li");
  made.setAttribute("role", "option");
  made.setAttribute("aria-selected", String(at === 0));
  made.dir = "auto";
  made.textContent = name;
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
    take(found[at].textContent, text, offers);
  } else return;
  event.preventDefault();
  event.stopPropagation();
}
