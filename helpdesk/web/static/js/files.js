// Files: chosen, dropped or pasted, they go to the draft at once; pictures that were pasted stand in the text.
import { insertPicture } from "./editor.js";
import { all, goOnAt, one, parsed, words } from "./page.js";

let queue = Promise.resolve(true); // one file after the other, in the order they were given
let coming = 0;

export function watchFiles(changed) {
  document.addEventListener("change", (event) => {
    if (event.target.name === "mailbox") measure();
    if (event.target.name !== "files") return;
    if (!one("#composer")?.dataset.files) return nameFiles(event.target);
    add(event.target.files, changed);
    event.target.value = "";
  });
  document.addEventListener("paste", (event) => {
    const files = pasted(event);
    if (!files.length) return;
    event.preventDefault();
    event.stopPropagation();
    add(files, changed, isInText(event));
  }, true);
  document.addEventListener("dragover", over);
  for (const name of ["dragleave", "drop", "dragend"]) document.addEventListener(name, () => one("#composer")?.classList.remove("drops"));
  document.addEventListener("drop", (event) => {
    if (!takesFiles(event)) return;
    event.preventDefault();
    event.stopPropagation();
    one("#composer").classList.remove("drops");
    add(event.dataTransfer.files, changed, isInText(event));
  }, true);
  document.addEventListener("submit", wait, true);
  document.addEventListener("click", (event) => {
    const drop = event.target.closest("[data-draft-files] .drop");
    if (drop) remove(drop.closest("[data-file]"), changed);
  });
  document.addEventListener("htmx:after:swap", measure);
  measure();
}

const isInText = (event) => Boolean(event.target.closest(".editor"));
const takesFiles = ({ target, dataTransfer }) => Boolean(dataTransfer?.types.includes("Files") && target.closest?.("#composer") && one("#composer").dataset.mode !== "note");

// a file dropped beside the composer does not take the page away that somebody writes on
function over(event) {
  const place = one("#composer");
  if (!place || !event.dataTransfer?.types.includes("Files") || event.target.closest?.("[type=file]")) return;
  event.preventDefault();
  const takes = takesFiles(event);
  place.classList.toggle("drops", takes);
  event.dataTransfer.dropEffect = takes ? "copy" : "none";
}

// programs put a picture of their words beside the words: then these are meant; but a file comes with its name
function pasted({ target, clipboardData }) {
  const files = [...(clipboardData?.files ?? [])];
  if (!files.length || !target.closest?.("#reply-form")) return [];
  const html = parsed(clipboardData.getData("text/html")).textContent;
  const lines = `${clipboardData.getData("text/plain")}\n${html}`.split("\n").map((line) => line.trim()).filter(Boolean);
  return lines.every((line) => files.some((file) => line.endsWith(file.name) || line.endsWith(encodeURI(file.name)))) ? files : [];
}

function add(files, changed, inText = false) {
  if (!coming) queue = Promise.resolve(true);
  for (const file of files) {
    coming += 1;
    const before = queue;
    queue = (async () => {
      const wasWell = await before;
      const isWell = await upload(file, changed, inText && file.type.startsWith("image/"));
      coming -= 1;
      return wasWell && isWell;
    })();
  }
}

// pressed while files are on their way, an email leaves once they are there; where one can't come it stays
async function wait(event) {
  const form = event.target;
  if (!coming || form.id !== "reply-form") return;
  event.preventDefault();
  event.stopImmediatePropagation();
  while (coming) await queue;
  if ((await queue) && form.isConnected) form.requestSubmit(event.submitter);
}

async function upload(file, changed, inText) {
  const place = one("#composer");
  const form = one("#reply-form");
  const state = one("[data-state]", form);
  const sent = new FormData();
  for (const name of ["csrf_token", "key", "seen", "seen_note", "seen_merge", "mailbox"]) sent.set(name, form.elements[name]?.value ?? "");
  sent.set("file", file, file.name || "picture.png");
  state.textContent = `${file.name} …`;
  try {
    const answer = await fetch(place.dataset.files, { method: "POST", body: sent });
    const said = await answer.json().catch(() => ({}));
    if (!answer.ok) {
      state.textContent = answer.status === 413 ? (said.wrong ?? place.dataset.tooLarge) : answer.status === 401 ? words().signedOut : words().failed;
      return false;
    }
    state.textContent = "";
    if (one("#composer")?.dataset.ticket === place.dataset.ticket) keep(said, inText, changed);
    return true;
  } catch {
    state.textContent = place.dataset.offline;
    return false;
  }
}

function keep(kept, inText, changed) {
  const form = one("#reply-form");
  form.elements.revision.value = Math.max(kept.revision, form.elements.revision.value);
  goOnAt(kept.page);
  if (!one(`[data-file="${kept.id}"]`, form)) one("[data-draft-files]", form).append(line(kept));
  name(form);
  if (inText) insertPicture(kept.url, kept.name);
  measure();
  changed(form);
}

// which files the editor shows: those leave with it
function name(form) {
  form.elements.beside.value = all("[data-file]", form).map((item) => item.dataset.file).join(",");
}

export function renameFile(form, from, to) {
  const item = one(`[data-file="${from}"]`, form);
  if (!item) return;
  item.dataset.url = item.dataset.url.replace(from, to);
  item.dataset.file = to;
  name(form);
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

async function remove(item, changed) {
  const form = one("#reply-form");
  const sent = new URLSearchParams({ csrf_token: form.elements.csrf_token.value });
  const answer = await fetch(`${item.dataset.url}/removal`, { method: "POST", body: sent, redirect: "manual" });
  if (!answer.ok && answer.type !== "opaqueredirect") return;
  for (const picture of all(`.editor img[src="${item.dataset.url}"]`)) picture.remove();
  item.remove();
  name(form);
  measure();
  changed(form);
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
