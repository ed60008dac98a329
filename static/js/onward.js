// After a decision the pane goes on to the next open task, and the focus of a row to the next open row.
// Runs after focus.js, which acts where the focus was lost.
const byId = (id) => document.getElementById(id);
const shown = () => document.querySelector("#detail [data-pane-close]")?.dataset.paneClose;
const isOpen = (row) => row?.matches("[data-open]");
const decided = new WeakMap(); // by the request: the row that it may close, and where it was made
let from = ""; // the row or panel that a dialog was opened from

document.addEventListener("page:asked", ({ detail: { element, xhr, isWrite } }) => {
  if (!element.closest("#dialog, #held")) from = element.closest("[data-task]")?.id;
  const id = from === "panel" ? shown() : from;
  if (isWrite && !element.closest("#held") && isOpen(byId(id))) decided.set(xhr, { id, from });
});

const nextOf = (id) => {
  const rows = [...document.querySelectorAll("#tasks [data-task]")];
  const place = rows.findIndex((row) => row.id === id);
  return rows.slice(place + 1).find(isOpen) ?? rows.slice(0, place).findLast(isOpen);
};
const openNext = (next) => {
  const link = next.querySelector("h2 a");
  link.dataset.byItself = ""; // what was said of the decision stays
  link.click();
  delete link.dataset.byItself;
};

document.addEventListener("page:answered", ({ detail: { xhr, status } }) => {
  const { id, from } = decided.get(xhr) ?? {};
  const row = id && byId(id);
  if (!row || isOpen(row) || status !== 200) return;
  if (parent !== window && !document.hasFocus()) return; // the focus is in the host page
  const next = nextOf(id);
  if (from !== "panel") {
    if (row.contains(document.activeElement)) (next?.querySelector("h2 a") ?? byId("tasks-title")).focus();
  } else if (shown() === id) {
    if (next) openNext(next);
    else document.querySelector("#panel [data-none]")?.focus();
  }
});
