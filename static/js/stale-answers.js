// A new answer to a form replaces what the one before said, wherever that was placed. Runs after
// response-placement.js, which chooses the place of the new one.
const notices = document.getElementById("notices");

const clear = (element) => {
  const form = element.closest("form");
  const around = form?.closest("[data-task]") ?? form;
  for (const told of around?.querySelectorAll("[data-told]") ?? []) told.remove();
};

document.addEventListener("page:arrives", ({ detail: { element, swap, isPoll } }) => {
  if (isPoll || !swap.target.matches("#notices, [data-notice]")) return;
  clear(element);
  if (swap.target !== notices) notices.replaceChildren();
});

document.addEventListener("page:unanswered", ({ detail: { element, isPoll } }) => isPoll || clear(element));
