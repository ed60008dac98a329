// Opens #dialog when content is inserted, and empties it when it is closed. In the widget #dialog is
// a plain element and shown in the page, not as a modal dialog.
const dialog = document.getElementById("dialog");
const isModal = dialog instanceof HTMLDialogElement;
let opener = null;
let asked = null; // the focused element when the content was requested

const finish = () => {
  dialog.replaceChildren();
  if (opener?.isConnected) opener.focus();
  opener = null;
};
const close = () => {
  if (isModal && dialog.open) dialog.close();
  else if (dialog.childElementCount) finish();
};
const open = () => {
  if (!dialog.childElementCount || opener) return;
  opener = asked ?? document.activeElement;
  if (isModal) dialog.showModal();
  else dialog.scrollIntoView({ block: "nearest" });
  dialog.querySelector("[data-focus]")?.focus();
};

document.addEventListener("page:asked", () => {
  if (!dialog.childElementCount) asked = document.activeElement;
});
new MutationObserver(open).observe(dialog, { childList: true });
dialog.addEventListener("close", finish);
// Ignore answers to a button that was pressed before this form was opened.
document.addEventListener("dialog:close", ({ target }) => dialog.contains(target) && close());
// A modal dialog handles Escape itself. Capture, so that `pane.js` does not close the task behind it.
const leave = (event) => {
  if (event.key !== "Escape" || !dialog.childElementCount) return;
  event.stopImmediatePropagation();
  close();
};
if (!isModal) addEventListener("keydown", leave, { capture: true });
// Enter on a person's radio button would press the form's first button, which is the search button.
dialog.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.target.type !== "radio") return;
  event.preventDefault();
  event.target.form.requestSubmit(event.target.form.querySelector("[data-submit]"));
});
dialog.addEventListener("click", (event) => {
  if (!event.target.closest("[data-dialog-close]")) return;
  event.preventDefault();
  close();
});
