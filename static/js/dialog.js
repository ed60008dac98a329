// Opens #dialog when content is inserted, empties it when closed. In the widget it is a part of the page, and no modal dialog.
const dialog = document.getElementById("dialog");
const isModal = dialog instanceof HTMLDialogElement;
let opener, asked; // `asked`: the focused element when the content was requested

const finish = () => {
  dialog.replaceChildren();
  if (opener?.isConnected) opener.focus();
  opener = undefined;
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
  if (dialog.querySelector("[data-ready-comment]")) import("./ready-comment.js");
};

document.addEventListener("page:asked", () => {
  document.activeElement?.closest("[popover]")?.hidePopover(); // a menu: its button gets the focus
  if (!dialog.childElementCount) asked = document.activeElement;
});
new MutationObserver(open).observe(dialog, { childList: true });
dialog.addEventListener("close", finish);
// Ignore answers to a button that was pressed before this form was opened.
document.addEventListener("dialog:close", ({ target }) => dialog.contains(target) && close());
// Closes, but asks first if something was typed. While it asks, another Escape keeps what was typed.
const leave = (event) => {
  event.preventDefault();
  const keep = dialog.querySelector("[data-typed] [data-dialog-keep]");
  if (!keep) return close();
  if (!keep.checkVisibility()) asked = document.activeElement;
  for (const part of dialog.querySelectorAll("[data-leave]")) part.hidden = !part.hidden;
  const back = dialog.contains(asked) ? asked : dialog.querySelector("#dialog-title");
  (keep.checkVisibility() ? keep : back).focus();
};
dialog.addEventListener("input", ({ target }) => target.form?.toggleAttribute("data-typed", true));
// A browser closes at the second Escape. Capture, so that `pane.js` does not close the task behind.
addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.isComposing || !dialog.childElementCount) return;
  event.stopImmediatePropagation();
  leave(event);
}, { capture: true });
dialog.addEventListener("cancel", leave); // the back gesture of a phone
// Enter on a person's radio button would press the form's first button, which is the search button: on a page of its own as well.
document.addEventListener("keydown", (event) => {
  const submit = event.key === "Enter" && event.target.type === "radio" && event.target.form?.querySelector("[data-submit]");
  if (!submit) return;
  event.preventDefault();
  submit.form.requestSubmit(submit);
});
dialog.addEventListener("click", (event) => {
  if (event.target.closest("[data-dialog-drop]")) close();
  else if (event.target.closest("[data-dialog-close], [data-dialog-keep]")) leave(event);
});
