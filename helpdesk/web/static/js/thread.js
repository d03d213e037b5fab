// The conversation: from message to message by keys, to the one that an address names, and its link to take along.
import { all, one, openTicket, say, words } from "./page.js";

const NAMES_ONE = /^#(message|note)-\d+$/;
let shownAt = ""; // the address whose message was shown: what is loaded again there moves nobody

// in a closed fold a summary still has its box, and takes no focus
const isFolded = (head) => Boolean(head.parentElement.parentElement.closest("details:not([open])"));
const heads = () => all("#thread details:is(.message, .earlier) > summary").filter((head) => !isFolded(head));
let landed = null; // what was just sent has the focus, and nobody went to it: keys are meant as before
const at = (selector) => (document.activeElement === landed ? null : document.activeElement?.closest(selector));
const here = () => at("#thread .message");

export const isInThread = () => Boolean(at("#thread > :not(.composer)"));

export function landOn(message) {
  landed = one("summary", message);
  landed.addEventListener("blur", () => (landed = null), { once: true });
  comeTo(landed);
}

export function watchThread() {
  const again = () => {
    shownAt = "";
    showNamed();
  };
  addEventListener("hashchange", again);
  addEventListener("load", () => document.activeElement === document.body && again()); // a browser that goes to the name lets go of the focus
  // on the page that blacks out: what is marked in the text are the words
  document.addEventListener("selectionchange", () => {
    const chosen = getSelection();
    const at = chosen.anchorNode;
    const words = (at?.nodeType === Node.TEXT_NODE ? at.parentElement : at)?.closest?.("[data-redact]") && String(chosen).trim();
    if (words) one("textarea[name=words]").value = words;
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-copy]");
    if (!link || !navigator.clipboard || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    navigator.clipboard.writeText(link.href).then(() => say(`${words().copied} ${link.href}`), () => {});
  });
}

// the message that the address names: unfolded, with all it lies in, and the focus on it
export function showNamed() {
  const named = NAMES_ONE.test(location.hash) && shownAt !== location.href && document.getElementById(location.hash.slice(1));
  if (!named) return false;
  shownAt = location.href;
  for (let up = named; up; up = up.parentElement.closest("details")) up.open = true;
  one("summary", named).focus({ preventScroll: true });
  named.scrollIntoView({ block: "start" });
  return true;
}

// false at an end: there an arrow scrolls on
export function stepInThread(by) {
  const found = heads();
  const at = found.findLastIndex((head) => head.compareDocumentPosition(document.activeElement) & Node.DOCUMENT_POSITION_FOLLOWING || head === document.activeElement);
  const next = found[Math.max(at, 0) + by];
  if (next) comeTo(next);
  return Boolean(next);
}

// to the first message that stands open, as the page does
export function enterThread() {
  const head = openTicket() && (one("#thread > .message[open] > summary") ?? heads().at(-1));
  if (head) comeTo(head);
  return Boolean(head);
}

export const toMessage = (by) => (isInThread() ? stepInThread(by) : enterThread());

// the message one is at is the one that is passed on
export function forwardHere() {
  const link = here() && one("[data-forward]", here());
  link?.click();
  return Boolean(link);
}

function comeTo(head) {
  head.focus({ preventScroll: true });
  head.parentElement.scrollIntoView({ block: head.parentElement.offsetHeight < 400 ? "nearest" : "start" });
}
