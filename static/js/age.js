// Says from when the numbers are, once they are older than a poll or two would leave them.
const OLD = 150_000;
const EVERY = 10_000;
const CLOCK = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }; // as the server writes it
const { lang, dataset } = document.documentElement; // the zone whose name the server has added
const ageOf = () => document.querySelector("[data-age]");
let [readAt, shown] = [Date.now(), ageOf()];

const tell = () => {
  const age = ageOf();
  if (!age) return;
  const time = new Date(readAt).toLocaleTimeString(lang, { ...CLOCK, timeZone: dataset.zone });
  age.textContent = age.dataset.age.replace("{time}", time);
  age.hidden = Date.now() - readAt < OLD;
};

// A poll may confirm them as they stand, and a list brings new ones. What a write shows is worked out
// from those on the page: it makes them no younger.
document.addEventListener("page:updated", ({ detail: { isPoll, isWrite, successful, xhr } }) => {
  const isNew = ageOf() !== shown && !isWrite;
  const age = Number(xhr.getResponseHeader("Age")) || 0; // seconds: a poll may bring what was read before
  if (successful && (isPoll || isNew)) readAt = Date.now() - age * 1000;
  shown = ageOf();
  tell();
});
document.addEventListener("visibilitychange", tell);
setInterval(tell, EVERY);
