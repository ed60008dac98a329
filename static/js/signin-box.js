// The box around the "Sign in" button of a framed page: its texts, and its requests to our server.
let [others, known] = [null, {}];
try {
  others = new BroadcastChannel("signin"); // widgets on one page share their session
} catch {} // Firefox without storage for frames; the sign-in reports it
const boxes = () => [...document.querySelectorAll("[data-signin]")];

export const say = (word, text = "") => {
  for (const part of boxes().flatMap((box) => [...box.querySelectorAll("[data-say]")])) {
    part.hidden = !part.dataset.say.split(" ").includes(word);
    const words = part.querySelector("[data-signin-text]");
    if (words) words.textContent = text;
  }
};

const host_origin = location.ancestorOrigins?.[0] ?? document.referrer.replace(/\/$/, ""); // shown in the list of sessions

// 401: the session expired while the button was shown. The answer starts a new one, so retry once.
export const post = async (name, fields, isAgain = false) => {
  known = { ...known, ...boxes()[0]?.dataset }; // kept, as the form may be closed before the sign-in ends
  const headers = { Accept: "application/json", "X-CSRFToken": known.token };
  const body = new URLSearchParams({ ...fields, host_origin });
  try {
    const answer = await fetch(known[name], { method: "POST", headers, body });
    if (answer.headers.get("X-Answered-By") !== "my-tasks") return { status: 0 }; // a proxy's page, say
    const told = await answer.json().catch(() => ({}));
    if (answer.status !== 401 || isAgain) return { ...told, status: answer.status };
    for (const data of [known, ...boxes().map((box) => box.dataset)]) Object.assign(data, told);
    return await post(name, fields, true);
  } catch {
    return { status: 0 }; // no connection: the caller may try again
  }
};

// Reload a page that shows only this box; a page with forms keeps what was typed.
const show = () => {
  const card = boxes().find((box) => box.dataset.signin === "card");
  if (card) location.replace(card.dataset.next);
  return Boolean(card);
};
const tell = (type, detail) => document.dispatchEvent(new CustomEvent(type, { detail }));
const enter = (token) => {
  others?.postMessage("signed-in");
  tell("signin:done");
  if (!show()) tell("csrf:renewed", { token });
  for (const box of boxes()) box.dataset.signin = "done";
};
others?.addEventListener("message", () => show() && tell("signin:done"));

// Returns whether the answer ends the sign-in, by success or failure.
const ENDS = { 401: "late", 403: "refused", 404: "late", 429: "too-many" };
export const settle = ({ status, token, text }) => {
  const word = status === 200 ? "done" : ENDS[status];
  if (word) say(word, text);
  if (word === "done") enter(token);
  return Boolean(word);
};
