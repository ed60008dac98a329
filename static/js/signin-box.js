"use strict";
// The box around the "Sign in" button of a framed page: its words, and its requests to our server.
window.signinBox = (() => {
  let others = null; // widgets on one page share their session
  try {
    others = new BroadcastChannel("signin");
  } catch {} // Firefox, if it is to keep nothing for frames: signing in will say so
  const boxes = () => [...document.querySelectorAll("[data-signin]")];

  const say = (word, text = "") => {
    for (const part of boxes().flatMap((box) => [...box.querySelectorAll("[data-say]")])) {
      part.hidden = !part.dataset.say.split(" ").includes(word);
      const words = part.querySelector("[data-signin-text]");
      if (words) words.textContent = text;
    }
  };

  // For the list of one's own sessions: "in a widget on …".
  const host_origin = location.ancestorOrigins?.[0] ?? document.referrer.replace(/\/$/, "");

  // 401: the session ran out while the button stood here. The answer begins a new one, so once more.
  const post = async (name, fields, isAgain = false) => {
    const { dataset } = boxes()[0];
    const headers = { Accept: "application/json", "X-CSRFToken": dataset.token };
    const body = new URLSearchParams({ ...fields, host_origin });
    try {
      const answer = await fetch(dataset[name], { method: "POST", headers, body });
      const told = await answer.json().catch(() => ({}));
      if (answer.status !== 401 || isAgain) return { ...told, status: answer.status };
      for (const box of boxes()) Object.assign(box.dataset, told);
      return await post(name, fields, true);
    } catch {
      return { status: 0 }; // no connection: whoever asks again will see
    }
  };

  // A page that shows nothing else loads anew; one with forms keeps what was typed in them.
  const show = () => {
    const card = boxes().find((box) => box.dataset.signin === "card");
    if (card) location.replace(card.dataset.next);
    return Boolean(card);
  };
  const enter = (token) => {
    others?.postMessage("signed-in");
    document.dispatchEvent(new CustomEvent("signin:done"));
    if (!show()) document.dispatchEvent(new CustomEvent("csrf:renewed", { detail: { token } }));
  };
  others?.addEventListener("message", show);

  // Whether the answer ends the sign-in, one way or the other.
  const ENDS = { 401: "late", 403: "refused", 404: "late", 429: "too-many" };
  const settle = ({ status, token, text }) => {
    const word = status === 200 ? "done" : ENDS[status];
    if (word) say(word, text);
    if (status === 200) enter(token);
    return Boolean(word);
  };
  return { say, post, settle };
})();
