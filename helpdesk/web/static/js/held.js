// Keys pressed while a ticket or a page is still on its way are meant for what comes: they wait, and are pressed then.
import { ticketPane } from "./page.js";

const LEFT_WITHIN = 3_000; // a page that was to go and did not, as where a file came
const AT_MOST_CARRIED = 8;
const coming = new Set(); // requests that bring another ticket, this one anew, or a menu
let isPressing = false;
let leaves = null;

// until this is done too
export function holdKeys(work) {
  coming.add(work);
  const done = () => setTimeout(() => coming.delete(work) && pressHeld());
  work.then(done, done);
}

export function watchHeld() {
  early.waits = (target) =>
    isPressing || ((coming.size > 0 || leaves !== null) && (!early.writes(target) || Boolean(ticketPane()?.contains(target))));
  document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => ctx.target === ticketPane() && coming.add(ctx));
  document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => {
    if (!coming.delete(ctx)) return;
    if (ctx.status !== "swapped" || ctx.response.status >= 400) early.held.length = 0; // they were meant for what did not come
    setTimeout(pressHeld);
  });
  addEventListener("beforeunload", () => {
    leaves = setTimeout(stay, LEFT_WITHIN);
  });
  addEventListener("pagehide", () => {
    if (early.held.length) sessionStorage.setItem("held", JSON.stringify(early.held.slice(0, AT_MOST_CARRIED)));
  });
  addEventListener("pageshow", ({ persisted }) => persisted && stay());
  pressHeld();
}

// Keys pressed while something is fetched that they are meant for.
export async function meanwhile(fetched) {
  coming.add(fetched);
  await fetched;
  coming.delete(fetched);
  setTimeout(pressHeld);
}

function stay() {
  clearTimeout(leaves);
  leaves = null;
  pressHeld();
}

// one after the other; what one of them fetches comes first
async function pressHeld() {
  if (isPressing) return;
  isPressing = true;
  while (early.held.length && !coming.size && leaves === null) {
    press(early.held.shift());
    await new Promise((go) => setTimeout(go));
  }
  isPressing = false;
}

function press(held) {
  const target = document.activeElement ?? document.body;
  if (!target.dispatchEvent(new KeyboardEvent("keydown", { ...held, bubbles: true, cancelable: true }))) return;
  if (held.ctrlKey || held.metaKey) return;
  if (early.writes(target)) write(target, held.key);
  else if (held.key === "Enter" && target.matches("a, button, summary")) target.click();
}

// what the browser does with a key of its own
function write(target, key) {
  if (key.length === 1) document.execCommand("insertText", false, key);
  else if (key === "Backspace") document.execCommand("delete");
  else if (key === "Enter" && target.matches("input")) target.form?.requestSubmit();
  else if (key === "Enter" && target.matches("textarea")) document.execCommand("insertText", false, "\n");
}
