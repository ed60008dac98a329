"use strict";
// The window that a frame opens for signing in. It speaks only with a page of our own origin that
// is its opener, and only before it leaves for the provider: on the way back the tie may be cut.
(() => {
  const page = document.querySelector("[data-popup]");
  const own = location.origin;
  const PATIENCE = 10_000;

  const say = (word) => {
    for (const part of page.querySelectorAll("[data-say]")) part.hidden = part.dataset.say !== word;
  };

  const leave = async (address, fields) => {
    say("connecting");
    const headers = { "X-CSRFToken": page.dataset.token };
    const body = new URLSearchParams(fields);
    try {
      const answer = await fetch(address, { method: "POST", headers, body });
      if (answer.ok) location.replace((await answer.json()).url);
      else say(answer.status === 503 ? "unavailable" : "stale");
    } catch {
      say("unavailable");
    }
  };

  const waitForTicket = () => {
    const timer = setTimeout(say, PATIENCE, "silent");
    const hear = ({ origin, source, data }) => {
      if (origin !== own || source !== opener || data?.type !== "signin:ticket") return;
      clearTimeout(timer);
      removeEventListener("message", hear);
      leave(page.dataset.bind, { ticket: data.ticket });
    };
    addEventListener("message", hear);
    opener.postMessage({ type: "signin:ready" }, own);
  };

  if (page.dataset.popup !== "open") {
    opener?.postMessage({ type: "signin:done" }, own);
    if (page.dataset.popup === "done") close();
  } else if (opener) {
    waitForTicket();
  } else {
    say(location.hash ? "alone" : "silent");
    page.querySelector("[data-popup-code]").addEventListener("click", () => {
      leave(page.dataset.code, { frame: location.hash.slice(1) });
    });
  }
})();
