"use strict";
// Asks for the numbers about once a minute while somebody looks, and repeats reads that SailPoint
// asked us to hold back.
(() => {
  const MINUTE = 60_000;
  let next = 0;

  const plan = () => {
    next = Date.now() + MINUTE * (0.9 + Math.random() * 0.2); // so that many pages do not ask at once
  };
  const poll = () => {
    plan();
    document.body.dispatchEvent(new CustomEvent("tasks:poll"));
  };

  const readAgain = (notice) => {
    const link = notice.closest("#notices")
      ? document.querySelector("a[data-read-again]")
      : notice.querySelector("[data-retry]");
    notice.remove();
    if (link) link.click();
    else poll();
  };

  const countDown = (notice) => {
    const seconds = Number(notice.dataset.retryAfter) - 1;
    notice.dataset.retryAfter = seconds;
    const words = notice.querySelector("[data-seconds]");
    if (words) words.textContent = Math.max(0, seconds);
    notice.querySelector("[data-countdown]")?.removeAttribute("hidden");
    if (seconds <= 0) readAgain(notice);
  };

  // One clock for both: a page in the background neither polls nor counts.
  const tick = () => {
    if (document.visibilityState !== "visible") return;
    document.querySelectorAll("[data-retry-after]").forEach(countDown);
    if (Date.now() >= next) poll();
  };

  plan();
  setInterval(tick, 1000);
  document.addEventListener("visibilitychange", tick);
})();
