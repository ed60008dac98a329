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
    const link = notice.querySelector("[data-retry]"); // of a whole page
    notice.remove();
    if (link) link.click();
    else document.dispatchEvent(new CustomEvent("page:again"));
  };

  const countDown = (notice) => {
    const seconds = Number(notice.dataset.retryAfter) - 1;
    notice.dataset.retryAfter = seconds;
    const words = notice.querySelector("[data-seconds]");
    if (words) words.textContent = Math.max(0, seconds);
    notice.querySelector("[data-countdown]")?.removeAttribute("hidden");
    if (seconds <= 0) readAgain(notice);
  };

  // Each of two writes at once has counted without the other.
  let [writes, isMixed] = [0, false];
  document.addEventListener("page:asked", ({ detail }) => {
    if (detail.isWrite) isMixed = ++writes > 1 || isMixed;
  });
  document.addEventListener("page:answered", ({ detail }) => {
    if (!detail.isWrite || --writes || !isMixed) return;
    isMixed = false;
    poll();
  });

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
