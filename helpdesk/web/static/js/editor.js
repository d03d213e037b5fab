// The editor: Squire over the plain textarea, which keeps what a form sends. Without it the textarea is the editor.
import { watchMarkdown } from "./markdown.js";
import { all, one, parsed } from "./page.js";

const KEPT = new Set("A B BLOCKQUOTE BR CODE DIV EM H2 H3 HR I IMG LI OL P PRE S SPAN STRONG U UL".split(" "));
const GONE = new Set("SCRIPT STYLE TITLE TEMPLATE SVG MATH IFRAME OBJECT NOSCRIPT META LINK".split(" "));
let Squire = null;
const come = import("../vendor/squire.js").then((module) => (Squire = module.default)); // with the page, not with a ticket
let squire = null;
let isAwaited = false; // somebody wants to write before the editor stands
let isUntouched = true; // its caret was nowhere yet

export const editor = () => squire;

export async function openEditor(place) {
  const text = one("#text", place);
  if (!text || !one("[data-editor]", place)) return;
  if (!Squire) await come;
  if (early.composes && document.activeElement === text) await new Promise((done) => text.addEventListener("compositionend", done, { once: true }));
  if (text.isConnected) takeOver(text, place);
}

// what stands in the plain field, the caret in it, and what is typed from now on
function takeOver(text, place) {
  const had = document.activeElement === text;
  const area = document.createElement("div");
  area.className = "editor";
  area.id = "editor";
  area.dir = "auto";
  area.dataset.placeholder = text.placeholder;
  for (const [name, value] of [["role", "textbox"], ["aria-multiline", "true"], ["aria-label", text.getAttribute("aria-label")]]) area.setAttribute(name, value);
  one("[data-editor]", place).replaceChildren(bar(JSON.parse(place.dataset.formatting)), area);
  open(area, text);
  text.hidden = true;
  text.removeAttribute("aria-label");
  area.classList.toggle("unwritten", isUnwritten(text, area));
  if (had || (isAwaited && place.dataset.mode !== "note")) focusEditor();
  if (had) setCaret(area, text);
  isAwaited = false;
}

function open(area, text) {
  const form = text.closest("form");
  squire?.destroy();
  squire = new Squire(area, { sanitizeToDOMFragment: safe, addLinks: true });
  squire._imageResizer.destroy(); // sizes of pictures are not kept, and its frame has styles of its own
  squire.setHTML(withTyped(form.elements.html.value, text));
  if (!("plain" in form.closest("#composer").dataset)) watchMarkdown(squire, area);
  isUntouched = true;
  area.addEventListener("focus", () => (isUntouched = false));
  let stood = squire.getHTML();
  squire.addEventListener("input", () => {
    if (squire.getHTML() === stood) return; // that it was opened is no change
    stood = squire.getHTML();
    keep(form, text, area);
  });
}

// a draft's formatted text, and what was typed before or after it meanwhile; typed into it, the words are kept without format
function withTyped(html, text) {
  const [had, has] = [text.defaultValue, text.value];
  if (!html || (has !== had && !has.startsWith(had) && !has.endsWith(had))) return asHtml(has);
  if (has === had) return html;
  const body = parsed(html);
  if (has.startsWith(had)) {
    const [same, ...more] = has.slice(had.length).split("\n");
    lineAt(body, "lastElementChild").append(same);
    return body.innerHTML + (more.length ? asHtml(more.join("\n")) : "");
  }
  const lines = has.slice(0, has.length - had.length).split("\n");
  lineAt(body, "firstElementChild").prepend(lines.pop());
  return (lines.length ? asHtml(lines.join("\n")) : "") + body.innerHTML;
}

// the first or the last line of formatted text: what is typed there goes on in it
function lineAt(body, end) {
  let line = body;
  while (line[end]?.matches("div, p, ul, ol, li, blockquote")) line = line[end];
  if (end === "lastElementChild" && line.lastChild?.nodeName === "BR") line.lastChild.remove();
  return line;
}

function setCaret(area, text) {
  const [from, to] = [text.selectionStart, text.selectionEnd].map((at) => placeOf(area, text, at));
  if (!from || !to) return squire.moveCursorToEnd();
  const range = document.createRange();
  range.setStart(...from);
  range.setEnd(...to);
  squire.setSelection(range);
}

// where in the editor the plain field's `at` is, if a line there is a line here
function placeOf(area, text, at) {
  const before = text.value.slice(0, at).split("\n");
  const lines = text.value.split("\n");
  const block = area.children[before.length - 1];
  if (area.children.length < lines.length || at === text.value.length) return null;
  const words = block.firstChild;
  return words?.nodeType === Node.TEXT_NODE && words.length >= before.at(-1).length ? [words, before.at(-1).length] : [block, 0];
}

