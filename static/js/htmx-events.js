// The only file that uses htmx events. It translates them to page:asked, page:arrives, page:answered.
const tell = (type, detail) => document.dispatchEvent(new CustomEvent(type, { detail }));
const isPoll = (element) => element.id === "badge";
const told = ({ xhr, requestConfig: { elt, verb } }) => {
  return { element: elt, xhr, isWrite: verb !== "get", isPoll: isPoll(elt), status: xhr.status };
};
let again = null; // the read to repeat after SailPoint's rate limit (429)

// Nothing of ours is in the browser's cache: a poll says itself which numbers it knows.
document.addEventListener("htmx:configRequest", ({ detail: { elt, headers } }) => {
  const etag = isPoll(elt) && elt.querySelector("[data-etag]")?.dataset.etag;
  if (etag) headers["If-None-Match"] = etag;
});

document.addEventListener("htmx:beforeRequest", ({ detail }) => {
  if (isPoll(detail.elt)) return;
  again = null;
  document.querySelector("#status [data-passing]")?.remove(); // the last success message is outdated
  tell("page:asked", told(detail));
});

const itemOf = (part) => part.querySelector("[data-pane-close]")?.dataset.paneClose;
document.addEventListener("htmx:oobBeforeSwap", ({ detail }) => {
  const { target, fragment } = detail;
  // Do not replace the panel if another task has been opened meanwhile.
  if (target.id === "panel" && itemOf(target) !== itemOf(fragment)) detail.shouldSwap = false;
  // A row that is replaced keeps its list of items open.
  const isOpen = [...target.querySelectorAll("details")].map((details) => details.open);
  fragment.querySelectorAll?.("details").forEach((details, index) => {
    details.open ||= Boolean(isOpen[index]);
  });
  if (fragment.querySelectorAll) tell("page:replaces", { target, fragment });
});

// Listeners may change `target` and `shouldSwap` of `swap`.
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  tell("page:arrives", { ...told(detail), isError: detail.isError, swap: detail });
});

document.addEventListener("htmx:afterRequest", ({ detail }) => {
  const { elt, successful, xhr, requestConfig } = detail;
  if (xhr.status === 429 && !told(detail).isWrite) again = { elt, path: requestConfig.path };
  const open = document.querySelector("#badge [name=open]")?.value;
  if (open) document.title = document.title.replace(/^\(\d+\)/, `(${open})`);
  tell("page:updated", { ...told(detail), successful }); // also after a poll
  if (!isPoll(elt)) tell("page:answered", told(detail)); // a poll never moves the focus
});
document.addEventListener("page:again", () => {
  if (again?.elt.isConnected) htmx.ajax("GET", again.path, { source: again.elt });
});

const unanswered = (words) => ({ detail }) => tell("page:unanswered", { ...told(detail), words });
document.addEventListener("htmx:sendError", unanswered("offline"));
document.addEventListener("htmx:timeout", unanswered("timeout"));
