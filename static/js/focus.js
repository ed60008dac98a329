// Keeps the keyboard focus in place when a part of the page is replaced.
const byId = (id) => document.getElementById(id);
let task = ""; // id of the row or panel used last; a dialog has none of its own
let pressed = null;

const remember = ({ target }) => (task = target.closest?.("[data-task]")?.id || task);
for (const used of ["focusin", "click"]) document.addEventListener(used, remember);
document.addEventListener("page:asked", () => (pressed = document.activeElement));

// What is left of a control of the list once that is loaded anew, such as the value of a filter.
const ofList = () => {
  if (!pressed?.closest("#tasks") || pressed.closest("[data-task]")) return [];
  const stays = [...document.querySelectorAll("[data-stays]")].find((one) => one.dataset.stays === pressed.dataset.stays);
  stays?.closest(".filters__more")?.toggleAttribute("open", true);
  return [stays, byId("tasks-title")];
};

const isOpen = (task) => task.matches("[data-open]");
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
    ...ofList(),
    byId("dialog-title"),
    placeIn(byId(task)),
    nextOpen()?.querySelector("a"),
    byId("tasks-title"),
    document.querySelector("h1[tabindex]"),
  ];
};

// What is said of a press stands below the buttons of a dialog, which may be taller than the window.
const reveal = () => byId("dialog")?.querySelector("[data-notice] > *")?.scrollIntoView({ block: "nearest" });
for (const type of ["page:unanswered", "page:answered"]) document.addEventListener(type, reveal);
document.addEventListener("page:answered", ({ detail: { element } }) => {
  if (parent !== window && !document.hasFocus()) return; // the focus is in the host page
  const isThere = (element) => element && element.checkVisibility();
  const wanted = [...document.querySelectorAll("[data-focus]")].find(isThere);
  const isLost = !isThere(document.activeElement) || document.activeElement === document.body;
  const isOwn = "byItself" in element.dataset && pressed === document.body; // nothing had the focus
  if (!wanted && (!isLost || isOwn)) return;
  wanted?.removeAttribute("data-focus");
  const place = wanted ?? candidates().find((one) => isThere(one) && one.isConnected);
  place?.focus({ preventScroll: true });
  place?.scrollIntoView({ block: "nearest" });
  place?.closest(".field")?.scrollIntoView({ block: "nearest" }); // its label, and what is wrong with it
});
