// Who did something in the ticket has the focus where it was, once the ticket is there anew; who sent something, on that.
import { focusEditor } from "./editor.js";
import { all, goOnAt, one, openNumber, say, ticketPane, words } from "./page.js";
import { landOn } from "./thread.js";

const LEFT = "left"; // the rows to go on at
const WRITING = "#reply-form, #note-form";
let left = null;
let sent = null;
let isBack = false;
let draft = ""; // what was done with one

export function watchFocus() {
  landInList();
  document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => {
    if (ctx.target !== ticketPane()) return;
    left = placeOf(document.activeElement);
    isBack = ctx.request.action.endsWith("/team/undoing");
    draft = /^\/drafts\/\d+\/([a-z/]+)/.exec(ctx.request.action)?.[1] ?? "";
    const form = ctx.sourceElement?.closest?.(`${WRITING}, [data-message]`);
    sent = form && { number: openNumber(), is: form.id, known: new Set(messages().map(({ id }) => id)) };
  });
  document.addEventListener("htmx:after:request", ({ detail: { ctx } }) => {
    if (ctx.hx?.redirect && ctx.target === ticketPane()) sessionStorage.setItem(LEFT, JSON.stringify(aroundRow()));
    const undo = one("[data-left] form");
    if (undo?.getAttribute("action") === ctx.request.action && ctx.response?.raw?.status < 500) undo.parentElement.remove();
    if (sent) sent.isRefused = ctx.response?.raw?.status === 422;
  });
  document.addEventListener("htmx:after:settle", ({ target, detail }) => {
    if (detail?.ctx?.target !== ticketPane() && target !== ticketPane()) return;
    if (document.activeElement === document.body || draft === "removal/undoing") {
      if (sent) land(sent);
      else if (draft === "removal") on(all("[data-draft] button").at(-1));
      else if (draft) writeOn();
      else if (left?.number === openNumber()) back(left.ways);
      else if (isBack) on();
    }
    left = sent = null;
    isBack = false;
    draft = "";
  });
}

const writeOn = () => (one("#composer")?.dataset.mode === "note" ? one("#note-text").focus() : focusEditor());
const messages = () => all("#thread > .message");

// what was refused or taken back is written on; what was sent is where one goes on from, as is the ticket that came instead
function land({ number, is, known, isRefused }) {
  const asked = one("#held [data-edit]");
  const fresh = messages().findLast(({ id }) => !known.has(id));
  if (asked) {
    asked.hidden = false; // the editor that it is for opens in a moment
    return asked.focus();
  }
  if (!is && isRefused) return on();
  if (!is || isRefused) return writeOn();
  say((is === "reply-form" && one("[data-undo][data-message] [role=status]")?.textContent) || words().noted, null, { isHeard: true });
  if (fresh && number === openNumber()) landOn(fresh);
  else on(one(`#row-${openNumber()} .subject a`));
}

const aroundRow = () => {
  const row = one(`#row-${openNumber()}`);
  return [row, row?.nextElementSibling, row?.previousElementSibling].map((one) => one?.id).filter(Boolean);
};

// the list is a page of its own: who goes on in it is where the ticket stands, or stood
function landInList() {
  const ids = JSON.parse(sessionStorage.getItem(LEFT));
  const head = one("#list h1");
  sessionStorage.removeItem(LEFT);
  if (!ticketPane()) all("[data-draft] button").at(-1)?.focus();
  goOnAt(location.href.replace(/[?&](moved|stays|given)=\d+$/, ""));
  if (ids && head && !openNumber()) on(ids.map((id) => one(`#${id} .subject a`)).find(Boolean) ?? one("[data-left] button"), head);
}

// by its key or its name; what closes meanwhile, by the menu it is in. What is written in looks after itself
function placeOf(here) {
  if (!ticketPane()?.contains(here) || here.matches("textarea, [contenteditable] *, [contenteditable]")) return null;
  const around = [here];
  for (let menu = here.closest("details"); menu; menu = menu.parentElement.closest("details")) around.push(one("summary", menu));
  const ways = around.flatMap(({ dataset: { key }, ariaLabel }) => [key && `[data-key="${CSS.escape(key)}"]`, ariaLabel && `[aria-label="${CSS.escape(ariaLabel)}"]`]);
  return { number: openNumber(), ways: ways.filter(Boolean) };
}

const back = (ways) => on(ways.flatMap((way) => all(way, ticketPane())).find((thing) => thing.checkVisibility()));

export function on(found, head = one("h1", ticketPane())) {
  const place = found?.checkVisibility() ? found : head;
  if (place === head) head.tabIndex = -1;
  place.focus({ preventScroll: true });
}
