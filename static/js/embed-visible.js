// Against clickjacking: inside a frame a decision counts only if its button, and the text that says
// what it is about, were fully visible for half a second. Where the window is too small for both, the
// text must have been seen a moment ago. Browsers that cannot detect this (Firefox, Safari) ask for a
// second press instead.
import { sayUnread, unread } from "./embed-named.js";
import { LONG_ENOUGH, canTell, isSeen, isTooTall, wasSeen, watch } from "./embed-seen.js";

const SECOND_PRESS_LIMIT = 10_000;
const words = document.getElementById("embed").dataset;
// To take a decision back, or to stop, needs no look; to send what waits for that does.
const decides = ({ form, name } = {}) => form?.method === "post" && name !== "find" && !form.matches("[data-undo], [data-stop]");
const BUTTONS = "[data-actions] button, #dialog button, [data-send] button, [data-retry] button";

// Only in rows and lines: a whole task or a form may be too tall for button and subject to fit.
const subjectOf = (button) => button.closest(".lines__line, article")?.querySelector("[data-subject]");
const watchAll = () => {
  for (const button of document.querySelectorAll(BUTTONS)) {
    if (decides(button)) watch(button, subjectOf(button));
  }
};

let first = { button: null, at: 0 };
const isSecond = (button) => {
  const waited = performance.now() - first.at;
  if (first.button === button && waited < SECOND_PRESS_LIMIT) return waited >= LONG_ENOUGH;
  first = { button, at: performance.now() };
  return false;
};
const areSeen = (button, subject) => {
  if (!isSeen(button)) return false;
  return !subject || isSeen(subject) || (isTooTall(button, subject) && wasSeen(subject));
};
// The person's menu has it, in their language and with the host's target.
const wayOut = () => Object.assign(document.querySelector("[data-full-page]").cloneNode(true), { className: "" });
const sayWhy = (button, subject) => {
  const notice = document.createElement("p");
  notice.className = "notice notice--warning";
  const isTall = canTell && subject && isTooTall(button, subject);
  notice.textContent = words[isTall ? "tall" : canTell ? "unseen" : "again"];
  if (canTell) notice.append(" ", wayOut());
  button.form.querySelector("[data-notice]")?.replaceChildren(notice);
};

addEventListener("submit", (event) => {
  const button = event.submitter ?? event.target.querySelector("button");
  if (!button?.matches(BUTTONS) || !decides(button)) return;
  const [subject, parts] = [subjectOf(button), unread(button.form)];
  if (!parts.length && (canTell ? areSeen(button, subject) : isSecond(button))) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (parts.length) sayUnread(button.form, parts);
  else sayWhy(button, subject);
}, true);

if (canTell) {
  watchAll();
  addEventListener("resize", watchAll);
  new MutationObserver(watchAll).observe(document.body, { childList: true, subtree: true });
}
