// When something does not work: say so, and leave what was typed where it is.
import { say, words } from "./page.js";

export function watchTrouble() {
  document.addEventListener("htmx:response:error", (event) => {
    const status = event.detail.ctx?.response?.status;
    if (status === 403 || status === 422) return;
    if (status === 401) say(words().signedOut, { url: "/sign-in", words: words().signIn, apart: true });
    else if (status === 404) say(words().notFound);
    else say(words().failed);
  });
  document.addEventListener("htmx:error", (event) => {
    if (!event.detail?.ctx?.response) say(words().offline);
  });
  addEventListener("offline", () => say(words().offline, null, { stays: true }));
  addEventListener("online", () => say(words().online));
  if (!navigator.onLine) say(words().offline, null, { stays: true });
}
