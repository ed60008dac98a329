// The only file that uses htmx events. It translates them to page:asked, page:arrives, page:answered.
const tell = (type, detail) => document.dispatchEvent(new CustomEvent(type, { detail }));
const isPoll = (element) => element.matches("#badge, [data-asks]"); // asked by the page itself
// A proxy, a firewall or a hotel's network may answer in our place: such an answer is none.
const isOurs = (xhr) => xhr.getResponseHeader("X-Answered-By") === "my-tasks";
const told = ({ xhr, requestConfig: { elt, verb, path, parameters } }) => {
  const [status, isWrite] = [isOurs(xhr) ? xhr.status : 0, verb !== "get"];
  return { element: elt, xhr, isWrite, isPoll: isPoll(elt), status, path, key: parameters.key };
};

// An empty hx-get stands for the link's address. Nothing of ours is cached: a poll says which numbers it knows.
document.addEventListener("htmx:configRequest", ({ detail, target: elt }) => {
  if (elt.matches("a[hx-get='']")) detail.path = elt.getAttribute("href");
  const etag = isPoll(elt) && elt.querySelector("[data-etag]")?.dataset.etag;
  if (etag) detail.headers["If-None-Match"] = etag;
});

document.addEventListener("htmx:beforeRequest", ({ detail }) => {
  if (isPoll(detail.elt)) return;
  // The last success message is outdated, unless the page goes on by itself.
  if (!("byItself" in detail.elt.dataset)) document.querySelector("#status [data-passing]")?.remove();
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
  const { elt, successful, xhr } = detail;
  const open = document.querySelector("#count-open")?.textContent; // as the server writes numbers
  if (open) document.title = document.title.replace(/^\([^)]*\)/, `(${open})`);
  tell("page:updated", { ...told(detail), successful }); // also after a poll
  // A poll never moves the focus. What the page asks about a press may replace its row.
  if (!isPoll(elt) || (elt.dataset.asks && xhr.status === 200)) tell("page:answered", told(detail));
});

const unanswered = ({ detail }) => tell("page:unanswered", told(detail));
document.addEventListener("htmx:sendError", unanswered);
document.addEventListener("htmx:timeout", unanswered);
// Before htmx reads a header or a title of it.
document.addEventListener("htmx:beforeOnLoad", (event) => {
  if (isOurs(event.detail.xhr)) return;
  event.preventDefault();
  unanswered(event);
});
