// The code that a person reads in the popup and types into the frame, for when the two cannot exchange
// messages. The field may be inside an unrelated form, which Enter must not submit.
import { post, say, settle } from "./signin-box.js";

const use = async (box) => {
  const answer = await post("code", { code: box.querySelector("[data-signin-code]").value });
  if (answer.status === 400) say("wrong");
  else settle(answer);
};

document.addEventListener("click", ({ target }) => {
  if (target.closest("[data-signin-use]")) use(target.closest("[data-signin]"));
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !event.target.matches("[data-signin-code]")) return;
  event.preventDefault();
  use(event.target.closest("[data-signin]"));
});
