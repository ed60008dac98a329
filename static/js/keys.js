// Keys of one letter, where the page has them on: they press the buttons and links that stand there.
const [STILL, PAIR] = [700, 1500]; // ms: what has just changed takes no decision; the letter after G
const TABS = { p: "#tab-pending", c: "#tab-completed" };
const TYPING = "input, textarea, select, [contenteditable]";
const ROW = "[data-task], [data-pile]";
const OPEN = "dialog[open], #dialog > *, :popover-open";
const byId = (id) => document.getElementById(id);
const click = (selector) => document.querySelector(selector)?.click();
const focused = (selector) => document.activeElement?.closest(selector);
let [changedAt, ledAt] = [-STILL, -PAIR];
document.addEventListener("page:answered", () => (changedAt = performance.now()));

const say = (status) => {
  status.replaceChildren(Object.assign(document.createElement("span"), { className: "toast", textContent: status.dataset.noButton }));
  status.firstChild.dataset.passing = "";
};
// Where the focus is, else on the open task; an item's own button only where the focus is on the item.
const press = (letter, isRange) => {
  if (performance.now() - changedAt < STILL) return;
  const [task, line] = [focused(ROW) ?? byId("panel"), focused("[data-line]")];
  const all = [...(task?.querySelectorAll(`[data-key=${letter}]`) ?? [])].filter((one) => one.checkVisibility());
  const ofWhole = all.find((one) => !one.closest("[data-line]"));
  const button = all.find((one) => line?.contains(one)) ?? ofWhole ?? (all.length === 1 && all[0]);
  if (button) button.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, shiftKey: isRange }));
  else say(byId("status"));
};

const LINK = "#tasks [data-task] h2 a, #tasks [data-pile] summary.pile__title";
const MOVES = { j: 1, k: -1, arrowdown: 1, arrowup: -1 };
const move = (step) => {
  const links = [...document.querySelectorAll(LINK)].filter((one) => one.checkVisibility());
  const row = focused("#tasks") && focused(ROW);
  if (!row && byId("panel")) return click(`#panel [data-neighbour="${step}"][href]`);
  const link = links[row ? links.findIndex((one) => row.contains(one)) + step : 0];
  link?.focus();
  link?.closest(ROW).scrollIntoView({ block: "nearest" });
  changedAt = -STILL; // the person's own way
};
const DOES = {
  u: () => click("#held [data-undo] button"),
  t: () => click("[data-triage]"),
  "?": () => click("[data-sheet]"),
  "/": () => document.querySelector("[data-search]")?.focus(),
  g: () => (ledAt = performance.now()),
};
for (const letter of "arfcsx") DOES[letter] = ({ shiftKey }) => press(letter, shiftKey && letter === "x");
const whatDoes = (key) => {
  const isSecond = performance.now() - ledAt < PAIR;
  ledAt = -PAIR;
  if (isSecond) return key in TABS && (() => click(TABS[key]));
  if (key in MOVES) return (key.length === 1 || document.activeElement.matches(LINK)) && (() => move(MOVES[key]));
  return DOES[key];
};
addEventListener("keydown", (event) => {
  const isOn = "keys" in document.documentElement.dataset && !document.querySelector(OPEN);
  if (!isOn || event.isComposing || event.ctrlKey || event.metaKey || event.altKey || event.target.matches(TYPING)) return;
  const key = event.key.toLowerCase();
  const does = key !== "shift" && (!event.repeat || key in MOVES) && whatDoes(key);
  if (does) does(event, event.preventDefault());
});
