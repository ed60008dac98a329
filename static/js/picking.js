// The ticks of a list: of a range, of the page, of all that match; and how many there are.
const form = () => document.getElementById("selected");
const boxes = () => [...form().elements].filter((one) => one.name === "item" && one.checkVisibility({ visibilityProperty: true }));
const common = () => ({ page: document.querySelector(".picks [data-page]"), all: form().elements.all });
let last = null; // the row that was ticked last: a range begins there

const show = ({ isSpoken = false } = {}) => {
  if (!form()) return;
  const { page, all } = common();
  const [listed, words] = [boxes(), form().querySelector("[data-words]")];
  const count = listed.filter((one) => one.checked).length;
  if (page) {
    page.checked = count > 0 && count === listed.length;
    page.indeterminate = count > 0 && !page.checked;
  }
  const number = all?.checked ? all.dataset.count : count.toLocaleString(document.documentElement.lang);
  words.textContent = words.dataset.words.replace("{count}", number);
  if (!isSpoken) return;
  const said = { className: "visually-hidden", textContent: words.textContent };
  document.getElementById("status").replaceChildren(Object.assign(document.createElement("span"), said));
};

const tickAll = (some, isOn) => some.forEach((one) => (one.checked = isOn));
export const tick = (box, isRange) => {
  const [listed, { all }] = [boxes(), common()];
  if (box.name !== "item") {
    tickAll(listed, box.checked);
  } else {
    const [from, to] = [listed.indexOf(last), listed.indexOf(box)].sort((one, other) => one - other);
    if (isRange && from >= 0) tickAll(listed.slice(from, to + 1), box.checked);
    last = box;
  }
  if (all && all !== box && !box.checked) all.checked = false;
  show({ isSpoken: true });
};

// Clearing takes the button with it: the focus goes on in the list.
document.addEventListener("reset", ({ target }) => {
  if (target !== form()) return;
  const isLost = target.contains(document.activeElement);
  setTimeout(() => {
    if (isLost) document.getElementById("tasks-title").focus();
    show({ isSpoken: true });
  });
});
document.addEventListener("page:updated", () => show());
// Before it closes the open task, which it does first (pane.js).
addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || document.querySelector("dialog[open], :popover-open, #detail > *")) return;
  if (event.target.closest("#tasks") && form()) form().reset();
}, true);