export function focusEditor() {
  if (squire && one("#editor")) {
    const goesOn = isUntouched; // at the end of what was kept
    squire.focus();
    if (goesOn) squire.moveCursorToEnd();
  } else {
    isAwaited = true;
    const text = one("#text");
    if (!text || document.activeElement === text) return;
    text.setSelectionRange(text.value.length, text.value.length); // at the end of what was kept
    text.focus();
  }
}

export function replaceText(html, text) {
  if (!squire) return;
  squire.setHTML(html || asHtml(text));
  const area = one("#editor");
  if (document.activeElement === area) squire.moveCursorToEnd();
  keep(area.closest("form"), one("#text"), area);
}

export function insert(text) {
  if (squire && one("#editor")) {
    squire.focus();
    squire.insertHTML(asHtml(text));
    keep(one("#editor").closest("form"), one("#text"), one("#editor"));
  }
}

export function insertPicture(url, name) {
  squire.focus();
  squire.insertImage(url, { alt: name });
  keep(one("#editor").closest("form"), one("#text"), one("#editor"));
}

export function renamePicture(from, to) {
  for (const picture of all(`.editor img[src="${from}"]`)) picture.setAttribute("src", to);
}

const asHtml = (text) => text.split("\n").map((line) => {
  const block = document.createElement("div");
  if (line) block.textContent = line.replace(/^ | $|(?<= ) /g, "\u00a0"); // a space at an end, or a second one, is no space in HTML
  else block.append(document.createElement("br"));
  return block.outerHTML;
}).join("");

const isUnwritten = (text, area) => !text.value.trim() && !one("img, li", area);

function keep(form, text, area) {
  text.value = area.innerText.replace(/\u200b/g, "").replace(/\u00a0/g, " ").replace(/\n$/, "");
  form.elements.html.value = squire.getHTML();
  area.classList.toggle("unwritten", isUnwritten(text, area));
  area.dispatchEvent(new CustomEvent("composer:changed", { bubbles: true }));
}

// what is pasted is parsed in a document that runs nothing, and only what the server keeps comes in
function safe(html) {
  const clean = document.createDocumentFragment();
  for (const child of [...parsed(html).childNodes]) clean.append(...cleaned(child));
  return clean;
}

function cleaned(node) {
  if (node.nodeType === Node.TEXT_NODE) return [document.createTextNode(node.data)];
  if (node.nodeType !== Node.ELEMENT_NODE || GONE.has(node.nodeName.toUpperCase())) return [];
  const inner = [...node.childNodes].flatMap(cleaned);
  if (!KEPT.has(node.nodeName)) return inner;
  const made = document.createElement(node.nodeName);
  const href = node.getAttribute("href") ?? "";
  const src = node.getAttribute("src") ?? "";
  if (node.nodeName === "A" && /^(https?:\/\/|mailto:|tel:)/i.test(href)) made.setAttribute("href", href);
  if (node.nodeName === "IMG") {
    if (!/^\/drafts\/files\/\d+$/.test(src)) return [];
    made.setAttribute("src", src);
    made.setAttribute("alt", node.getAttribute("alt") ?? "");
  }
  made.append(...inner);
  return [made];
}

const COMMANDS = {
  bold: () => (squire.hasFormat("B") ? squire.removeBold() : squire.bold()),
  italic: () => (squire.hasFormat("I") ? squire.removeItalic() : squire.italic()),
  list: () => (squire.hasFormat("UL") ? squire.removeList() : squire.makeUnorderedList()),
  numbers: () => (squire.hasFormat("OL") ? squire.removeList() : squire.makeOrderedList()),
  quote: () => squire.increaseQuoteLevel(),
  link: () => {
    const address = prompt(one("#composer").dataset.askLink, "")?.trim();
    const begins = /^(https?:\/\/|mailto:|tel:)/i.test(address) ? "" : /^\S+@[^/\s]+$/.test(address) ? "mailto:" : "https://";
    if (address) squire.makeLink(begins + address); // as people write one
  },
};
const SIGNS = { bold: "bold", italic: "italic", list: "list", numbers: "list-ordered", quote: "quote", link: "link" };

function bar(names) {
  const made = document.createElement("div");
  made.className = "format-bar";
  made.setAttribute("role", "toolbar");
  const sprite = one("use").getAttribute("href").split("#")[0];
  for (const [name, words] of Object.entries(names)) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button bare square";
    button.title = words;
    button.setAttribute("aria-label", words);
    button.innerHTML = `<svg class="icon" aria-hidden="true"><use href="${sprite}#${SIGNS[name]}"/></svg>`;
    button.addEventListener("mousedown", (event) => event.preventDefault());
    button.addEventListener("click", () => {
      COMMANDS[name]();
      squire.focus();
    });
    made.append(button);
  }
  return made;
}
