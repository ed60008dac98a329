// Puts a ready-made comment into the field, behind what was typed. Until this is here, and without scripts, the button asks the server.
document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-ready-comment]");
  if (!button) return;
  event.preventDefault();
  const field = button.form.elements.comment;
  field.value = [field.value.trimEnd(), button.textContent.trim()].filter(Boolean).join("\n");
  field.dispatchEvent(new Event("input", { bubbles: true })); // there is something to lose now
  button.closest("details").open = false;
  field.focus();
});
