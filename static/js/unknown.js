// What became of a press whose answer did not come, or was not ours: the page asks until it is known.
// To ask sends nothing to SailPoint.
const [FIRST, LONGEST] = [2000, 30_000];
const PRESS = /^(.*\/work-items\/[^/?]+\/)[^/?]+\/([^/?]*)[^?]*(.*)$/;
const asked = new Map(); // by the notice: when it is asked for next, and how long to wait after that

// A press on a task has an address that knows it; of all else the numbers tell, and what comes with them.
const addressOf = (path, key) => {
  const [, item, part, query] = PRESS.exec(path) ?? [];
  if (!item || !key) return "";
  const fields = new URLSearchParams(query);
  fields.set("key", key);
  fields.set("part", decodeURIComponent(part));
  return `${item}pressed/?${fields}`;
};
document.addEventListener("page:unknown", ({ detail: { notice, path, key } }) => {
  notice.dataset.asks = addressOf(path, key);
  notice.setAttribute("hx-include", "#badge, #pane");
  asked.set(notice, { at: Date.now() + FIRST, pause: FIRST });
});

const ask = (notice) => {
  const { asks } = notice.dataset;
  // It rejects where no answer comes; that is told by an event.
  if (asks) return htmx.ajax("GET", asks, { source: notice, swap: "none" }).catch(() => {});
  document.querySelector("#badge [data-etag]")?.removeAttribute("data-etag"); // a full answer
  document.body.dispatchEvent(new CustomEvent("tasks:poll"));
};
const tick = () => {
  if (document.visibilityState !== "visible") return;
  for (const [notice, next] of asked) {
    if (!notice.isConnected) asked.delete(notice);
    else if (Date.now() >= next.at) {
      next.pause = Math.min(next.pause * 2, LONGEST);
      next.at = Date.now() + next.pause;
      ask(notice);
    }
  }
};
document.addEventListener("page:updated", ({ detail: { element, isPoll, status } }) => {
  for (const [notice, next] of asked) {
    const isOf = notice.dataset.asks ? element === notice : element.id === "badge";
    if (isOf && isPoll && status === 200) notice.remove();
    else if (status && (!isPoll || (isOf && !next.isHeard))) {
      next.at = Math.min(next.at, Date.now() + FIRST); // we answer again
      next.pause = FIRST;
    }
    next.isHeard ||= Boolean(isOf && status);
  }
});
addEventListener("online", () => asked.forEach((next) => (next.at = 0)));
setInterval(tick, 500);
