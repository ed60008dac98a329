// Marks the tasks that can still be decided with [data-open]. Runs after later.js, which puts what is
// held in the place of its buttons.
const OPEN = "[data-actions] button:not(:has(> [data-held]) *)";
const mark = () => {
  for (const task of document.querySelectorAll("[data-task]")) {
    task.toggleAttribute("data-open", Boolean(task.querySelector(OPEN)));
  }
};
document.addEventListener("page:updated", mark);
mark();
