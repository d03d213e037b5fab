// A mailbox's trial: each step is shown as soon as the server tells it. Without scripts the same form shows a page.
const place = document.querySelector("[data-trial]");
const list = place?.querySelector(".trial-steps");

function show(step) {
  const line = place.querySelector("template").content.cloneNode(true);
  line.querySelector(".trial-step").classList.add(step.ok ? "well" : "failed");
  line.querySelector(".step-sign").textContent = step.ok ? "✓" : "✗";
  line.querySelector("strong").textContent = step.what;
  line.querySelector(".step-detail").textContent = step.detail;
  line.querySelector(".step-fix").textContent = step.fix;
  list.append(line);
}

async function* lines(answer) {
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    const whole = (rest + part.value).split("\n");
    rest = whole.pop();
    yield* whole;
  }
}

async function tryOut(form) {
  list.replaceChildren();
  list.hidden = false;
  const headers = { "HX-Request": "true", "HX-Current-URL": location.href };
  const answer = await fetch(`${place.dataset.trial}?live=1`, { method: "POST", body: new FormData(form), headers });
  if (answer.headers.has("HX-Redirect")) location.assign(answer.headers.get("HX-Redirect"));
  if (!answer.ok) throw new Error("no trial");
  for await (const line of lines(answer)) show(JSON.parse(line));
}

place?.closest("form").addEventListener("submit", async (event) => {
  const button = event.submitter;
  if (!button?.hasAttribute("formaction")) return;
  event.preventDefault();
  button.disabled = true;
  place.setAttribute("aria-busy", "true");
  try {
    await tryOut(event.target);
  } catch {
    show({ ok: false, what: "", detail: place.dataset.broken, fix: "" });
  }
  place.removeAttribute("aria-busy");
  button.disabled = false;
});
