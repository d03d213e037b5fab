// Steps that need no menu: the way back from the last one, copying, splitting, dark or light.
import { all, one, openNumber, openTicket, say, ticketPane, words } from "./page.js";

const WITHIN = 30_000;
const DONE = "done"; // in this tab, also where the next page is another
const STEP = /^\/(?:(tickets|drafts)\/(\d+)\/(closure|reopening|waiting|snooze|waking|place|priority|assignment|merge|team|replies|removal)|(bulk)|messages\/\d+\/split)(\/undoing)?$/;
let copied = { times: 0, at: 0 };

// the last step is remembered for half a minute, so that a key takes it back from wherever one is; answers have a bar
export function watchSteps() {
  document.addEventListener("submit", ({ target }) => {
    const step = STEP.exec((target.getAttribute("action") ?? "").split("?")[0]);
    if (step) sessionStorage.setItem(DONE, JSON.stringify(step[5] ? {} : { room: step[1], number: step[2], what: step[3] ?? step[4], at: Date.now() }));
  }, true);
}

export function takeBackState() {
  const { room, number, what, at } = JSON.parse(sessionStorage.getItem(DONE) ?? "{}");
  sessionStorage.removeItem(DONE);
  if (what === "bulk") return takeBackBulk();
  if (!number || what === "replies" || Date.now() - at > WITHIN) return false;
  const url = `/${room}/${number}/${["merge", "team", "removal"].includes(what) ? what : "step"}/undoing`;
  const bar = one(`form[action^="${url}"]`); // what is typed meanwhile is kept first
  if (bar) bar.requestSubmit();
  else if (!ticketPane()) return false;
  else htmx.ajax("POST", url, { source: ticketPane(), target: "#ticket", swap: "innerHTML" });
  return true;
}

export function takeBackBulk() {
  const button = one("[data-undo-bulk]");
  button?.click();
  return Boolean(button);
}

// once the number, twice with the title, three times the address
export function copyTicket() {
  const ticket = openTicket();
  if (!ticket) return false;
  copied = { times: Date.now() - copied.at < 700 ? (copied.times % 3) + 1 : 1, at: Date.now() };
  const text = [`#${openNumber()}`, ticket.dataset.title, `${location.origin}/tickets/${openNumber()}`][copied.times - 1];
  navigator.clipboard?.writeText(text).then(() => say(`${words().copied} ${text}`), () => {});
  return true;
}

// the message one is at, or the last that can become a ticket of its own
export function splitHere() {
  const here = document.activeElement?.closest(".message");
  const button = (here && one("[data-split]", here)) ?? all("#ticket .message[open] [data-split]").at(-1);
  button?.click();
  return Boolean(button);
}

export function darkOrLight() {
  const chosen = document.documentElement.dataset.theme;
  const isDark = chosen === "dark" || (chosen === "system" && matchMedia("(prefers-color-scheme: dark)").matches);
  one(`nav.views [name=theme][value="${isDark ? "light" : "dark"}"]`)?.click();
  return true;
}
