// Word of changes: one stream for all tabs of a browser (whoever holds the lock listens and tells the others);
// where there is no stream, a look every quarter of a minute. Words of a ticket never travel here, numbers only.
import { flush } from "./keeping.js";
import { all, get, login, one, openTicket, rows, say, takeToken, ticketPane, token, words } from "./page.js";
import { keepPlace, markCurrent } from "./panes.js";
import { look } from "./presence.js";

const LOOK_EVERY = 15_000;
const tabs = new BroadcastChannel("desk.changes");
let isDeaf = false; // this tab is the one that listens, and its login ended
let looking = null;
let waiting = null;

export function listen() {
  tabs.addEventListener("message", ({ data }) => hear(data));
  tabs.postMessage({ is: "here", who: document.body.dataset.who, token: token() }); // forms of older tabs are worth nothing now
  if (navigator.locks) navigator.locks.request("desk.stream", () => new Promise(stream));
  else stream();
}

function stream() {
  const source = new EventSource(document.body.dataset.events);
  source.addEventListener("live", () => tell({ is: "live" }));
  source.addEventListener("away", () => {
    source.close();
    tell({ is: "away" });
    setTimeout(stream, LOOK_EVERY);
  });
  source.addEventListener("changed", ({ data }) => tell({ is: "changed", tickets: JSON.parse(data) }));
  source.addEventListener("presence", () => tell({ is: "presence" }));
  source.addEventListener("signed-out", () => {
    source.close();
    isDeaf = true;
    tell({ is: "signed-out" });
  });
  source.addEventListener("error", () => {
    tell({ is: "away" });
    if (source.readyState === EventSource.CLOSED) setTimeout(stream, LOOK_EVERY);
  });
}

function tell(news) {
  tabs.postMessage(news);
  hear(news);
}

function hear(news) {
  if (news.is === "live") {
    clearInterval(looking);
    looking = null;
  }
  if (news.is === "away") looking ??= setInterval(() => refresh(null), LOOK_EVERY);
  if (news.is === "signed-out") count().then(listenAgain); // it says whether that is still so
  if (news.is === "here" && news.who === document.body.dataset.who) again(news.token);
  if (news.is === "presence") look();
  if (news.is === "changed") {
    // several changes at once are one look
    clearTimeout(waiting);
    waiting = setTimeout(() => refresh(new Set(news.tickets.map(String))), 150);
  }
}

// the same agent has a page anew: what waits on this one can go on
function again(fresh) {
  takeToken(fresh);
  if (!login.isOut) return;
  login.isOut = false;
  say(words().online);
  listenAgain();
  flush();
  refresh(null);
}

function listenAgain() {
  if (isDeaf && !login.isOut) {
    isDeaf = false;
    stream();
  }
}

async function refresh(changed) {
  await Promise.allSettled([count(), refreshList(), refreshTicket(changed)]);
}

async function count() {
  const answer = await get("/counters");
  if (!answer) return;
  for (const [slug, number] of Object.entries(await answer.json())) {
    for (const place of all(`[data-count="${slug}"]`)) place.textContent = number;
  }
}

async function refreshList() {
  const list = rows();
  if (!list || list.dataset.still) return;
  const answer = await get(list.dataset.url);
  if (!answer) return;
  const fresh = document.createElement("template");
  fresh.innerHTML = await answer.text();
  const known = new Set(all(".row", list).map((row) => row.id));
  const isWhole = !one(".more ~ .row, .row ~ .more + .row", list) && known.size <= all(".row", fresh.content).length + 1;
  if (list.tagName === "OL" && !isWhole) return update(list, fresh.content);
  if (list.tagName !== "OL" && !one(".row", fresh.content)) return;
  if (list.tagName !== "OL") return location.reload();
  const focused = document.activeElement?.closest(".row")?.id;
  const keep = keepPlace();
  htmx.swap({ target: list, text: fresh.innerHTML, swap: "innerMorph" });
  keep();
  for (const row of all(".row", list)) row.classList.toggle("fresh", !known.has(row.id));
  markCurrent();
  look();
  if (focused && document.activeElement === document.body) one(`#${focused} a`)?.focus({ preventScroll: true });
}

// more than one page is on screen: change what is there, and offer the rest
function update(list, fresh) {
  let unknown = 0;
  for (const row of all(".row", fresh)) {
    const here = one(`#${row.id}`, list);
    if (here) here.replaceChildren(...row.childNodes);
    else unknown += 1;
  }
  htmx.process(list);
  markCurrent();
  if (unknown) one("#list-news").hidden = false;
}

async function refreshTicket(changed) {
  const ticket = openTicket();
  if (!ticket?.dataset.news || (changed && !changed.has(ticket.dataset.ticket))) return;
  const answer = await get(ticket.dataset.news);
  if (!answer) return;
  const { words: said } = await answer.json();
  const news = one("#news", ticketPane());
  if (!news || !said || openTicket() !== ticket) return;
  one("span", news).textContent = said;
  news.href = location.pathname + location.search;
  news.hidden = false;
}
