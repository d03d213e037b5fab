// Keeping: what is typed is on the server a second after the last key. What can't get there yet, of whichever ticket and
// whichever of its two texts, waits here and goes as soon as it can.
import { renamePicture } from "./editor.js";
import { renameFile } from "./files.js";
import { all, goOnAt, login, one, signedOut, token, words } from "./page.js";

const AFTER = 1_000;
const AT_LEAST_EVERY = 10_000;
const AGAIN_AFTER = 5_000; // where it did not work
const PATIENCE = 3_000; // for an answer that a form waits for
const JUST_NOW = 5_000; // a page that was made meanwhile may not know what was saved since
const MOST_AT_CLOSING = 60_000; // a browser takes no more along from a page that goes
const kept = new Map(); // ticket and kind → what that editor holds; once the server has it, `saved` says as what and when
const turns = new Map(); // ticket and kind → its request: one after the other
let timer = null;
let last = 0;

const composer = () => one("#composer");
const nameOf = ({ ticket, kind }) => `${ticket} ${kind}`;
const isUnsaved = (text) => !text.saved;
const unsaved = () => [...kept.values()].filter(isUnsaved);
export const formOf = (kind) => one(kind === "note" ? "#note-form" : "#reply-form");
export const kindOf = (form) => (form.id === "note-form" ? "note" : "reply");
const shown = ({ ticket, kind }) => (composer()?.dataset.ticket === ticket ? formOf(kind) : null);

export function watchKeeping() {
  addEventListener("pagehide", () => unsaved().forEach((text) => save(text, { isLast: true })));
  addEventListener("online", flush);
  document.addEventListener("visibilitychange", flush);
  addEventListener("beforeunload", (event) => {
    const open = unsaved();
    const size = open.reduce((sum, { sent }) => sum + new URLSearchParams(sent).toString().length, 0);
    if (open.some((text) => text.failed) || (open.length && (navigator.onLine === false || login.isOut)) || size > MOST_AT_CLOSING) event.preventDefault();
  });
}

export function keep(form) {
  const { ticket, drafts, saving, mode } = composer().dataset;
  const sent = new FormData(form);
  sent.delete("files");
  sent.set("kind", kindOf(form));
  const text = { ticket, kind: kindOf(form), mode, url: drafts, sent, at: Date.now() };
  kept.set(nameOf(text), text);
  say(form, saving);
  clearTimeout(timer);
  if (!last) last = Date.now();
  timer = setTimeout(flush, Date.now() - last > AT_LEAST_EVERY - AFTER ? 0 : AFTER);
}

// all that is not saved, of every ticket; true where nothing is left
export async function flush() {
  clearTimeout(timer);
  last = 0;
  const got = await Promise.all(unsaved().filter((text) => !text.refused && !text.leaves).map(inTurn));
  if (!login.isOut && unsaved().some((text) => text.failed && !text.refused)) timer = setTimeout(flush, AGAIN_AFTER);
  return !got.includes(false);
}

function inTurn(text) {
  const name = nameOf(text);
  const turn = (turns.get(name) ?? Promise.resolve()).then(() => (kept.get(name) === text && !text.saved ? save(text) : true));
  turns.set(name, turn);
  turn.then(() => turns.get(name) === turn && turns.delete(name));
  return turn;
}

export const isBusy = (ticket) => ["reply", "note"].some((kind) => turns.has(nameOf({ ticket, kind })));
export const isKept = () => unsaved().length === 0;

// until what is on its way has its answer: what is sent next knows it
export const settled = (ticket) => Promise.race([
  Promise.all(["reply", "note"].map((kind) => turns.get(nameOf({ ticket, kind })))),
  new Promise((go) => setTimeout(go, PATIENCE)),
]);

// what is on its way to be sent is no draft beside it, unless the page goes before the answer came
export function leaves(text) {
  if (text) text.leaves = true;
}

export function stays(text) {
  if (!text?.leaves) return;
  delete text.leaves;
  flush();
}

export const of = (ticket, kind) => kept.get(nameOf({ ticket, kind }));

export const forget = (ticket, kind, text = of(ticket, kind)) => of(ticket, kind) === text && kept.delete(nameOf({ ticket, kind }));

// what the new page does not show: not saved yet, or saved after the page was made
export function missing(ticket, kind) {
  const text = of(ticket, kind);
  if (!text?.saved) return text;
  if (Date.now() - text.saved.at > JUST_NOW || Number(formOf(kind).elements.revision.value) >= text.saved.revision) {
    forget(ticket, kind);
    return undefined;
  }
  rename(formOf(kind), text.saved);
  return text;
}

async function save(text, { isLast = false } = {}) {
  const body = new URLSearchParams(text.sent);
  const form = shown(text);
  for (const name of form ? ["key", "revision"] : []) body.set(name, form.elements[name].value);
  body.set("csrf_token", token()); // that of the form may be from before somebody signed in again
  try {
    const answer = await fetch(text.url, { method: "POST", body, keepalive: isLast });
    if (!answer.ok) return await refused(text, answer);
    took(text, await answer.json());
    return true;
  } catch {
    text.failed = true;
    say(shown(text), composer()?.dataset.offline);
    return false;
  }
}

function took(text, saved) {
  const newest = of(text.ticket, text.kind);
  text.failed = false;
  text.saved = { ...saved, revision: Number(saved.revision), at: Date.now() };
  if (!newest) return; // it was sent or discarded meanwhile
  for (const each of [text, newest]) for (const name of ["key", "revision"]) each.sent.set(name, saved[name]);
  const form = shown(text); // made anew, perhaps
  if (!form || !composer().dataset.open) return; // one that is only just there asks by itself
  rename(form, saved);
  goOnAt(saved.url);
  if (newest === text) say(form, saved.words); // else more was typed meanwhile
}

async function refused(text, answer) {
  const said = await answer.json().catch(() => ({}));
  text.failed = true;
  text.refused = ![400, 401, 408, 429].includes(answer.status) && answer.status < 500; // again, it would be the same
  if (answer.status === 401) signedOut();
  say(shown(text), said.wrong ?? { 401: words().signedOut, 404: words().notFound }[answer.status] ?? words().failed);
  return false;
}

// what the draft is called from now on; a copy of another window's has files of its own
function rename(form, saved) {
  form.elements.key.value = saved.key;
  form.elements.revision.value = saved.revision;
  for (const [from, to] of Object.entries(saved.files ?? {})) {
    renameFile(form, from, to);
    renamePicture(`/drafts/files/${from}`, `/drafts/files/${to}`);
  }
  if (kindOf(form) === "note") return;
  one("[data-discard]").hidden = !saved.removal;
  if (!saved.removal) return;
  for (const field of all(".ask [name=key]")) field.value = saved.key;
  const discard = one("#discard-draft");
  discard.action = saved.removal + new URL(discard.action).search;
  discard.elements.revision.value = saved.revision;
}

function say(form, text) {
  const state = form && one("[data-state]", form);
  if (state && text !== undefined) state.textContent = text;
}
