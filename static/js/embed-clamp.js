// A text that is alone taller than the window can never be in full view, so nothing could be decided
// about it (embed-visible.js). It is cut to a few lines; "Show all" makes it a box of the same height
// that scrolls. A text that fits stays as it is.
import { room } from "./embed-seen.js";

// What a text can take of the window: there are bars within the height of a browser, and a person must
// not have to scroll to the pixel.
const limit = () => Math.min(innerHeight * 0.9, outerHeight * 0.75);
const STILL_TALL = 0.8; // of that, for a text that is cut, so that none is cut and freed in turn
const CUT = 0.4; // of the window, so that the buttons fit beside it
const words = document.getElementById("embed").dataset;
const whole = new Set(); // texts that the person sees whole: a row that is drawn anew keeps it
const buttons = new WeakMap(); // of the elements that are cut
let count = 0;

const isTall = (subject) => subject.scrollHeight > limit() * (buttons.has(subject) ? STILL_TALL : 1);
// On the root: htmx copies the attributes of an element with an id, and the policy refuses a style.
const setLines = () => {
  const lines = Math.floor((room() * CUT) / parseFloat(getComputedStyle(document.body).lineHeight));
  document.documentElement.style.setProperty("--lines", Math.max(2, lines));
};

const draw = (subject) => {
  const button = buttons.get(subject);
  const isWhole = Boolean(button) && whole.has(subject.textContent);
  subject.dataset.clamped = isWhole ? "whole" : button ? "cut" : "";
  if (button) button.ariaExpanded = isWhole;
  // Keys scroll what has the focus. A heading stays one.
  const isRegion = isWhole && subject.localName === "p";
  Object.assign(subject, { role: isRegion ? "region" : null, ariaLabel: isRegion ? words.whole : null });
  subject.removeAttribute("tabindex");
  if (isWhole) subject.tabIndex = 0;
};
const cut = (subject) => {
  const button = Object.assign(document.createElement("button"), { type: "button", textContent: words.all });
  button.className = "button button--quiet clamp";
  subject.id ||= `subject-${++count}`;
  button.setAttribute("aria-controls", subject.id);
  button.addEventListener("click", () => {
    if (!whole.delete(subject.textContent)) whole.add(subject.textContent);
    subject.scrollTop = 0;
    draw(subject);
  });
  buttons.set(subject, button);
  subject.after(button);
};

const fit = () => {
  const visible = [...document.querySelectorAll("[data-subject]")].filter((one) => one.checkVisibility());
  for (const one of visible.filter((each) => isTall(each) !== buttons.has(each))) {
    buttons.get(one)?.remove();
    if (!buttons.delete(one)) cut(one);
    draw(one);
  }
};
new MutationObserver(fit).observe(document.body, { childList: true, subtree: true });
addEventListener("toggle", fit, true); // a list of items is opened
addEventListener("resize", () => (setLines(), fit()));
setLines();
fit();
