// Saved replies: ";" or "/" in an empty line opens a list that looks through them, with what each would write beside it.
import { editor, focusEditor, insert } from "./editor.js";
import { all, get, one } from "./page.js";

let known = null;

export function watchPicker(changed) {
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-picker]")) openPicker(changed);
  });
  document.addEventListener("keydown", (event) => {
    if (![";", "/"].includes(event.key) || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.id !== "editor" || !isLineEmpty()) return;
    event.preventDefault();
    openPicker(changed);
  });
}

function isLineEmpty() {
  const range = editor()?.getSelection();
  let block = range?.startContainer;
  while (block && block.nodeType !== Node.ELEMENT_NODE) block = block.parentNode;
  return Boolean(range?.collapsed) && !block?.closest?.("div, li, blockquote")?.textContent.replace(/\u200b/g, "").trim();
}

async function openPicker(changed) {
  const place = one("#composer");
  const answer = await get(place.dataset.saved, { isAttended: true });
  if (!answer) return;
  known = (await answer.json()).replies;
  const dialog = document.createElement("dialog");
  dialog.className = "picker";
  const search = document.createElement("input");
  search.className = "input";
  search.type = "search";
  search.setAttribute("aria-label", one("[data-picker]").title);
  search.placeholder = one("[data-picker]").title;
  const list = document.createElement("ul");
  list.setAttribute("role", "listbox");
  list.id = "picker-list";
  const preview = document.createElement("div");
  preview.className = "picker-preview";
  preview.setAttribute("aria-live", "polite");
  dialog.append(search, list, preview);
  document.body.append(dialog);
  const draw = () => show(list, preview, search.value, place, (reply) => take(reply, dialog, changed));
  search.addEventListener("input", draw);
  search.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      mark(list, preview, event.key === "ArrowDown" ? 1 : -1);
    }
    if (event.key === "Enter") {
      event.preventDefault();
      one("[aria-selected=true]", list)?.click();
    }
  });
  dialog.addEventListener("close", () => {
    dialog.remove();
    focusEditor();
  });
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  dialog.showModal();
  draw();
}

function show(list, preview, typed, place, chosen) {
  const wanted = typed.toLowerCase().split(/\s+/).filter(Boolean);
  const found = known.filter((reply) => wanted.every((word) => `${reply.name} ${reply.text}`.toLowerCase().includes(word)));
  list.replaceChildren(...found.slice(0, 50).map((reply, index) => {
    const item = document.createElement("li");
    item.setAttribute("role", "option");
    item.setAttribute("aria-selected", String(index === 0));
    item.textContent = reply.name;
    item.reply = reply;
    item.addEventListener("click", () => chosen(reply));
    item.addEventListener("mouseenter", () => select(list, preview, item));
    return item;
  }));
  if (found.length) tell(preview, found[0]);
  else preview.textContent = place.dataset.noMatch;
}

function mark(list, preview, by) {
  const items = [...list.children];
  const at = items.findIndex((item) => item.getAttribute("aria-selected") === "true");
  const item = items[Math.max(0, Math.min(at + by, items.length - 1))];
  if (item) select(list, preview, item);
}

function select(list, preview, item) {
  for (const other of list.children) other.setAttribute("aria-selected", String(other === item));
  item.scrollIntoView({ block: "nearest" });
  tell(preview, item.reply);
}

function tell(preview, reply) {
  const text = document.createElement("p");
  text.className = "text";
  text.dir = "auto";
  text.textContent = reply.text;
  const done = document.createElement("p");
  done.append(...reply.actions.map(([, words]) => {
    const pill = document.createElement("span");
    pill.className = "pill";
    pill.textContent = words;
    return pill;
  }));
  preview.replaceChildren(text, done);
}

function take(reply, dialog, changed) {
  dialog.close();
  insert(reply.text);
  const form = one("#reply-form");
  const list = one("[data-actions]", form);
  const there = new Set(all("[name=actions]", list).map((field) => field.value));
  list.append(...reply.actions.filter(([value]) => !there.has(value)).map(([value, words]) => chip(value, words)));
  list.append(hidden("saved", reply.id));
  changed(form);
}

function chip(value, words) {
  const made = document.createElement("li");
  made.className = "pill";
  const name = document.createElement("span");
  name.textContent = words;
  const drop = document.createElement("button");
  drop.type = "button";
  drop.className = "drop";
  drop.textContent = "×";
  drop.setAttribute("aria-label", `${one("#composer").dataset.remove}: ${words}`);
  made.append(hidden("actions", value), name, drop);
  return made;
}

function hidden(name, value) {
  const field = document.createElement("input");
  field.type = "hidden";
  field.name = name;
  field.value = value;
  return field;
}
