// Who did something in the ticket has the focus where it was, once the ticket is there anew.
import { all, one, openNumber, ticketPane } from "./page.js";

let left = null;

export function watchFocus() {
  document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => {
    if (ctx.target === ticketPane()) left = placeOf(document.activeElement);
  });
  document.addEventListener("htmx:after:settle", ({ target, detail }) => {
    if (detail?.ctx?.target !== ticketPane() && target !== ticketPane()) return;
    if (left?.number === openNumber() && document.activeElement === document.body) back(left.ways);
    left = null;
  });
}

// by its key or its name; what closes meanwhile, by the menu it is in. What is written in looks after itself
function placeOf(here) {
  if (!ticketPane()?.contains(here) || here.matches("textarea, [contenteditable] *, [contenteditable]")) return null;
  const around = [here];
  for (let menu = here.closest("details"); menu; menu = menu.parentElement.closest("details")) around.push(one("summary", menu));
  const ways = around.flatMap(({ dataset: { key }, ariaLabel }) => [key && `[data-key="${CSS.escape(key)}"]`, ariaLabel && `[aria-label="${CSS.escape(ariaLabel)}"]`]);
  return { number: openNumber(), ways: ways.filter(Boolean) };
}

function back(ways) {
  const found = ways.flatMap((way) => all(way, ticketPane())).find((thing) => thing.checkVisibility());
  const place = found ?? one("h1", ticketPane());
  if (!found) place.tabIndex = -1;
  place.focus({ preventScroll: true });
}
