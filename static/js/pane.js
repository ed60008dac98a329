// The task pane beside the list: marks its row, and closes the pane without a page load.
const byId = (id) => document.getElementById(id);
const closer = () => document.querySelector("#detail [data-pane-close]");

const mark = () => {
  const row = byId(closer()?.dataset.paneClose);
  for (const marked of document.querySelectorAll("#tasks [data-task] [aria-current=true]")) {
    marked.removeAttribute("aria-current");
  }
  row?.querySelector("a")?.setAttribute("aria-current", "true");
};
document.addEventListener("page:answered", mark);

const close = (link) => {
  const row = byId(link.dataset.paneClose);
  byId("pane").querySelector("[name=pane]")?.remove();
  byId("detail").replaceChildren();
  mark();
  // In a frame this would add an entry to the host page's history.
  if (!("embedded" in document.documentElement.dataset)) {
    history.pushState({ htmx: true }, "", link.href);
  }
  (row?.querySelector("a") ?? byId("tasks-title")).focus();
};

document.addEventListener("click", (event) => {
  const link = event.target.closest("#detail [data-pane-close]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  close(link);
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || document.querySelector("dialog[open], :popover-open")) return;
  if (closer()) close(closer());
});
