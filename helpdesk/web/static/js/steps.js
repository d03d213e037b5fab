// Steps that need no menu: the way back from the last one, copying, splitting, dark or light.
import { all, one, openNumber, openTicket, say, ticketPane, words } from "./page.js";

const WITHIN = 30_000;
const BACK = {
  closure: { to: "reopening" },
  waiting: { to: "reopening" },
  snooze: { to: "waking" },
  place: { to: "place", values: { place: "desk" } },
  merge: { to: "merge/undoing" },
  team: { to: "team/undoing" },
};
let done = null;
let copied = { times: 0, at: 0 };

// what is done to a ticket's state is remembered for half a minute, so that a key takes it back from wherever one is
export function watchSteps() {
  document.addEventListener("htmx:before:request", (event) => {
    const action = event.detail.ctx?.sourceElement?.closest?.("form")?.getAttribute("action") ?? "";
    const step = /^\/tickets\/(\d+)\/(closure|waiting|snooze|place|merge|team)(\/undoing)?$/.exec(action.split("?")[0]);
    if (step) done = step[3] ? null : { number: step[1], what: step[2], at: Date.now() };
  });
}

export function takeBackState() {
  if (!done || Date.now() - done.at > WITHIN) return false;
  const { to, values } = BACK[done.what];
  const url = `/tickets/${done.number}/${to}`;
  done = null;
  htmx.ajax("POST", url, { source: ticketPane(), target: "#ticket", swap: "innerHTML", values });
  return true;
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
