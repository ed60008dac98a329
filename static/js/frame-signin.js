// "Sign in" in a framed page: the click opens a popup and sends it a ticket; then this script polls
// the server for the result. `signin-box.js` shows the state and sends the requests.
import { post, say, settle } from "./signin-box.js";

// Milliseconds, but FAST_TICKS: after a minute only every fifth tick polls. LIMIT is the server's too.
const [EVERY, FAST_TICKS, LIMIT, TICKET_TIMEOUT] = [1500, 40, 600_000, 4000];
const WHY_NOT = { 401: "no-cookies", 403: "no-cookies", 429: "too-many" };
let run = null; // the current sign-in

const stop = () => {
  clearInterval(run?.timer);
  run = null;
};
const ask = async () => {
  if (!run || run.isAsking) return; // one request at a time: its answer changes the session
  const current = run;
  current.isAsking = true;
  if (settle(Date.now() > run.until ? { status: 404 } : await post("claim"))) stop();
  current.isAsking = false;
};
const tick = () => {
  // Also true when the provider's opener policy hides a popup that is still open, so keep polling.
  const isClosed = Boolean(run.popup?.closed);
  if (isClosed && !run.isClosed) say("closed");
  else if (!run.isBound && Date.now() > run.silent) {
    run.silent = Infinity;
    say(run.popup ? "code" : "blocked");
  }
  run.isClosed = isClosed;
  if (++run.ticks < FAST_TICKS || run.ticks % 5 === 0) ask();
};

const start = async ({ dataset }) => {
  stop();
  const popup = open(`${dataset.popup}#${dataset.frame}`, "_blank", "popup,width=520,height=680");
  const [until, silent] = [Date.now() + LIMIT, Date.now() + TICKET_TIMEOUT];
  const current = { popup, begun: post("begin"), ticks: 0, until, silent };
  run = current;
  say(popup ? "waiting" : "blocked");
  const { ticket, status } = await current.begun;
  if (run !== current) return;
  if (ticket) run.timer = setInterval(tick, EVERY);
  else say(WHY_NOT[status] ?? "no-answer");
  if (!ticket) popup?.close(); // it cannot go on without a ticket
};

addEventListener("message", async ({ origin, source, data }) => {
  if (!run?.popup || origin !== location.origin || source !== run.popup) return;
  if (data?.type === "signin:done") ask();
  if (data?.type !== "signin:ready" || run.isBound) return;
  run.isBound = true;
  const { ticket } = await run.begun;
  if (ticket) source.postMessage({ type: "signin:ticket", ticket }, location.origin);
});
document.addEventListener("signin:done", stop);
document.addEventListener("click", ({ target }) => {
  if (target.closest("[data-signin-open]")) start(target.closest("[data-signin]"));
});
