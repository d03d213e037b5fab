// Writing: two forms, of which one is shown. What is typed is kept on the server a second after the last key.
import { focusEditor, openEditor, replaceText } from "./editor.js";
import { watchFiles } from "./files.js";
import { all, goOnAt, login, one, signedOut, words } from "./page.js";
import { watchPicker } from "./picker.js";
import { openMentions } from "./mentions.js";
import { fill, openRecipients, showLeftOut } from "./recipients.js";

const AFTER = 1_000;
const AT_LEAST_EVERY = 10_000;
const JUST_NOW = 5_000; // a page that was made meanwhile may not know what was saved since
const unsaved = new Map(); // ticket → what its editor holds; once the server has it, `saved` says as what and when
let timer = null;
let last = 0;

const composer = () => one("#composer");
const mode = () => composer()?.dataset.mode ?? "";
const shownForm = () => one(mode() === "note" ? "#note-form" : "#reply-form");

export function watchComposer() {
  open();
  document.addEventListener("input", (event) => changed(event.target));
  document.addEventListener("composer:changed", (event) => changed(event.target));
  document.addEventListener("click", (event) => {
    const tab = event.target.closest(".composer-tabs a");
    if (tab) {
      event.preventDefault();
      event.stopPropagation();
      write(tab.dataset.mode);
    }
    if (event.target.closest("[data-edit]")) {
      one("#held").remove();
      focusEditor();
    }
    const chip = event.target.closest("[data-actions] .drop");
    if (chip) {
      const list = chip.closest("ul");
      chip.closest("li").remove();
      changed(list);
    }
  }, true);
  document.addEventListener("keydown", keys);
  document.addEventListener("htmx:before:request", (event) => {
    const source = event.detail.ctx?.sourceElement;
    if (source?.getAttribute?.("action")?.startsWith("/drafts/")) unsaved.delete(composer()?.dataset.ticket);
    else if (!source?.closest?.("#composer")) flush();
  });
  document.addEventListener("htmx:after:request", (event) => {
    const { sourceElement, response } = event.detail.ctx;
    if (!["reply-form", "note-form"].includes(sourceElement?.id) || !response?.raw?.ok) return;
    clearTimeout(timer);
    unsaved.delete(composer()?.dataset.ticket);
    if (sourceElement.contains(document.activeElement)) document.activeElement.blur(); // the next key is a command again
  });
  document.addEventListener("htmx:after:swap", open);
  document.addEventListener("submit", leave);
  addEventListener("pageshow", () => delete composer()?.dataset.left);
  addEventListener("pagehide", flush);
  addEventListener("beforeunload", (event) => {
    if (!isKept() && (navigator.onLine === false || login.isOut)) event.preventDefault();
  });
  watchFiles(changed);
  watchPicker(changed);
}

export function write(kind) {
  const place = composer();
  if (!place || place.dataset.mode === "new") return false;
  choose(kind === "reply" ? "all" : kind);
  place.scrollIntoView({ block: "nearest" });
  if (mode() === "note") one("#note-text").focus();
  else focusEditor();
  return true;
}

export const isKept = () => [...unsaved.values()].every((kept) => kept.saved);

export const hasText = () => Boolean(shownForm() && one("textarea", shownForm())?.value.trim());

// another way to send it: the recipients change on the screen, and what is on the screen is what is sent
function choose(chosen) {
  const place = composer();
  const before = place.dataset.mode;
  place.dataset.mode = chosen;
  for (const tab of all(".composer-tabs a", place)) {
    if (tab.dataset.mode === chosen) tab.setAttribute("aria-current", "true");
    else tab.removeAttribute("aria-current");
  }
  if (chosen === "note") return;
  one("#reply-form [name=mode]").value = chosen;
  const people = JSON.parse(place.dataset.choices)[chosen];
  if (people && before !== chosen && before !== "note") {
    fill("to", people.to);
    fill("cc", people.cc);
  }
  showLeftOut();
}

function open() {
  document.documentElement.dataset.composer = composer() ? "open" : "none";
  showUndo();
  const place = composer();
  if (!place || place.dataset.open) return;
  place.dataset.open = "yes";
  openRecipients(place);
  openMentions(place);
  const kept = missing(place);
  openEditor(place).then(() => kept && restore(kept));
  if (place.dataset.mode === "new" && document.activeElement === document.body) beginNew(place);
  if (kept?.kind === "note") one("#note-text").value = kept.text;
  if (kept && kept.mode !== "new") choose(kept.mode);
  for (const hidden of all("[data-edit], [data-picker]", place)) hidden.hidden = false;
  showLeftOut();
}

