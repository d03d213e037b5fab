// What the modules share: where things are on the page.
export const one = (selector, within = document) => within.querySelector(selector);
export const all = (selector, within = document) => [...within.querySelectorAll(selector)];

// what was pasted, in a document that runs nothing. Its styles would be applied to nothing either: a browser need not complain of them
const TAG = /<\w(?:"[^"]*"|'[^']*'|[^<>"'])*>/g;
export const parsed = (html) => new DOMParser().parseFromString(html.replace(/<(\/?)style\b/gi, "<$1title").replace(TAG, (tag) => tag.replace(/([\s"'/])(?=(style|on\w+)\s*=)/gi, "$1x-")), "text/html").body;

export const ticketPane = () => one("#ticket");
export const rows = () => one("#rows");
export const openTicket = () => one("#ticket .ticket");
export const openNumber = () => openTicket()?.dataset.ticket ?? null;

// what the page shows anyway is heard only
export function say(text, link = null, { stays = false, isHeard = false } = {}) {
  const bar = document.createElement("p");
  bar.className = isHeard ? "unseen" : "bar";
  bar.append(text);
  if (link) {
    const a = document.createElement("a");
    a.className = "link";
    a.href = link.url;
    a.textContent = link.words;
    if (link.apart) a.target = "_blank";
    bar.append(a);
  }
  one("#toasts").replaceChildren(bar);
  if (!stays) setTimeout(() => bar.remove(), 8000);
}

// What is written here goes on at an address of its own from now on: the page can be loaded again.
export function goOnAt(url) {
  if (url) history.replaceState(history.state, "", url);
}

// The login ended: what is typed stays, and goes on once somebody signed in again in another tab (live.js hears of it).
export const login = { isOut: false };
export function signedOut() {
  login.isOut = true;
  say(words().signedOut, { url: "/sign-in", words: words().signIn, apart: true }, { stays: true });
}

const HEADERS = "hx-headers:inherited";
export const token = () => JSON.parse(document.body.getAttribute(HEADERS))["X-CSRFToken"];
export function takeToken(fresh) {
  document.body.setAttribute(HEADERS, JSON.stringify({ "X-CSRFToken": fresh }));
  for (const field of all("[name=csrf_token]")) field.value = fresh;
}

// A look by the page itself: it keeps nobody signed in, and a login that ended is no page in its place.
export async function get(url, { isAttended = false } = {}) {
  const headers = { "HX-Request": "true", "HX-Request-Type": "partial", ...(isAttended ? {} : { "X-Unattended": "1" }) };
  const answer = await fetch(url, { headers }).catch(() => null);
  if (answer?.status === 401 && !login.isOut) signedOut();
  return answer?.ok ? answer : null;
}

export const words = () => one("#toasts").dataset;
