// Writing: two forms, of which one is shown.
import { focusEditor, openEditor, replaceText } from "./editor.js";
import { watchFiles } from "./files.js";
import { on } from "./focus.js";
import { holdKeys } from "./held.js";
import { flush, forget, isBusy, isKept, keep, kindOf, leaves, missing, of, settled, stays, watchKeeping } from "./keeping.js";
import { all, one } from "./page.js";
import { watchPicker } from "./picker.js";
import { openMentions } from "./mentions.js";
import { fill, openRecipients, showLeftOut } from "./recipients.js";

const FORMS = ["reply-form", "note-form"];
const PEOPLE = ["to", "cc", "bcc", "forward_to"];
let pressed = null; // what stood in the form that was sent last
let passesOn = false; // the editor that comes next is for a message that was chosen to be forwarded

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
    if (event.target.closest("[data-forward]")) passesOn = true;
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
  document.addEventListener("submit", wait, true);
  document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => {
    if (FORMS.includes(ctx?.sourceElement?.id)) {
      leaves(pressed);
      one("[data-state]", ctx.sourceElement).textContent = composer().dataset.sending;
    }
    if (!ctx?.sourceElement?.closest?.("#composer")) flush();
  });
  document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => FORMS.includes(ctx?.sourceElement?.id) && stays(pressed));
  document.addEventListener("htmx:after:request", sent);
  document.addEventListener("htmx:after:swap", open);
  document.addEventListener("submit", leave);
  document.addEventListener("submit", ({ target }) => (pressed = composer()?.contains(target) ? of(composer().dataset.ticket, kindOf(target)) ?? null : null), true);
  addEventListener("pageshow", () => delete composer()?.dataset.left);
  watchKeeping();
  watchFiles(changed);
  watchPicker(changed);
}

export function write(kind) {
  const place = composer();
  if (!place || place.dataset.mode === "new") return false;
  const before = one("#reply-form [name=mode]").value;
  choose(kind === "reply" ? "all" : kind);
  if (before !== one("#reply-form [name=mode]").value && one("#text").value.trim()) keep(one("#reply-form"));
  place.scrollIntoView({ block: "nearest" });
  if (mode() === "note") one("#note-text").focus();
  else focusEditor();
  return true;
}

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
  const { ticket } = place.dataset;
  const [reply, note] = ["reply", "note"].map((kind) => missing(ticket, kind));
  openEditor(place).then(() => reply && composer() === place && replaceText(reply.sent.get("html"), reply.sent.get("text")));
  if (place.dataset.mode === "new" && document.activeElement === document.body) beginNew(place);
  if (note) one("#note-text").value = note.sent.get("text");
  if (place.dataset.mode !== "new") restore(reply, note);
  if (passesOn) {
    passesOn = false;
    place.scrollIntoView({ block: "nearest" });
    one("[data-address=forward_to] .typed", place)?.focus();
  }
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

// what was typed here before, as far as the page that was made anew does not show it
function restore(reply, note) {
  if (reply) {
    choose(reply.mode === "note" ? reply.sent.get("mode") : reply.mode);
    for (const name of PEOPLE) fill(name, reply.sent.get(name) ?? "");
  }
  if (note && !(reply?.at > note.at)) choose("note");
}

function changed(target) {
  const form = target.closest?.("#reply-form, #note-form");
  if (form) keep(form);
}

// a form of the composer goes when it knows how its draft is called, and nothing typed is lost with the page it replaces
function wait(event) {
  const form = event.target;
  const place = composer();
  const isDiscard = form.id === "discard-draft";
  if (!(place?.contains(form) || (place && form.dataset.undo)) || (place.dataset.mode === "new" && !isDiscard)) return;
  const { ticket } = place.dataset;
  const isSending = FORMS.includes(form.id);
  if (!isBusy(ticket) && (isSending || isKept() || form.dataset.tried)) {
    delete form.dataset.tried;
    if (isDiscard || event.submitter?.value === "replace") forget(ticket, "reply"); // it is what goes, with its last word
    return;
  }
  event.preventDefault();
  event.stopImmediatePropagation();
  if (form.dataset.waits) return;
  form.dataset.waits = "yes";
  holdKeys((isSending ? settled(ticket) : flush().then((isThere) => settled(ticket).then(() => isThere))).then((isThere) => new Promise((go) => setTimeout(() => {
    delete form.dataset.waits;
    if (isThere && !isSending) form.dataset.tried = "yes"; // what the desk refuses to keep holds nothing up
    if (form.isConnected && (isThere || isSending)) form.requestSubmit(event.submitter);
    go();
  })))); // what is typed meanwhile is no part of it
}

function sent({ detail: { ctx: { sourceElement: form, response } } }) {
  if (!FORMS.includes(form?.id)) return;
  const { ticket } = form.closest("#composer")?.dataset ?? composer()?.dataset ?? {};
  const isRefused = response?.raw?.status === 422; // then what was typed is on the page that comes
  if (isRefused) forget(ticket, kindOf(form), pressed);
  if (!response?.raw?.ok) {
    one("[data-state]", form).textContent = "";
    return;
  }
  forget(ticket, kindOf(form));
  flush();
  if (form.contains(document.activeElement)) document.activeElement.blur(); // the next key is a command again
}

// a new email is on a page of its own: it leaves once, when all that was typed is kept
async function leave(event) {
  const place = composer();
  if (place?.dataset.mode !== "new" || event.target.id !== "reply-form") return;
  const { ticket } = place.dataset;
  if (place.dataset.left) event.preventDefault();
  else if (of(ticket, "reply") && !of(ticket, "reply").saved) {
    event.preventDefault();
    if (await flush()) event.target.requestSubmit(event.submitter);
  } else {
    place.dataset.left = "yes";
    forget(ticket, "reply");
  }
}

function keys(event) {
  const form = event.target.closest?.("#reply-form, #note-form");
  if (!form || !(event.ctrlKey || event.metaKey)) return;
  if (event.key === "Enter" && one("textarea", form).value.trim()) {
    event.preventDefault();
    form.requestSubmit(one("[data-send]", form) ?? one("button.main", form));
  }
}

// what was just sent or moved: a countdown, and the way back; one for the last answer, which the ticket's page knows first
function showUndo() {
  const known = new Set();
  for (const bar of all("[data-undo]")) {
    const what = bar.dataset.message ? "answer" : bar.action;
    if (known.has(what)) bar.remove();
    else if (!bar.dataset.counts) countDown(bar);
    known.add(what);
  }
}

function countDown(bar) {
  bar.dataset.counts = "yes";
  const ends = Date.now() + Number(bar.dataset.undo) * 1000;
  const count = () => {
    const left = Math.ceil((ends - Date.now()) / 1000);
    if (left <= 0) {
      if (bar.contains(document.activeElement)) on(null, one("#ticket h1") ?? one("h1"));
      return bar.remove();
    }
    one(".countdown", bar).textContent = left;
    if (bar.isConnected) setTimeout(count, 250);
  };
  count();
}

export const undoLast = () => {
  const bar = one("[data-undo][data-message]") ?? all("[data-undo]").at(-1); // an answer leaves, a move stays
  if (!bar) return false;
  bar.requestSubmit();
  return true;
};

