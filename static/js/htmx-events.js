"use strict";
// The only file that knows htmx's event names: the others hear `page:asked` and `page:answered`.
(() => {
  const notices = () => document.getElementById("notices");
  const tell = (type, detail) => document.dispatchEvent(new CustomEvent(type, { detail }));
  const isPoll = (element) => element.id === "badge";

  document.addEventListener("htmx:beforeRequest", ({ detail }) => {
    detail.elt.querySelector("[data-notice]")?.replaceChildren();
    if (isPoll(detail.elt)) return;
    document.querySelector("#status [data-passing]")?.remove(); // good news is old by now
    tell("page:asked", { element: detail.elt });
  });

  // A row that is replaced keeps its list of items open.
  document.addEventListener("htmx:oobBeforeSwap", ({ detail }) => {
    const isOpen = [...detail.target.querySelectorAll("details")].map((details) => details.open);
    detail.fragment.querySelectorAll?.("details").forEach((details, index) => {
      details.open ||= Boolean(isOpen[index]);
    });
  });

  document.addEventListener("htmx:afterRequest", ({ detail }) => {
    const { elt, successful, xhr } = detail;
    if (successful && !isPoll(elt)) notices()?.replaceChildren();
    if (successful) notices()?.querySelector("[data-connection]")?.remove();
    elt.toggleAttribute("data-read-again", xhr.status === 429 && elt.matches("a, #badge"));
    const open = document.querySelector("#badge [name=open]")?.value;
    if (open) document.title = document.title.replace(/^\(\d+\)/, `(${open})`);
    tell("page:updated", { status: xhr.status }); // by a poll as well
    if (!isPoll(elt)) tell("page:answered", { element: elt }); // a poll never moves the focus
  });

  // No answer at all: say so where the person acted. A poll that fails tries again by itself.
  const unanswered = (words) => ({ detail }) => {
    tell("page:unanswered");
    if (isPoll(detail.elt)) return;
    const place = detail.elt.querySelector("[data-notice]") ?? notices();
    const notice = document.createElement("p");
    notice.className = "notice notice--error";
    if (place === notices()) notice.setAttribute("role", "alert"); // the others are alerts already
    notice.dataset.connection = "";
    notice.textContent = notices().dataset[words];
    place.replaceChildren(notice);
  };
  document.addEventListener("htmx:sendError", unanswered("offline"));
  document.addEventListener("htmx:timeout", unanswered("timeout"));

  document.addEventListener("csrf:renewed", ({ detail }) => {
    for (const input of document.querySelectorAll("input[name=csrfmiddlewaretoken]")) {
      input.value = detail.token;
    }
  });
})();
