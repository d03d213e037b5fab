// Files: chosen, dropped or pasted, they go to the draft at once; pictures that were pasted stand in the text.
import { insertPicture } from "./editor.js";
import { all, goOnAt, one, words } from "./page.js";

export function watchFiles(changed) {
  document.addEventListener("change", (event) => {
    if (event.target.name === "mailbox") measure();
    if (event.target.name !== "files") return;
    if (!one("#composer")?.dataset.files) return nameFiles(event.target);
    for (const file of [...event.target.files]) upload(file, changed);
    event.target.value = "";
  });
  document.addEventListener("composer:files", (event) => {
    for (const file of event.detail) upload(file, changed, file.type.startsWith("image/"));
  });
  document.addEventListener("dragover", (event) => {
    if (event.target.closest?.("#reply-form") && event.dataTransfer?.types.includes("Files")) event.preventDefault();
  });
  document.addEventListener("drop", (event) => {
    if (!event.target.closest?.("#reply-form") || !event.dataTransfer?.files.length) return;
    event.preventDefault();
    event.stopPropagation();
    const inText = Boolean(event.target.closest(".editor"));
    for (const file of event.dataTransfer.files) upload(file, changed, inText && file.type.startsWith("image/"));
  }, true);
  document.addEventListener("click", (event) => {
    const drop = event.target.closest("[data-draft-files] .drop");
    if (drop) remove(drop.closest("[data-file]"));
  });
  document.addEventListener("htmx:after:swap", measure);
  measure();
}

async function upload(file, changed, inText = false) {
  const place = one("#composer");
  const form = one("#reply-form");
  const state = one("[data-state]", form);
  const sent = new FormData();
  for (const name of ["csrf_token", "key", "seen", "seen_note", "mailbox"]) sent.set(name, form.elements[name]?.value ?? "");
  sent.set("file", file, file.name || "picture.png");
  state.textContent = "…";
  try {
    const answer = await fetch(place.dataset.files, { method: "POST", body: sent });
    if (answer.status === 413) {
      state.textContent = (await answer.json().catch(() => ({}))).wrong ?? place.dataset.tooLarge;
      return;
    }
    if (!answer.ok) {
      state.textContent = answer.status === 401 ? words().signedOut : words().failed;
      return;
    }
    const kept = await answer.json();
    form.elements.revision.value = kept.revision;
    state.textContent = "";
    goOnAt(kept.page);
    one("[data-draft-files]", form).append(line(kept));
    if (inText) insertPicture(kept.url, kept.name);
    measure();
    changed(form);
  } catch {
    state.textContent = place.dataset.offline;
  }
}

function line(kept) {
  const made = document.createElement("li");
  made.className = "file";
  made.dataset.file = kept.id;
  made.dataset.size = kept.size;
  made.dataset.url = kept.url;
  const name = document.createElement("span");
  name.className = "name";
  name.dir = "auto";
  name.textContent = kept.name;
  const size = document.createElement("small");
  size.textContent = readable(kept.size);
  const both = document.createElement("span");
  both.append(name, size);
  const drop = document.createElement("button");
  drop.type = "button";
  drop.className = "drop";
  drop.textContent = "×";
  drop.setAttribute("aria-label", `${one("#composer").dataset.remove}: ${kept.name}`);
  made.append(both, drop);
  return made;
}

async function remove(item) {
  const form = one("#reply-form");
  const sent = new URLSearchParams({ csrf_token: form.elements.csrf_token.value });
  const answer = await fetch(`${item.dataset.url}/removal`, { method: "POST", body: sent, redirect: "manual" });
  if (!answer.ok && answer.type !== "opaqueredirect") return;
  for (const picture of all(`.editor img[src="${item.dataset.url}"]`)) picture.remove();
  item.remove();
  measure();
}

// how much of an email the files fill, before anybody presses Send
function measure() {
  const place = one("#composer");
  const bar = place && one(".size-bar", place);
  if (!bar) return;
  const total = all("[data-draft-files] [data-size]", place).reduce((sum, item) => sum + Number(item.dataset.size), 0);
  const limit = Number(one("[name=mailbox] option:checked", place)?.dataset.limit ?? place.dataset.limit);
  const meter = one("meter", bar);
  bar.hidden = !total;
  bar.classList.toggle("trouble", total > limit);
  Object.assign(meter, { max: limit, high: limit * 0.8, value: total });
  one("span", bar).textContent = `${readable(total)} / ${readable(limit)}`;
}

function nameFiles(field) {
  const chosen = one(".attach .chosen");
  chosen.dataset.word ??= chosen.textContent;
  chosen.textContent = [...field.files].map((file) => file.name).join(", ") || chosen.dataset.word;
}

function readable(bytes) {
  const lang = document.documentElement.lang;
  const [value, unit] = bytes < 1e6 ? [bytes / 1e3, "kB"] : [bytes / 1e6, "MB"];
  return `${value.toLocaleString(lang, { maximumFractionDigits: 1 })} ${unit}`;
}
