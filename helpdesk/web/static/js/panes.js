// List and ticket beside each other: the list stays where it is while tickets come and go.
import { fitFrames } from "./frames.js";
import { all, one, openNumber, openTicket, rows, ticketPane } from "./page.js";
import { showNamed } from "./thread.js";

const listTitle = () => one(".list-title h1")?.textContent ?? "";
let pageName = document.title.split(" · ").at(-1);

const SLOW = 250;

export function watchPanes() {
  watchSlow();
  markCurrent();
  showLast();
  document.addEventListener("htmx:after:swap", (event) => {
    markCurrent();
    if (event.detail?.ctx?.target?.id === "list") one(".row.current")?.scrollIntoView({ block: "nearest" });
    fitFrames(ticketPane() ?? document); // wide pages have no ticket beside them
  });
  document.addEventListener("htmx:after:settle", (event) => {
    if (event.detail?.ctx?.target === ticketPane() || event.target === ticketPane()) showLast();
  });
  document.addEventListener("htmx:before:history:restore", (event) => {
    event.preventDefault();
    goBackTo(event.detail.path);
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-back]") && rows()) {
      event.preventDefault();
      backToList();
    }
    const toggle = event.target.closest("[data-toggle]");
    if (toggle) fold(toggle.dataset.toggle);
    if (event.target.closest("[data-customer-toggle]")) {
      event.preventDefault();
      one("#customer")?.classList.toggle("shown");
    }
    closeMenus(event.target.closest("details.menu"));
  });
  for (const button of all("[data-toggle], [data-keys], [data-palette]")) button.hidden = false;
  keepFocusOnTurn();
  const here = one('.settings-pages [aria-current="page"]'); // among many pages the one that is open is in sight
  const pages = here?.closest("nav");
  if (pages && here.offsetTop + here.offsetHeight > pages.clientHeight) pages.scrollTop = here.offsetTop - pages.clientHeight / 2;
}

// the list comes anew in the other order: who turned it is still at its button
function keepFocusOnTurn() {
  const TURNED = "turned";
  document.addEventListener("submit", ({ target }) => target.matches(".turned") && sessionStorage.setItem(TURNED, target.action));
  const button = one(".turned button");
  if (button && sessionStorage.getItem(TURNED) === button.form.action) button.focus();
  sessionStorage.removeItem(TURNED);
}

// what takes longer than a moment says so where it will stand: what is there fades, an empty place gets its outline
function watchSlow() {
  let slow = null;
  document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => {
    if (ctx.target !== ticketPane()) return;
    clearTimeout(slow);
    slow = setTimeout(() => wait(true), SLOW);
  });
  document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => {
    if (ctx.target !== ticketPane()) return;
    clearTimeout(slow);
    wait(false);
  });
}

function wait(isSlow) {
  const pane = ticketPane();
  if (isSlow) pane.setAttribute("aria-busy", "true");
  else pane.removeAttribute("aria-busy");
  one(".skeleton", pane)?.remove();
  if (!isSlow || pane.firstElementChild) return;
  const outline = document.createElement("div");
  outline.className = "skeleton";
  outline.append(...Array.from({ length: 7 }, () => document.createElement("span")));
  pane.append(outline);
}

let left = {}; // the ticket whose row went elsewhere while it was open, and the row that stood below it

// called before the list comes anew, and what it returns after: who goes back goes to where they were
export function keepPlace() {
  const number = openNumber();
  const beside = () => {
    const row = one(`#row-${number}`);
    return [row?.previousElementSibling?.id, row?.nextElementSibling?.id];
  };
  const [above, below] = beside();
  return () => {
    const now = beside();
    if (below && now[0] !== above && now[1] !== below) left = { number, below };
  };
}

export function backToList() {
  const up = one("[data-up]", ticketPane()); // from what belongs to a ticket, to the ticket
  if (up) {
    up.click();
    return true;
  }
  const number = openNumber();
  if (!number) return false;
  if (!rows()) {
    one("[data-back]", ticketPane())?.click(); // the list has not come yet
    return true;
  }
  history.pushState({ htmx: true }, "", rows().dataset.url);
  empty();
  const row = one(`#${left.number === number ? left.below : `row-${number}`} a`);
  row?.focus({ preventScroll: true });
  row?.scrollIntoView({ block: "nearest" });
  return true;
}

export function fold(pane) {
  const root = document.documentElement;
  const folded = { views: "narrow", customer: "hidden" }[pane];
  if (root.dataset[pane] === folded) delete root.dataset[pane];
  else root.dataset[pane] = folded;
  if (root.dataset[pane]) localStorage.setItem(`desk.${pane}`, folded);
  else localStorage.removeItem(`desk.${pane}`);
}

export function closeMenus(except = null) {
  let closed = false;
  for (const menu of all("details.menu[open]")) {
    if (menu !== except && !menu.contains(except)) {
      menu.open = false;
      closed = true;
    }
  }
  return closed;
}

export function markCurrent() {
  const number = openNumber();
  for (const row of all(".row")) {
    const isCurrent = row.id === `row-${number}`;
    row.classList.toggle("current", isCurrent);
    if (isCurrent) one("a", row)?.setAttribute("aria-current", "true");
    else one("a", row)?.removeAttribute("aria-current");
  }
  const shown = openTicket()?.dataset.title ?? listTitle();
  if (shown) document.title = `${shown} · ${pageName}`; // a page of another kind has its own
}

// a ticket opens at its last message from outside, with what is needed to answer in sight
function showLast() {
  const pane = ticketPane();
  if (!openTicket() || showNamed() || document.getElementById(location.hash.slice(1))) return;
  const opened = all(".thread > .message[open]", pane);
  pane.scrollTop = 0;
  let first = opened[0];
  while (first?.previousElementSibling?.matches(".bar")) first = first.previousElementSibling; // what is to be decided stands above it
  if (first?.previousElementSibling) {
    const head = one(".ticket-head", pane).offsetHeight;
    pane.scrollTop = first.offsetTop - head - 10;
  }
}

function empty() {
  ticketPane().replaceChildren();
  markCurrent();
}

function goBackTo(path) {
  if (path.startsWith("/tickets/")) htmx.ajax("GET", path, { target: "#ticket", swap: "innerHTML" });
  else if (path === rows()?.dataset.url) empty();
  else location.reload();
}
