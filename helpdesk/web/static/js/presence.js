// Who else is at a ticket, and who is writing: this page gives signs of life, and shows those of others.
import { all, get, one, openNumber, say, ticketPane, token, words } from "./page.js";

const BEAT = 7_000;
const LOOK = 8_000; // while somebody is shown: who vanished without a word is noticed then
const STOPPED = 5_000; // without a key: no longer writing
const IDLE = 120_000; // without a touch: the page is only open

let number = null;
let wroteAt = 0;
let told = false;
let again = null;
let touchedAt = Date.now();

export function watchPresence() {
  document.addEventListener("input", (event) => {
    if (!event.target.closest("#ticket .composer")) return;
    wroteAt = Date.now();
    if (!told) beat();
  });
  for (const kind of ["keydown", "pointermove", "pointerdown", "wheel", "scroll"]) {
    document.addEventListener(kind, () => (touchedAt = Date.now()), { capture: true, passive: true });
  }
  document.addEventListener("htmx:after:swap", () => arrive());
  document.addEventListener("visibilitychange", () => (document.hidden ? leave() : arrive(true)));
  addEventListener("pagehide", leave);
  addEventListener("popstate", () => setTimeout(arrive));
  setInterval(() => (document.hidden ? null : beat()), BEAT);
  setInterval(() => told && !isWriting() && beat(), 1_000);
  arrive();
}

const isWriting = () => Date.now() - wroteAt < STOPPED;

function arrive(isBack = false) {
  const now = openNumber();
  if (now !== number || isBack === true) {
    if (number && now !== number) leave();
    number = now;
    wroteAt = 0;
    beat();
  }
  look();
}

function beat() {
  if (!number || number !== openNumber()) return;
  told = isWriting();
  send(number, { typing: told ? "1" : "0", idle: Date.now() - touchedAt > IDLE ? "1" : "0" });
}

function leave() {
  if (number) send(number, { left: "1" });
}

function send(ticket, values) {
  const body = new URLSearchParams({ ...values, csrf_token: token() });
  fetch(`/tickets/${ticket}/presence`, { method: "POST", body, keepalive: true, headers: { "X-Unattended": "1" } }).then(
    (answer) => answer.status === 404 && ticket === openNumber() && goneFromHere(),
    () => {},
  );
}

// moved out of this agent's sight: it stays on the page with what is written on it, and gives no more signs of life
function goneFromHere() {
  const back = one("[data-back]", ticketPane());
  number = null;
  say(words().notFound, { url: back.href, words: back.ariaLabel }, { stays: true });
}

// asked for by the stream's word that somebody came or left, and now and then while somebody is shown
export async function look() {
  clearTimeout(again);
  const rows = all(".row[id]").map((row) => row.id.replace("row-", ""));
  const asked = [...new Set([openNumber(), ...rows])].filter(Boolean).slice(0, 200);
  if (!asked.length || document.hidden) return;
  const answer = await get(`/presence?tickets=${asked.join(",")}`);
  if (!answer) return;
  const found = await answer.json();
  show(found);
  if (found.length) again = setTimeout(look, LOOK);
}

function show(found) {
  for (const place of all("[data-here]")) {
    const here = found.filter((other) => String(other.ticket) === place.dataset.here);
    place.replaceChildren(...here.map((other) => mark(other, place.hasAttribute("data-words"))));
  }
}

function mark(other, isTold) {
  const avatar = document.createElement("span");
  avatar.className = `avatar fine tone-${other.tone} ${other.typing ? "writing" : other.idle ? "idle" : "looking"}`;
  avatar.title = other.words;
  avatar.setAttribute("role", "img");
  avatar.setAttribute("aria-label", other.words);
  avatar.textContent = other.initials;
  if (!isTold || !other.typing) return avatar;
  const told = document.createElement("span");
  told.className = "writes";
  told.append(avatar, other.words);
  return told;
}
