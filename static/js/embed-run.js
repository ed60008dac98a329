// A run that was begun in a frame stands in front of the list. Once that is closed, the list behind it is old.
const dialog = document.getElementById("dialog");
let hadRun = false;
new MutationObserver(() => {
  const hasRun = Boolean(dialog.querySelector("#run"));
  if (hadRun && !hasRun) document.body.dispatchEvent(new CustomEvent("tasks:again"));
  hadRun = hasRun;
}).observe(dialog, { childList: true, subtree: true });
