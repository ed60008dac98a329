// What moved or appeared under the pointer less than 0.7 seconds ago takes no press: it is not what the
// person aimed at. And a decided row keeps its height, so that little moves.
const STILL = 700;
const NEAR = [-16, 0, 16]; // pixels: two presses this close are on the same spot
const CONTROLS = "a[href], button, input, select, textarea, summary, label";
const TELLING = ["formaction", "href", "name", "value"];
let [x, y, downAt] = [-99, -99, 0];
let here = new Map(); // the controls around the pointer, and since when

// Not by identity: a control that is replaced by the same one in the same place has not moved.
const nameOf = (control) => {
  const { left, top } = control.getBoundingClientRect();
  const told = TELLING.map((name) => control.getAttribute(name));
  return [control.closest("[id]")?.id, ...told, Math.round(left / 8), Math.round(top / 8)].join();
};
const look = (since) => {
  const found = NEAR.flatMap((dx) => NEAR.map((dy) => document.elementFromPoint(x + dx, y + dy)));
  const names = found.map((one) => one?.closest(CONTROLS)).filter(Boolean).map(nameOf);
  here = new Map(names.map((name) => [name, here.get(name) ?? since]));
};
const moved = () => look(performance.now());
const point = (event) => {
  [x, y] = [event.clientX, event.clientY];
  if (event.type === "pointerdown") downAt = event.timeStamp;
  look(-STILL); // it was there before the pointer
};
// Loaded after dialog.js, which opens and scrolls before this looks.
new MutationObserver(moved).observe(document.body, { attributes: true, childList: true, subtree: true });
new ResizeObserver(moved).observe(document.body);
addEventListener("scroll", () => look(-STILL), true); // by the person, who sees what comes
addEventListener("pointermove", point, true);
addEventListener("pointerdown", point, true);

const swallow = (event) => (event.preventDefault(), event.stopImmediatePropagation());
addEventListener("click", (event) => {
  const control = event.detail && event.target.closest(CONTROLS); // a key has no detail
  if (control && downAt - here.get(nameOf(control)) < STILL) swallow(event);
}, true);
addEventListener("keydown", (event) => {
  if (!event.repeat || ![" ", "Enter"].includes(event.key)) return;
  if (!event.target.matches(event.key === " " ? "input, textarea" : "textarea")) swallow(event);
}, true);

const keep = (element, before = element) => {
  if (element && before) element.style.minBlockSize = `${before.getBoundingClientRect().height}px`;
};
document.addEventListener("page:replaces", ({ detail: { target, fragment } }) => {
  const lines = target.querySelectorAll("[data-actions] li");
  keep(target.closest("li"));
  fragment.querySelectorAll("[data-actions] li").forEach((line, index) => keep(line, lines[index]));
});
// Until the list is loaded anew, or the person closes the list of items.
addEventListener("toggle", ({ target }) => {
  if (!target.open) target.closest("li")?.style.removeProperty("min-block-size");
}, true);
