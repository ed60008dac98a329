// Says from when the numbers are, once they are older than a poll or two would leave them.
const OLD = 150_000;
const EVERY = 10_000;
let readAt = Date.now();

const tell = () => {
  const age = document.querySelector("[data-age]");
  if (!age) return;
  const time = new Date(readAt).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  age.textContent = age.dataset.age.replace("{time}", time);
  age.hidden = Date.now() - readAt < OLD;
};

document.addEventListener("page:updated", ({ detail: { isPoll, successful } }) => {
  if (isPoll && successful) readAt = Date.now();
  tell();
});
document.addEventListener("visibilitychange", tell);
setInterval(tell, EVERY);
