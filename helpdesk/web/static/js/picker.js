// Saved replies: ";" or "/" in an empty line opens a list that looks through them, with what each would write beside it.
import { fold } from "./fold.js";
import { editor, focusEditor, insert } from "./editor.js";
import { all, get, one } from "./page.js";

const SHOWN = 50;

export function watchPicker(changed) {
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-picker]")) openPicker(changed);
  });
  document.addEventListener("keydown", (event) => {
    if (![";", "/"].includes(event.key) || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.id !== "editor" || !isLineEmpty() || !one("[data-picker]")) return;
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
  if (one("dialog.picker") || !(await ask("", true))) return;
  if (one("dialog.picker")) return; // asked twice, opened once
  const dialog = make("dialog", { className: "picker" });
  const list = make("ul", { role: "listbox", id: "picker-list", ariaLabel: one("[data-picker]").title });
  const preview = make("div", { className: "picker-preview", ariaLive: "polite" });
  const search = make("input", { className: "input", type: "search", role: "combobox", ariaExpanded: "true", ariaAutoComplete: "list", ariaLabel: one("[data-picker]").title, placeholder: one("[data-picker]").title });
  search.setAttribute("aria-controls", list.id);
  dialog.append(search, list, preview);
  document.body.append(dialog);
  const draw = async () => {
    const typed = search.value;
    if (known.isAll || ((await ask(typed)) && typed === search.value)) show(list, preview, typed);
  };
  search.addEventListener("input", draw);
  search.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") mark(list, preview, event.key === "ArrowDown" ? 1 : -1);
    else if (event.key !== "Enter") return;
    else one("[aria-selected=true]", list)?.click();
    event.preventDefault();
  });
  list.addEventListener("click", (event) => {
    const item = event.target.closest("li");
    if (item) take(item.reply, dialog, changed);
  });
  list.addEventListener("mouseover", (event) => {
    const item = event.target.closest("li");
    if (item) select(list, preview, item);
  });
  dialog.addEventListener("close", () => {
    dialog.remove();
    focusEditor();
  });
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  dialog.showModal();
  show(list, preview, search.value);
}

let known = { replies: [], isAll: true }; // where there are more than come at once, the desk looks through the others

async function ask(typed, isAttended = false) {
  const place = one("#composer");
  const url = new URL(place.dataset.saved, location.origin);
  const mailbox = one("[name=mailbox]", place);
  if (mailbox) url.searchParams.set("mailbox", mailbox.value);
  if (typed) url.searchParams.set("q", typed);
  const answer = await get(url, { isAttended });
  if (!answer) return false;
  const found = await answer.json();
  known = { ...found, isAll: found.isAll && !typed };
  return true;
}

function show(list, preview, typed) {
  const wanted = fold(typed).split(/\s+/).filter(Boolean);
  const found = known.isAll ? known.replies.filter((reply) => wanted.every((word) => fold(`${reply.name} ${reply.text}`).includes(word))) : known.replies;
  list.replaceChildren(...found.slice(0, SHOWN).map((reply) => make("li", { role: "option", id: `picker-${reply.id}`, dir: "auto", textContent: reply.name, reply })));
  if (found.length) select(list, preview, list.firstElementChild);
  else preview.textContent = one("#composer").dataset[wanted.length ? "noMatch" : "none"];
}

function mark(list, preview, by) {
  const items = [...list.children];
  const at = items.findIndex((item) => item.getAttribute("aria-selected") === "true");
  const item = items[Math.max(0, Math.min(at + by, items.length - 1))];
  if (item) select(list, preview, item);
}

function select(list, preview, item) {
  for (const other of list.children) other.setAttribute("aria-selected", String(other === item));
  one("[role=combobox]", list.parentElement).setAttribute("aria-activedescendant", item.id);
  item.scrollIntoView({ block: "nearest" });
  tell(preview, item.reply);
}

function tell(preview, reply) {
  const done = make("p");
  done.append(...reply.actions.map(([, words]) => make("span", { className: "pill", textContent: words })));
  preview.replaceChildren(make("p", { className: "text", dir: "auto", textContent: reply.text }), done);
  if (!reply.unknown.length) return;
  const names = reply.unknown.map((name) => `{{${name}}}`).join(", ");
  preview.prepend(make("p", { className: "no-value", textContent: `${one("#composer").dataset.noValue} ${names}` }));
}

function take(reply, dialog, changed) {
  dialog.close();
  insert(isLineEmpty() ? reply.text : `\n${reply.text}`); // in a line of its own
  const form = one("#reply-form");
  const list = one("[data-actions]", form);
  const there = new Set(all("[name=actions]", list).map((field) => field.value));
  list.append(...reply.actions.filter(([value]) => !there.has(value)).map(([value, words]) => chip(value, words)));
  one("[data-begun]", form).append(make("input", { type: "hidden", name: "saved", value: reply.id }));
  changed(form);
}

function chip(value, words) {
  const made = make("li", { className: "pill" });
  const drop = make("button", { type: "button", className: "drop", textContent: "×", ariaLabel: `${one("#composer").dataset.remove}: ${words}` });
  made.append(make("input", { type: "hidden", name: "actions", value }), make("span", { textContent: words }), drop);
  return made;
}

const make = (name, has = {}) => Object.assign(document.createElement(name), has);
