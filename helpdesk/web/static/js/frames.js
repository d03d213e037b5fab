// A letter's frame is as high as the letter: it may not run anything, so its height is read from outside.
import { all } from "./page.js";

export function fitFrames(within) {
  for (const frame of all("iframe.frame", within)) {
    if (frame.dataset.fitted) continue;
    frame.dataset.fitted = "yes";
    frame.addEventListener("load", () => watch(frame));
    if (frame.contentDocument?.readyState === "complete") watch(frame);
  }
}

function watch(frame) {
  const body = frame.contentDocument?.body;
  if (!body) return;
  const fit = () => {
    // a letter that is wider than its place is made smaller, down to where it can still be read
    body.style.zoom = "";
    const wide = frame.contentDocument.documentElement.scrollWidth;
    if (wide > frame.clientWidth) body.style.zoom = Math.max(frame.clientWidth / (wide + 16), 0.5);
    const height = Math.ceil(body.getBoundingClientRect().height);
    if (height) frame.style.blockSize = `${Math.min(height, 20000)}px`;
  };
  new ResizeObserver(fit).observe(frame);
  for (const picture of body.querySelectorAll("img")) picture.addEventListener("load", fit);
  fit();
}
