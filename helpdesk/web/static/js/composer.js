// Writing: a text stays when the agent looks at another ticket, and leaves only when it was sent.
import { one, openNumber, ticketPane } from "./page.js";

const unsent = new Map();

const composer = () => one("#composer");
const kindOf = (form) => one("[name=kind]:checked", form)?.value ?? "reply";

export function watchComposer() {
  direct();
  document.addEventListener("input", (event) => {
    if (event.target.id === "text") keep();
  });
  document.addEventListener("change", (event) => {
    if (event.target.name === "files") nameFiles(event.target);
    if (event.target.name === "kind") {
      direct();
      one("#text")?.focus();
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.target.id !== "text" || event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    send();
  });
  document.addEventListener("htmx:after:request", (event) => {
    const { sourceElement, response } = event.detail.ctx;
    if (sourceElement?.id !== "composer" || !response?.raw?.ok) return;
    unsent.delete(sourceElement.dataset.ticket);
    one("#text")?.blur(); // the next key is a command again
  });
  document.addEventListener("htmx:after:swap", () => {
    restore();
    direct();
  });
  addEventListener("beforeunload", (event) => {
    if ([...unsent.values()].some((draft) => draft.text.trim())) event.preventDefault();
  });
  document.addEventListener("submit", (event) => {
    if (event.target.id === "composer" && !window.htmx) unsent.clear();
  });
}

export function write(kind) {
  const form = composer();
  if (!form) return;
  one(`[name=kind][value=${kind}]`, form).checked = true;
  direct();
  form.scrollIntoView({ block: "nearest" });
  one("#text").focus();
}

export const hasText = () => Boolean(one("#text")?.value.trim());

function keep() {
  const form = composer();
  unsent.set(form.dataset.ticket, { kind: kindOf(form), text: one("#text").value });
}

function restore() {
  const draft = unsent.get(openNumber());
  const text = one("#text", ticketPane());
  if (!draft || !text || text.value) return;
  text.value = draft.text;
  one(`[name=kind][value=${draft.kind}]`, composer()).checked = true;
}

function nameFiles(field) {
  const chosen = one(".attach .chosen");
  chosen.dataset.word ??= chosen.textContent;
  chosen.textContent = [...field.files].map((file) => file.name).join(", ") || chosen.dataset.word;
}

// a note and a reply go to different places; without a script the server tells them apart
function direct() {
  const form = composer();
  if (!form) return;
  form.classList.toggle("note", kindOf(form) === "note");
}

function send() {
  const form = composer();
  if (!hasText()) return;
  const kind = kindOf(form);
  form.requestSubmit(one(kind === "note" ? "button.as-note" : "button.main.as-reply", form));
}
