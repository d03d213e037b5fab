// A letter's frame is as high as the letter: it may not run anything, so its height is read from outside.
import { all, one, ticketPane } from "./page.js";

const sizes = new ResizeObserver((entries) => entries.forEach(({ target }) => fit(target)));
// the customer's column sticks below the ticket's head, however high that is, and ends where the pane does
const heads = new ResizeObserver(() => {
  const pane = ticketPane();
  pane.style.setProperty("--head", `${one(".ticket-head", pane)?.offsetHeight}px`);
  pane.style.setProperty("--room", `${pane.clientHeight}px`);
});

export function fitFrames(within) {
  for (const one of all(".ticket-pane, .ticket-head", within)) heads.observe(one);
  for (const frame of all("iframe.frame:not([data-fitted])", within)) {
    frame.dataset.fitted = "yes";
    frame.addEventListener("load", () => {
      for (const picture of all("img", frame.contentDocument ?? frame)) picture.addEventListener("load", () => fit(frame));
      fit(frame);
    });
    sizes.observe(frame);
  }
}

function fit(frame) {
  const letter = frame.contentDocument;
  if (!letter?.body || letter.URL === "about:blank" || !frame.clientWidth) return;
  // one that is wider than its place is made smaller, down to where it can still be read
  letter.body.style.zoom = "";
  const wide = letter.documentElement.scrollWidth;
  if (wide > frame.clientWidth) letter.body.style.zoom = Math.max(frame.clientWidth / (wide + 16), 0.5);
  const height = Math.ceil(letter.body.getBoundingClientRect().height);
  if (height) frame.style.blockSize = `${Math.min(height, 20000)}px`;
}
