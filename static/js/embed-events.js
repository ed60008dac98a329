// Events for the host page: numbers and ids, never names or texts of a task.
import { tell, version } from "./embed.js";

const said = {};
// Names in version 1, which calls all other ends "already".
const TOLD = { succeeded: "done", verified: "confirmed", unconfirmed: "unchanged", "not-done": "unchanged", "not-sent": "unchanged", refused: "refused" };

// Skip events whose data has not changed.
const tellNews = (type, data) => {
  const text = JSON.stringify(data);
  if (said[type] !== text) tell(type, data);
  said[type] = text;
};
const count = () => {
  const [open, completed] = ["open", "completed"].map((name) => {
    const value = document.querySelector(`#badge [name=${name}]`)?.value;
    return value ? Number(value) : null;
  });
  if (open !== null || completed !== null) tellNews("count", { open, completed });
};
const session = () => {
  const isOut = Boolean(document.querySelector("[data-signin]:not([data-signin=done])"));
  if (isOut !== said.isOut && (isOut || said.isOut)) tell(isOut ? "signed-out" : "signed-in");
  said.isOut = isOut;
};
const error = (status) => {
  const message = status ? `The dashboard answered ${status}.` : "The dashboard did not answer.";
  tell("error", status ? { message, status } : { message });
};

document.addEventListener("page:updated", ({ detail }) => {
  count();
  session();
  // No error event for a needed sign-in (401), a conflict (409) or an invalid form (422).
  if (detail.status >= 400 && ![401, 409, 422].includes(detail.status)) error(detail.status);
});
document.addEventListener("page:unanswered", () => error(0));
document.addEventListener("task:decided", ({ detail: { id, status } }) => {
  if (version === 1 && ["scheduled", "cancelled"].includes(status)) return; // it has no words for them
  tell("decided", version === 1 ? { id, told: TOLD[status] ?? "already" } : { id, status });
});
document.addEventListener("signin:done", () => {
  said.isOut = false;
  tell("signed-in");
});

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-full-page=host]");
  if (!link) return;
  event.preventDefault();
  tell("navigate", { url: link.href });
});

const height = () => tellNews("resize", { height: Math.ceil(document.body.getBoundingClientRect().height) });
new ResizeObserver(height).observe(document.body);
tell("ready");
count();
session();
const problem = document.querySelector("[data-problem]");
if (problem) error(Number(problem.dataset.problem));
