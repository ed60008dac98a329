// A confirmation of many decisions counts only once each task that it names was in full view. Browsers
// that cannot tell what covers it (Firefox, Safari) tell at least what was scrolled into view.
import { wasRead, watch } from "./embed-seen.js";

const NAMED = "[data-named] [data-subject]";
const words = document.getElementById("embed").dataset;

const watchAll = () => {
  for (const part of document.querySelectorAll(NAMED)) watch(part);
};
export const unread = (form) => [...form.querySelectorAll(NAMED)].filter((part) => !wasRead(part));

// Marks them, and leads to the first: the notice stands at the end of what may be a long list.
export const sayUnread = (form, parts) => {
  const notice = Object.assign(document.createElement("p"), { className: "notice notice--warning" });
  const button = Object.assign(document.createElement("button"), { type: "button", className: "button" });
  notice.textContent = words.unread;
  button.textContent = words.show;
  button.addEventListener("click", () => {
    parts[0].tabIndex = -1;
    parts[0].focus({ preventScroll: true });
    parts[0].scrollIntoView();
  });
  notice.append(" ", button);
  for (const part of parts) part.toggleAttribute("data-missed", true);
  form.querySelector("[data-notice]").replaceChildren(notice);
  notice.scrollIntoView({ block: "nearest" });
};

watchAll();
new MutationObserver(watchAll).observe(document.body, { childList: true, subtree: true });
