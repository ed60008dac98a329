// What a person has seen of a frame: elements that were fully visible for half a second.
export const LONG_ENOUGH = 500;
const RECENT = 60_000; // what was seen before that is not remembered any more
const since = new WeakMap(); // fully visible elements, and since when
const until = new WeakMap(); // what was visible for long enough: until when, and with which text
const READING = 600_000; // of a confirmation that names many tasks, which takes longer to read
// What it names, by its text: the form is shown anew with what is wrong in it. Until when it was visible.
const named = new Map();
export const canTell = "isVisible" in IntersectionObserverEntry.prototype;

const isLong = (from, to = performance.now()) => to - (from ?? Infinity) >= LONG_ENOUGH;
const look = (entries) => {
  for (const { target, isVisible, isIntersecting, intersectionRatio, time } of entries) {
    if ((canTell ? isVisible : isIntersecting) && intersectionRatio >= 0.99) {
      if (!since.has(target)) since.set(target, time);
      continue;
    }
    if (isLong(since.get(target), time)) {
      until.set(target, { time, text: target.textContent });
      if (target.closest("[data-named]")) named.set(target.textContent, time);
    }
    since.delete(target);
  }
};
const options = { trackVisibility: true, delay: 100, threshold: [0.99, 1] };
const observer = new IntersectionObserver(look, options);

// A frame can be as tall as its content, but what a person sees of it is no taller than the browser.
export const room = () => Math.min(innerHeight, outerHeight);
export const isTooTall = (...parts) => {
  const boxes = parts.map((part) => part.getBoundingClientRect());
  return Math.max(...boxes.map((box) => box.bottom)) - Math.min(...boxes.map((box) => box.top)) > room();
};

export const watch = (button, subject) => {
  for (const part of [button, subject].filter(Boolean)) observer.observe(part);
};
export const isSeen = (part) => isLong(since.get(part));
export const wasRead = (part) => {
  if (isSeen(part)) named.set(part.textContent, performance.now());
  return performance.now() - (named.get(part.textContent) ?? -Infinity) <= READING;
};
export const wasSeen = (part) => {
  const { time, text } = until.get(part) ?? { time: -Infinity };
  return isSeen(part) || (performance.now() - time <= RECENT && text === part.textContent);
};
