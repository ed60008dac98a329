// Keeps the keyboard focus in place when a part of the page is replaced.
const byId = (id) => document.getElementById(id);
let task = ""; // id of the row or panel used last; a dialog has none of its own
let pressed = null;

const remember = ({ target }) => {
  task = target.closest?.("[data-task]")?.id || task;
};
document.addEventListener("focusin", remember);
document.addEventListener("click", remember);
document.addEventListener("page:asked", () => {
  pressed = document.activeElement;
});

// A row whose decision is about to be sent has its buttons still, and none that shows.
const isOpen = (row) =>
  row.querySelector("[data-actions]") &&
  (!row.querySelector("[data-held]") ||
    [...row.querySelectorAll("[data-actions] button")].some((one) => !one.closest("[data-held]") && one.checkVisibility()));
const nextOpen = () => {
  const rows = [...document.querySelectorAll("#tasks [data-task]")];
  const place = rows.findIndex((row) => row.id === task);
  return rows.slice(place + 1).find(isOpen) ?? rows.find(isOpen);
};

// Never focus a decision button: holding the Enter key down must not decide the next task as well.
const placeIn = (element) =>
  element?.querySelector("[data-lines][open] > summary") ??
  (element && isOpen(element) && (element.querySelector("#panel-title") ?? element.querySelector("a")));

const candidates = () => {
  const dialog = byId("dialog");
  const form = dialog?.childElementCount ? dialog : byId(task);
  return [
    form?.querySelector("[aria-invalid=true]"),
    pressed !== document.body && pressed,
    byId("dialog-title"),
    placeIn(byId(task)),
    nextOpen()?.querySelector("a"),
    byId("tasks-title"),
    byId("panel-title"),
  ];
};

document.addEventListener("page:answered", () => {
  if (parent !== window && !document.hasFocus()) return; // the focus is in the host page
  const isThere = (element) => element && element.checkVisibility();
  const wanted = [...document.querySelectorAll("[data-focus]")].find(isThere);
  const isLost = !isThere(document.activeElement) || document.activeElement === document.body;
  if (!wanted && !isLost) return;
  wanted?.removeAttribute("data-focus");
  const place = wanted ?? candidates().find((one) => isThere(one) && one.isConnected);
  place?.focus({ preventScroll: true });
  place?.scrollIntoView({ block: "nearest" });
});
