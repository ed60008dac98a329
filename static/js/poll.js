// Refreshes the numbers while the page is visible, when the server says that it is this page's turn,
// and repeats reads after the waiting time of SailPoint's rate limit.
const MINUTE = 60;
let next = 0;
let again = null; // the read to repeat after SailPoint's rate limit (429)

const plan = (seconds) => {
  next = Date.now() + (Number(seconds) || MINUTE) * 1000;
};
const poll = () => {
  plan();
  document.body.dispatchEvent(new CustomEvent("tasks:poll"));
};

document.addEventListener("page:updated", ({ detail: { element, path, status, isPoll, isWrite, xhr } }) => {
  if (status === 429 && !isWrite && !isPoll) again = { element, path };
  const told = status && isPoll && (xhr.getResponseHeader("Next-Poll") ?? xhr.getResponseHeader("Retry-After"));
  if (told) plan(told);
});

const readAgain = (notice) => {
  const link = notice.querySelector("[data-retry]"); // only on full error pages
  notice.remove();
  if (link) link.click();
  else if (again?.element.isConnected) htmx.ajax("GET", again.path, { source: again.element });
};

const countDown = (notice) => {
  const seconds = Number(notice.dataset.retryAfter) - 1;
  notice.dataset.retryAfter = seconds;
  const words = notice.querySelector("[data-seconds]");
  if (words) words.textContent = Math.max(0, seconds).toLocaleString(document.documentElement.lang);
  notice.querySelector("[data-countdown]")?.removeAttribute("hidden");
  if (seconds <= 0) readAgain(notice);
};

// Of two simultaneous writes, each answer's numbers lack the other write: poll when both are done.
let [writes, isMixed] = [0, false];
document.addEventListener("page:asked", ({ detail }) => {
  again = null;
  if (detail.isWrite) isMixed = ++writes > 1 || isMixed;
});
document.addEventListener("page:answered", ({ detail }) => {
  if (!detail.isWrite || --writes || !isMixed) return;
  isMixed = false;
  poll();
});

// One timer for both: a page in the background neither polls nor counts down.
const tick = () => {
  if (document.visibilityState !== "visible") return;
  document.querySelectorAll("[data-retry-after]").forEach(countDown);
  if (Date.now() >= next) poll();
};

plan(document.getElementById("badge")?.dataset.nextPoll);
setInterval(tick, 1000);
document.addEventListener("visibilitychange", tick);
