// Against clickjacking: inside a frame a decision counts only if its button, and the text that says
// what it is about, were fully visible for half a second. Browsers that cannot detect this (Firefox,
// Safari) ask for a second press instead.
const LONG_ENOUGH = 500;
const SECOND_PRESS_LIMIT = 10_000;
const words = document.getElementById("embed").dataset;
const seenSince = new WeakMap(); // fully visible elements, and since when
const canTell = "isVisible" in IntersectionObserverEntry.prototype;
// To take a decision back needs no look; to send what waits for that does.
const decides = ({ form, name } = {}) => form?.method === "post" && name !== "find" && !form.matches("[data-undo]");
const BUTTONS = "[data-actions] button, #dialog button, [data-send] button";

// Only in rows and lines: a whole task or a form may be too tall for button and subject to fit.
const subjectOf = (button) => button.closest(".lines__line, article")?.querySelector("[data-subject]");
const neededBy = (button) => [button, subjectOf(button)].filter(Boolean);

const look = (entries) => {
  for (const { target, isVisible, intersectionRatio, time } of entries) {
    if (!isVisible || intersectionRatio < 0.99) seenSince.delete(target);
    else if (!seenSince.has(target)) seenSince.set(target, time);
  }
};
const options = { trackVisibility: true, delay: 100, threshold: [0.99, 1] };
const observer = canTell && new IntersectionObserver(look, options);
const watch = () => {
  for (const button of document.querySelectorAll(BUTTONS)) {
    if (decides(button)) neededBy(button).forEach((part) => observer.observe(part));
  }
};

let first = { button: null, at: 0 };
const isSecond = (button) => {
  const waited = performance.now() - first.at;
  if (first.button === button && waited < SECOND_PRESS_LIMIT) return waited >= LONG_ENOUGH;
  first = { button, at: performance.now() };
  return false;
};
const isLong = (since) => performance.now() - (since ?? Infinity) >= LONG_ENOUGH;
const wasSeen = (button) => neededBy(button).every((part) => isLong(seenSince.get(part)));

addEventListener("submit", (event) => {
  const button = event.submitter ?? event.target.querySelector("button");
  if (!button?.matches(BUTTONS) || !decides(button)) return;
  if (canTell ? wasSeen(button) : isSecond(button)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const notice = document.createElement("p");
  notice.className = "notice notice--warning";
  notice.textContent = canTell ? words.unseen : words.again;
  event.target.querySelector("[data-notice]")?.replaceChildren(notice);
}, true);

if (canTell) {
  watch();
  new MutationObserver(watch).observe(document.body, { childList: true, subtree: true });
}
