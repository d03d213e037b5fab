// Markdown while typing: a dash begins a list, a > a quotation; words between stars, lines below or backticks are formatted.
// One Ctrl+Z gives back what was typed.
const BLOCKS = { "-": "makeUnorderedList", ">": "increaseQuoteLevel" }; // "* " and "1. " are known to the editor itself
const INLINE = [
  ["`", "code", /`([^`]+)`$/],
  ["*", "b", /(?<![\w*])\*\*([^\s*](?:[^*]*[^\s*])?)\*\*$/],
  ["*", "i", /(?<![\w*])\*([^\s*](?:[^*]*[^\s*])?)\*$/],
  ["_", "i", /(?<![\w_])_([^\s_](?:[^_]*[^\s_])?)_$/],
];

export function watchMarkdown(squire, area) {
  const space = squire._keyHandlers[" "];
  squire.setKeyHandler(" ", (self, event, range) => beginBlock(self, event, range, area) || space(self, event, range));
  area.addEventListener("input", ({ data, isComposing }) => {
    if (!isComposing && INLINE.some(([sign]) => sign === data)) formatWords(squire, data);
  });
}

function beginBlock(self, event, range, area) {
  const at = range.startContainer;
  const block = (at.nodeType === Node.TEXT_NODE ? at.parentElement : at).closest("div, p, li, pre");
  const make = range.collapsed && block && block !== area && block.matches("div, p") && BLOCKS[said(block)];
  if (!make) return false;
  event.preventDefault();
  self.insertPlainText(" ", false);
  self._docWasChanged();
  self.saveUndoState(self.getSelection());
  block.replaceChildren(document.createElement("br"));
  range.setStart(block, 0);
  range.collapse(true);
  self.setSelection(range);
  self[make]();
  return true;
}

const said = (block) => block.textContent.replace(/\u200b/g, "").trim();

function formatWords(self, sign) {
  const range = self.getSelection();
  const node = range.startContainer;
  if (!range.collapsed || node.nodeType !== Node.TEXT_NODE || node.parentElement.closest("pre, code, a")) return;
  const before = node.data.slice(0, range.startOffset);
  const [, tag, pattern] = INLINE.find(([by, , one]) => by === sign && one.test(before)) ?? [];
  if (!tag) return;
  const [whole, words] = pattern.exec(before);
  self._docWasChanged();
  self.saveUndoState(range);
  self.getSelection().startContainer.parentNode.normalize(); // the undo leaves the words in pieces
  const [text, end] = placed(self.getSelection());
  if (!text?.data?.slice(0, end).endsWith(whole)) return;
  const marked = document.createRange();
  marked.setStart(text, end - whole.length);
  marked.setEnd(text, end);
  marked.deleteContents();
  const made = document.createElement(tag);
  made.textContent = words;
  marked.insertNode(made);
  const after = document.createTextNode("\u200b"); // a place outside of it for what is typed next
  made.after(after);
  range.setStart(after, 1);
  range.collapse(true);
  self.setSelection(range);
}

// where a caret is in a text, also when it is said as behind that text
function placed({ startContainer: node, startOffset: at }) {
  if (node.nodeType === Node.TEXT_NODE) return [node, at];
  const before = node.childNodes[at - 1];
  return [before, before?.length];
}
