// When something does not work: say so, and leave what was typed where it is.
import { isKept } from "./keeping.js";
import { login, say, signedOut, words } from "./page.js";

export function watchTrouble() {
  document.addEventListener("htmx:response:error", (event) => {
    const { response, hx } = event.detail.ctx ?? {};
    const status = response?.status;
    if (status === 403 || status === 422 || (hx?.redirect && (status !== 401 || isKept()))) return;
    if (status === 401) {
      delete hx.redirect; // not away from what is kept nowhere yet
      signedOut();
    } else if (status === 404) say(words().notFound);
    else say(words().failed);
  });
  // an address that answered nothing to show is none to go back to
  document.addEventListener("htmx:before:history:update", (event) => {
    if (![403, 410, 422].includes(event.detail.response?.status) && event.detail.response?.status >= 400) event.preventDefault();
  });
  document.addEventListener("submit", stay, true);
  document.addEventListener("htmx:error", (event) => {
    if (!event.detail?.ctx?.response) say(words().offline, null, { stays: !navigator.onLine });
  });
  addEventListener("offline", () => say(words().offline, null, { stays: true }));
  addEventListener("online", () => say(words().online));
  if (!navigator.onLine) say(words().offline, null, { stays: true });
}

// without a login no form gets anywhere: it stays on the page as it was typed
function stay(event) {
  if (!login.isOut || event.target.method !== "post") return;
  event.preventDefault();
  event.stopImmediatePropagation();
  signedOut();
}