// a page of its own for one email: what is typed on it is meant for the first field without words, not for the desk
function beginNew(place) {
  const empty = ["to", "subject"].find((name) => !one(`[name=${name}]`, place).value);
  if (empty === "subject") one("[name=subject]", place).focus();
  else if (empty) one(`[data-address=${empty}] .typed`, place).focus();
  else focusEditor();
}

// what the new page does not show: not saved yet, or saved after the page was made
function missing(place) {
  const kept = unsaved.get(place.dataset.ticket);
  if (!kept?.saved) return kept;
  const form = formOf(kept);
  if (Date.now() - kept.saved.at > JUST_NOW || Number(form.elements.revision.value) >= kept.saved.revision) {
    unsaved.delete(kept.ticket);
    return undefined;
  }
  name(form, kept.saved);
  return kept;
}

const formOf = (kept) => one(kept.kind === "note" ? "#note-form" : "#reply-form");

function name(form, saved) {
  form.elements.key.value = saved.key;
  form.elements.revision.value = saved.revision;
}

function restore(kept) {
  if (composer()?.dataset.ticket !== kept.ticket || kept.kind === "note") return;
  replaceText(kept.html, kept.text);
}

function changed(target) {
  const form = target.closest?.("#reply-form, #note-form");
  if (!form) return;
  const place = composer();
  const kind = form.id === "note-form" ? "note" : "reply";
  const text = one("textarea", form).value;
  const html = one("[name=html]", form)?.value ?? "";
  unsaved.set(place.dataset.ticket, { ticket: place.dataset.ticket, kind, mode: mode(), text, html });
  say(form, place.dataset.saving);
  clearTimeout(timer);
  if (!last) last = Date.now();
  timer = setTimeout(flush, Date.now() - last > AT_LEAST_EVERY - AFTER ? 0 : AFTER);
}

export async function flush(event) {
  clearTimeout(timer);
  last = 0;
  const place = composer();
  const kept = place && unsaved.get(place.dataset.ticket);
  if (!kept || kept.saved) return true;
  const form = formOf(kept);
  const sent = new FormData(form);
  sent.delete("files");
  sent.set("kind", kept.kind);
  try {
    const answer = await fetch(place.dataset.drafts, { method: "POST", body: new URLSearchParams(sent), keepalive: event?.type === "pagehide" });
    if (!answer.ok) {
      if (answer.status === 401) signedOut();
      say(form, answer.status === 401 ? words().signedOut : answer.status === 404 ? words().notFound : words().failed);
      return false;
    }
    const saved = await answer.json();
    kept.saved = { key: saved.key, revision: Number(saved.revision), at: Date.now() };
    name(form, saved);
    if (!form.isConnected && composer()?.dataset.ticket === kept.ticket) name(formOf(kept), saved); // its page was made anew
    if (form.isConnected) goOnAt(saved.url);
    if (unsaved.get(kept.ticket) === kept) say(form, saved.words); // else more was typed meanwhile
    return true;
  } catch {
    say(form, place.dataset.offline);
    return false;
  }
}

// a new email is on a page of its own: it leaves once, when all that was typed is kept
async function leave(event) {
  const place = composer();
  if (place?.dataset.mode !== "new" || event.target.id !== "reply-form") return;
  const kept = unsaved.get(place.dataset.ticket);
  if (place.dataset.left) event.preventDefault();
  else if (kept && !kept.saved) {
    event.preventDefault();
    if (await flush()) event.target.requestSubmit(event.submitter);
  } else {
    place.dataset.left = "yes";
    unsaved.delete(place.dataset.ticket);
  }
}

function say(form, text) {
  const state = one("[data-state]", form);
  if (state && text !== undefined) state.textContent = text;
}

function keys(event) {
  const form = event.target.closest?.("#reply-form, #note-form");
  if (!form || !(event.ctrlKey || event.metaKey)) return;
  if (event.key === "Enter" && one("textarea", form).value.trim()) {
    event.preventDefault();
    form.requestSubmit(one("[data-send]", form) ?? one("button.main", form));
  }
  if (event.shiftKey && event.key.toLowerCase() === "n") {
    event.preventDefault();
    write(mode() === "note" ? "all" : "note");
  }
}

// the answer that was just sent: a countdown, and the way back
function showUndo() {
  const bar = [...all("[data-undo]")].pop();
  for (const other of all("[data-undo]")) if (other !== bar) other.remove();
  if (!bar || bar.dataset.counts) return;
  bar.dataset.counts = "yes";
  const ends = Date.now() + Number(bar.dataset.undo) * 1000;
  const count = () => {
    const left = Math.ceil((ends - Date.now()) / 1000);
    if (left <= 0) return bar.remove();
    one(".countdown", bar).textContent = left;
    if (bar.isConnected) setTimeout(count, 250);
  };
  count();
}

export const undoLast = () => {
  const bar = one("[data-undo]");
  if (!bar) return false;
  bar.requestSubmit();
  return true;
};

