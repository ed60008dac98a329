// The popup that a frame opens for signing in. It exchanges messages only with an opener of our own
// origin, before it goes to the provider: afterwards the opener may be lost.
const page = document.querySelector("[data-popup]");
const own = location.origin;
const TICKET_TIMEOUT = 10_000;

const say = (word) => {
  for (const part of page.querySelectorAll("[data-say]")) part.hidden = part.dataset.say !== word;
};

const leave = async (address, fields) => {
  say("connecting");
  const headers = { "X-CSRFToken": page.dataset.token };
  const body = new URLSearchParams(fields);
  try {
    const answer = await fetch(address, { method: "POST", headers, body });
    if (answer.headers.get("X-Answered-By") !== "my-tasks") say("unavailable"); // a proxy's page, say
    else if (answer.ok) location.replace((await answer.json()).url);
    else say(answer.status === 503 ? "unavailable" : "stale");
  } catch {
    say("unavailable");
  }
};

const waitForTicket = () => {
  const timer = setTimeout(say, TICKET_TIMEOUT, "silent");
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
