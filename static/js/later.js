// Decisions that can be taken back. #held lists them, the newest first; each stands in the place of its
// buttons too, counts down, and is sent when its time is over.
const [EVERY, LATER] = [200, 60_000];
const region = document.getElementById("held");
const ends = new Map(); // by the decision's id: when to have it sent, and how often that was asked for
const now = () => performance.now();
const idOf = (element) => element.dataset.held;

// In whose place it stands: the form of an approval item, or all that is offered of a work item.
const placesOf = ({ dataset: { item, action } }) => {
  const whole = `#${item}-actions > :first-child, [data-of="${item}"] > :first-child`;
  if (!action) return item ? [...document.querySelectorAll(whole)] : [];
  const buttons = [...document.querySelectorAll(`button[formaction$="/${action}"]`)];
  return buttons.map((one) => one.form).filter((form) => !form.closest("[data-noting]"));
};
const show = (one) => {
  for (const place of placesOf(one)) {
    if ([...place.parentElement.children].some((child) => idOf(child) === idOf(one))) continue;
    const [copy, row] = [one.cloneNode(true), place.closest("li.tasks__item")];
    if (row) row.style.minBlockSize = `${row.getBoundingClientRect().height}px`; // as press-guard.js does
    place.before(copy);
    htmx.process(copy);
  }
};
const keep = () => {
  const held = [...region.querySelectorAll("[data-held]")];
  const ids = held.map(idOf);
  for (const copy of document.querySelectorAll("#main [data-held]")) if (!ids.includes(idOf(copy))) copy.remove();
  for (const id of ends.keys()) if (!ids.includes(id)) ends.delete(id);
  for (const one of held) {
    if (one.querySelector("[data-over]") && !ends.has(idOf(one))) ends.set(idOf(one), { at: now() + Number(one.dataset.seconds) * 1000, asked: 0 });
    show(one);
  }
};

const tick = () => {
  for (const [id, end] of ends) {
    const left = Math.max(0, end.at - now());
    for (const bar of document.querySelectorAll(`[data-held="${id}"] [data-counts]`)) bar.value = left / 1000;
    if (left) continue;
    end.at = now() + Math.min(2000 * 2 ** end.asked++, LATER); // until it is known how it ended
    region.querySelector(`[data-held="${id}"] [data-over]`)?.dispatchEvent(new CustomEvent("held:over"));
  }
};

// While it is being taken back it is not sent from here.
addEventListener("submit", ({ target }) => {
  const end = target.matches("[data-undo]") && ends.get(target.closest("[data-held]")?.dataset.held);
  if (end) end.at = now() + LATER;
}, true);
document.addEventListener("page:unanswered", ({ detail: { element } }) => {
  const end = ends.get(element.closest("[data-held]")?.dataset.held);
  // What is taken back already is only told once more.
  if (end && element.matches("[data-undo]")) setTimeout(() => element.isConnected && element.requestSubmit(), 2000);
  else if (end) end.at = Math.min(end.at, now() + 2000);
});

document.addEventListener("page:updated", keep);
keep();
setInterval(tick, EVERY);
