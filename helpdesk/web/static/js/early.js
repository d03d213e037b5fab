// Before the first paint: panes the agent folded stay folded. What a browser keeps of us is these two words.
for (const pane of ["views", "customer"]) {
  const state = localStorage.getItem(`desk.${pane}`);
  if (state) document.documentElement.dataset[pane] = state;
}
// Keys that come before what they are meant for wait here in their order; held.js says when, and presses them.
const early = { held: JSON.parse(sessionStorage.getItem("held") ?? "[]"), waits: (target) => !early.writes(target), composes: false };
sessionStorage.removeItem("held");
early.writes = (target) => Boolean(target.closest?.("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]"));
addEventListener("keydown", (event) => {
  const { key, ctrlKey, metaKey, altKey, shiftKey } = event;
  if (!event.isTrusted || event.isComposing || event.repeat || altKey || (metaKey && !ctrlKey && key !== "Enter")) return;
  if ((ctrlKey || metaKey) && key !== "Enter") return; // the browser's own
  if (key.length > 1 && !["Enter", "Backspace", "Escape", "ArrowUp", "ArrowDown"].includes(key)) return;
  if (!early.held.length && key.length > 1 && event.target.closest("a, button, summary")) return; // pressed where it stands
  const isAfterOthers = early.held.length > 0 && !early.writes(event.target); // none overtakes one that waits
  if ("noKeys" in (document.body?.dataset ?? {}) || !(isAfterOthers || early.waits(event.target))) return;
  early.held.push({ key, ctrlKey, metaKey, shiftKey });
  event.preventDefault();
  event.stopImmediatePropagation();
}, true);
addEventListener("compositionstart", () => (early.composes = true), true);
addEventListener("compositionend", () => (early.composes = false), true);
