"use strict";
// Against clickjacking: inside a frame a decision counts only if its button was in plain view for
// half a second. Browsers that cannot tell (Firefox, Safari) are asked twice instead.
(() => {
  const LONG_ENOUGH = 500;
  const PATIENCE = 10_000;
  const words = document.getElementById("embed").dataset;
  const seenSince = new WeakMap(); // a button in plain view, and since when
  const canTell = "isVisible" in IntersectionObserverEntry.prototype;
  const decides = (button) => button?.form?.method === "post" && button.name !== "find";
  const BUTTONS = "[data-actions] button, #dialog button";

  const look = (entries) => {
    for (const { target, isVisible, intersectionRatio, time } of entries) {
      if (!isVisible || intersectionRatio < 0.99) seenSince.delete(target);
      else if (!seenSince.has(target)) seenSince.set(target, time);
    }
  };
  const options = { trackVisibility: true, delay: 100, threshold: [0.99, 1] };
  const observer = canTell && new IntersectionObserver(look, options);
  const watched = new WeakSet();
  const watch = () => {
    for (const button of document.querySelectorAll(BUTTONS)) {
      if (!decides(button) || watched.has(button)) continue;
      watched.add(button);
      observer.observe(button);
    }
  };

  let first = { button: null, at: 0 };
  const isSecond = (button) => {
    const waited = performance.now() - first.at;
    if (first.button === button && waited < PATIENCE) return waited >= LONG_ENOUGH;
    first = { button, at: performance.now() };
    return false;
  };
  const wasSeen = (button) => performance.now() - (seenSince.get(button) ?? Infinity) >= LONG_ENOUGH;

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

  if (!canTell) return;
  watch();
  new MutationObserver(watch).observe(document.body, { childList: true, subtree: true });
})();
