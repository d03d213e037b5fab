// Before the first paint: panes the agent folded stay folded. What a browser keeps of us is these two words only.
for (const pane of ["views", "customer"]) {
  const state = localStorage.getItem(`desk.${pane}`);
  if (state) document.documentElement.dataset[pane] = state;
}
