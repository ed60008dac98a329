// The key U takes back the newest decision that is not sent yet, unless the person has switched keys off.
addEventListener("keydown", (event) => {
  if (event.key.toLowerCase() !== "u" || event.ctrlKey || event.metaKey || event.altKey) return;
  const isTyping = event.target.matches("input, textarea, select, [contenteditable]");
  if (isTyping || !document.querySelector("#held [data-keys]") || document.querySelector("dialog[open]")) return;
  document.querySelector("#held [data-undo] button")?.click();
});
